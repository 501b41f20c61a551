// Writes packages/layers/LAYERS.md out of the docstrings of the layers: `node scripts/layer-table.mjs`. It stops where a docstring
// lacks its shapes or names, and where torch.nn or keras.layers has something that is neither here nor explained.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** @typedef {{ name: string, family: string, formula: string, shapes: string, paper: string, torch: string[], keras: string[], torchNote: string }} Layer */

const root = fileURLToPath(new URL('..', import.meta.url))
const layers = join(root, 'packages/layers')
export const table = join(layers, 'LAYERS.md')

/** Of core's files, which hold several families. @type {Record<string, string>} */
const families = {
  'activation-layers': 'activation',
  attention: 'attention',
  'basic-conv': 'block',
  'batch-norm': 'norm',
  'conv-layers': 'conv',
  'conv-transpose-layers': 'conv',
  dropout: 'regularization',
  embedding: 'embedding',
  gru: 'recurrent',
  inception: 'block',
  'inverted-residual': 'block',
  'layer-norm': 'norm',
  linear: 'block',
  lstm: 'recurrent',
  'multi-head-attention': 'attention',
  'norm-layers': 'norm',
  'patch-embedding': 'embedding',
  'pool-layers': 'pool',
  'position-embedding': 'embedding',
  'recurrent-cell': 'recurrent',
  residual: 'block',
  rnn: 'recurrent',
  'rotary-embedding': 'embedding',
  sequential: 'block',
  'shape-layers': 'shape',
  'squeeze-excite': 'block',
  transformer: 'attention',
  unet: 'block',
  upsample: 'conv',
}

/** @param {string} file */
const parse = file => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)

/** What a barrel gives: name → file. @param {string} file @returns {Map<string, string>} */
function exportsOf(file) {
  const found = new Map()
  for (const statement of parse(file).statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier || statement.isTypeOnly) continue
    const from = /** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text
    const target = from === '@portolan/core' ? join(root, 'packages/core/src/index.ts') : join(dirname(file), from)
    if (!statement.exportClause) for (const node of parse(target).statements) for (const name of namesOf(node)) found.set(name, target)
    else if (ts.isNamedExports(statement.exportClause)) {
      const inner = from === '@portolan/core' ? exportsOf(target) : undefined
      for (const { name, isTypeOnly } of statement.exportClause.elements)
        if (!isTypeOnly) found.set(name.text, inner?.get(name.text) ?? target)
    }
  }
  return found
}

/** What a statement declares for export. @param {ts.Node} node @returns {string[]} */
function namesOf(node) {
  if ((ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)) && node.name) return [node.name.text]
  return ts.isVariableStatement(node) ? node.declarationList.declarations.map(d => d.name.getText()) : []
}

/** The text of a docstring before its tags, paragraph by paragraph. @param {ts.Node} node @returns {string[]} */
function docOf(node) {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)
  const text = ts.getTextOfJSDocComment(doc?.comment) ?? ''
  return text.split(/\n\s*\n/).map(p => p.replaceAll(/\s+/g, ' ').trim())
}

/** Every layer with what its docstring says. @returns {Layer[]} */
export function readLayers() {
  return [...exportsOf(join(layers, 'src/index.ts'))].flatMap(([name, file]) => {
    const node = parse(file).statements.find(s => namesOf(s).includes(name))
    if (!node) throw new Error(`${relative(root, file)}: exports ${name}, which it does not declare`)
    const [first = '', ...rest] = docOf(node)
    const body = rest.join(' ')
    const names = /PyTorch: (.+?); Keras: (.+?)\.(?: |$)/.exec(body)
    if (!names) {
      if (ts.isClassDeclaration(node))
        throw new Error(`${relative(root, file)}: the docstring of ${name} does not say what PyTorch and Keras call it`)
      return []
    }
    const [, formula] = /^.*?: (.+?)\.(?: |$)/.exec(first) ?? []
    const [shapes] = /^.*?→.*?(?=\. |\.$|; Gl)/.exec(body) ?? []
    if (!formula || !shapes)
      throw new Error(
        `${relative(root, file)}: the docstring of ${name} must begin "What it does: its formula." and go on with shapes that have an arrow`,
      )
    const [, author, title, year] = /(?:^|[.;:] )((?:[^".:;]|et al\.)+?), "([^"]+)", (\d{4})/.exec(body) ?? []
    const own = relative(join(layers, 'src'), file)
    const family = own.startsWith('..') ? families[/([^/]+)\.ts$/.exec(file)?.[1] ?? ''] : dirname(own)
    if (!family) throw new Error(`${relative(root, file)}: of which family is ${name}?`)
    const list = (/** @type {string} */ text) => text.replace(/^-.*/, '').split(', ').filter(Boolean)
    const torchNote = /^- \((.+)\)$/.exec(names[1] ?? '')?.[1] ?? ''
    return [
      {
        name,
        family,
        formula,
        shapes,
        paper: author ? `${author}, “${title}”, ${year}` : '',
        torch: list(names[1] ?? ''),
        keras: list(names[2] ?? ''),
        torchNote,
      },
    ]
  })
}

/** @param {string} file */
const catalogue = file => JSON.parse(readFileSync(join(layers, 'catalogue', file), 'utf8'))

/** What another library has and we have not, by reason. @param {string} library @param {string[]} names @param {Set<string>} ours @returns {{ why: string, names: string[] }[]} */
function absent(library, names, ours) {
  /** @type {{ why: string, names: string[] }[]} */
  const reasons = catalogue('elsewhere.json')[library]
  const explained = reasons.flatMap(r => r.names)
  const problems = [
    ...names.filter(n => !ours.has(n) && !explained.includes(n)).map(n => `${n} is neither here nor explained`),
    ...explained.filter(n => ours.has(n)).map(n => `${n} is explained, yet it is here`),
    ...[...ours, ...explained].filter(n => !names.includes(n)).map(n => `${n} is no name of it`),
    ...explained.filter((n, i) => explained.indexOf(n) < i).map(n => `${n} is explained twice`),
  ]
  if (problems.length) throw new Error(`${library}: ${problems.join('; ')}`)
  return reasons
}

/** The whole file. */
export function layerTable() {
  const all = readLayers()
  const cell = (/** @type {string} */ text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  const row = (/** @type {Layer} */ l) =>
    `| \`${l.name}\` | ${cell(l.formula)} | ${cell(l.shapes)} | ${cell(l.paper)} | ${l.torch.join(', ') || cell(l.torchNote)} | ${l.keras.join(', ')} |`
  const sections = [...new Set(all.map(l => l.family))].sort().map(family => {
    const rows = all.filter(l => l.family === family).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return [
      `## ${family}`,
      '',
      '| layer | formula | shapes | paper | PyTorch | Keras |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows.map(row),
      '',
    ].join('\n')
  })
  const rest = /** @type {const} */ ([
    ['torch.nn', 'torch-nn.json', 'torch'],
    ['keras.layers', 'keras-layers.json', 'keras'],
  ]).map(([library, file, key]) => {
    const { names, source } = catalogue(file)
    const reasons = absent(library, names, new Set(all.flatMap(l => l[key])))
    const count = reasons.reduce((n, r) => n + r.names.length, 0)
    return [
      `## What \`${library}\` has and this has not`,
      '',
      `${source}: ${names.length}, of which ${names.length - count} are above.`,
      '',
      ...reasons.map(r => `- ${r.names.join(', ')}: ${r.why}.`),
      '',
    ].join('\n')
  })
  return [`# Layers\n\nAll ${all.length}, made by \`node scripts/layer-table.mjs\` out of their docstrings.\n`, ...sections, ...rest].join(
    '\n',
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(table, layerTable())
  console.log(`${relative(process.cwd(), table)}: ${readLayers().length} layers`)
}
