import type { Kernel, Measured } from '../graph/compile.ts'
import { Value, type Node } from '../graph/graph.ts'
import type { Variable } from '../nn/variable.ts'
import { context, within, type Interpreter } from '../tensor/context.ts'
import { Storage } from '../tensor/storage.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Runs a step op by op and says what each of them took; what it writes into variables is forgotten after each run. */
export async function measureEagerly(step: () => unknown, times: number): Promise<Measured> {
  const { interpreter } = context()
  await interpreter.ready()
  const kernels: Kernel[] = []
  const runs: number[] = []
  let nodes: Node[] = []
  const began = performance.now()
  for (let run = 0; run < times; run++) {
    nodes = []
    const written = new Map<Variable, Tensor>()
    const timed: Interpreter = {
      ...interpreter,
      read: variable => written.get(variable) ?? interpreter.read(variable),
      write: (variable, value) => void written.set(variable, value),
      evaluate(op, x, attrs, out) {
        const { source = { error: new Error(op), call: context().call } } = context()
        const start = performance.now()
        const made = interpreter.evaluate(op, x, attrs, out)
        const ms = performance.now() - start
        for (const place of made) if (place instanceof Storage) place.source = source
        const node: Node = { op, inputs: x.map(t => new Value(t)), attrs, outputs: out.map(spec => new Value(spec, source)) }
        nodes.push(node)
        kernels.push({ node, name: op, run, start: start - began, ms, own: ms })
        return made
      },
    }
    const start = performance.now()
    interpreter.scope(
      () => within({ interpreter: timed }, step),
      () => [],
    )
    runs.push(performance.now() - start)
  }
  return { graph: { inputs: [], nodes, outputs: [] }, kernels, runs }
}
