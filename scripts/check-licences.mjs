// Looks at the licence of everything that our published packages bring along: `npm run check:licences`.
// A new one has to be looked at by a person, and then named here.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Anybody may use, change and pass on what comes under these. */
const free = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Unlicense', 'BlueOak-1.0.0', 'CC0-1.0'])
/** These ask for more; why it is kept. @type {readonly { names: RegExp, licence: string, why: string }[]} */
const known = [
  { names: /^@img\/sharp-libvips-/, licence: 'LGPL-3.0-or-later', why: 'a shared library of its own, which anybody can replace' },
  { names: /^@img\/sharp-(win32|wasm32)/, licence: 'Apache-2.0 AND LGPL-3.0-or-later', why: 'sharp with that library beside it' },
  { names: /^@resvg\/resvg-js/, licence: 'MPL-2.0', why: 'a file by itself, unchanged' },
  { names: /^@expo-google-fonts\/inter$/, licence: 'MIT AND OFL-1.1', why: 'a typeface, unchanged and under its own name' },
]

/** @typedef {{ name: string, versions: string[] }} Package */

/**
 * Which packages come under a licence that nobody has looked at.
 * @param {Record<string, readonly Package[]>} byLicence
 */
export function unknown(byLicence) {
  return Object.entries(byLicence).flatMap(([licence, packages]) =>
    free.has(licence)
      ? []
      : packages
          .filter(({ name }) => !known.some(k => k.licence === licence && k.names.test(name)))
          .map(({ name, versions }) => `${name}@${versions.join(', ')}: ${licence}`),
  )
}

function main() {
  const { packageManager } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  const args = ['exec', '--yes', packageManager, '--', 'licenses', 'list', '--prod', '--json', '--filter', './packages/*']
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`the licences could not be listed: ${stderr}${stdout}`)
  /** @type {Record<string, Package[]>} */
  const byLicence = JSON.parse(stdout)
  const bad = unknown(byLicence)
  if (bad.length) {
    console.error(
      `Nobody has looked at these licences yet:\n  ${bad.join('\n  ')}\nTake another package, or name it in scripts/check-licences.mjs with the reason.`,
    )
    process.exitCode = 1
    return
  }
  const count = Object.values(byLicence).reduce((n, packages) => n + packages.length, 0)
  console.log(`${count} packages come along, all under licences that were looked at: ${Object.keys(byLicence).join(', ')}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
