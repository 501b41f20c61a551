import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface PlotOptions {
  /** The upper end of the axis; without one it follows the values. */
  most?: number
  format(value: number): string
}

const sizeOf = ({ clientWidth: width, clientHeight: height }: HTMLElement) => ({ width, height })
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** One curve over the steps: every value as a hairline, their running mean as a line, and marks for what was tested. */
export function plot(place: HTMLElement, { most, format }: PlotOptions) {
  let [steps, values, means, tests]: [number[], number[], number[], (number | null)[]] = [[], [], [], []]
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const axis: uPlot.Axis = {
    stroke: () => colour('--quiet'),
    font,
    grid: { stroke: () => colour('--rule'), width: 1 },
    ticks: { show: false },
  }
  const chart = new uPlot(
    {
      ...sizeOf(place),
      legend: { show: false },
      cursor: { show: false },
      padding: [12, 8, 0, 0],
      scales: {
        x: { time: false, range: (_, __, last) => [0, Math.max(20, last)] },
        y: { range: (_, __, largest) => [0, most ?? Math.max(0.5, largest * 1.05)] },
      },
      axes: [
        { ...axis, size: 28, space: 64, values: (_, marks) => marks.map(v => (Number.isInteger(v) ? v.toLocaleString('en') : '')) },
        { ...axis, size: 46, space: 36, values: (_, marks) => marks.map(format) },
      ],
      series: [
        {},
        { stroke: () => colour('--curve-faint'), width: 1, points: { show: false } },
        { stroke: () => colour('--curve'), width: 2, points: { show: false } },
        {
          stroke: () => colour('--mark'),
          width: 1.5,
          spanGaps: true,
          points: { show: true, size: 6, stroke: () => colour('--mark'), fill: () => colour('--mark') },
        },
      ],
    },
    [steps, values, means, tests] as uPlot.AlignedData,
    place,
  )
  const draw = (): void => chart.setData([steps, values, means, tests] as uPlot.AlignedData)
  new ResizeObserver(() => chart.setSize(sizeOf(place))).observe(place)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw(false))

  const add = (value: number): void => {
    const last = means.at(-1)
    steps.push(steps.length + 1)
    values.push(value)
    means.push(last === undefined ? value : last + 0.12 * (value - last))
    tests.push(null)
  }
  return {
    /** Takes away what is there and draws these. */
    reset(all: readonly number[], marks: readonly { step: number; value: number }[] = []) {
      ;[steps, values, means, tests] = [[], [], [], []]
      for (const v of all) add(v)
      for (const { step, value } of marks) tests[step - 1] = value
      draw()
    },
    append(more: readonly number[]) {
      for (const v of more) add(v)
      draw()
    },
    mark(step: number, value: number) {
      tests[step - 1] = value
      draw()
    },
    /** The running mean after the last step. */
    mean: (): number | undefined => means.at(-1),
  }
}
