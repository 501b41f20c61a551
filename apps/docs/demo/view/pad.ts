import { normalized, side } from './normalized.ts'

const scale = 10
/** How far the pen goes at one press of an arrow key, in pixels of the paper. */
const stride = 8

/** Paper for one digit: drawn on by pointer, or by arrow keys with the pen that Space puts down. `changed` gets it as MNIST would have it. */
export function pad(canvas: HTMLCanvasElement, changed: (pixels: Float32Array | undefined) => void) {
  const size = side * scale
  Object.assign(canvas, { width: size, height: size })
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  let at: { x: number; y: number } | undefined
  let pen: { x: number; y: number; down: boolean } | undefined
  let frame = 0

  const tell = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      const { data } = context.getImageData(0, 0, size, size)
      changed(normalized(data, size))
    })
  }
  const line = (from: { x: number; y: number }, to: { x: number; y: number }): void => {
    context.lineWidth = 2.1 * scale
    context.lineCap = context.lineJoin = 'round'
    context.strokeStyle = '#fff'
    context.beginPath()
    context.moveTo(from.x, from.y)
    context.lineTo(to.x + 0.01, to.y)
    context.stroke()
    canvas.dataset['drawn'] = ''
    tell()
  }
  const placeOf = (e: PointerEvent): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect()
    return { x: ((e.clientX - box.left) / box.width) * size, y: ((e.clientY - box.top) / box.height) * size }
  }
  canvas.addEventListener('pointerdown', e => {
    if (e.button !== 0) return
    canvas.setPointerCapture(e.pointerId)
    at = placeOf(e)
    line(at, at)
  })
  canvas.addEventListener('pointermove', e => {
    if (!at) return
    for (const part of e.getCoalescedEvents?.().concat(e) ?? [e]) {
      const to = placeOf(part)
      line(at, to)
      at = to
    }
  })
  for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, () => (at = undefined))

  const mark = canvas.parentElement!.querySelector<HTMLElement>('.pen')!
  const showPen = (): void => {
    mark.hidden = !pen || document.activeElement !== canvas
    if (!pen) return
    mark.style.left = `${(100 * pen.x) / size}%`
    mark.style.top = `${(100 * pen.y) / size}%`
    mark.classList.toggle('down', pen.down)
  }
  const ways: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  }
  canvas.addEventListener('keydown', e => {
    const way = ways[e.key]
    if (!way && e.key !== ' ') return
    e.preventDefault()
    pen ??= { x: size / 2, y: size / 4, down: false }
    const from = { ...pen }
    if (way) {
      const within = (v: number): number => Math.min(size - scale, Math.max(scale, v))
      Object.assign(pen, { x: within(pen.x + stride * way[0]), y: within(pen.y + stride * way[1]) })
    } else pen.down = !pen.down
    if (pen.down) line(from, pen)
    showPen()
  })
  canvas.addEventListener('blur', showPen)

  return {
    clear() {
      context.clearRect(0, 0, size, size)
      delete canvas.dataset['drawn']
      pen = at = undefined
      showPen()
      changed(undefined)
    },
    /** Shows an image of bytes, ink 255. */
    show(pixels: Uint8Array) {
      const image = new ImageData(side, side)
      pixels.forEach((v, i) => image.data.set([255, 255, 255, v], 4 * i))
      const small = new OffscreenCanvas(side, side)
      small.getContext('2d')!.putImageData(image, 0, 0)
      context.clearRect(0, 0, size, size)
      context.drawImage(small, 0, 0, size, size)
      canvas.dataset['drawn'] = ''
      changed(Float32Array.from(pixels, v => v / 255))
    },
  }
}
