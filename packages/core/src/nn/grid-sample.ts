import { DTypeError, ShapeError } from '../errors.ts'
import { size } from '../tensor/spec.ts'
import { iota, type Tensor } from '../tensor/tensor.ts'

/** Options of `gridSample`. */
export interface GridSampleOptions {
  /** 'linear', the default: between the neighbours (bilinear, trilinear); 'nearest': the nearest of them. */
  mode?: 'linear' | 'nearest'
  /** What is beyond the image: 'zeros', the default; its 'border'; or its 'reflection', again and again. */
  padding?: 'zeros' | 'border' | 'reflection'
  /** Whether −1 and 1 are the centres of the corners, not the outer edges of the image; default false. */
  alignCorners?: boolean
}

/** Limits to 0 … last; at the limits and beyond the gradient is 0. */
const limited = (at: Tensor, last: number): Tensor => at.greater(0).and(at.less(last)).where(at, at.clip(0, last).detach())

/** Places are folded back and forth between two mirrors: a wave of triangles. */
function reflected(at: Tensor, low: number, span: number): Tensor {
  if (span === 0) return at.zerosLike()
  const t = at.sub(low).div(2 * span)
  const wave = t.sub(t.floor()).mul(2 * span) // 0 … 2·span
  return wave
    .greater(span)
    .where(wave.neg().add(2 * span), wave)
    .add(low)
}

/** A neighbour of each place: its number, int32, and its weight, which is 0 beyond the image. */
interface Tap {
  place: Tensor
  weight: Tensor
}

function taps(g: Tensor, d: number, { mode, padding, alignCorners }: Required<GridSampleOptions>): Tap[] {
  const open = alignCorners
    ? g.add(1).mul((d - 1) / 2)
    : g
        .add(1)
        .mul(d / 2)
        .sub(0.5)
  const folded = padding === 'reflection' ? reflected(open, alignCorners ? 0 : -0.5, alignCorners ? d - 1 : d) : open
  const at = padding === 'zeros' ? folded : limited(folded, d - 1)
  const tap = (place: Tensor, weight: Tensor): Tap => {
    const inside = place.greaterEqual(0).and(place.lessEqual(d - 1))
    return { place: inside.where(place, 0).cast('int32'), weight: inside.where(weight, 0) }
  }
  if (mode === 'nearest') return [tap(at.round(), at.onesLike())]
  const low = at.floor()
  const t = at.sub(low)
  return [tap(low, t.neg().add(1)), tap(low.add(1), t)]
}

/**
 * Images looked at in other places: PyTorch's `grid_sample`, differentiable by the image and by the places.
 * Jaderberg et al., "Spatial Transformer Networks", 2015.
 *
 * x: [n, c, ...image], grid: [n, ...out, axes], places between −1 and 1 in the order x, y, z (the last axis of the image first) → [n, c, ...out]
 * @throws ShapeError if batch or axes of x and grid do not agree.
 * @example
 * gridSample(image, grid, { padding: 'border' })   // [n, c, h, w], [n, h′, w′, 2] → [n, c, h′, w′]
 */
export function gridSample(
  x: Tensor,
  grid: Tensor,
  { mode = 'linear', padding = 'zeros', alignCorners = false }: GridSampleOptions = {},
): Tensor {
  const [n, c, ...image] = x.shape as [number, number, ...number[]]
  const out = grid.shape.slice(1, -1)
  if (
    !image.length ||
    image.length > 3 ||
    grid.shape[0] !== n ||
    grid.shape.at(-1) !== image.length ||
    out.length !== image.length ||
    image.includes(0)
  )
    throw new ShapeError(
      `gridSample: the grid of an input [n, c, …] of one to three axes must be [n, …, axes] with as many, got [${grid.shape}] for [${x.shape}]`,
    )
  if (x.dtype !== 'float32' || grid.dtype !== 'float32')
    throw new DTypeError(`gridSample: needs float32, got ${x.dtype} and ${grid.dtype}. Cast them: x.cast('float32')`)

  // every combination of neighbours, as a place in the flattened image and a weight: [n, places]
  const places = size(out)
  const along = image.map((d, i) =>
    taps(grid.slice(-1, image.length - 1 - i, image.length - i).reshape([n, places]), d, { mode, padding, alignCorners }),
  )
  const corners = along.reduce((all, axis, i) =>
    all.flatMap(a => axis.map(t => ({ place: a.place.mul(image[i]!).add(t.place), weight: a.weight.mul(t.weight) }))),
  )
  const pixels = x
    .reshape([n, c, size(image)])
    .transpose([0, 2, 1])
    .reshape([n * size(image), c])
  const first = iota(n).mul(size(image)).reshape([n, 1])
  const looked = corners.map(({ place, weight }) => pixels.gather(place.add(first)).mul(weight.expandDims(-1))) // [n, places, c]
  return looked
    .reduce((a, b) => a.add(b))
    .transpose([0, 2, 1])
    .reshape([n, c, ...out])
}
