import type { GoldenCase } from '../testing/golden.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from './binary-cross-entropy.ts'
import { cosineEmbedding } from './cosine.ts'
import { categoricalCrossEntropy, crossEntropy } from './cross-entropy.ts'
import { ctc } from './ctc.ts'
import { dice } from './dice.ts'
import { focal } from './focal.ts'
import { gaussianNll } from './gaussian-nll.ts'
import { hinge, multiClassHinge } from './hinge.ts'
import { huber, smoothL1 } from './huber.ts'
import { infoNce } from './info-nce.ts'
import { klDivergence } from './kl-divergence.ts'
import { logCosh } from './log-cosh.ts'
import { mae } from './mae.ts'
import { mse } from './mse.ts'
import { nll } from './nll.ts'
import { tripletMargin } from './triplet-margin.ts'

const pairs = { binaryCrossEntropy, binaryCrossEntropyWithLogits, dice, focal, hinge, huber, klDivergence, logCosh, mae, mse, smoothL1 }
const classes = { categoricalCrossEntropy, crossEntropy, multiClassHinge, nll }
const triples = { cosineEmbedding, gaussianNll, tripletMargin }

type Args = (Tensor | undefined)[]
const has = <T extends object>(table: T, name: PropertyKey): name is keyof T => Object.hasOwn(table, name)

/** For tests: what a case of private/golden/losses.json is of ours. */
export function goldenLoss({ op, attrs }: GoldenCase): (...x: Args) => Tensor {
  const given = (options: object): object => Object.fromEntries(Object.entries({ ...attrs, ...options }).filter(([, v]) => v !== undefined))
  if (has(pairs, op)) return (x, y, weight) => pairs[op](x!, y!, given({ weight }))
  if (has(classes, op)) return (x, y, classWeight) => classes[op](x!, y!, given({ classWeight }))
  if (has(triples, op)) return (x, y, z) => triples[op](x!, y!, z!, attrs)
  if (op === 'infoNce') return (q, k, negatives) => infoNce(q!, k!, given({ negatives }))
  if (op === 'ctc')
    return (logits, labels, inputLengths, labelLengths) => ctc(logits!.logSoftmax(), labels!, given({ inputLengths, labelLengths }))
  throw new Error(`no loss is called ${op}`)
}
