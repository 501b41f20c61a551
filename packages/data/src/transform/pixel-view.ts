import { ShapeError, type Shape, type TypedArray } from '@portolan/core'
import type { Field } from '../source/array-dataset.ts'

/**
 * A picture `[c, h, w]` or a mask `[h, w]` that lies in other numbers: a crop or a flip of them, or pixels stored `[h, w, c]`.
 *
 * Pixel (channel, y, x) is `pixels[offset + channel · strides[0] + y · strides[1] + x · strides[2]]`, so that cropping and flipping
 * copy nothing; `data` copies, at its first use, into row-major order.
 */
export class PixelView implements Field {
  readonly channels: number
  readonly height: number
  readonly width: number
  #packed: TypedArray | undefined

  constructor(
    readonly pixels: TypedArray,
    readonly shape: Shape,
    readonly strides: readonly [channel: number, row: number, column: number],
    readonly offset = 0,
  ) {
    const [width, height, channels = 1] = [...shape].reverse() as [number, number, number?]
    this.channels = channels
    this.height = height
    this.width = width
  }

  get data(): TypedArray {
    return (this.#packed ??= this.#pack())
  }

  /** The part of these rows and columns. */
  crop(top: number, left: number, height: number, width: number): PixelView {
    const start = this.offset + top * this.strides[1] + left * this.strides[2]
    return new PixelView(this.pixels, this.#sized(height, width), this.strides, start)
  }

  flip(axis: 'horizontal' | 'vertical'): PixelView {
    const [channel, row, column] = this.strides
    return axis === 'horizontal'
      ? new PixelView(this.pixels, this.shape, [channel, row, -column], this.offset + (this.width - 1) * column)
      : new PixelView(this.pixels, this.shape, [channel, -row, column], this.offset + (this.height - 1) * row)
  }

  /** Other row-major pixels in the place of these, of another height and width. */
  replace(pixels: TypedArray, height: number, width: number): PixelView {
    return new PixelView(pixels, this.#sized(height, width), [height * width, width, 1])
  }

  /** An array of the same kind. */
  allocate(length: number): TypedArray {
    return this.pixels instanceof Float32Array
      ? new Float32Array(length)
      : this.pixels instanceof Int32Array
        ? new Int32Array(length)
        : new Uint8Array(length)
  }

  /** Copies the pixels, row-major, to where they are wanted. */
  packInto(out: TypedArray): void {
    const { pixels, channels, height, width, offset } = this
    const [channel, row, column] = this.strides
    for (let c = 0, to = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const from = offset + c * channel + y * row
        if (column === 1) out.set(pixels.subarray(from, from + width), to)
        else if (column === -1) {
          out.set(pixels.subarray(from - width + 1, from + 1), to)
          out.subarray(to, to + width).reverse()
        } else for (let x = 0; x < width; x++) out[to + x] = pixels[from + x * column]!
        to += width
      }
    }
  }

  #sized(height: number, width: number): Shape {
    return [...this.shape.slice(0, -2), height, width]
  }

  #pack(): TypedArray {
    const { pixels, channels, height, width, offset, strides } = this
    const size = channels * height * width
    const isPacked = strides[2] === 1 && strides[1] === width && (channels === 1 || strides[0] === height * width)
    if (isPacked) return pixels.subarray(offset, offset + size)
    const out = this.allocate(size)
    this.packInto(out)
    return out
  }
}

/** A field seen as pixels. @throws ShapeError when it has not 2 or 3 axes. */
export function viewOf(field: Field): PixelView {
  if (field instanceof PixelView) return field
  const { data, shape } = field
  if (shape.length !== 2 && shape.length !== 3)
    throw new ShapeError(`transform: pixels must be [c, h, w] or [h, w], got [${shape}]. These transforms take one sample, not a batch.`)
  const [width, height] = [shape.at(-1)!, shape.at(-2)!]
  return new PixelView(data, shape, [height * width, width, 1])
}
