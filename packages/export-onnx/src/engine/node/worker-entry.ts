// What runs in the thread that `onnx({ worker: true })` starts in Node.
import { parentPort } from 'node:worker_threads'
import type { OrtModule } from '../platform.ts'
import { serve } from '../worker/serve.ts'
import { node } from './platform.ts'

const port = parentPort!
let ort: OrtModule
serve(
  {
    post: (message, transfer = []) => port.postMessage(message, transfer as ArrayBuffer[]),
    listen: f => port.on('message', f as (message: unknown) => void),
  },
  {
    load: async ({ provider, threads }) => (ort = await node.load(provider, { threads, named: true })),
    read: async tensor => (tensor.location === 'cpu' ? tensor.data : node.read(ort, tensor)),
    upload: node.upload,
    lost: node.lost,
  },
)
