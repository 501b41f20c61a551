import type { Mark, Point, Scene } from './scene.ts'

/**
 * A drawing as SVG; `savePicture` of `@portolan/core/node` writes it to a file, as PNG too.
 * @example
 * await savePicture('cart-pole.png', sceneToSvg(env.draw()))
 */
export const sceneToSvg = ({ width, height, marks }: Scene): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>${marks.map(draw).join('')}</svg>`

const short = (x: number): number => Math.round(x * 100) / 100
const list = (points: readonly Point[]): string => points.map(([x, y]) => `${short(x)},${short(y)}`).join(' ')
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function draw(m: Mark): string {
  switch (m.kind) {
    case 'polygon':
      return `<polygon points="${list(m.points)}" fill="${m.fill}"/>`
    case 'stroke':
      return `<polyline points="${list(m.points)}" fill="none" stroke="${m.color}" stroke-width="${m.width}" stroke-linecap="round"/>`
    case 'disc':
      return `<circle cx="${short(m.x)}" cy="${short(m.y)}" r="${short(m.radius)}" fill="${m.fill}"/>`
    case 'text':
      return `<text x="${short(m.x)}" y="${short(m.y + m.size * 0.36)}" font-size="${m.size}" fill="${m.fill}" text-anchor="middle">${escape(m.text)}</text>`
  }
}
