export const ink = '#1f2933'
export const faint = '#52606d'
export const colors = ['#12708f', '#d1651a', '#4f8a10', '#8a3fa0', '#b3261e', '#6b6b00'] as const

type Attributes = Readonly<Record<string, string | number>>

const round = (v: string | number): string => (typeof v === 'number' ? String(Math.round(v * 100) / 100) : v)
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** An element of SVG. */
export const el = (name: string, attributes: Attributes, inside = ''): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, v]) => ` ${key}="${escape(round(v))}"`)
    .join('')}>${inside}</${name}>`

export const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  el('text', { x, y, ...attributes }, escape(words))

export const path = (points: readonly (readonly [number, number])[], attributes: Attributes): string =>
  el('path', { d: `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}`, fill: 'none', ...attributes })

/** A whole picture, on white. */
export const svg = (width: number, height: number, title: string, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="system-ui, sans-serif" font-size="13" fill="${ink}"><title>${escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`
