import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings, types } from './example-settings.ts'
import { root } from './pages.ts'

/** An example of a docstring. */
export interface Example {
  /** `core/nn/linear.ts:30` */
  readonly at: string
  readonly code: string
  /** What is run: the code, made short where it would take long; undefined where it is compiled only. */
  readonly run: string | undefined
  readonly setting: string
}

/** All examples of a package's docstrings. */
export const examplesOf = (name: string): Example[] => {
  const sources = join(root, 'packages', name, 'src')
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.includes('.test'))
    .toSorted()
    .flatMap(file => {
      const text = readFileSync(join(sources, file), 'utf8')
      return [...text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*?@example\s((?:(?!\*\/)[\s\S])*)\*\//g)].flatMap(m => {
        const at = `${name}/${file}:${text.slice(0, m.index + m[0].indexOf('@example')).split('\n').length}`
        const lines = m[1]!.split('\n').map(line => line.replace(/^\s*\* ?/, ''))
        const code = lines.join('\n').split(/^@\w+/m)[0]!.trim() // prettier-ignore
        const setting = settings.find(s => s.files.test(`${name}/${file} ${code.replaceAll('\n', ' ')}`))
        const short = (setting?.shorter ?? []).reduce((all, [from, to]) => all.replace(from, to), code)
        return { at, code, run: setting?.compiled ? undefined : short, setting: setting?.code ?? '' }
      })
    })
}

const entries = ['core', 'core/node', 'core/draw', 'core/search', 'core/profile', 'data/node', 'export-onnx', 'layers', 'nlp/node', 'rl/node', 'generative/node', 'vision/node', 'data/browser'] // prettier-ignore
const others = { 'node:fs/promises': ['readFile', 'writeFile'], 'node:path': ['join'], 'node:zlib': ['gzipSync'] }

/** A module with a function for each example of a package: names that it does not declare are imported, the package's own first. */
export async function moduleOfExamples(name: string, examples: readonly Example[]): Promise<string> {
  const from = new Map<string, string>()
  const put = (names: readonly string[], module: string, as = ''): void => {
    for (const found of names) if (!from.has(found)) from.set(found, `import { ${as}${found} } from '${module}'\n`)
  }
  const ofOwn = (entry: string): boolean => entry.split('/')[0] === name
  for (const entry of [...entries.filter(ofOwn), ...entries.filter(e => !ofOwn(e))]) {
    const module = `@portolan/${entry}`
    put(Object.keys((await import(/* @vite-ignore */ module)) as object), module)
  }
  for (const [module, names] of Object.entries(others)) put(names, module)
  for (const [module, names] of Object.entries(types)) put(names, module, 'type ')
  const used = new Set(examples.flatMap(e => `${e.code}\n${e.setting}`.match(/(?<![.\w'-])[A-Za-z]\w*/g) ?? []))
  const functions = (codes: readonly (readonly [at: string, setting: string, code: string])[]): string[] =>
    codes.map(([at, setting, code]) => `'${at}': async () => {\n${setting}\n{\n${code}\n}\n},\n`)
  return [
    ...[...used].flatMap(n => from.get(n) ?? []),
    'export const compiled = {\n',
    ...functions(examples.map(e => [e.at, e.setting, e.code])),
    '}\nexport const run = {\n',
    ...functions(examples.flatMap(e => (e.run === undefined ? [] : [[e.at, e.setting, e.run]]))),
    '}\n',
  ].join('')
}
