import { compile, load, ready, repeated, stack, tensor, Variable, variables, type Engine, type State } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { close } from '@portolan/test-kit'
import { beforeAll, describe, expect, it } from 'vitest'
import { liveTensors } from '../../packages/core/src/eager/engine.ts'
import { decodeSafetensors, encodeSafetensors } from '../../packages/core/src/io/safetensors.ts'
import { isBlocked } from './blocked.ts'
import { engines } from './engines.ts'
import type { Batch, Course, Recipe } from './recipes.ts'

/** The engines that must agree; eager comes first. */
export const all: Record<string, Engine | undefined> = { eager: undefined, ...engines }
const steps = 20
const stacked = (batches: readonly Batch[]): Batch =>
  Object.fromEntries(Object.keys(batches[0]!).map(name => [name, stack(batches.map(b => b[name]!))]))
export const batchOf = ({ batches }: Course, i: number): Batch => batches[i % batches.length]!

/**
 * A true gradient that is zero: of what is added to all scores of a query alike, the middle third of in_proj_bias. Adam makes steps of
 * full length of what rounding leaves there.
 */
const third = (path: string, v: number[]): number[] =>
  path.endsWith('in_proj_bias') ? [...v.slice(0, v.length / 3), ...v.slice((2 * v.length) / 3)] : v

export type Logs = Record<string, number[]>
export async function train(recipe: Recipe, course: Course, engine: Engine | undefined, from: number, to: number): Promise<Logs> {
  const step = compile(recipe.step, { engine })
  const logs: Logs = {}
  for (let i = from; i < to; i++)
    for (const [name, t] of Object.entries(await step(batchOf(course, i)))) (logs[name] ??= []).push(await t.item())
  await step.dispose()
  return logs
}
export const stateOf = (recipe: Recipe): State => Object.fromEntries([...variables(recipe.state)].map(([path, v]) => [path, v.value]))
export const numbers = async (state: State): Promise<Record<string, number[]>> =>
  Object.fromEntries(await Promise.all(Object.entries(state).map(async ([path, t]) => [path, Array.from(await t.data())] as const)))

/** What PyTorch made of the same course: losses of each step by name, running statistics afterwards. */
export interface Expected {
  readonly losses: Readonly<Record<string, readonly number[]>>
  readonly buffers?: Readonly<Record<string, readonly number[]>>
}

/** That a course comes to the same on every engine and in PyTorch, can be gone on with, leaves nothing behind, and may take several steps in one run. */
export const testCourse = (name: string, course: Course, pytorch: Expected | undefined): void => {
  beforeAll(async () => expect(await ready()).toBe('wasm'))
  const stands = (path: string): boolean => !course.vague?.(path)

  describe(name, () => {
    it('20 steps: eager = portable = auto = PyTorch from the same weights', async () => {
      const runs: [string, Logs, Record<string, number[]>][] = []
      for (const [engine, e] of Object.entries(all)) {
        const recipe = course.make()
        runs.push([engine, await train(recipe, course, e, 0, steps), await numbers(stateOf(recipe))])
      }
      const [[, expected, after], ...others] = runs as [(typeof runs)[0], ...typeof runs]
      for (const key of Object.keys(expected))
        expect(new Set(expected[key]!.slice(0, course.batches.length)).size, key).toBeGreaterThan(key === 'accuracy' ? 0 : 1)
      for (const [engine, logs, state] of others) {
        for (const key of Object.keys(expected)) close(logs[key]!, expected[key]!, 1e-5, `${key} on ${engine}:`)
        expect(Object.keys(state)).toEqual(Object.keys(after))
        for (const [path, v] of Object.entries(after))
          if (stands(path)) close(third(path, state[path]!), third(path, v), 1e-3, `${path} on ${engine}:`)
      }
      for (const [engine, logs, state] of runs) {
        for (const [key, theirs] of Object.entries(pytorch?.losses ?? {}))
          for (const [i, loss] of theirs.entries())
            expect(Math.abs(logs[key]![i]! - loss), `${key} of step ${i} on ${engine}: ${logs[key]![i]} beside ${loss}`).toBeLessThan(2e-4)
        for (const [path, theirs] of Object.entries(pytorch?.buffers ?? {}))
          if (stands(path)) close(state[`model.${path}`]!, theirs, 1e-3, `${path} on ${engine}:`)
      }
    })

    it.each(Object.entries(all))('goes on exactly from a file, in a build that has made no step: %s', async (_, engine) => {
      const recipe = course.make()
      await train(recipe, course, engine, 0, 3)
      const host = await Promise.all(
        Object.entries(stateOf(recipe)).map(
          async ([path, t]) => [path, { dtype: t.dtype, shape: t.shape, data: (await t.data()).slice() }] as const,
        ),
      )
      const file = encodeSafetensors(Object.fromEntries(host))
      const rest = await train(recipe, course, engine, 3, 6)

      const other = course.make(true)
      const saved = Object.entries(decodeSafetensors(file).tensors).map(
        ([path, { data, shape, dtype }]) => [path, tensor(data, shape, dtype)] as const,
      )
      load(other.state, Object.fromEntries(saved), { only: Variable })
      expect(await train(other, course, engine, 3, 6)).toEqual(rest)
      expect(await numbers(stateOf(other))).toEqual(await numbers(stateOf(recipe)))
    })

    it('eager steps leave nothing behind', async () => {
      const step = compile(course.make().step)
      const kept = []
      for (let i = 0; i < course.batches.length + 1; i++) kept.push(await step(batchOf(course, i)))
      const before = liveTensors()
      for (let i = 0; i < 3; i++) kept.push(await step(batchOf(course, 0)))
      expect(liveTensors() - before).toBe(3 * Object.keys(kept[0]!).length)
    })

    it.each(Object.keys(all))('four steps in one run are four runs, bit for bit: %s', async which => {
      let model: Uint8Array = new Uint8Array()
      const engine = which === 'auto' ? onnx({ threads: 1, onCompile: info => (model = info.bytes) }) : all[which]
      const four = [0, 1, 2, 3].map(i => batchOf(course, i))
      const [single, together] = [course.make(), course.make()]
      const logs = await train(single, course, engine, 0, 4)
      // onnxruntime's loops have no blocked layout: there, and only there, sums are rounded in another order
      const tolerance = isBlocked(model) ? 1e-5 : 0
      const result = await compile(repeated(together.step), { engine })(stacked(four))
      for (const [key, t] of Object.entries(result)) close(await t.data(), logs[key]!, tolerance, key)
      const [after, expected] = [await numbers(stateOf(together)), await numbers(stateOf(single))]
      expect(Object.keys(after)).toEqual(Object.keys(expected))
      for (const [path, v] of Object.entries(after)) if (!tolerance || stands(path)) close(v, expected[path]!, 10 * tolerance, path)
    })
  })
}
