import { compile } from '@portolan/core'
import { onnx } from '@portolan/export-onnx'
import { noise } from '@portolan/test-kit'

/** Whether a compiled model uses onnxruntime's blocked layout: its ops are of a domain of their own. */
export const isBlocked = (model: Uint8Array): boolean => Buffer.from(model).includes('com.microsoft.nchwc')

/** How many channels stand together in the blocked layout of this processor; undefined where there is none. */
export async function blockOf(): Promise<number | undefined> {
  let block: number | undefined
  const engine = onnx({ threads: 1, onCompile: info => (block = info.block) })
  await compile(() => noise([1]), { engine })()
  return block
}
