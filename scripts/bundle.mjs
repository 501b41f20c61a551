// Joins the modules that tsup left in the current package's dist into few: each costs Node a third of a millisecond, and core has 250.
// The files that `exports` names keep their place, and so do those that know it: a worker, and what starts it by a URL beside its own.
// Rollup leaves classes and functions as they are written, so a bundler still drops what a program does not use.
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { rollup } from 'rollup'

const { exports, imports = {}, dependencies = {} } = JSON.parse(await readFile('package.json', 'utf8'))
const dist = resolve('dist')
const modules = (await readdir(dist, { recursive: true })).filter(name => name.endsWith('.js')).map(name => join(dist, name))

/** @param {string} text @param {RegExp} pattern */
const found = (text, pattern) => [...text.matchAll(pattern)].map(([, path = '']) => path)

/** Where a module asks for its own place: itself, and the files that it names. @param {string} module */
async function placed(module) {
  const text = await readFile(module, 'utf8')
  if (!text.includes('import.meta.url')) return []
  const named = found(text, /(?<!\bfrom |\bimport |\bimport\()["'](\.\.?\/[^"']+\.js)["']/g).map(path => resolve(dirname(module), path))
  return [module, ...named.filter(path => existsSync(path))]
}

const entries = [
  ...found(JSON.stringify(exports), /"\.\/(dist\/[^"]+\.js)"/g).map(path => resolve(path)),
  ...(await Promise.all(modules.map(placed))).flat(),
]
const shortcuts = Object.keys(dependencies).filter(name => imports[`#${name}`])
const bundle = await rollup({
  input: Object.fromEntries(entries.map(path => [relative(dist, path).replaceAll(sep, '/').slice(0, -3), path])),
  external: name => !/^[./]|^[A-Z]:/.test(name),
  plugins: [
    {
      name: 'maps to the sources',
      load: async id => ({ code: await readFile(id, 'utf8'), map: await readFile(`${id}.map`, 'utf8') }),
    },
  ],
  onwarn(warning) {
    throw new Error(warning.message)
  },
})
const { output } = await bundle.generate({
  format: 'esm',
  paths: Object.fromEntries(shortcuts.map(name => [name, `#${name}`])),
  sourcemap: true,
  hoistTransitiveImports: false,
  chunkFileNames: '[name]-[hash].js',
})

for (const name of await readdir(dist)) if (!name.endsWith('.d.ts')) await rm(join(dist, name), { recursive: true })
for (const file of output) {
  const path = join(dist, file.fileName)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, file.type === 'chunk' ? file.code : file.source)
}

// An `import` of a CommonJS package without a "type" is read and compiled twice, for its names and its format, before it is required:
// 0.13 s of tfjs. So Node gets a file that only requires it and gives the names; bundlers for browsers get the package.
const require = createRequire(resolve('package.json'))
for (const name of shortcuts) {
  const given = Object.keys(require(name)).map(key => `exports.${key} = all.${key}\n`)
  await writeFile(resolve(imports[`#${name}`].node), `const all = require('${name}')\n${given.join('')}`)
}
