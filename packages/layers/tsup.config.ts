import type { Options } from 'tsup'
import { library } from '../../tsup.base.ts'

// a class that says its name at run time is one that a bundler cannot drop; no two here have one name
export default { ...(library() as Options), keepNames: false }
