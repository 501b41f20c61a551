import { FormatError, PortolanError } from '../errors.ts'
import type { HostTensor } from '../io/safetensors.ts'
import { variables } from '../nn/module.ts'
import { defaultRng } from '../nn/rng.ts'
import { load } from '../nn/state.ts'
import { Param, type Variable } from '../nn/variable.ts'
import { HostStorage } from '../tensor/storage.ts'
import { Tensor } from '../tensor/tensor.ts'
import { mapTree } from '../tree.ts'
import type { Batches } from './batch.ts'
import type { Callback } from './callback.ts'
import { History } from './history.ts'

/** Where a run is, between two steps. */
export interface Progress {
  readonly step: number
  /** Epochs that are complete. */
  readonly epoch: number
  /** Batches done of the next one. */
  readonly batch: number
  /** Epochs there were before this call of `fit`. */
  readonly before: number
  /** Of the epoch that has begun: sums of its figures, weighed by batch sizes, and the number of samples. */
  readonly sums: Readonly<Record<string, number>>
  readonly count: number
  /** Figures that callbacks have added to it. */
  readonly logged: Readonly<Record<string, number>>
  /** Why it ends here, if a callback said so. */
  readonly stopped?: string
}

/** All that a run consists of, beside its program. */
export interface RunParts {
  readonly state: unknown
  readonly callbacks: readonly Callback[]
  readonly history: History
  readonly data: Batches
  readonly validation: Batches | undefined
  /** What bits depend on beside the seed: the engine's name, its threads. */
  readonly facts: Readonly<Record<string, string | number>>
}

/** A run at one moment: what to write down to go on from there, bit by bit. */
export interface Snapshot {
  /** Variables by path; what is not below the state begins with '@'. */
  readonly tensors: Readonly<Record<string, HostTensor>>
  readonly progress: Progress
  /** All else, as JSON. */
  readonly rest: string
}

interface Rest {
  readonly history: unknown
  readonly frozen: readonly string[]
  readonly data: unknown
  readonly validation: unknown
  readonly callbacks: Readonly<Record<string, unknown>>
  readonly facts: Readonly<Record<string, string | number>>
}

const random = '@random'

/** Everything that is needed to go on. */
export async function takeSnapshot(
  { state, callbacks, history, data, validation, facts }: RunParts,
  progress: Progress,
): Promise<Snapshot> {
  const tensors: Record<string, Tensor> = Object.fromEntries([...variables(state)].map(([path, v]) => [path, v.value]))
  tensors[random] = defaultRng().state.value
  const states = named(callbacks).map(([key, c]) => {
    let i = 0
    return [key, mapTree(c.state!(), t => ((tensors[`@callback.${key}.${i}`] = t), { $tensor: `@callback.${key}.${i++}` }))] as const
  })
  const rest: Rest = {
    history: history.epochs,
    frozen: [...variables(state, Param)].flatMap(([path, p]) => (p.trainable ? [] : [path])),
    data: data.state?.(),
    validation: validation?.state?.(),
    callbacks: Object.fromEntries(states),
    facts,
  }
  const hosts = Object.entries(tensors).map(async ([name, t]) => [name, { dtype: t.dtype, shape: t.shape, data: await t.data() }] as const)
  return { tensors: Object.fromEntries(await Promise.all(hosts)), progress, rest: JSON.stringify(rest, writeNumber) }
}

/**
 * Puts everything back as it was; what a data source without `restore` has given of the epoch must still be left out.
 * @returns what the bits depend on and is not as it was.
 * @throws PortolanError where the run is another one than that of the snapshot.
 */
export function restoreSnapshot(snapshot: Snapshot, parts: RunParts, name = 'checkpoint'): string[] {
  try {
    return restore(snapshot, parts)
  } catch (error) {
    if (error instanceof PortolanError) error.message = `${name}: ${error.message}`
    throw error
  }
}

function restore(snapshot: Snapshot, { state, callbacks, history, data, validation, facts }: RunParts): string[] {
  const tensors = Object.fromEntries(Object.entries(snapshot.tensors).map(([name, t]) => [name, new Tensor(t, new HostStorage(t.data))]))
  const read = (_: string, v: unknown): unknown => {
    if (typeof v !== 'object' || v === null) return v
    if ('$number' in v) return Number(v.$number)
    return '$tensor' in v ? (tensors[String(v.$tensor)] ?? fail(`a callback's tensor ${String(v.$tensor)} is missing`)) : v
  }
  const rest = JSON.parse(snapshot.rest, read) as Rest
  const own = named(callbacks)
  const lost = own.map(([key]) => key).filter(key => !Object.hasOwn(rest.callbacks, key))
  const unknown = Object.keys(rest.callbacks).filter(key => !own.some(([k]) => k === key))
  if (lost.length || unknown.length)
    throw new PortolanError(
      `resume: the callbacks are not those of the checkpoint:${lost.length ? ` it knows nothing of ${lost.join(', ')}` : ''}${unknown.length ? ` it holds the state of ${unknown.join(', ')}` : ''}. Pass the callbacks with which it was made, in their order.`,
    )
  for (const [what, source] of Object.entries({ data, validation }))
    if ((rest[what as 'data' | 'validation'] === undefined) !== (source?.state === undefined))
      throw new PortolanError(
        `resume: the ${what} ${source?.state ? 'has' : 'has no'} state to go on from, and that of the checkpoint ${source?.state ? 'had none' : 'had one'}. Pass what it was made with.`,
      )
  try {
    load(state, Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('@'))), { only: () => true })
  } catch (error) {
    if (error instanceof PortolanError && /unexpected: .*\.slots\./.test(error.message))
      error.message += '\nIf what is unexpected belongs to an optimizer, call optimizer.init(model) before training.'
    throw error
  }
  defaultRng().state.value = tensors[random] ?? fail('the state of the random stream is missing')
  for (const [path, p] of variables(state, Param)) p.trainable = !rest.frozen.includes(path)
  history.epochs.splice(0, Infinity, ...History.fromJSON({ epochs: rest.history }).epochs)
  if (rest.data !== undefined) data.restore!(rest.data)
  if (rest.validation !== undefined) validation!.restore!(rest.validation)
  for (const [key, c] of own) c.restore?.(rest.callbacks[key])
  return [...new Set([...Object.keys(rest.facts), ...Object.keys(facts)])]
    .filter(name => rest.facts[name] !== facts[name])
    .map(name => `${name} was ${rest.facts[name] ?? 'unknown'}, is ${facts[name] ?? 'unknown'}`)
}

/** @throws PortolanError if a run changes something that no checkpoint would hold. */
export function requireNamed(state: unknown, changed: ReadonlySet<Variable>): void {
  const known = new Set<Variable>([...variables(state).values(), defaultRng().state])
  const lost = [...changed].filter(v => !known.has(v))
  if (lost.length)
    throw new PortolanError(
      `checkpoint: the step changes ${lost.length} variables that its state does not name, the first a ${lost[0]!.constructor.name} [${lost[0]!.shape}], got a state of ${Object.keys(Object(state)).join(', ') || 'nothing'}. Name everything that a run changes: step: { train, state: { model, optimizer, rng } }.`,
    )
}

/** Callbacks that have something to remember, by key; of equal keys the later ones are numbered. */
function named(callbacks: readonly Callback[]): [key: string, callback: Callback][] {
  const seen = new Map<string, number>()
  return callbacks.flatMap((c, i) => {
    if (!c.state) return []
    const key = c.key ?? `callback ${i + 1}`
    const n = (seen.get(key) ?? 0) + 1
    seen.set(key, n)
    return [[n === 1 ? key : `${key} ${n}`, c] as [string, Callback]]
  })
}

/** JSON has no word for some numbers. */
const writeNumber = (_: string, v: unknown): unknown =>
  typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)) ? { $number: Object.is(v, -0) ? '-0' : String(v) } : v

const fail = (what: string): never => {
  throw new FormatError(`${what} (byte 8). It is damaged.`)
}
