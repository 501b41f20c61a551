import { describe, expect, it } from 'vitest'
import { RangeError } from '../errors.ts'
import { curves } from './curves.ts'

const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(m => m[1]!)
const lines = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]*)" stroke="(#\w+)" stroke-width="2"[^>]*?( stroke-dasharray="[^"]*")?\/>/g)].map(m => ({
    path: m[1]!,
    color: m[2]!,
    dashed: m[3] !== undefined,
  }))
/** The size of each panel's plot. */
const boxes = (svg: string) =>
  [...svg.matchAll(/class="background"[^>]* d="M0,0h([\d.]+)v([\d.]+)h/g)]
    .map(m => [Number(m[1]), Number(m[2])])
    .slice(1)
    .filter(([w]) => w! > 100)

const epochs = [
  { epoch: 1, logs: { loss: 1, accuracy: 0.25 }, validation: { loss: 0.5, accuracy: 0.5 } },
  { epoch: 2, logs: { loss: 0.5, accuracy: 0.75 }, validation: { loss: 0.25, accuracy: 1 } },
  { epoch: 3, logs: { loss: 0, accuracy: 1 }, validation: { loss: 0.5, accuracy: 0 } },
]

describe('curves', () => {
  it('puts every value where its axes say: losses left, metrics right, validation dashed', async () => {
    const svg = await curves({ epochs }, { title: 'A <run> & more' })
    expect(svg).toMatch(/^<svg [^>]*width="800" height="360"/)
    const [[w, h], second] = boxes(svg) as [[number, number], number[]]
    expect(second).toEqual([w, h])
    // both panels span 0…1, so a value v of epoch e stands at ((e - 1) / 2 · w, (1 - v) · h)
    const path = (values: number[]) => 'M' + values.map((v, i) => `${(i / 2) * w},${(1 - v) * h}`).join('L')
    expect(lines(svg)).toEqual([
      { path: path([1, 0.5, 0]), color: '#0072b2', dashed: false },
      { path: path([0.5, 0.25, 0.5]), color: '#d55e00', dashed: true },
      { path: path([0.25, 0.75, 1]), color: '#0072b2', dashed: false },
      { path: path([0.5, 1, 0]), color: '#d55e00', dashed: true },
    ])
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        'A &lt;run&gt; &amp; more',
        'loss',
        'accuracy',
        'epoch',
        'training',
        'validation',
        '1',
        '2',
        '3',
        '0.0',
        '1.0',
      ]),
    )
  })

  it('gives each of several metrics a colour, and draws one panel where there is one kind of log', async () => {
    const svg = await curves({ epochs: epochs.map(({ epoch, logs }) => ({ epoch, logs: { accuracy: logs.accuracy, f1: logs.loss } })) })
    expect(boxes(svg)).toHaveLength(1)
    expect(lines(svg).map(line => [line.color, line.dashed])).toEqual([['#0072b2', false], ['#d55e00', false]]) // prettier-ignore
    expect(texts(svg)).toEqual(expect.arrayContaining(['accuracy', 'f1', 'metric']))
    expect(texts(svg)).not.toContain('training')
  })

  it('leaves a gap where a value is not finite or not there', async () => {
    const values = [3, NaN, 2, 1, undefined, 1, 2, Infinity]
    const svg = await curves({ epochs: values.map((loss, i) => ({ epoch: i + 1, logs: loss === undefined ? {} : { loss } })) })
    const parts = lines(svg)[0]!.path.split('M').slice(1)
    expect(parts.map(part => part.split('L').length)).toEqual([1, 2, 2])
    expect(svg).not.toContain('NaN')
  })

  it.each([[[0.5]], [[0.5, 0.5]], [[NaN]], [[1e-9, 3e-9]], [[1e12, 2e12]], [Array.from({ length: 300 }, (_, i) => 1 / (i + 1))]])(
    'draws %j',
    async values => {
      const svg = await curves({ epochs: values.map((loss, i) => ({ epoch: i + 1, logs: { loss } })) })
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      expect(texts(svg).every(text => text.length < 9)).toBe(true)
    },
  )

  it('refuses an empty history', async () => {
    await expect(curves({ epochs: [] })).rejects.toThrow(RangeError)
  })
})
