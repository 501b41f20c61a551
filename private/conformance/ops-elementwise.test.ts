import { controlCases, elementwiseCases } from './op-cases-elementwise.ts'
import { testFamily } from './test-family.ts'

testFamily('elementwise', elementwiseCases)
testFamily('control', controlCases)
