import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { duration, formatNumber, progressBar, type ProgressStream } from './progress-bar.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function capture(more: Partial<ProgressStream>): ProgressStream & { text: string } {
  return { text: '', ...more, write(text: string) { this.text += text } } // prettier-ignore
}

/** What a terminal's line shows after these characters, colours aside. */
function screen(text: string): string[] {
  return stripVTControlCharacters(text).split('\n').map(line =>
    line.split('\r').reduce((shown, part) => part + shown.slice(part.length), '').trimEnd(),
  ) // prettier-ignore
}

describe('on a terminal', () => {
  it('shows the epoch, the bar, the logs and the time left, then the summary alone', () => {
    const stream = capture({ isTTY: true, columns: 100 })
    const bar = progressBar({ stream })
    bar.start(2, 5, 469)
    bar.update(1, { loss: 2.3 })
    vi.advanceTimersByTime(62_000)
    bar.update(235, { loss: 0.0412, accuracy: 0.987 })
    // 234 batches took 62 s: the other 234 will too
    expect(screen(stream.text)).toEqual([`Epoch 2/5 ${'█'.repeat(15)}${'░'.repeat(15)} 235/469  loss 0.04120  accuracy 0.9870  1m02s left`])
    bar.stop('Epoch 2/5  loss 0.04051')
    expect(screen(stream.text)).toEqual(['Epoch 2/5  loss 0.04051', ''])
  })

  it.each([20, 40, 60, 80, 200])('stays within %i columns, and drawn over itself leaves no rest', columns => {
    const stream = capture({ isTTY: true, columns })
    const bar = progressBar({ stream })
    bar.start(10, 10, 1000)
    for (const [done, logs] of [
      [1, { loss: 1, accuracy: 0.5, precision: 0.25 }],
      [10, { loss: 1 }],
      [1000, { loss: 1 }],
    ] as const) {
      bar.update(done, logs)
      vi.advanceTimersByTime(500)
    }
    const lines = stream.text.split('\r').slice(1)
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line.length).toBeLessThan(columns)
    expect(screen(stream.text)[0]).toBe(lines[2]!.trimEnd())
    expect(stream.text).not.toContain('\x1b')
  })

  it('redraws ten times a second at most, and asks the stream before it uses colours', () => {
    const stream = capture({ isTTY: true, columns: 80, hasColors: () => true })
    const bar = progressBar({ stream })
    bar.start(1, 1, 1000)
    for (let i = 1; i <= 1000; i++) {
      bar.update(i, { loss: 1 })
      vi.advanceTimersByTime(1)
    }
    expect(stream.text.split('\r').length - 1).toBe(10)
    expect(stream.text).toContain('\x1b[36m█')
  })

  it('counts without a bar where the number of batches is not known', () => {
    const stream = capture({ isTTY: true, columns: 80 })
    const bar = progressBar({ stream })
    bar.start(1, 3)
    bar.update(7, { loss: NaN })
    expect(screen(stream.text)).toEqual(['Epoch 1/3  7  loss NaN'])
    bar.stop()
    expect(screen(stream.text)).toEqual([''])
  })
})

describe('elsewhere', () => {
  it('writes a plain line an epoch, and one every ten seconds', () => {
    const stream = capture({})
    const bar = progressBar({ stream })
    for (const epoch of [1, 2]) {
      bar.start(epoch, 2, 250)
      for (let i = 1; i <= 250; i++) {
        vi.advanceTimersByTime(epoch === 1 ? 10 : 100)
        bar.update(i, { loss: 1 / i })
      }
      bar.stop(`Epoch ${epoch}/2  done`)
    }
    expect(stream.text).toBe(
      [
        'Epoch 1/2  done',
        'Epoch 2/2 100/250  loss 0.01000  15s left',
        'Epoch 2/2 200/250  loss 0.005000  5s left',
        'Epoch 2/2  done',
        '',
      ].join('\n'),
    )
  })
})

it('writes numbers in four digits and durations in two parts', () => {
  expect([0, 1, -0.5, 12.3456, 1.2341e-7, 123456, Infinity].map(formatNumber)).toEqual([
    '0.000',
    '1.000',
    '-0.5000',
    '12.35',
    '1.234e-7',
    '1.235e+5',
    'Infinity',
  ])
  expect([400, 59_400, 63_000, 3_599_000, 7_500_000].map(duration)).toEqual(['0s', '59s', '1m03s', '59m59s', '2h05m'])
})
