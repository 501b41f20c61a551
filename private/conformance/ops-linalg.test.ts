import { linalgCases } from './op-cases-linalg.ts'
import { testFamily } from './test-family.ts'

testFamily('linalg', linalgCases)
