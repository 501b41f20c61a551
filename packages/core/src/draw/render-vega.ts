import type { Mark, Spec } from 'vega'
import { faint, font, ink } from './theme.ts'

const axis = {
  domainColor: '#9aa5b1',
  tickColor: '#9aa5b1',
  gridColor: '#e4e8ec',
  labelColor: faint,
  labelFont: font,
  labelFontSize: 11,
  titleColor: ink,
  titleFont: font,
  titleFontSize: 12,
  titleFontWeight: 'normal',
} as const
const legend = {
  labelFont: font,
  labelFontSize: 11,
  labelColor: ink,
  titleFont: font,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  titleColor: ink,
} as const

/**
 * A Vega chart as SVG, drawn without a screen. Vega is loaded on the first call; its expressions are interpreted,
 * so that a page whose content security policy forbids `eval` can draw too.
 */
export async function renderVega(spec: Spec): Promise<string> {
  const [vega, { expressionInterpreter }] = await Promise.all([import('vega'), import('vega-interpreter')])
  const runtime = vega.parse(spec, { background: '#ffffff', axis, legend, text: { font, fill: ink, fontSize: 12 } }, { ast: true })
  const view = new vega.View(runtime, { renderer: 'none', expr: expressionInterpreter, logLevel: vega.Error })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** A Vega mark, once or for each row of its data. Plain channels are values; objects look up a scale, a field or a signal. */
export function mark(type: 'line' | 'rect' | 'rule' | 'symbol' | 'text', channels: Readonly<Record<string, unknown>>, data?: string): Mark {
  const enter = Object.entries(channels).map(([name, x]) => [name, typeof x === 'object' && !Array.isArray(x) ? x : { value: x }])
  return { type, ...(data !== undefined && { from: { data } }), encode: { enter: Object.fromEntries(enter) } }
}

/** The title of a picture, as a mark. */
export const heading = (text: string | undefined, x: number, y: number): Mark[] =>
  text === undefined ? [] : [mark('text', { text, x, y, fontSize: 17, fontWeight: 600 })]
