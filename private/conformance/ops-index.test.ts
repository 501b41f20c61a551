import { indexCases } from './op-cases-index.ts'
import { testFamily } from './test-family.ts'

testFamily('index', indexCases)
