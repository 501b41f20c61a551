import { RangeError, ShapeError } from '../errors.ts'
import { scan } from '../graph/scan.ts'
import { sameShape } from '../tensor/spec.ts'
import { concat, full, iota, stack, type Tensor } from '../tensor/tensor.ts'
import { checkFloat, reduce, type LossOptions } from './loss-options.ts'

/** Options of `ctc`. */
export interface CtcOptions extends LossOptions {
  /** int32 [n]: how many time steps of each sample are there, 0 … t; default: all. */
  inputLengths?: Tensor
  /** int32 [n]: how many labels of each sample are there, 0 … s; default: all. What stands behind them is any class number. */
  labelLengths?: Tensor
  /** The class that means "nothing new"; default 0. */
  blank?: number
  /** Whether a sample whose labels do not fit into its time steps has loss 0, not infinity; default false. */
  zeroInfinity?: boolean
}

/** The logarithm of 0: finite, so that no difference of two of them is NaN. */
const never = -1e30

/**
 * Connectionist temporal classification: −log of the probability of all ways to stretch the labels over time, each label held
 * for some steps, blanks between. The mean divides each loss by its number of labels first, as in PyTorch.
 *
 * logProbabilities: float32 [t, n, classes] from `logSoftmax`, labels: int32 [n, s] → losses [n]. Where the labels cannot fit
 * the loss is infinite, with gradient 0. PyTorch: `CTCLoss`; Keras: `CTC`.
 * Graves et al., "Connectionist Temporal Classification", 2006.
 * @throws ShapeError, DTypeError if they do not fit; RangeError when a step is run with a label or length outside.
 * @example
 * ctc(model.forward(sound).logSoftmax(), letters, { labelLengths })
 */
export function ctc(
  logProbabilities: Tensor,
  labels: Tensor,
  { inputLengths, labelLengths, blank = 0, zeroInfinity = false, ...options }: CtcOptions = {},
): Tensor {
  const [t, n, classes] = logProbabilities.shape
  const s = labels.shape[1]
  checkFloat('ctc', { logProbabilities })
  if (classes === undefined || logProbabilities.shape.length !== 3)
    throw new ShapeError(`ctc: logProbabilities must be [t, n, classes], got [${logProbabilities.shape}]`)
  if (s === undefined || labels.dtype !== 'int32' || !sameShape(labels.shape, [n!, s]))
    throw new ShapeError(`ctc: labels must be int32 [${n}, s], got ${labels.dtype} [${labels.shape}]`)
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes))
    throw new RangeError(`ctc: blank must be a class number in 0 … ${classes - 1}, got ${blank}`)
  for (const [option, x] of Object.entries({ inputLengths, labelLengths }))
    if (x && (x.dtype !== 'int32' || !sameShape(x.shape, [n!])))
      throw new ShapeError(`ctc: ${option} must be int32 [${n}], got ${x.dtype} [${x.shape}]`)

  const states = 2 * s + 1
  const edge = (width: number, value: number): Tensor => full([n!, width], value)
  const blanks = (width: number): Tensor => full([n!, width], blank, 'int32')
  const path = concat([stack([blanks(s), labels], 2).reshape([n!, 2 * s]), blanks(1)], 1) // [n, states]: a blank around each label
  const differs = states > 2 ? path.slice(1, 2).notEqual(path.slice(1, 0, states - 2)) : undefined // a label may follow another directly

  const emitted = logProbabilities.takeAlong(path.expandDims(0)) // [t, n, states]
  const until = inputLengths && checked(inputLengths, t! + 1).expandDims(-1)

  // alpha [n, states]: log of the probability of every way to be in a state by now; before the first step, all stand at the first
  const start = concat([edge(1, 0), edge(states - 1, never)], 1)
  const [alpha] = scan(
    (alpha, { log, now }) => {
      const one = concat([edge(1, never), alpha.slice(1, 0, states - 1)], 1)
      const two = differs && concat([edge(2, never), differs.where(alpha.slice(1, 0, states - 2), never)], 1)
      const next = logSum(two ? [alpha, one, two] : [alpha, one])
        .add(log)
        .maximum(never)
      return [until ? now.less(until).where(next, alpha) : next, []]
    },
    start,
    { log: emitted, now: iota(t!) },
  )

  const counts = (labelLengths ? checked(labelLengths, s + 1) : full([n!], s, 'int32')).expandDims(-1)
  const state = iota(states)
  const last = state.equal(counts.mul(2)).where(alpha, never).max(-1)
  const before = state.equal(counts.mul(2).sub(1)).where(alpha, never).max(-1)
  const loss = logSum([last, before]).neg()
  const losses = loss.greater(-never / 10).where(zeroInfinity ? 0 : Infinity, loss)
  return reduce(
    'ctc',
    options.reduction === 'none' || options.reduction === 'sum' ? losses : losses.div(counts.squeeze(-1).cast('float32').maximum(1)),
    options,
  )
}

/** log Σ eˣ of tensors of one shape. */
function logSum(xs: readonly Tensor[]): Tensor {
  const top = xs.reduce((a, b) => a.maximum(b))
  return xs
    .map(x => x.sub(top).exp())
    .reduce((a, b) => a.add(b))
    .log()
    .add(top)
}

/** Whole numbers in 0 … below − 1, unchanged: a run looks at what is used as an index. */
const checked = (x: Tensor, below: number): Tensor => iota(below).gather(x)
