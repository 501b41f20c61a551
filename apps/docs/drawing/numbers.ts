import { conv2d, gelu, grad, leakyRelu, tensor, type Tensor } from '@portolan/core'
import { colors, el, faint, path, svg, text } from './svg.ts'

/** The usual activations, computed by their ops. */
export async function activations(): Promise<string> {
  const [size, gap, n] = [180, 24, 161]
  const xs = Array.from({ length: n }, (_, i) => -4 + (8 * i) / (n - 1))
  const x = tensor(xs)
  const all: readonly [string, Tensor][] = [
    ['step', x.greater(0).cast('float32')],
    ['sigmoid', x.sigmoid()],
    ['tanh', x.tanh()],
    ['ReLU', x.relu()],
    ['leaky ReLU, slope 0.1', leakyRelu(x, 0.1)],
    ['GELU', gelu(x)],
  ]
  const parts = await Promise.all(
    all.map(async ([name, y], i) => {
      const [left, top] = [gap + (i % 3) * (size + gap), 36 + Math.floor(i / 3) * (size + 40)]
      const at = (a: number, b: number) => [left + ((a + 4) / 8) * size, top + ((2.5 - b) / 4) * size] as const
      const values = await y.data()
      const curve = xs.map((a, k) => [a, values[k]!] as const).filter(([, b]) => b <= 2.5)
      const axis = { stroke: '#c5ced6' }
      return [
        text(left, top - 10, name, { 'font-weight': 600 }),
        el('rect', { x: left, y: top, width: size, height: size, fill: 'none', stroke: '#e4e8ec' }),
        path([at(-4, 0), at(4, 0)], axis),
        path([at(0, -1.5), at(0, 2.5)], axis),
        ...[-4, 4].map(a =>
          text(at(a, 0)[0] + (a < 0 ? 4 : -12), at(0, 0)[1] + 14, String(a).replace('-', '−'), { fill: faint, 'font-size': 11 }),
        ),
        text(at(0, 0)[0] + 5, at(0, 1)[1] + 4, '1', { fill: faint, 'font-size': 11 }),
        path([at(-0.1, 1), at(0.1, 1)], { stroke: faint }),
        path(
          curve.map(([a, b]) => at(a, b)),
          { stroke: colors[0], 'stroke-width': 2.5, 'stroke-linejoin': 'round' },
        ),
      ].join('')
    }),
  )
  return svg(3 * (size + gap) + gap, 2 * (size + 40) + 16, 'Activations between −4 and 4', parts)
}

/** Ten steps down u² + 4v² with three learning rates, by Portolan's gradient. */
export async function descentPicture(): Promise<string> {
  const [width, height] = [640, 330]
  const at = (u: number, v: number) => [width / 2 + u * 130, height / 2 + 14 - v * 100] as const
  const weights = tensor([1, 4])
  const slope = grad((p: Tensor) => p.mul(p).mul(weights).sum())
  const levels = [0.25, 1, 2, 4, 6, 8].map(level => {
    const [cx, cy] = at(0, 0)
    return el('ellipse', { cx, cy, rx: 130 * Math.sqrt(level), ry: 50 * Math.sqrt(level), fill: 'none', stroke: '#d4dbe1' })
  })
  const paths = await Promise.all(
    [0.02, 0.1, 0.26].map(async (rate, i) => {
      let p = tensor([2, 1])
      const way: (readonly [number, number])[] = [at(2, 1)]
      for (let step = 0; step < 10; step++) {
        p = p.sub(slope(p)[0]!.mul(rate))
        const [u, v] = await p.data()
        way.push(at(u!, v!))
      }
      const inside = way.filter(([, y]) => y > 20 && y < height)
      const color = colors[[2, 0, 1][i]!]!
      return [
        path(inside, { stroke: color, 'stroke-width': 1.8 }),
        ...inside.map(([cx, cy]) => el('circle', { cx, cy, r: 3.5, fill: color })),
        text(20 + i * 110, 24, `η = ${rate}`, { fill: color, 'font-weight': 600 }),
      ].join('')
    }),
  )
  return svg(width, height, 'Ten steps of gradient descent with three learning rates', [...levels, ...paths])
}

/** A kernel over a picture, one place marked, and all that comes out. */
export async function convolutionPicture(): Promise<string> {
  const cell = 34
  const row = [0, 0, 0, 1, 1, 1]
  const picture = Array.from({ length: 6 }, () => row)
  const kernel = Array.from({ length: 3 }, () => [-1, 0, 1])
  const out = (await conv2d(tensor([[picture]]), tensor([[kernel]]))
    .reshape([4, 4])
    .array()) as number[][]
  const grid = (left: number, top: number, name: string, rows: readonly (readonly number[])[], fill: (v: number) => string): string =>
    [
      text(left, top - 10, name, { 'font-weight': 600 }),
      ...rows.flatMap((cells, i) =>
        cells.flatMap((v, j) => [
          el('rect', { x: left + j * cell, y: top + i * cell, width: cell, height: cell, fill: fill(v), stroke: '#9aa5b1' }),
          text(left + (j + 0.5) * cell, top + (i + 0.5) * cell + 4.5, String(v).replace('-', '−'), { 'text-anchor': 'middle' }),
        ]),
      ),
    ].join('')
  const mark = (left: number, top: number, i: number, j: number, size: number): string =>
    el('rect', {
      x: left + j * cell,
      y: top + i * cell,
      width: size * cell,
      height: size * cell,
      fill: 'none',
      stroke: colors[1],
      'stroke-width': 3,
    })
  const [a, b, c] = [20, 20 + 6 * cell + 50, 20 + 9 * cell + 130]
  return svg(c + 4 * cell + 20, 40 + 6 * cell + 20, 'A convolution: the kernel at one place, and what comes out', [
    grid(a, 40, 'picture', picture, v => (v ? '#fff3c4' : '#e4e8ec')),
    grid(b, 40 + 1.5 * cell, 'kernel', kernel, v => (v > 0 ? '#d5f0d5' : v < 0 ? '#f8d7d4' : '#fff')),
    grid(c, 40 + cell, 'what comes out', out, v => (v ? '#d5ecf3' : '#fff')),
    mark(a, 40, 1, 1, 3),
    mark(c, 40 + cell, 1, 1, 1),
    text(b - 28, 40 + 3 * cell + 6, '∗', { 'font-size': 22 }),
    text(c - 52, 40 + 3 * cell + 6, '=', { 'font-size': 22 }),
  ])
}
