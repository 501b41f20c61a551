/** Base of every error this library throws on purpose: its message names what, where and the fix. */
export class PortolanError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}
/** Shapes that do not fit the rule of an op or layer. */
export class ShapeError extends PortolanError {}
/** An element type that an op does not take. */
export class DTypeError extends PortolanError {}
/** A value outside the range that an op, layer or option takes: an index, a label, a probability. */
export class RangeError extends PortolanError {}
/** Something that cannot be done while a step is being traced. */
export class TraceError extends PortolanError {}
/** A file or bytes that are not what they should be; the message names the file and the byte offset. */
export class FormatError extends PortolanError {}
/** A run that can't go on: numbers that are no longer finite, an engine that failed. */
export class RunError extends PortolanError {}

/** The folder this file runs from: in a checkout all packages beside core's, in an installed package its own `dist`. */
const own = /((?:file:\/\/)?[^\s()]*\/)[^/]*$/.exec(new Error().stack?.split('\n')[1] ?? '')?.[1]?.replace(/core\/src\/$/, '') ?? '\0'

const isOurs = (line: string): boolean =>
  line.includes('node_modules') || line.includes('node:internal') || (line.includes(own) && !/\.test\.[cm]?[jt]s/.test(line))

/** The first line of a stack that is not ours: where the user called an op. */
export function userLine(stack: string | undefined): string {
  const frame = stack
    ?.split('\n')
    .slice(1)
    .find(line => /^\s+at /.test(line) && !isOurs(line))
  return frame?.trim() ?? 'at an unknown line'
}
