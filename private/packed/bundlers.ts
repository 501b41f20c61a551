import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, createServer } from 'vite'
import webpack from 'webpack'

const html = (head: string): string => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Portolan</title>${head}`

/** A folder of its own for an app, with the page's program in it. */
function appIn(consumer: string, name: string, head: string): string {
  const folder = join(consumer, name)
  mkdirSync(folder)
  cpSync(join(import.meta.dirname, 'consumer/page.mjs'), join(folder, 'page.mjs'))
  writeFileSync(join(folder, 'index.html'), html(head))
  return folder
}
const script = '<script type="module" src="/page.mjs"></script>'

/** An app of Vite without any configuration, built. Gives the folder to serve. */
export async function viteApp(consumer: string): Promise<string> {
  const root = appIn(consumer, 'vite-app', script)
  await build({ root, configFile: false, logLevel: 'error' })
  return join(root, 'dist')
}

/** The same while it is developed: Vite's own server. */
export async function viteDevelopment(consumer: string): Promise<{ url: string; close(): Promise<void> }> {
  const root = appIn(consumer, 'vite-development', script)
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, headers, hmr: false, watch: null },
  })
  await server.listen()
  return { url: server.resolvedUrls!.local[0]!, close: () => server.close() }
}

/** An app of webpack without any configuration but its entry and the folder for what it makes. */
export async function webpackApp(consumer: string): Promise<string> {
  const root = appIn(consumer, 'webpack-app', '<script defer src="/main.js"></script>')
  const path = join(root, 'dist')
  await new Promise<void>((resolve, reject) =>
    webpack({ mode: 'production', context: root, entry: './page.mjs', output: { path }, performance: false }, (error, stats) =>
      error || stats!.hasErrors() ? reject(error ?? new Error(stats!.toString('errors-only'))) : resolve(),
    ),
  )
  cpSync(join(root, 'index.html'), join(path, 'index.html'))
  return path
}

/** A page that no bundler made: an import map names the files. Gives the folder to serve. */
export function plainPage(consumer: string, imports: Readonly<Record<string, string>>): string {
  appIn(consumer, 'plain', '')
  cpSync(join(import.meta.dirname, 'consumer/page.mjs'), join(consumer, 'page.mjs'))
  writeFileSync(join(consumer, 'index.html'), html(`<script type="importmap">${JSON.stringify({ imports })}</script>${script}`))
  return consumer
}
