import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// What worker threads run: a file of its own, but nothing to import.
const shared = library() as Parameters<typeof defineConfig>[0] & { readonly entry: Record<string, string> }
export default defineConfig({ ...shared, entry: { ...shared.entry, 'decode-worker': './src/decode-worker.ts' } })
