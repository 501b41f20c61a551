/** What an error says, in parts that a program can read; what is left out is read from the message. */
export interface ErrorParts extends ErrorOptions {
  /** The op, layer or function that refuses, or the file. */
  readonly op?: string
  /** The rule. */
  readonly expected?: string
  /** What was given instead. */
  readonly received?: string
  /** What to do. */
  readonly hint?: string
}

/**
 * Base of every error this library throws on purpose. Its message names what refuses, the rule, what was received and the fix:
 * `matmul: inner axes must agree, got 3 and 2`; its fields are the same parts, `code` is stable, and the stack begins with the user's own line.
 * @example
 * try { await trainer.fit(data, { epochs: 3 }) } catch (error) { if (error instanceof PortolanError) console.log(error.code, error.hint) }
 */
export class PortolanError extends Error {
  /** Of the class: the same in every version. */
  static readonly code: string = 'PORTOLAN'
  /** @internal Those that were given, not read. */
  declare readonly parts: ErrorParts

  constructor(message: string, { cause, ...parts }: ErrorParts = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    Object.defineProperty(this, 'parts', { value: parts }) // not shown when it is printed
    const frames = this.stack?.split('\n').filter(line => /^\s+at /.test(line)) ?? []
    if (!frames.length) return // stacks of another form stay as they are
    const mine = frames.find(line => !isOurs(line))
    const ordered = mine === undefined ? frames : [mine, ...frames.filter(line => line !== mine)]
    // What is said of it later, as it goes up, belongs to it too.
    const text = (): string => [`${this.name}: ${this.message}`, ...ordered.filter(line => !this.message.includes(line.trim()))].join('\n')
    Object.defineProperty(this, 'stack', { get: text, configurable: true, enumerable: false })
  }

  /** What kind of error it is, a word for programs. */
  get code(): string {
    return (this.constructor as typeof PortolanError).code
  }
  /** What complains: an op, a layer, a function. */
  get op(): string | undefined {
    return this.parts.op ?? readParts(this.message, this instanceof FormatError).op
  }
  /** The rule that was broken, if the message says it. */
  get expected(): string | undefined {
    return this.parts.expected ?? readParts(this.message, this instanceof FormatError).expected
  }
  /** What came instead, if the message says it. */
  get received(): string | undefined {
    return this.parts.received ?? readParts(this.message, this instanceof FormatError).received
  }
  /** What to do about it, if the message says it. */
  get hint(): string | undefined {
    return this.parts.hint ?? readParts(this.message, this instanceof FormatError).hint
  }
}
/** Shapes that do not fit the rule of an op or layer. */
export class ShapeError extends PortolanError {
  static override readonly code = 'PORTOLAN_SHAPE'
}
/** An element type that an op does not take. */
export class DTypeError extends PortolanError {
  static override readonly code = 'PORTOLAN_DTYPE'
}
/** A value outside the range that an op, layer or option takes: an index, a label, a probability. */
export class RangeError extends PortolanError {
  static override readonly code = 'PORTOLAN_RANGE'
}
/** Something that cannot be done while a step is being traced. */
export class TraceError extends PortolanError {
  static override readonly code = 'PORTOLAN_TRACE'
}
/** A file or bytes that are not what they should be; the message names the file and the byte offset. */
export class FormatError extends PortolanError {
  static override readonly code = 'PORTOLAN_FORMAT'
  /** The file, or what stands for it. */
  get file(): string | undefined {
    return this.op
  }
  /** The byte at which it is wrong, where that is one place. */
  get offset(): number | undefined {
    const at = /\bbyte (\d+)/.exec(this.message)?.[1]
    return at === undefined ? undefined : Number(at)
  }
}
/** A run that can't go on: an engine that failed, memory that is full. */
export class RunError extends PortolanError {
  static override readonly code: string = 'PORTOLAN_RUN'
}

/** A file or folder that cannot be read or written: it is not there, the disk is full, the right is missing. The system's error is the cause. */
export class FileError extends PortolanError {
  static override readonly code = 'PORTOLAN_FILE'
}
/** A folder in which another program is at work. */
export class LockedError extends PortolanError {
  static override readonly code = 'PORTOLAN_LOCKED'
}
/** A run that was asked to stop, by Ctrl+C or by the system, and did so after saving. */
export class InterruptedError extends RunError {
  static override readonly code = 'PORTOLAN_INTERRUPTED'
}

/** Where numbers stopped being finite. */
export interface NotFiniteParts extends ErrorParts {
  readonly step?: number
  readonly batch?: Readonly<Record<string, unknown>>
  readonly file?: string
  readonly checkpoint?: string
}
/** Numbers of a run that are NaN or infinite. */
export class NotFiniteError extends RunError {
  static override readonly code = 'PORTOLAN_NOT_FINITE'
  /** The step that made them. */
  declare readonly step: number | undefined
  /** What it was given. */
  declare readonly batch: Readonly<Record<string, unknown>> | undefined
  /** Where that is kept, if the run keeps checkpoints. */
  declare readonly file: string | undefined
  /** The last good one. */
  declare readonly checkpoint: string | undefined
  constructor(message: string, { step, batch, file, checkpoint, ...parts }: NotFiniteParts = {}) {
    super(message, parts)
    for (const [name, value] of Object.entries({ step, batch, file, checkpoint })) Object.defineProperty(this, name, { value }) // not shown when it is printed
  }
}

/** Reads `op: rule, got this. Fix.` What stands before the first colon is no name if it is a sentence; of a file it always is one. */
function readParts(message: string, isFile = false): ErrorParts {
  const [text] = message.split(/\n\s+at /)
  const [, name, after = ''] = /^([^\n]{1,300}?): ([^]*)$/.exec(text!) ?? []
  const isName = name !== undefined && (isFile || !/ (got|must|needs|keeps|has|is|are|do|does|can|cannot) /.test(name))
  const rest = isName ? after : text!
  const [, expected, received, hint] = /^([^]*?),? \bgot ([^]*?)(?:[.:;] +(?=[A-Z]|take |read |call )([^]*?))?\.?$/.exec(rest) ?? []
  const [, rule, fix] = /^([^]*?)(?:(?:\. +(?=[A-Z])|: (?=read |call |return |keep ))([^]*?))?\.?$/.exec(rest) ?? []
  const parts = { op: isName ? name : undefined, expected: expected ?? rule, received, hint: hint ?? fix }
  return Object.fromEntries(Object.entries(parts).filter(([, v]) => v))
}

/** The folder this file runs from: in a checkout all packages beside core's, in an installed package its own `dist`. */
const own = /((?:file:\/\/)?[^\s()]*\/)[^/]*$/.exec(new Error().stack?.split('\n')[1] ?? '')?.[1]?.replace(/core\/src\/$/, '') ?? '\0'

const isOurs = (line: string): boolean =>
  line.includes('(<anonymous>)') ||
  line.includes('node_modules') ||
  line.includes('node:') ||
  (line.includes(own) && !/\.test\.[cm]?[jt]s/.test(line))

/** The first line of a stack that is not ours: where the user called an op. */
export function userLine(stack: string | undefined): string {
  const frame = stack
    ?.split('\n')
    .slice(1)
    .find(line => /^\s+at /.test(line) && !isOurs(line))
  return frame?.trim() ?? 'at an unknown line'
}
