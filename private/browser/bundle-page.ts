import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)
const root = join(import.meta.dirname, '../..')

/** onnxruntime-web's files, which pages find by an import map. */
export const ortFolder = dirname(require.resolve('onnxruntime-web'))

/** Makes a page out of a module and the packages' sources, and the workers beside it. */
export async function bundlePage(entry: string, into: string, alias: Record<string, string> = {}): Promise<void> {
  const web = join(root, 'packages/export-onnx/src/engine/web')
  await build({
    entryPoints: { page: entry, 'plain-worker': join(web, 'plain-worker.ts') },
    outdir: into,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@portolan/source'],
    external: ['onnxruntime-web/*'],
    alias,
    sourcemap: 'inline',
    logLevel: 'error',
  })
  const imports = Object.fromEntries(['wasm', 'webgpu'].map(b => [`onnxruntime-web/${b}`, `/ort/ort.${b}.bundle.min.mjs`]))
  writeFileSync(
    join(into, 'index.html'),
    `<!doctype html><title>test</title><script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="/page.js"></script>`,
  )
}
