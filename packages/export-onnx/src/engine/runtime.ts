import type * as Ort from 'onnxruntime-node'
import { PortolanError } from '@portolan/core'

export type { Ort }
let loading: Promise<typeof Ort> | undefined

/** onnxruntime, loaded when it is first needed. @throws PortolanError if it isn't installed. */
export const runtime = (): Promise<typeof Ort> =>
  (loading ??= import('onnxruntime-node').catch(cause => {
    loading = undefined
    throw new PortolanError('onnxruntime-node could not be loaded. Install it beside @portolan/export-onnx: npm install onnxruntime-node', {
      cause,
    })
  }))
