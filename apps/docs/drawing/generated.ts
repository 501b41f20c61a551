import { iota, Rng, tensor, type Tensor } from '@portolan/core'
import { imageGrid } from '@portolan/core/draw'
import { digits } from '@portolan/data'
import { addNoise, cosineNoise, harmonicFill, linearNoise, toPictures } from '@portolan/generative'
import { colors, el, faint, path, svg, text } from './svg.ts'

/** Digits [n, 1, 28, 28] in 0 … 1. */
function some(count: number): Tensor {
  const { image } = digits({ train: count, test: 1, seed: 3 }).train.fields
  return tensor(Float32Array.from(image.data, v => v / 255), [count, 1, 28, 28]) // prettier-ignore
}

/** A digit on its way to noise, by both schedules. */
export async function noisePicture(): Promise<string> {
  const stops = [0, 125, 250, 375, 500, 625, 750, 999]
  const x = some(1).mul(2).sub(1).broadcastTo([stops.length, 1, 28, 28])
  const noise = new Rng(1).normal([1, 1, 28, 28]).broadcastTo(x.shape)
  const rows = await Promise.all(
    [linearNoise(1000), cosineNoise(1000)].map(schedule =>
      toPictures(addNoise(schedule, x, tensor(Int32Array.from(stops)), noise), { range: [-1, 1] }),
    ),
  )
  const captions = ['linear', 'cosine'].flatMap(name => stops.map(t => `${name}, t = ${t}`))
  return `${await imageGrid(rows.flat(), { columns: stops.length, captions })}\n`
}

/** What is left of a sample's variance after each step, ᾱₜ, by both schedules. */
export function schedulesPicture(): string {
  const [width, height, left, top] = [460, 230, 50, 24]
  const at = (t: number, a: number) => [left + (t / 999) * width, top + (1 - a) * height] as const
  const lines = ([['linear', linearNoise(1000)], ['cosine', cosineNoise(1000)]] as const).map(([name, { alphaBars }], i) =>
    [
      path(alphaBars.flatMap((a, t) => (t % 9 ? [] : [at(t, a)])), { stroke: colors[i]!, 'stroke-width': 2.5 }),
      text(...at(i ? 560 : 210, i ? 0.62 : 0.3), name, { fill: colors[i]!, 'font-weight': 600 }),
    ].join(''),
  ) // prettier-ignore
  return svg(left + width + 24, top + height + 46, 'What is left of a sample after each step of noise', [
    el('rect', { x: left, y: top, width, height, fill: 'none', stroke: '#e4e8ec' }),
    ...[0, 250, 500, 750, 999].map(t => text(at(t, 0)[0], top + height + 18, String(t), { 'text-anchor': 'middle', fill: faint, 'font-size': 11 })), // prettier-ignore
    ...[0, 0.5, 1].map(a => text(left - 8, at(0, a)[1] + 4, String(a), { 'text-anchor': 'end', fill: faint, 'font-size': 11 })),
    text(left + width / 2, top + height + 38, 'step t', { 'text-anchor': 'middle', fill: faint }),
    text(12, top + height / 2, 'ᾱ', { fill: faint }),
    ...lines,
  ])
}

/** Digits, the same with a hole, and the hole filled as smoothly as can be. */
export async function holesPicture(): Promise<string> {
  const x = some(6)
  const inside = iota(28).greater(9).cast('float32').mul(iota(28).less(18).cast('float32'))
  const known = inside
    .reshape([28, 1])
    .mul(inside.reshape([1, 28]))
    .neg()
    .add(1)
    .broadcastTo([6, 1, 28, 28])
  const rows = await Promise.all([x, x.mul(known).add(known.neg().add(1).mul(0.5)), await harmonicFill(x, known)].map(t => toPictures(t)))
  const captions = ['as it was', 'with a hole', 'filled smoothly'].flatMap(name => Array.from({ length: 6 }, (_, i) => (i ? '' : name)))
  return `${await imageGrid(rows.flat(), { columns: 6, captions })}\n`
}
