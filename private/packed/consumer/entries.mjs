// Loads every published entry by import and by require, and looks for anything that exists twice.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const packages = process.argv.slice(2)

for (const name of packages) {
  const { exports } = require(`${name}/package.json`)
  const entries = Object.keys(exports).filter(path => path !== './package.json')
  const specifiers = entries.map(path => name + path.slice(1))
  for (const load of [specifier => import(specifier), async specifier => require(specifier)]) {
    const seen = new Map()
    for (const specifier of specifiers) {
      for (const [key, value] of Object.entries(await load(specifier))) {
        if (seen.has(key) && seen.get(key) !== value) throw new Error(`${specifier} has a ${key} of its own`)
        if (typeof value === 'function' && /^[A-Z]/.test(key) && value.name !== key)
          throw new Error(`${specifier}: class ${key} is named ${value.name}`)
        seen.set(key, value)
      }
    }
    if (seen.size === 0) throw new Error(`${name} exports nothing`)
  }
  console.log(`${specifiers.join(', ')}: loaded by import and by require`)
}
