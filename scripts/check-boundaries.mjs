// Holds the rules between packages. `node scripts/check-boundaries.mjs` prints `file:line: rule` for each breach and exits with 1.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** @typedef {{ name: string, pos: number }} Mention */
/** @typedef {{ path: string, text: string }} File */

const core = '@portolan/core'
/** @param {string} name */
const packageOf = name => name.split('/', 2).join('/')
/** @param {string} name */
const isOurs = name => name.startsWith('@portolan/')
/** @param {string} name */
const isTfjs = name => name.startsWith('@tensorflow/')
/** @param {string} name */
const isOnnxruntime = name => /^onnxruntime\b/.test(name)

const sources = /\.[cm]?[jt]sx?$/
const declarations = /\.d\.[cm]?ts$/

/** Every file below a folder whose name matches, but for what was installed. @param {string} folder @param {RegExp} name @returns {string[]} */
function find(folder, name, skip = /^(node_modules|dist|out|\..*)$/) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skip.test(entry.name) ? [] : find(path, name, skip)
    return name.test(entry.name) ? [path] : []
  })
}

/** What a file imports, re-exports, requires or names as a type. @param {string} text @returns {Mention[]} */
function importsOf(text) {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true)
  return [...importedFiles, ...typeReferenceDirectives].map(({ fileName, pos }) => ({ name: fileName, pos }))
}

/** What a package.json depends on, whatever the kind. @param {string} text @returns {Mention[]} */
function dependenciesOf(text) {
  const kinds = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']
  const manifest = JSON.parse(text)
  return kinds.flatMap(kind =>
    Object.keys(manifest[kind] ?? {}).map(name => ({ name, pos: text.indexOf(`"${name}"`, text.indexOf(`"${kind}"`)) })),
  )
}

/** Every breach of a rule in a workspace. @param {string} root @returns {string[]} */
export function breachesIn(root) {
  /** @type {string[]} */
  const breaches = []
  /** @param {string} path @returns {File} */
  const read = path => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') })
  /** @param {File} file @param {Mention} mention @param {string} rule */
  const report = ({ path, text }, { name, pos }, rule) =>
    breaches.push(`${path}:${text.slice(0, pos).split('\n').length}: ${rule} (${name})`)

  for (const path of find(join(root, 'packages'), /^package\.json$/)) {
    const folder = dirname(path)
    const src = join(folder, 'src')
    const manifest = read(path)
    const own = JSON.parse(manifest.text).name
    const allowed = own === core ? 'nothing of ours' : `nothing of ours but ${core}`
    /** @param {string} name */
    const isForbidden = name => isOurs(name) && (own === core || packageOf(name) !== core)

    for (const mention of dependenciesOf(manifest.text)) {
      if (isForbidden(mention.name)) report(manifest, mention, `${own} depends on ${allowed}`)
      if (isTfjs(mention.name) && own !== core) report(manifest, mention, `only ${core} depends on tfjs`)
      if (isOnnxruntime(mention.name) && own !== '@portolan/export-onnx')
        report(manifest, mention, 'only @portolan/export-onnx depends on onnxruntime')
    }
    for (const path of find(src, sources)) {
      const file = read(path)
      for (const mention of importsOf(file.text)) {
        if (isForbidden(mention.name)) report(file, mention, `${own} imports ${allowed}`)
        if (mention.name.startsWith('.') && relative(src, resolve(dirname(path), mention.name)).startsWith('..'))
          report(file, mention, "a relative import stays inside the package's src")
      }
    }
    for (const file of find(join(folder, 'dist'), declarations).map(read)) {
      for (const mention of importsOf(file.text)) {
        if (isTfjs(mention.name) || isOnnxruntime(mention.name))
          report(file, mention, 'a public declaration names types of neither tfjs nor onnxruntime')
      }
    }
  }

  // private/ may import what it measures.
  for (const file of ['packages', 'examples', 'apps', 'scripts'].flatMap(top => find(join(root, top), sources)).map(read)) {
    for (const mention of importsOf(file.text)) {
      if (isTfjs(mention.name) && !file.path.startsWith('packages/core/src/eager/'))
        report(file, mention, 'only packages/core/src/eager imports tfjs')
      if (isOnnxruntime(mention.name) && !file.path.startsWith('packages/export-onnx/'))
        report(file, mention, 'only packages/export-onnx imports onnxruntime')
    }
  }
  return breaches
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = breachesIn(fileURLToPath(new URL('..', import.meta.url)))
  for (const breach of breaches) console.error(breach)
  if (breaches.length) process.exitCode = 1
  else console.log('The packages keep the boundaries.')
}
