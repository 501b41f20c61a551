import { Module, type Tensor } from '@portolan/core'

/** A language model that can go on from what it has read: given the next token and what it keeps of those before, it gives the scores of the next and what to keep. */
export interface Stepwise extends Module {
  /** How many different tokens there are. */
  readonly vocabSize: number
  /** How many tokens it can see, if that is limited. */
  readonly context?: number
  /** What it keeps of n sequences of which it has read nothing. */
  emptyPast(n: number): Tensor
  /** ids: int32 [n, 1], past, position: int32 [1], the place of these tokens → scores [n, vocabSize] and what to keep */
  step(ids: Tensor, past: Tensor, position: Tensor): { logits: Tensor; present: Tensor }
}

/**
 * One step of a language model as a module, so that it can be exported or compiled: what it keeps goes in as `past` and comes out
 * as `present`.
 *
 * ids: int32 [n, 1], past: as `emptyPast(n)`, in GPT2 with one more place at each step, position: int32 [1] → logits [n, vocabSize], present.
 * @example
 * const step = new CachedStep(gpt)
 * await exportOnnx(step, step.ports(1), { file: 'gpt.onnx' })
 */
export class CachedStep extends Module {
  constructor(readonly model: Stepwise) {
    super()
  }
  /** The inputs of an exported step for n sequences; an axis of the past that grows stays open. */
  ports(n = 1): Record<'ids' | 'past' | 'position', { shape: (number | string)[]; dtype: 'int32' | 'float32' }> {
    return {
      ids: { shape: [n, 1], dtype: 'int32' },
      past: { shape: this.model.emptyPast(n).shape.map(d => (d === 0 ? 'past' : d)), dtype: 'float32' },
      position: { shape: [1], dtype: 'int32' },
    }
  }
  /** ids: int32 [n, 1], past: as `emptyPast(n)`, position: int32 [1] → logits of what comes next, and the past with this token */
  forward(ids: Tensor, past: Tensor, position: Tensor): { logits: Tensor; present: Tensor } {
    return this.model.step(ids, past, position)
  }
}
