import { reduceCases } from './op-cases-reduce.ts'
import { testFamily } from './test-family.ts'

testFamily('reduce', reduceCases)
