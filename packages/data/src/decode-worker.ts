import { parentPort } from 'node:worker_threads'
import type { TypedArray } from '@portolan/core'
import { loadSample } from './decode/load-sample.ts'
import { toPlain, type Answer, type Order, type Outcome } from './decode/messages.ts'
import type { Field, Fields } from './source/array-dataset.ts'
import { fromRecipe } from './transform/from-recipe.ts'
import { PixelView } from './transform/pixel-view.ts'

/** Samples with their pixels row-major in one buffer, which is handed over instead of copied. */
function packed(outcomes: readonly Outcome[]): { outcomes: Outcome[]; buffer: ArrayBuffer } {
  const views = outcomes.map(o => ('sample' in o ? Object.values<Field>(o.sample).filter(f => f instanceof PixelView) : []))
  const sizeOf = (view: PixelView): number => Math.ceil((view.channels * view.height * view.width * view.pixels.BYTES_PER_ELEMENT) / 8) * 8
  const buffer = new ArrayBuffer(views.flat().reduce((sum, view) => sum + sizeOf(view), 0))
  let at = 0
  const place = (field: Field): Field => {
    if (!(field instanceof PixelView)) return field
    const Kind = field.pixels.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => TypedArray
    const data = new Kind(buffer, at, field.channels * field.height * field.width)
    field.packInto(data)
    at += sizeOf(field)
    return { data, shape: field.shape }
  }
  const plain = (sample: Fields): Fields => Object.fromEntries(Object.entries(sample).map(([name, field]) => [name, place(field)]))
  return { outcomes: outcomes.map(o => ('sample' in o ? { ...o, sample: plain(o.sample) } : o)), buffer }
}

async function work({ id, jobs, options, recipe }: Order): Promise<void> {
  const each = recipe.length ? fromRecipe(recipe) : undefined
  const all: Outcome[] = []
  for (const job of jobs) all.push(await loadSample(job, options, each, true).catch((error: unknown) => ({ error: toPlain(error) })))
  const { outcomes, buffer } = packed(all)
  parentPort!.postMessage({ id, outcomes } satisfies Answer, [buffer])
}

let last = Promise.resolve()
parentPort!.on('message', (order: Order) => {
  last = last.then(() => work(order))
})
