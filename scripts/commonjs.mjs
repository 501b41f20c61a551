// Makes the CommonJS files of the package in the current folder, one for each ES module that tsup left in its dist. tsup's own would go
// through sucrase, which takes the private field of `this.#seed = x` for an export named seed and silently changes it.
import { transform } from 'esbuild'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const files = await readdir('dist', { recursive: true })

for (const file of files.filter(name => name.endsWith('.js'))) {
  const path = join('dist', file)
  const module = (await readFile(path, 'utf8'))
    // Ours are required, or import() would load them a second time, as ES modules. Others stay: vega can only be imported.
    .replaceAll(/\bimport\((["'](?:@portolan\/|\.)[^"']+["'])\)/g, 'Promise.resolve().then(() => require($1))')
    .replaceAll('import.meta.url', "require('node:url').pathToFileURL(__filename).href")
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
  const { code } = await transform(module, { format: 'cjs', platform: 'node', target: 'es2022', keepNames: true, sourcefile: file })
  await writeFile(path.replace(/\.js$/, '.cjs'), code.replaceAll(/(require\("\.[^"]+)\.js"\)/g, '$1.cjs")'))
}

for (const file of files.filter(name => name.endsWith('.d.ts'))) {
  const text = await readFile(join('dist', file), 'utf8')
  await writeFile(join('dist', file.replace(/\.ts$/, '.cts')), text.replaceAll(/(['"]\.\/[^'"]+)\.js(['"])/g, '$1.cjs$2'))
}
