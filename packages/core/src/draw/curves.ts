import { RangeError } from '../errors.ts'
import { logOf, namesOf, type EpochLog } from '../train/history.ts'
import { drawPanel, flow, type Panel } from './curve-panel.ts'
import { heading, renderVega } from './render-vega.ts'
import { faint, palette } from './theme.ts'

/** Options of `curves`. */
export interface CurvesOptions {
  readonly title?: string
  /** Pixels, 800 unless given. */
  readonly width?: number
  /** Pixels, 360 unless given. */
  readonly height?: number
}

const margin = { left: 68, right: 16, bottom: 50 }

/**
 * Draws a run's curves as SVG: the logs whose names speak of a loss in one panel, all others in a second one beside it.
 *
 * Training is solid, validation dashed; epochs run along x. A value that is not finite leaves a gap.
 * @throws RangeError if there is no epoch to draw.
 * @example
 * const svg = await curves(await trainer.fit(batches, { epochs: 5, validation }), { title: 'LeNet on MNIST' })
 */
export async function curves(
  history: { readonly epochs: readonly EpochLog[] },
  { title, width = 800, height = 360 }: CurvesOptions = {},
): Promise<string> {
  const { epochs } = history
  if (!epochs.length) throw new RangeError('curves: a history without epochs has nothing to draw. Train for one epoch at least.')
  const names = [...new Set(namesOf(epochs).map(name => name.replace(/^validation\./, '')))]
  const panels = [names.filter(isLoss), names.filter(name => !isLoss(name))]
    .filter(group => group.length)
    .map(group => panelOf(group, epochs))

  const outer = width / panels.length
  const inner = outer - margin.left - margin.right
  const legends = panels.map(panel => flow(panel.legend, inner))
  const rows = Math.max(0, ...legends.flat().map(item => item.row + 1))
  const y = (title === undefined ? 14 : 46) + rows * 20 + 8
  const marks = panels.map((panel, i) =>
    drawPanel(panel, legends[i]!, epochs, { x: i * outer + margin.left, y, width: inner, height: height - y - margin.bottom }),
  )
  return renderVega({ width, height, padding: 0, autosize: 'none', marks: [...heading(title, 16, 30), ...marks] })
}

const isLoss = (name: string): boolean => /loss/i.test(name)

/** One log: training and validation in two colours. Several: a colour each, so that the dashes alone tell validation. */
function panelOf(names: readonly string[], epochs: readonly EpochLog[]): Panel {
  const several = names.length > 1
  const colorOf = (i: number): string => palette[i % palette.length]!
  const splits = [
    { label: 'training', prefix: '', dashed: false },
    { label: 'validation', prefix: 'validation.', dashed: true },
  ].filter(({ prefix }) => names.some(name => epochs.some(epoch => logOf(epoch, prefix + name) !== undefined)))
  const series = names.flatMap((name, n) =>
    splits.map(({ prefix, dashed }, s) => ({
      dashed,
      color: colorOf(several ? n : s),
      values: epochs.map(epoch => logOf(epoch, prefix + name)),
    })),
  )
  const kinds = splits.length < 2 ? [] : splits.map(({ label, dashed }, s) => ({ label, dashed, color: several ? faint : colorOf(s) }))
  const legend = several ? [...names.map((label, n) => ({ label, dashed: false, color: colorOf(n) })), ...kinds] : kinds
  return { title: several ? (names.every(isLoss) ? 'loss' : 'metric') : names[0]!, series, legend }
}
