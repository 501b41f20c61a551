import { ShapeError } from '../errors.ts'
import type { ConfusionMatrix } from '../metric/classification.ts'
import { heading, mark, renderVega } from './render-vega.ts'
import { textWidth } from './theme.ts'

/** Options of `confusionPicture`. */
export interface ConfusionPictureOptions {
  /** One a class; their numbers unless given. */
  readonly labels?: readonly string[]
  readonly title?: string
}

/**
 * Draws a confusion matrix as SVG: a row an expected and a column a predicted class, counts in the cells, shaded by their share of the row.
 *
 * Cells shrink with the number of classes; where a count no longer fits, the shade alone is drawn.
 * @throws ShapeError if there is not one label a class.
 * @example
 * const svg = await confusionPicture(matrix, { labels: ['cat', 'dog', 'fish'] })
 */
export async function confusionPicture(
  matrix: ConfusionMatrix,
  { labels = matrix.counts.map((_, i) => String(i)), title }: ConfusionPictureOptions = {},
): Promise<string> {
  const { classes, counts } = matrix
  if (labels.length !== classes) throw new ShapeError(`confusionPicture: ${classes} classes need ${classes} labels, got ${labels.length}.`)
  const cell = Math.max(8, Math.min(56, Math.floor(480 / classes)))
  const side = cell * classes
  const countSize = Math.min(13, (cell - 6) / Math.max(...counts.flat().map(count => textWidth(String(count), 1))))
  const shown = labels.map((label, at) => ({ label, at })).filter(({ at }) => at % Math.ceil(14 / cell) === 0)
  const labelWidth = Math.max(...shown.map(({ label }) => textWidth(label, 12)))
  const upright = shown.length < classes || labelWidth > cell - 4
  const left = 50 + labelWidth
  const top = title === undefined ? 20 : 56
  const right = Math.max(112, title === undefined ? 0 : textWidth(title, 17) + 32 - left - side)
  const labelHeight = upright ? labelWidth : 16
  const cells = counts.flatMap((row, expected) => {
    const support = row.reduce((a, b) => a + b, 0)
    return row.map((count, predicted) => ({ expected, predicted, count, share: support && count / support }))
  })

  const row = { scale: 'y', field: 'expected' }
  const column = { scale: 'x', field: 'predicted' }
  const shade = { scale: 'share', field: 'share' }
  const ink = { signal: "datum.share > 0.5 ? '#ffffff' : datum.count ? '#1f2933' : '#9aa5b1'" }
  const middle = { align: 'center', baseline: 'middle' }
  const at = (scale: string) => ({ scale, field: 'at', band: 0.5 })
  const below = { x: at('x'), y: side + 8, text: { field: 'label' } }
  return renderVega({
    width: side,
    height: side,
    padding: { left, top, right, bottom: labelHeight + 42 },
    autosize: 'none',
    data: [
      { name: 'cells', values: cells },
      { name: 'labels', values: shown },
    ],
    scales: [
      { name: 'x', type: 'band', range: 'width', domain: counts.map((_, i) => i) },
      { name: 'y', type: 'band', range: 'height', domain: counts.map((_, i) => i) },
      { name: 'share', type: 'linear', range: ['#f3f7fb', '#5aa2cf', '#08519c'], domain: [0, 0.5, 1] },
    ],
    legends: [
      {
        fill: 'share',
        title: 'share of row',
        format: '.0%',
        tickCount: 3,
        orient: 'none',
        legendX: side + 24,
        legendY: 0,
        gradientLength: Math.min(side, 160),
      },
    ],
    marks: [
      mark(
        'rect',
        { x: column, y: row, width: cell, height: cell, fill: shade, stroke: '#ffffff', strokeWidth: cell > 16 ? 1 : 0 },
        'cells',
      ),
      ...(countSize < 6
        ? []
        : [
            mark(
              'text',
              {
                x: { ...column, band: 0.5 },
                y: { ...row, band: 0.5 },
                ...middle,
                fontSize: countSize,
                text: { field: 'count' },
                fill: ink,
              },
              'cells',
            ),
          ]),
      mark('text', { x: -8, y: at('y'), align: 'right', baseline: 'middle', text: { field: 'label' } }, 'labels'),
      mark(
        'text',
        upright ? { ...below, angle: -90, align: 'right', baseline: 'middle' } : { ...below, align: 'center', baseline: 'top' },
        'labels',
      ),
      ...heading(title, 16 - left, -26),
      mark('text', { text: 'predicted', x: side / 2, y: side + labelHeight + 28, fontSize: 13, align: 'center' }),
      mark('text', { text: 'expected', x: 26 - left, y: side / 2, fontSize: 13, align: 'center', angle: -90 }),
    ],
  })
}
