// Writes what each published package exports, with its types, to packages/*/api.md: `npm run check:api -- --write`.
// Without --write it only looks whether those files are as they should be: a change of the API shows in a review.
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** Published packages with their entries. @returns {{ name: string, folder: string, entries: [path: string, source: string][] }[]} */
export function published() {
  return readdirSync(join(root, 'packages')).flatMap(folder => {
    const at = join(root, 'packages', folder)
    const { name, private: hidden, exports } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'))
    if (hidden) return []
    /** @type {[string, string][]} */
    const entries = Object.entries(exports).flatMap(([path, entry]) => {
      const source = entry['@portolan/source']
      if (!source) return []
      return [[name + path.slice(1), join(at, typeof source === 'string' ? source : source.default)]]
    })
    return [{ name, folder: at, entries }]
  })
}

/** The declarations of all sources, without comments, bodies and what is internal. @param {string[]} sources */
function declarations(sources) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  /** @type {Map<string, string>} */
  const written = new Map()
  ts.createProgram(sources, {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    removeComments: true,
  }).emit(undefined, (file, text) => void written.set(resolve(file), text))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  /** Where a source is asked for, its declarations answer. @param {string} file */
  const declared = file => written.get(resolve(file).replace(/\.ts$/, '.d.ts'))
  host.fileExists = file => fileExists(file)
  host.readFile = file => declared(file) ?? readFile(file)
  host.getSourceFile = (file, target, ...rest) => {
    const text = declared(file)
    return text === undefined ? getSourceFile.call(host, file, target, ...rest) : ts.createSourceFile(file, text, target, true)
  }
  return ts.createProgram(sources, { ...options, skipLibCheck: true }, host)
}

/** @param {ts.Declaration} d */
const statement = d => (ts.isVariableDeclaration(d) ? d.parent.parent : d)
/** A declaration in one form, however it is reached. @param {ts.Declaration} d */
const shown = d =>
  statement(d)
    .getText()
    .replace(/^(export )?(default )?(declare )?/, '')
    .replace(/^\s*(private|#)[^\n]*\n/gm, '')

/**
 * A package's report: for each entry its exports in order of the alphabet, and at the end what they mention but nobody can import.
 * @param {ts.Program} program
 * @param {ReturnType<typeof published>[number]} of
 */
function report(program, { name, folder, entries }) {
  const checker = program.getTypeChecker()
  /** @param {ts.Symbol} s */
  const origin = s => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s)
  /** @param {ts.Declaration} d */
  const isOwn = d => d.getSourceFile().fileName.startsWith(join(folder, 'src') + sep)
  /** @type {Set<ts.Symbol>} */
  const seen = new Set()
  /** @type {ts.Symbol[]} */
  const mentioned = []
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isIdentifier(node)) {
      const found = checker.getSymbolAtLocation(node)
      const symbol = found && origin(found)
      const top = symbol?.declarations?.find(
        d => isOwn(d) && statement(d).parent.kind === ts.SyntaxKind.SourceFile && !ts.isImportSpecifier(d),
      )
      if (symbol && top) mentioned.push(symbol)
    }
    ts.forEachChild(node, visit)
  }
  /** @param {ts.Symbol} symbol */
  const describe = symbol => {
    const own = symbol.declarations?.filter(isOwn) ?? []
    if (!own.length) return undefined
    own.forEach(visit)
    return own.map(shown).join('\n')
  }
  const parts = entries.map(([path, source]) => {
    const file = program.getSourceFile(source)
    const module = file && checker.getSymbolAtLocation(file)
    const symbols = module ? checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1)) : []
    /** @type {string[]} */
    const passedOn = []
    const lines = symbols.flatMap(s => {
      const symbol = origin(s)
      if (seen.has(symbol)) return [`// ${s.name}: as above`]
      seen.add(symbol)
      const text = describe(symbol)
      if (text === undefined) passedOn.push(s.name)
      return text === undefined ? [] : [s.name === symbol.name ? text : `// as ${s.name}\n${text}`]
    })
    const from = passedOn.length ? `Passed on from another package: ${passedOn.join(', ')}\n\n` : ''
    return `## ${path}\n\n${from}${lines.length ? `\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n` : ''}`
  })
  const beside = []
  for (const symbol of mentioned) {
    if (seen.has(symbol)) continue
    seen.add(symbol)
    beside.push({ name: symbol.name, text: describe(symbol) })
  }
  beside.sort((a, b) => (`${a.name} ${a.text}` < `${b.name} ${b.text}` ? -1 : 1))
  const rest = beside.length ? `\n## Mentioned\n\n\`\`\`ts\n${beside.map(b => b.text).join('\n')}\n\`\`\`\n` : ''
  return `# What ${name} exports\n\nMade by \`npm run check:api -- --write\`: a change here is a change of the API.\n\n${parts.join('\n')}${rest}`
}

function main() {
  const write = process.argv.includes('--write')
  const packages = published()
  const program = declarations(packages.flatMap(p => p.entries.map(([, source]) => source)))
  for (const of of packages) {
    const file = join(of.folder, 'api.md')
    const text = report(program, of)
    const was = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (write) writeFileSync(file, text)
    if (was === text) console.log(`${of.name}: api.md is as it should be`)
    else if (write) console.log(`${of.name}: api.md written`)
    else {
      const [now, then] = [text.split('\n'), was.split('\n')]
      const differ = [
        ...now.filter(line => !then.includes(line)).map(line => `+ ${line}`),
        ...then.filter(line => !now.includes(line)).map(line => `- ${line}`),
      ]
      console.error(
        `${of.name}: its API is not what packages/*/api.md says. If that is meant: npm run check:api -- --write\n${differ.slice(0, 20).join('\n')}`,
      )
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
