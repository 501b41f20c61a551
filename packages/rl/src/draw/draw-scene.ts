import type { Point, Scene } from './scene.ts'

/** What a drawing needs of a canvas: a `CanvasRenderingContext2D` has it. */
export type Canvas = Pick<
  CanvasRenderingContext2D,
  | 'save' | 'restore' | 'scale' | 'fillRect' | 'beginPath' | 'moveTo' | 'lineTo' | 'closePath' | 'arc' | 'fill' | 'stroke' | 'fillText'
  | 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'lineCap' | 'font' | 'textAlign' | 'textBaseline'
> // prettier-ignore

/**
 * Puts a drawing on a canvas of a page. `scale`: pixels of the canvas for one of the drawing, default 1.
 * @example
 * drawScene(canvas.getContext('2d')!, env.draw())
 */
export function drawScene(canvas: Canvas, { width, height, marks }: Scene, { scale = 1 }: { scale?: number } = {}): void {
  const path = (points: readonly Point[]): void => {
    canvas.beginPath()
    for (const [i, [x, y]] of points.entries()) if (i) canvas.lineTo(x, y)
    else canvas.moveTo(x, y) // prettier-ignore
  }
  canvas.save()
  canvas.scale(scale, scale)
  canvas.fillStyle = '#ffffff'
  canvas.fillRect(0, 0, width, height)
  for (const m of marks) {
    if (m.kind === 'stroke') {
      path(m.points)
      canvas.strokeStyle = m.color
      canvas.lineWidth = m.width
      canvas.lineCap = 'round'
      canvas.stroke()
      continue
    }
    canvas.fillStyle = m.fill
    if (m.kind === 'polygon') {
      path(m.points)
      canvas.closePath()
      canvas.fill()
    } else if (m.kind === 'disc') {
      canvas.beginPath()
      canvas.arc(m.x, m.y, m.radius, 0, 2 * Math.PI)
      canvas.fill()
    } else {
      canvas.font = `${m.size}px Inter, sans-serif`
      canvas.textAlign = 'center'
      canvas.textBaseline = 'middle'
      canvas.fillText(m.text, m.x, m.y)
    }
  }
  canvas.restore()
}
