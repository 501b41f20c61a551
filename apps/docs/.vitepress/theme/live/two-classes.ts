import { adam, binaryCrossEntropyWithLogits, HostRng, Linear, seed, Sequential, Tanh, tensor, type Tensor } from '@portolan/core'

export type Kind = 'moons' | 'spiral'

/** What is chosen before a network begins. */
export interface Choice {
  readonly kind: Kind
  readonly units: number
  readonly rate: number
}

const side = 40

/** Points of two classes in −1 … 1. */
function points(kind: Kind, n = 140): { at: readonly (readonly [number, number])[]; label: readonly number[] } {
  const rng = new HostRng(3)
  const label = Array.from({ length: n }, (_, i) => i % 2)
  const at = label.map(c => {
    const t = rng.uniform()
    const noise = () => 0.1 * (rng.uniform() - 0.5)
    const angle = kind === 'moons' ? Math.PI * t : 6.5 * t + Math.PI * c
    const radius = kind === 'moons' ? 0.55 : 0.1 + 0.8 * t
    const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)]
    if (kind === 'spiral') return [x + noise(), y + noise()] as const
    return c ? ([0.28 - x + noise(), 0.16 - y + noise()] as const) : ([x - 0.28 + noise(), y - 0.16 + noise()] as const)
  })
  return { at, label }
}

/** A small network that learns to tell two classes of points apart, step by step, and is drawn as a map of what it says. */
export function twoClasses({ kind, units, rate }: Choice) {
  seed(1)
  const model = new Sequential([new Linear(2, units), new Tanh(), new Linear(units, units), new Tanh(), new Linear(units, 1)])
  const optimizer = adam(rate)
  const { at, label } = points(kind)
  const [x, y] = [tensor(Float32Array.from(at.flat()), [at.length, 2]), tensor(Float32Array.from(label), [at.length, 1])]
  const places = Array.from({ length: side * side }, (_, i) => [(2 * (i % side)) / (side - 1) - 1, 1 - (2 * Math.floor(i / side)) / (side - 1)]) // prettier-ignore
  const grid: Tensor = tensor(Float32Array.from(places.flat()), [places.length, 2])
  return {
    /** One step of training on all points. → the loss before it */
    step: (): number => optimizer.minimize(model, () => binaryCrossEntropyWithLogits(model.forward(x), y)).itemSync(),
    draw(canvas: HTMLCanvasElement): void {
      const context = canvas.getContext('2d')!
      const said = model.forward(grid).sigmoid().dataSync()
      const pixels = new ImageData(side, side)
      for (const [i, p] of said.entries())
        // orange where it says 0, blue where 1, white in between
        for (let c = 0; c < 4; c++) pixels.data[4 * i + c] = c === 3 ? 255 : 255 - Math.abs(2 * p - 1) * (255 - (p > 0.5 ? [140, 200, 232] : [247, 196, 148])[c]!) // prettier-ignore
      const small = new OffscreenCanvas(side, side)
      small.getContext('2d')!.putImageData(pixels, 0, 0)
      const size = canvas.width
      context.imageSmoothingEnabled = true
      context.drawImage(small, 0, 0, size, size)
      for (const [i, [u, v]] of at.entries()) {
        context.beginPath()
        context.arc(((u + 1) / 2) * size, ((1 - v) / 2) * size, size / 90, 0, 2 * Math.PI)
        context.fillStyle = label[i] ? '#0b5c8a' : '#b3500f'
        context.fill()
      }
    },
  }
}
