import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
}

export interface ServeOptions {
  /** Whether pages may use threads; default true. */
  isolated?: boolean
  /** Folders for paths that begin so. */
  mounts?: Readonly<Record<string, string>>
}

/** Serves a folder to this machine; `close` ends it. */
export async function serveFolder(
  folder: string,
  { isolated = true, mounts = {} }: ServeOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {}
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, 'http://localhost').pathname))
    const mount = Object.keys(mounts).find(prefix => path.startsWith(prefix))
    const file = mount === undefined ? join(folder, path === '/' ? 'index.html' : path) : join(mounts[mount]!, path.slice(mount.length))
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(path === '/favicon.ico' ? 204 : 404, headers).end()
      return
    }
    response.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise(done => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
