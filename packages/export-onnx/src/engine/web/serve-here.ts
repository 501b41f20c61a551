import type { OrtModule } from '../platform.ts'
import type { Requests } from '../worker/protocol.ts'
import { serve } from '../worker/serve.ts'
import { configure, lost, read, upload } from './device.ts'
import { lineTo } from './line.ts'

/** Makes this worker answer the page, unless it is one of the threads that onnxruntime starts from the same script. */
export function serveHere(load: (start: Requests['start']) => Promise<OrtModule>): void {
  if ((globalThis as { name?: string }).name?.startsWith('em-pthread')) return
  serve(lineTo(globalThis), {
    load: async start => configure(await load(start), start.threads, start.files),
    read,
    upload,
    lost,
  })
}
