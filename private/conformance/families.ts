import type { FamilyCases } from './family-cases.ts'
import { convCases } from './op-cases-conv.ts'
import { detectionCases } from './op-cases-detection.ts'
import { controlCases, elementwiseCases } from './op-cases-elementwise.ts'
import { indexCases } from './op-cases-index.ts'
import { linalgCases } from './op-cases-linalg.ts'
import { normCases } from './op-cases-norm.ts'
import { poolCases } from './op-cases-pool.ts'
import { reduceCases } from './op-cases-reduce.ts'
import { resizeCases } from './op-cases-resize.ts'
import { shapeCases } from './op-cases-shape.ts'

/** onnxruntime's ReduceMax and ReduceMin pass over NaN; to look for it would double the time of every maximum. */
export const overlookNaN = ['max', 'min']

/** The cases of these families. */
export const families: Readonly<Record<string, FamilyCases>> = {
  elementwise: elementwiseCases,
  reduce: reduceCases,
  linalg: linalgCases,
  shape: shapeCases,
  index: indexCases,
  control: controlCases,
  conv: convCases,
  pool: poolCases,
  norm: normCases,
  resize: resizeCases,
  detection: detectionCases,
}
