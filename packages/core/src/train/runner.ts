import { compile, type Engine } from '../graph/compile.ts'
import { evaluating, type Module } from '../nn/module.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * Something that answers: an eager module, a compiled forward, a loaded ONNX file. Code that generates text or acts in an
 * environment takes a runner and need not know which.
 */
export interface Runner {
  /** Named inputs to named outputs. */
  predict(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
  /** Gives back what it holds; it cannot answer afterwards. */
  dispose(): Promise<void>
}

/**
 * A module as a runner, in evaluation mode: op by op, or compiled by an engine. Inputs go to `forward` in the order in which
 * they are given; the output is called `output`.
 * @example
 * const { output } = await runner(model, { engine: onnx() }).predict({ x: image })
 */
export function runner(model: Module & { forward(...x: Tensor[]): Tensor }, { engine }: { engine?: Engine } = {}): Runner {
  const forward = compile((...x: Tensor[]) => model.forward(...x), { engine })
  return {
    async predict(inputs) {
      return { output: await evaluating(model, () => forward(...Object.values(inputs))) }
    },
    dispose: () => forward.dispose(),
  }
}
