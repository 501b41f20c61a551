/**
 * The lines of a text, without what ends them (`\n` or `\r\n`); a last line that is empty is none.
 *
 * @example
 * parseLines('one\ntwo\n') // ['one', 'two']
 */
export function parseLines(text: string): string[] {
  const lines = text.split('\n').map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (lines.at(-1) === '') lines.pop()
  return lines
}
