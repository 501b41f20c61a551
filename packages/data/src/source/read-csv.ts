import { readFile, stat } from 'node:fs/promises'
import { FormatError } from '@portolan/core'
import { parseCsv, type ParseCsvOptions, type Table } from './parse-csv.ts'

/**
 * Reads a CSV file in UTF-8, or TSV where its name ends in `.tsv`.
 *
 * @throws FormatError that names the file when it cannot be read, is no UTF-8, or as `parseCsv`.
 *
 * @example
 * const table = await readCsv('iris.csv', { header: ['sepalLength', 'sepalWidth', 'petalLength', 'petalWidth', 'kind'] })
 */
export async function readCsv(
  file: string,
  { delimiter = /\.tsv$/i.test(file) ? '\t' : ',', maxLength = 2 ** 28, ...options }: Omit<ParseCsvOptions, 'label'> = {},
): Promise<Table> {
  try {
    const { size } = await stat(file)
    if (size > 4 * maxLength) throw new FormatError(`${file}: it has ${size} bytes, maxLength allows ${maxLength} characters.`)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return parseCsv(text, { ...options, delimiter, maxLength, label: file })
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new FormatError(`${file}: it is not UTF-8. Convert it first.`, { cause })
    if (code) throw new FormatError(`${file}: it cannot be read (${code}: ${message}).`, { cause })
    throw cause
  }
}
