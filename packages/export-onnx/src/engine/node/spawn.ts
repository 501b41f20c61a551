import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { LoadOptions } from '../platform.ts'
import type { Provider } from '../provider.ts'
import type { Host } from '../session.ts'
import type { Line, Reply } from '../worker/protocol.ts'
import { remoteHost } from '../worker/remote-host.ts'

/** In a checkout the sources run as they are; packages hold the built file, beside this one. */
function startWorker(): Worker {
  const here = import.meta.url
  if (!here.endsWith('.ts')) return new Worker(new URL(here.endsWith('.cjs') ? './worker-entry.cjs' : './worker-entry.js', here))
  const tsx = pathToFileURL(createRequire(here).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href
  const source = new URL('./worker-entry.ts', here).href
  const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}) })`
  return new Worker(code, { eval: true, execArgv: ['--conditions=@portolan/source'] })
}

/** onnxruntime in a thread of its own, which ends with the process and keeps it alive only while something is asked of it. */
export function spawn(provider: Provider, { threads }: LoadOptions): Promise<Host> {
  const worker = startWorker()
  let asked = 0
  const line: Line = {
    post(message, transfer = []) {
      if (asked++ === 0) worker.ref()
      worker.postMessage(message, transfer as ArrayBuffer[])
    },
    listen(f) {
      const tell = f as (reply: Reply) => void
      let failed = false
      worker.on('message', (reply: Reply) => {
        if ('id' in reply && --asked === 0) worker.unref()
        tell(reply)
      })
      worker.on('error', error => {
        failed = true
        tell({ lost: `the worker ended: ${error instanceof Error ? error.message : String(error)}` })
      })
      worker.on('exit', code => failed || tell({ lost: `the worker ended with code ${code}` }))
    },
  }
  return remoteHost(line, { provider, threads, files: undefined, module: undefined })
}
