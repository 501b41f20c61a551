// Packs what we publish, installs the tarballs with plain npm in empty folders, and uses them there as a stranger would:
// `npm run check:packed`, or under another Node `npm run check:packed -- --node 22`.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { checkPages } from './pages.ts'

interface Manifest {
  name: string
  private?: boolean
  packageManager: string
  exports: Record<string, string | Record<string, unknown>>
  devDependencies: Record<string, string>
}

const here = import.meta.dirname
const root = join(here, '../..')
const manifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** Runs a program to its end and gives what it printed; throws when it fails, with what it said. */
async function sh(cwd: string, command: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const shell = process.platform === 'win32' && command === 'npm'
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, shell, maxBuffer: 1e8 }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error })
    },
  )
  return stdout + stderr
}
const node = (cwd: string, script: string, ...args: string[]): Promise<string> => sh(cwd, process.execPath, script, ...args)

/** What `f` gives for each, two at a time. */
async function inPairs<T, R>(all: readonly T[], f: (x: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const hand = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) results[i] = await f(all[i]!, i)
  }
  await Promise.all([hand(), hand()])
  return results
}

const { values } = parseArgs({ options: { node: { type: 'string' } } })
if (values.node !== undefined) {
  const said = await sh(root, 'npm', 'exec', '--yes', `node@${values.node}`, '--', '-p', 'process.execPath')
  const other = said
    .trim()
    .split('\n')
    .find(line => existsSync(line))
  assert(other, `npm has no Node ${values.node}: ${said}`)
  const env = { ...process.env, PATH: `${dirname(other)}${delimiter}${process.env['PATH']}` } // npm runs on it too
  const { status } = spawnSync(other, ['--import', 'tsx', import.meta.filename], { cwd: root, env, stdio: 'inherit' })
  process.exit(status ?? 1)
}
console.log(`Node ${process.versions.node}`)

/** Packs a package and lets publint and attw judge the tarball. */
async function pack(folder: string, into: string): Promise<string> {
  const place = mkdtempSync(join(into, 'tarball-'))
  await sh(folder, 'npm', 'exec', '--yes', manifest(root).packageManager, '--', 'pack', '--pack-destination', place)
  const [name] = readdirSync(place)
  assert(name, `${folder}: nothing was packed`)
  const tarball = join(place, name)
  await node(here, 'node_modules/publint/src/cli.js', 'run', tarball, '--strict')
  await node(here, 'node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16', '--no-color')
  console.log(`${name}: publint and attw have no complaint`)
  return tarball
}

/** The exports that a stranger gets are the workspace's, without the condition that names our sources. */
function checkManifest(folder: string, installed: string): void {
  const exports = Object.entries(manifest(folder).exports).map(([path, entry]) => {
    if (typeof entry === 'string') return [path, entry]
    const { '@portolan/source': _, ...rest } = entry
    return [path, rest]
  })
  assert.deepEqual(
    manifest(installed).exports,
    Object.fromEntries(exports),
    `${folder}/package.json: publishConfig.exports differs from exports`,
  )
  assert(!readFileSync(join(installed, 'package.json'), 'utf8').includes('workspace:'), `${installed}: a workspace range was published`)
  assert(readdirSync(installed).includes('LICENSE'), `${installed}: the licence is missing`)
}

/** Minified and zipped bytes that a page loads before it can start, given what it imports; what is imported dynamically comes later. */
async function browserBytes(folder: string, source: string, external: string[] = []): Promise<number> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, sourcefile: 'page.js' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    minify: true,
    external,
    metafile: true,
    write: false,
    outdir: folder,
  })
  // what several files import is loaded once
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { kind, external, path: other } of metafile.outputs[path]!.imports) if (kind === 'import-statement' && !external) load(other)
  }
  load(Object.keys(metafile.outputs).find(path => metafile.outputs[path]!.entryPoint)!)
  const zipped = (path: string): number => gzipSync(outputFiles.find(file => file.path.endsWith(basename(path)))!.contents).length
  return [...loaded].reduce((sum, path) => sum + zipped(path), 0)
}

const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => join(root, 'packages', entry.name))
  .filter(folder => !manifest(folder).private)
const names = packages.map(folder => manifest(folder).name)

await node(root, 'scripts/run.mjs', 'build')
const temporary = mkdtempSync(join(tmpdir(), 'portolan-packed-'))
try {
  const tarballs = await inPairs(packages, folder => pack(folder, temporary))

  await inPairs(names, async (name, i) => {
    const alone = mkdtempSync(join(temporary, 'alone-'))
    writeFileSync(join(alone, 'package.json'), '{ "private": true, "type": "module" }')
    const core = names.indexOf('@portolan/core')
    await sh(alone, 'npm', 'install', '--no-audit', '--no-fund', '--omit=peer', ...new Set([tarballs[core]!, tarballs[i]!]))
    for (const file of ['entries.mjs', 'alone.mjs']) copyFileSync(join(here, 'consumer', file), join(alone, file))
    await node(alone, 'entries.mjs', ...new Set([names[core]!, name]))
    console.log((await node(alone, 'alone.mjs', name)).trim())
  })

  const consumer = mkdtempSync(join(temporary, 'consumer-'))
  const { devDependencies } = manifest(root)
  const { devDependencies: ours } = manifest(join(root, 'packages/export-onnx'))
  const runtimes = ['onnxruntime-node', 'onnxruntime-web'].map(name => `${name}@${ours[name]}`)
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }')
  await sh(consumer, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs, ...runtimes, `@types/node@${devDependencies['@types/node']}`)
  packages.forEach((folder, i) => checkManifest(folder, join(consumer, 'node_modules', names[i]!)))

  copyFileSync(join(here, 'consumer/entries.mjs'), join(consumer, 'entries.mjs'))
  console.log((await node(consumer, 'entries.mjs', ...names)).trim())

  const entries = packages.flatMap((folder, i) =>
    Object.keys(manifest(folder).exports)
      .filter(path => path !== './package.json')
      .map(path => names[i]! + path.slice(1)),
  )
  const everything = entries.map((entry, i) => `export * as e${i} from '${entry}'\n`).join('')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const strict = ['--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', 'node']
  for (const extension of ['ts', 'mts', 'cts']) {
    copyFileSync(join(here, 'consumer/program.ts'), join(consumer, `program.${extension}`))
    writeFileSync(join(consumer, `everything.${extension}`), everything)
  }
  await Promise.all([
    node(consumer, tsc, 'program.ts', 'everything.ts', ...strict, '--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'),
    node(consumer, tsc, 'program.mts', 'program.cts', 'everything.mts', 'everything.cts', ...strict, '--module', 'node16'),
  ])
  const outputs = await Promise.all(['program.mjs', 'program.cjs'].map(file => node(consumer, file)))
  for (const output of outputs) assert.match(output, /^\{.*\}\n$/, 'the program prints more than it was told to')
  assert.equal(outputs[0], outputs[1], 'the ES module and the CommonJS program print different losses')

  const { eager, compiled, at10, png } = JSON.parse(outputs[0]!) as Record<'eager' | 'compiled' | 'at10' | 'png', number[]>
  const apart = Math.max(...eager.map((loss, i) => Math.abs(loss - compiled[i]!)))
  assert(apart < 1e-5, `eager and compiled losses are ${apart} apart`)
  assert(compiled[99]! < compiled[0]! / 100, `the loss went from ${compiled[0]} to ${compiled[99]} only`)
  assert(
    Math.abs(at10[0]! - 21) < 0.1 && Math.abs(at10[1]! + 1) < 0.1,
    `the exported line has ${at10} at 10 and -1, where 21 and -1 are right`,
  )
  assert.deepEqual(png.slice(0, 3), [...Buffer.from('PNG')])
  const shown = (losses: number[]): string => [0, 33, 66, 99].map(i => losses[i]!.toExponential(3)).join(' → ')
  console.log(
    `eager loss: ${shown(eager)}\ncompiled loss: ${shown(compiled)}\nexported line at 10 and -1: ${at10}\npicture: ${png[3]} bytes`,
  )

  copyFileSync(join(root, 'examples/compose/app.mjs'), join(consumer, 'app.mjs'))
  const app = await node(consumer, 'app.mjs', join(consumer, 'out'))
  const found = /shows a (\w+) \(\d+ %\); it is a \1$/m.exec(app)
  assert(found, `the composed app does not know its own picture: ${app}`)
  console.log(`the composed app ${found[0]}`)

  /** Holds what a page loads of some entries, all that they export, to a budget. */
  async function budget(most: number, what: string, specifiers: readonly string[], external: string[] = []): Promise<void> {
    const bytes = await browserBytes(consumer, specifiers.map((entry, i) => `export * as e${i} from '${entry}'\n`).join(''), external)
    assert(bytes <= most, `a page loads ${bytes} bytes of ${what}, minified and zipped, before it can start: over the budget of ${most}`)
    console.log(`${what}: ${bytes} bytes of ${most}, minified and zipped, in a browser`)
  }
  const tfjs = ['#@tensorflow/*']
  const inBrowsers = entries.filter(entry => !entry.endsWith('/node') && !entry.startsWith('@portolan/export-onnx'))
  await budget(70_000, 'core without tfjs', ['@portolan/core'], tfjs)
  await budget(320_000, 'core with tfjs', ['@portolan/core'])
  await budget(40_000, 'export-onnx without core and onnxruntime', ['@portolan/export-onnx'], ['@portolan/core', 'onnxruntime-web'])
  // what is agreed for core with tfjs alone holds for everything but export-onnx
  await budget(320_000, inBrowsers.join(', '), inBrowsers)

  await checkPages(consumer, compiled)
  console.log(`${names.join(', ')}: work from ESM, CommonJS and TypeScript`)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
