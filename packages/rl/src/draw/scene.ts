/** x to the right, y downwards, in pixels. */
export type Point = readonly [x: number, y: number]

/** One thing in a drawing. Colours are `#rrggbb`. */
export type Mark =
  | { readonly kind: 'polygon'; readonly points: readonly Point[]; readonly fill: string }
  | { readonly kind: 'stroke'; readonly points: readonly Point[]; readonly color: string; readonly width: number }
  | { readonly kind: 'disc'; readonly x: number; readonly y: number; readonly radius: number; readonly fill: string }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly size: number; readonly fill: string }

/** What an environment looks like: `sceneToSvg` and `drawScene` put the same on paper and canvas. Later marks cover earlier ones. */
export interface Scene {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
}

/** White paper. */
export const clear = (width: number, height: number): Scene => ({ width, height, marks: [] })
/** A filled area between points. */
export const polygon = (points: readonly Point[], fill: string): Mark => ({ kind: 'polygon', points, fill })
/** A filled rectangle from its upper left corner; sizes in pixels. */
export const rectangle = (x: number, y: number, width: number, height: number, fill: string): Mark =>
  polygon([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], fill) // prettier-ignore
/** A line through points. */
export const stroke = (points: readonly Point[], color: string, width: number): Mark => ({ kind: 'stroke', points, color, width })
/** A filled circle around a point; radius in pixels. */
export const disc = (x: number, y: number, radius: number, fill: string): Mark => ({ kind: 'disc', x, y, radius, fill })
/** Text whose middle is at a point. */
export const label = (x: number, y: number, text: string, size: number, fill = '#000000'): Mark => ({
  kind: 'text',
  x,
  y,
  text,
  size,
  fill,
})
/** A point turned clockwise by an angle in radians, then moved. */
export const rotated = (x: number, y: number, angle: number, dx: number, dy: number): Point => [
  dx + x * Math.cos(angle) - y * Math.sin(angle),
  dy + x * Math.sin(angle) + y * Math.cos(angle),
]
