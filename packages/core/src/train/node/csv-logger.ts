import { FormatError } from '../../errors.ts'
import type { Callback } from '../callback.ts'
import { logOf, namesOf } from '../history.ts'
import { cutBack, lengthOf, openLines, type LineFile } from './line-file.ts'

const cell = (text: string): string => (/[",\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/**
 * Adds a line to a table for each epoch, with the columns epoch, step and every figure, those of the validation set after 'validation.'.
 * A run that goes on adds to what is there. RFC 4180.
 * @throws FormatError if the file has other columns, or an epoch has a figure that the first one had not.
 * @example
 * new Trainer({ step, callbacks: [csvLogger('run.csv')] })
 */
export function csvLogger(path: string): Callback {
  let file: LineFile
  let columns: string | undefined
  let names: string[] | undefined
  return {
    key: `csvLogger ${path}`,
    async fitStart() {
      file = await openLines(path)
      columns = file.first
    },
    async epochEnd({ epoch, step, logs, validation }) {
      const log = { epoch, logs, ...(validation && { validation }) }
      names ??= namesOf([log])
      const header = ['epoch', 'step', ...names].map(cell).join(',')
      if (columns === undefined) await file.append(header)
      else if (columns !== header) throw new FormatError(`${path}: has the columns ${columns}, this run logs ${header}. Name another file.`)
      columns = header
      const added = namesOf([log]).filter(name => !names!.includes(name))
      if (added.length)
        throw new FormatError(
          `${path}: ${added.join(', ')} came with epoch ${epoch}, after the columns were written. Log it from the first epoch on.`,
        )
      await file.append([epoch, step, ...names.map(name => logOf(log, name) ?? '')].join(','))
    },
    state: () => ({ length: lengthOf(path) }),
    restore(state) {
      const { length } = state as { length: number }
      cutBack(path, length)
      if (!length) columns = undefined
    },
  }
}
