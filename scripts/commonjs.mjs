// Makes the CommonJS files of the package in the current folder from the ES modules that tsup left in its dist. tsup's own would
// go through sucrase, which takes the private field of `this.#seed = x` for an export named seed and silently changes it.
import { build } from 'esbuild'
import { readFile, readdir, writeFile } from 'node:fs/promises'

const dist = await readdir('dist')
const declarations = dist.filter(file => file.endsWith('.d.ts'))

await build({
  entryPoints: dist.filter(file => file.endsWith('.js')).map(file => `dist/${file}`),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  platform: 'node',
  target: 'es2022',
  bundle: true,
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [
    {
      name: 'keep files apart',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^\.\/.*\.js$/ }, ({ path, kind }) =>
          kind === 'entry-point' ? null : { path: path.replace(/\.js$/, '.cjs'), external: true },
        )
        onLoad({ filter: /\.js$/ }, async ({ path }) => {
          const text = await readFile(path, 'utf8')
          const contents = text
            // Ours are required, or import() would load them a second time, as ES modules. Others stay: vega can only be imported.
            .replaceAll(/\bimport\((["'](?:@portolan\/|\.\/)[^"']+["'])\)/g, 'Promise.resolve().then(() => require($1))')
            .replaceAll('import.meta.url', "require('node:url').pathToFileURL(__filename).href")
          return { contents }
        })
      },
    },
  ],
})

for (const file of declarations) {
  const text = await readFile(`dist/${file}`, 'utf8')
  await writeFile(`dist/${file.replace(/\.ts$/, '.cts')}`, text.replaceAll(/(['"]\.\/[^'"]+)\.js(['"])/g, '$1.cjs$2'))
}
