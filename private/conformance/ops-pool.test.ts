import { poolCases } from './op-cases-pool.ts'
import { testFamily } from './test-family.ts'

testFamily('pool', poolCases)
