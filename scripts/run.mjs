// Runs a task of this repository on a machine that has only Node and npm: `npm start`, `npm test`, `npm run bench`.
// It has no dependencies, because it is what installs them.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pnpm = manifest.packageManager.split('+')[0]
const onWindows = process.platform === 'win32'

const source = ['--conditions=@portolan/source', '--import', 'tsx']
/** What each task starts, with the user's arguments behind it. @type {Record<string, string[]>} */
const tasks = {
  start: [process.execPath, ...source, 'examples/mnist-cnn/main.ts'],
  test: [process.execPath, 'node_modules/vitest/vitest.mjs', 'run'],
  bench: [process.execPath, ...source, 'private/bench/main.ts'],
  demo: [process.execPath, 'apps/docs/demo.mjs'],
  docs: [process.execPath, 'apps/docs/build.mjs'],
  'check:packed': [process.execPath, '--import', 'tsx', 'private/packed/main.ts'],
  'check:crash': [process.execPath, ...source, 'private/crash/main.ts'],
  fuzz: [process.execPath, ...source, 'private/fuzz/main.ts'],
  soak: [process.execPath, '--expose-gc', ...source, 'private/soak/main.ts'],
  build: ['npm', 'exec', '--yes', pnpm, '--', 'turbo', 'run', 'build'],
}

/** @param {string} version */
const parts = version => version.split('.').map(Number)

function checkNode() {
  const [needMajor = 0, needMinor = 0] = parts(manifest.engines.node.replace('>=', ''))
  const [major = 0, minor = 0] = parts(process.versions.node)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  fail(`Portolan needs Node ${needMajor}.${needMinor} or newer; this is Node ${process.versions.node}. Install a newer one and try again.`)
}

/** pnpm leaves a copy of the lockfile that it installed: equal means up to date. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.pnpm', 'lock.yaml')
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(join(root, 'pnpm-lock.yaml')))
}

function install() {
  console.error(`Installing what Portolan needs with ${pnpm}: a minute or so, and only when the lockfile has changed.`)
  const args = ['exec', '--yes', pnpm, '--', 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']
  if (!process.stderr.isTTY) args.push('--loglevel=warn')
  // onnxruntime-node's install step would fetch CUDA libraries; its CPU and WebGPU providers come inside the package.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const result = spawnSync('npm', args, { cwd: root, env, stdio: ['ignore', 2, 2], shell: onWindows })
  if (result.status !== 0)
    fail(`Installing failed: ${result.error?.message ?? `${pnpm} ended with ${result.signal ?? `code ${result.status}`}`}.`)
}

/** Starts the task; its exit code or signal becomes ours. @param {string[]} command */
function run([file = '', ...args]) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }
  const child = spawn(file, args, { cwd: root, env, stdio: 'inherit', shell: onWindows && file === 'npm' })
  child.on('error', error => fail(`Could not start ${file}: ${error.message}`))
  // Ctrl+C in a terminal reaches the whole group by itself; a second one would mean "now, at once" to some.
  /** @param {NodeJS.Signals} signal */
  const pass = signal => void ((signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal))
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, pass)
  child.on('exit', (code, signal) => {
    for (const signal of signals) process.off(signal, pass)
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code ?? 1
  })
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message)
  process.exit(1)
}

checkNode()
const [task = '', ...args] = process.argv.slice(2)
const command = tasks[task]
if (!command) fail(`Unknown task '${task}'. Choose one of: ${Object.keys(tasks).join(', ')}.`)
if (!isInstalled()) install()
run([...command, ...args])
