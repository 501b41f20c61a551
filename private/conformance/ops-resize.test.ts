import { resizeCases } from './op-cases-resize.ts'
import { testFamily } from './test-family.ts'

testFamily('resize', resizeCases)
