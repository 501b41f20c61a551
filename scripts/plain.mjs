// Makes what a page without a bundler loads: `node ../../scripts/plain.mjs index.js engine.js` bundles these files of the current
// package's dist with the packages that it uses into dist/plain, as ES modules. Ours and onnxruntime stay names for an import map.
import { build } from 'esbuild'

await build({
  entryPoints: process.argv.slice(2).map(file => `dist/${file}`),
  entryNames: '[name]',
  chunkNames: 'part-[hash]',
  outdir: 'dist/plain',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  keepNames: true,
  external: ['@portolan/*', 'onnxruntime-web/*'],
  logLevel: 'warning',
})
