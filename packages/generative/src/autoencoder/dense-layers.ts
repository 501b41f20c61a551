import { Linear, RangeError, ReLU, ShapeError, type Layer, type Shape, type Tensor } from '@portolan/core'

/** Linear layers of these sizes, one after another, each but the last with a ReLU behind it; with `open` the last has one, too. */
export function denseLayers(sizes: readonly number[], { open = false }: { open?: boolean } = {}): Layer[] {
  return sizes.slice(1).flatMap((size, i) => {
    const layer = new Linear(sizes[i]!, size)
    return open || i < sizes.length - 2 ? [layer, new ReLU()] : [layer]
  })
}

/** How many numbers a sample of this shape has. @throws RangeError for a side below 1. */
export function sampleSize(name: string, shape: Shape): number {
  if (!shape.length || !shape.every(d => Number.isInteger(d) && d > 0))
    throw new RangeError(`${name}: shape must be that of one sample, such as [1, 28, 28], got [${shape}]`)
  return shape.reduce((a, b) => a * b)
}

/** @throws ShapeError unless x is a batch of samples of this shape. */
export function checkSamples(name: string, x: Tensor, shape: Shape): void {
  if (x.shape.length !== shape.length + 1 || shape.some((d, i) => x.shape[i + 1] !== d))
    throw new ShapeError(`${name}: the input must be [n, ${shape.join(', ')}], got [${x.shape}]`)
}
