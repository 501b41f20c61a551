import { convCases } from './op-cases-conv.ts'
import { testFamily } from './test-family.ts'

testFamily('conv', convCases)
