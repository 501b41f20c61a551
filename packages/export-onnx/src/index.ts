import { node } from './engine/node/platform.ts'
import { setPlatform } from './engine/platform.ts'

setPlatform(node)

export * from './api.ts'
