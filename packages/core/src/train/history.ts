import { FormatError, RangeError } from '../errors.ts'

/** What one epoch of training reported. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number
  /** Means over the epoch's training batches: `loss` and each metric. */
  readonly logs: Readonly<Record<string, number>>
  /** The same names over the validation set. */
  readonly validation?: Readonly<Record<string, number>>
  /** Wall time, for display only. */
  readonly seconds?: number
}

/**
 * The logs of a run, one entry an epoch. Names are those of the logs; `validation.` before a name means the validation set.
 * @example
 * const history = await trainer.fit(batches, { epochs: 5, validation })
 * history.best('validation.accuracy', 'max')?.epoch
 */
export class History {
  readonly epochs: EpochLog[]

  constructor(epochs: readonly EpochLog[] = []) {
    this.epochs = [...epochs]
  }

  /** The last epoch's logs; undefined before the first. */
  last(): EpochLog | undefined {
    return this.epochs.at(-1)
  }

  /**
   * The epoch in which a log was lowest or highest, the first of equals; NaN never is.
   * @throws RangeError if there are epochs and none has that name.
   */
  best(name: string, mode: 'min' | 'max'): EpochLog | undefined {
    const known = this.epochs.filter(epoch => logOf(epoch, name) !== undefined)
    if (this.epochs.length && !known.length)
      throw new RangeError(`History.best: no epoch has a log named "${name}"; there are ${namesOf(this.epochs).join(', ')}.`)
    const sign = mode === 'min' ? 1 : -1
    const score = (epoch: EpochLog): number => sign * logOf(epoch, name)!
    return known
      .filter(epoch => !Number.isNaN(score(epoch)))
      .reduce<EpochLog | undefined>((a, b) => (a && score(a) <= score(b) ? a : b), undefined)
  }

  /** Plain data for JSON, which has no NaN or infinity: they become null there. */
  toJSON(): { epochs: readonly EpochLog[] } {
    return { epochs: this.epochs }
  }

  /** A history from what {@link History.toJSON} gave, parsed; null is read as NaN. @throws FormatError if it is something else. */
  static fromJSON(json: unknown): History {
    const epochs = isObject(json) ? json['epochs'] : undefined
    if (!Array.isArray(epochs)) throw new FormatError('History.fromJSON: expected an object with a list of epochs.')
    return new History(epochs.map(readEpoch))
  }
}

const prefix = 'validation.'

/** The log with this name in one epoch. */
export function logOf({ logs, validation = {} }: EpochLog, name: string): number | undefined {
  const [record, key] = name.startsWith(prefix) ? [validation, name.slice(prefix.length)] : [logs, name]
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** Every name that some epoch has, training first. */
export function namesOf(epochs: readonly EpochLog[]): string[] {
  const training = epochs.flatMap(e => Object.keys(e.logs))
  return [...new Set([...training, ...epochs.flatMap(e => Object.keys(e.validation ?? {}).map(name => prefix + name))])]
}

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x)

function readEpoch(json: unknown, index: number): EpochLog {
  const fail = (rule: string): never => {
    throw new FormatError(`History.fromJSON: epochs[${index}] ${rule}.`)
  }
  const numbers = (x: unknown, what: string): Record<string, number> =>
    isObject(x)
      ? Object.fromEntries(
          Object.entries(x).map(([k, v]) => [k, v === null ? NaN : typeof v === 'number' ? v : fail(`must have numbers in ${what}`)]),
        )
      : fail(`must have an object ${what}`)
  if (!isObject(json)) return fail('must be an object')
  const { epoch, logs, validation, seconds } = json
  if (typeof epoch !== 'number') return fail('must have a number epoch')
  return {
    epoch,
    logs: numbers(logs, 'logs'),
    ...(validation !== undefined && { validation: numbers(validation, 'validation') }),
    ...(typeof seconds === 'number' && { seconds }),
  }
}
