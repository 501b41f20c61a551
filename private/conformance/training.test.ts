import { type Engine } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { expect, it } from 'vitest'
import { blockOf, isBlocked } from './blocked.ts'
import { courses, losses } from './recipes.ts'
import { all, numbers, stateOf, testCourse, train } from './test-course.ts'

for (const [name, course] of Object.entries(courses)) testCourse(name, course, losses[name])

const block = await blockOf()
it.skipIf(block === undefined)('16 channels are trained in the blocked layout, which only some processors have', async () => {
  const course = courses['cnn of 16 channels']!
  let model: Uint8Array | undefined
  await train(course.make(), course, onnx({ threads: 1, onCompile: info => (model = info.bytes) }), 0, 1)
  expect(isBlocked(model!)).toBe(true)
})

it('a run is the same run twice, bit for bit', async () => {
  const course = courses.cnn!
  const run = async (engine: Engine | undefined): Promise<unknown> => {
    const recipe = course.make()
    return [await train(recipe, course, engine, 0, 5), await numbers(stateOf(recipe))]
  }
  for (const engine of Object.values(all)) expect(await run(engine)).toEqual(await run(engine))
})
