// Builds the demo and serves it: npm run demo [-- --port 4173]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, preview } from 'vite'

const { values } = parseArgs({ options: { port: { type: 'string' }, open: { type: 'boolean' } } })
const root = fileURLToPath(new URL('demo', import.meta.url))
const configFile = `${root}/vite.config.ts`
await build({ root, configFile, logLevel: 'warn' })
const server = await preview({
  root,
  configFile,
  preview: { host: '127.0.0.1', ...(values.port && { port: Number(values.port) }), open: Boolean(values.open) },
})
console.log(`The demo is at ${server.resolvedUrls?.local[0]} (Ctrl+C ends it)`)
