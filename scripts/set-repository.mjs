// Writes into every published package which repository it is made from: `set-repository.mjs https://github.com/OWNER/NAME`;
// in a workflow of GitHub it knows by itself. npm's provenance compares it with the run that publishes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
const [address = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`] = process.argv.slice(2)
if (address === undefined || !URL.canParse(address)) throw new Error(`the address of the repository is needed, got ${address}`)
const packages = join(import.meta.dirname, '../packages')
for (const folder of readdirSync(packages)) {
  const file = join(packages, folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  if (manifest.private) continue
  manifest.repository = { type: 'git', url: `git+${address}.git`, directory: `packages/${folder}` }
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  console.log(`${manifest.name}: made from ${address}, packages/${folder}`)
}
