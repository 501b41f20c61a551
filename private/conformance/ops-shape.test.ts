import { shapeCases } from './op-cases-shape.ts'
import { testFamily } from './test-family.ts'

testFamily('shape', shapeCases)
