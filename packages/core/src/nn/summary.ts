import { Trace } from '../graph/trace.ts'
import { size, type DType } from '../tensor/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { leaves } from '../tree.ts'
import { withCalls } from './calls.ts'
import { modules, variables, type Module } from './module.ts'
import { Param } from './variable.ts'

/** How many numbers the parameters below an object hold. */
export const count = (root: unknown, filter: (p: Param) => boolean = () => true): number =>
  [...variables(root, Param).values()].filter(filter).reduce((n, p) => n + size(p.shape), 0)

const shapesOf = (outputs: unknown): string =>
  leaves(outputs)
    .map(t => `[${t.shape.join(', ')}]`)
    .join(' ')

/**
 * A table of a model's parts: path, kind, shape of what it gives, number of parameters. Nothing is computed.
 * @example
 * console.log(summary(model, [1, 1, 28, 28]))
 */
export function summary(model: Module & { forward(x: Tensor): unknown }, shape: readonly number[], dtype: DType = 'float32'): string {
  const shapes = new Map<Module, string>()
  const all = [...modules(model)]
  const trace = new Trace()
  const x = trace.input({ shape, dtype })
  withCalls(
    model,
    () => trace.run(() => model.forward(x)),
    ({ module }, _, y) => shapes.set(module, shapesOf(y)),
  )
  const rows = all.map(([path, m]) => [path || '(model)', m.constructor.name, shapes.get(m) ?? '', count(m).toLocaleString('en-US')])
  const [total, trainable] = [count(model), count(model, p => p.trainable)]
  const head = ['layer', 'kind', 'output', 'parameters']
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map(r => r[i]!.length)))
  const line = (cells: string[]) => cells.map((c, i) => (i === 3 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join('  ')
  const footer = `${total.toLocaleString('en-US')} parameters, ${trainable.toLocaleString('en-US')} trainable, ${((4 * total) / 2 ** 20).toFixed(2)} MiB`
  return [line(head), widths.map(w => '─'.repeat(w)).join('  '), ...rows.map(line), '', footer].join('\n')
}
