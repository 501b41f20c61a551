// Builds the site: npm run docs [-- --serve [--port 4174]]
// Guides by VitePress, every package's API by TypeDoc, and the demo, all in apps/docs/dist/site.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Application } from 'typedoc'
import { build as buildPage, preview } from 'vite'
import { build as buildGuides } from 'vitepress'

const { values } = parseArgs({ options: { serve: { type: 'boolean' }, port: { type: 'string' } } })
const folder = fileURLToPath(new URL('.', import.meta.url))
const packages = join(folder, '../../packages')
const site = join(folder, 'dist/site')
const base = process.env.PORTOLAN_SITE_BASE ?? '/'

await buildGuides(folder)

/** @param {string} name */
const isPublished = name => !JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).private
const app = await Application.bootstrapWithPlugins({
  options: join(folder, 'typedoc.json'),
  entryPoints: readdirSync(packages)
    .filter(isPublished)
    .map(name => join(packages, name)),
  navigationLinks: { Guides: `${base}guides/first-model.html`, Demo: `${base}demo/index.html` },
  logLevel: process.env.PORTOLAN_DOCS_QUIET ? 'Warn' : 'Info',
})
const project = await app.convert()
if (!project) throw new Error('TypeDoc could not read the packages')
app.validate(project)
// What is public is documented, and what that mentions: a warning of TypeDoc fails the build.
const { errorCount, warningCount } = app.logger
if (errorCount + warningCount) throw new Error(`TypeDoc found ${errorCount} errors and ${warningCount} warnings, written above`)
await app.generateDocs(project, join(site, 'api'))

const demo = { root: join(folder, 'demo'), configFile: join(folder, 'demo/vite.config.ts') }
await buildPage({ ...demo, logLevel: 'warn', build: { outDir: join(site, 'demo') } })
console.log(`The site is in ${site}`)

if (values.serve) {
  const server = await preview({
    root: folder,
    base,
    configFile: false,
    build: { outDir: site },
    preview: { host: '127.0.0.1', ...(values.port && { port: Number(values.port) }) },
  })
  console.log(`and at ${server.resolvedUrls?.local[0]} (Ctrl+C ends it)`)
}
