import * as tf from '@tensorflow/tfjs-core'
import { ready } from './backend.ts'
import { PortolanError } from '../errors.ts'
import type { Graph, Value } from '../graph/graph.ts'
import type { OpName } from '../ops/index.ts'
import type { Interpreter } from '../tensor/context.ts'
import { asTypedArray, size, type DType, type Spec, type TypedArray } from '../tensor/spec.ts'
import { Storage } from '../tensor/storage.ts'
import { kernels } from './kernels/index.ts'
import type { Eager } from './kernels/kernel.ts'

/** uint8 is int32 to tfjs. */
const tfType = (dtype: DType): 'float32' | 'int32' | 'bool' => (dtype === 'uint8' ? 'int32' : dtype)

/** Numbers that tfjs keeps. They are freed when nobody can reach them any more, or at the end of the scope that made them. */
class TfStorage extends Storage {
  constructor(
    readonly tensor: tf.Tensor,
    readonly dtype: DType,
  ) {
    super()
    garbage.register(this, tensor, this)
  }
  override async read(): Promise<TypedArray> {
    return this.#own(await alive(this.tensor).data())
  }
  override readSync(): TypedArray {
    return this.#own(alive(this.tensor).dataSync())
  }
  override dispose(): void {
    garbage.unregister(this)
    this.tensor.dispose()
  }
  #own(data: ArrayLike<number>): TypedArray {
    return asTypedArray(data, this.dtype) // tfjs keeps int32 that it cast to float32, say, as it was
  }
}
/** @throws PortolanError if the numbers went with the step that made them. */
function alive(tensor: tf.Tensor): tf.Tensor {
  if (tensor.isDisposed)
    throw new PortolanError(
      `Tensor: one of shape [${tensor.shape}] was made in a step and freed when that ended. Return it from the step, or keep it in a Variable.`,
    )
  return tensor
}
const garbage = new FinalizationRegistry<tf.Tensor>(t => t.dispose())

/** Host numbers are uploaded once; in a scope, those of a variable stay and others go with the scope. */
const uploads = new WeakMap<Storage, TfStorage>()
function onTf(storage: Storage, { shape, dtype }: Spec): tf.Tensor {
  if (storage instanceof TfStorage) return alive(storage.tensor)
  let up = uploads.get(storage)
  if (!up) {
    const data = storage.readSync()
    const numbers = dtype === 'uint8' ? Int32Array.from(data) : data.slice() // tfjs may keep the array that it is given
    uploads.set(storage, (up = new TfStorage(tf.tensor(numbers, [...shape], tfType(dtype)), dtype)))
    scope?.uploaded.add(storage)
  }
  return up.tensor
}

const table = kernels as unknown as Record<OpName, (x: readonly tf.Tensor[], attrs: unknown, c: Eager) => tf.Tensor | tf.Tensor[]>
/** What comes out without numbers is not computed: many kernels of tfjs fail on it, or give numbers. */
const call = (op: OpName, x: readonly tf.Tensor[], attrs: unknown, out: readonly Spec[]): tf.Tensor[] =>
  out.every(s => size(s.shape) === 0)
    ? out.map(s => tf.tensor([], [...s.shape], tfType(s.dtype)))
    : [table[op](x, attrs, { out, interpret })].flat()

function interpret(graph: Graph, args: tf.Tensor[]): tf.Tensor[] {
  const made = new Map<Value, tf.Tensor>(graph.inputs.map((v, i) => [v, args[i]!]))
  for (const n of graph.nodes)
    call(
      n.op,
      n.inputs.map(v => made.get(v)!),
      n.attrs,
      n.outputs,
    ).forEach((t, i) => made.set(n.outputs[i]!, t))
  return graph.outputs.map(v => made.get(v)!)
}

/** Storages made since a scope began, those that variables left, and host storages that were uploaded. */
let scope: { made: Set<Storage>; left: Set<Storage>; uploaded: Set<Storage> } | undefined

/** Does every op at once, on the tfjs backend that is set. */
export const eager: Interpreter = {
  traces: false,
  ready,
  evaluate(name, x, attrs, out) {
    const inputs = x.map(t => onTf(t.storage, t)) // outside the tidy: uploads stay
    const known = new Set(inputs) // a loop may hand on what it was given, or one result twice: each storage owns its tensor
    return tf
      .tidy(() => call(name, inputs, attrs, out))
      .map((t, i) => {
        const storage = new TfStorage(known.has(t) ? tf.clone(t) : t, out[i]!.dtype)
        known.add(t)
        scope?.made.add(storage)
        return storage
      })
  },
  read(variable) {
    if (!scope) variable.latest.storage.hidden = false
    return variable.latest
  },
  write(variable, value) {
    scope?.left.add(variable.latest.storage)
    if (scope?.made.has(value.storage)) value.storage.hidden = true
    variable.latest = value
  },
  depend() {},
  scope(f, kept) {
    const outer = scope
    const mine = (scope = { made: new Set(), left: new Set(), uploaded: new Set() })
    const keep = new Set<Storage>()
    try {
      const result = f()
      for (const t of kept(result)) {
        keep.add(t.storage)
        t.storage.hidden = false
      }
      return result
    } finally {
      scope = outer
      for (const s of mine.made) if (!keep.has(s) && s.owners === 0) s.dispose()
      for (const s of mine.uploaded) {
        if (s.owners) continue
        uploads.get(s)!.dispose()
        uploads.delete(s)
      }
      for (const s of mine.left) if (!keep.has(s) && !mine.made.has(s) && s.owners === 0 && s.hidden) s.dispose()
    }
  },
}

/** @internal How many tfjs tensors live: for tests. */
export const liveTensors = (): number => tf.memory().numTensors
