import type { OrtModule } from '../platform.ts'
import type { Requests } from '../worker/protocol.ts'
import { serve } from '../worker/serve.ts'
import { configure, lost, read, upload } from './device.ts'
import { lineTo } from './line.ts'

/** Makes this worker answer the page. */
export const serveHere = (load: (start: Requests['start']) => Promise<OrtModule>): void =>
  serve(lineTo(globalThis), {
    load: async start => configure(await load(start), start.threads, start.files),
    read,
    upload,
    lost,
  })
