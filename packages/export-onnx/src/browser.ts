import { setPlatform } from './engine/platform.ts'
import { web } from './engine/web/platform.ts'

setPlatform(web)

export * from './api.ts'
