import { normCases } from './op-cases-norm.ts'
import { testFamily } from './test-family.ts'

testFamily('norm', normCases)
