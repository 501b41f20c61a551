import { library } from '../../tsup.base.ts'

// `decode-worker` is what threads run: a file of its own, but nothing to import.
const shared = library()
if (typeof shared === 'function' || Array.isArray(shared)) throw new TypeError('tsup.base.ts must give one plain configuration')
export default { ...shared, entry: { ...(shared.entry as Record<string, string>), 'decode-worker': './src/decode-worker.ts' } }
