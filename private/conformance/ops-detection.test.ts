import { detectionCases } from './op-cases-detection.ts'
import { testFamily } from './test-family.ts'

testFamily('detection', detectionCases)
