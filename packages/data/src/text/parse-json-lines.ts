import { FormatError } from '@portolan/core'
import { parseLines } from './parse-lines.ts'

/** Options of `parseJsonLines`. */
export interface ParseJsonLinesOptions {
  /** Fields that each object must have. */
  readonly fields?: readonly string[]
  /** How deep values may lie within each other; by default 64. */
  readonly maxDepth?: number
  /** What to call the text in errors: a file's name. */
  readonly label?: string
}

/** How deep brackets lie in a line, those in strings left out: looked at before a parser recurses into them. */
function depthOf(line: string): number {
  let [depth, most, inString] = [0, 0, false]
  for (let i = 0; i < line.length; i++) {
    const c = line[i]
    if (inString) {
      if (c === '\\') i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '{' || c === '[') most = Math.max(most, ++depth)
    else if (c === '}' || c === ']') depth--
  }
  return most
}

/**
 * One JSON object a line (JSONL, NDJSON); empty lines are left out.
 *
 * @throws FormatError that names the label and the line when one is no JSON, no object, too deep, or lacks a field.
 *
 * @example
 * const rows = parseJsonLines('{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n', { fields: ['text', 'label'] })
 */
export function parseJsonLines(
  text: string,
  { fields = [], maxDepth = 64, label = 'JSONL' }: ParseJsonLinesOptions = {},
): Readonly<Record<string, unknown>>[] {
  return parseLines(text.replace(/^\uFEFF/, '')).flatMap((line, i) => {
    if (!line.trim()) return []
    const where = `${label}: line ${i + 1}`
    if (depthOf(line) > maxDepth) throw new FormatError(`${where}: values lie more than ${maxDepth} deep in each other (maxDepth).`)
    let row: unknown
    try {
      row = JSON.parse(line)
    } catch (cause) {
      throw new FormatError(`${where} is no JSON (${(cause as Error).message}).`, { cause })
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new FormatError(`${where} must be an object, got ${JSON.stringify(line.slice(0, 60))}.`)
    const missing = fields.find(name => !Object.hasOwn(row, name))
    if (missing !== undefined)
      throw new FormatError(`${where}: there is no field '${missing}', only ${Object.keys(row).join(', ') || 'none'}.`)
    return [row as Readonly<Record<string, unknown>>]
  })
}
