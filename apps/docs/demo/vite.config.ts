import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { transformWithEsbuild, defaultClientConditions, defineConfig, type Plugin } from 'vite'

/** Threads need a page that is cross-origin isolated. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

/** Writes the service worker with the list of what was built; WebGPU's 20 MB are kept when somebody has used them. */
const offline = (): Plugin => ({
  name: 'offline',
  async generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter(name => !name.endsWith('.map') && !/asyncify.*\.wasm$/.test(name))
    const page = await readFile(join(import.meta.dirname, 'index.html'))
    const version = createHash('sha256').update(files.toSorted().join()).update(page).digest('hex').slice(0, 12)
    const { code } = await transformWithEsbuild(
      await readFile(join(import.meta.dirname, 'service-worker.ts'), 'utf8'),
      'service-worker.ts',
      {
        define: {
          FILES: JSON.stringify(['./', ...files.filter(f => f !== 'index.html').map(f => `./${f}`)]),
          VERSION: JSON.stringify(version),
        },
      },
    )
    this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: code })
  },
})

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  resolve: { conditions: ['@portolan/source', ...defaultClientConditions] },
  build: { target: 'es2022', assetsInlineLimit: 0, emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  plugins: [offline()],
})
