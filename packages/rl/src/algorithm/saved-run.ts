import {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  load,
  PortolanError,
  tensor,
  toHost,
  variables,
  type HostTensor,
} from '@portolan/core'
import type { EnvState } from '../env/env.ts'

/** A run at one moment, beside its program. */
export interface RunParts {
  /** What makes it: a run goes on only in its like. */
  readonly kind: string
  /** Models, optimizers, random streams: everything below it that is a Variable. */
  readonly modules: object
  /** Buffers, by name. */
  readonly arrays: Readonly<Record<string, Readonly<Record<string, HostTensor>>>>
  /** Counters, random numbers, environments: as JSON. */
  readonly rest: EnvState
}

/** A run as the bytes of a safetensors file: variables by path, buffers as `@name/…`, all else as JSON in its metadata. */
export async function encodeRun({ kind, modules, arrays, rest }: RunParts): Promise<Uint8Array<ArrayBuffer>> {
  await toHost(modules)
  const tensors: Record<string, HostTensor> = {}
  for (const [path, v] of variables(modules)) tensors[path] = { dtype: v.dtype, shape: v.shape, data: v.value.dataSync() }
  for (const [name, held] of Object.entries(arrays)) for (const [key, t] of Object.entries(held)) tensors[`@${name}/${key}`] = t
  return encodeSafetensors(tensors, { portolanRun: kind, rest: JSON.stringify(rest, exactly) })
}

/**
 * Puts the variables of a saved run back, and gives the rest.
 * @throws FormatError if the bytes are no such file or those of another kind of run; PortolanError if its models have other variables.
 */
export function decodeRun(bytes: Uint8Array, kind: string, modules: object): Pick<RunParts, 'arrays' | 'rest'> {
  const { tensors, metadata } = decodeSafetensors(bytes, { label: `${kind}.load` })
  if (metadata['portolanRun'] !== kind)
    throw new FormatError(
      `${kind}.load: the bytes must be a run that ${kind}.save() gave, got ${metadata['portolanRun'] ?? 'weights or another file'} (byte 8).`,
    )
  let rest: EnvState
  try {
    rest = JSON.parse(metadata['rest'] ?? '', read) as EnvState
  } catch (cause) {
    throw new FormatError(`${kind}.load: the state of the run cannot be read (byte 8).`, { cause })
  }
  const arrays: Record<string, Record<string, HostTensor>> = {}
  const own: Record<string, HostTensor> = {}
  for (const [name, t] of Object.entries(tensors)) {
    const [, buffer, key] = /^@([^/]+)\/(.+)$/.exec(name) ?? []
    if (buffer === undefined) own[name] = t
    else (arrays[buffer] ??= {})[key!] = t
  }
  try {
    load(modules, Object.fromEntries(Object.entries(own).map(([name, t]) => [name, tensor(t.data, t.shape, t.dtype)])), {
      only: () => true,
    })
  } catch (error) {
    if (error instanceof PortolanError) error.message = `${kind}.load: ${error.message}`
    throw error
  }
  return { arrays, rest }
}

/** JSON has no word for −0, infinities and NaN. */
const exactly = (_: string, v: unknown): unknown =>
  typeof v === 'number' && (!Number.isFinite(v) || Object.is(v, -0)) ? { $number: Object.is(v, -0) ? '-0' : String(v) } : v
const read = (_: string, v: unknown): unknown => (typeof v === 'object' && v !== null && '$number' in v ? Number(v.$number) : v)
