import { FileError, PortolanError } from '@portolan/core'
import { checkModel } from '../../model/check-model.ts'
import { identities, type Identity } from '../identity.ts'
import type { Ort, OrtModule, Platform } from '../platform.ts'
import type { Provider } from '../provider.ts'

let loading: Promise<OrtModule> | undefined

/** onnxruntime-node, loaded when it is first needed. @throws PortolanError if it isn't installed. */
const runtime = (): Promise<OrtModule> =>
  (loading ??= import('onnxruntime-node').catch((cause: unknown) => {
    loading = undefined
    throw new PortolanError('onnxruntime-node could not be loaded. Install it beside @portolan/export-onnx: npm install onnxruntime-node', {
      cause,
    })
  }))

const inBrowsers: ReadonlySet<Provider> = new Set(['wasm', 'webnn'])
/** A tensor's own getData() stops the process when it is on a GPU: sessions carry numbers to and from it. */
let [fetching, sending]: (Identity | undefined)[] = []

/** onnxruntime as a program of Node has it. */
export const node: Platform = {
  providers: ['cpu'],
  frees: false,
  async load(provider) {
    if (inBrowsers.has(provider)) throw new PortolanError(`'${provider}' is for browsers; Node has 'cpu', 'webgpu' and 'cuda'`)
    return runtime()
  },
  async spawn(provider, options) {
    await node.load(provider, options) // says what is missing here, and in the words of this thread
    return (await import('./spawn.ts')).spawn(provider, options)
  },
  async read(ort, tensor): Promise<Ort.Tensor.DataType> {
    fetching ??= identities(ort, { executionProviders: ['webgpu'], preferredOutputLocation: 'cpu' })
    return (await fetching(tensor)).data
  },
  upload(ort, tensor) {
    sending ??= identities(ort, { executionProviders: ['webgpu'], preferredOutputLocation: 'gpu-buffer' })
    return sending(tensor)
  },
  lost: () => new Promise(() => {}),
  async source(path) {
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
      throw new FileError(`OnnxModel: ${path} cannot be read (${why}). Look at its path.`, { cause })
    })
    checkModel(bytes, { label: path, external: true })
    return path // onnxruntime finds weights in other files by it
  },
  async writeFile(file, bytes) {
    const { writeFileAtomic } = await import('@portolan/core/node')
    await writeFileAtomic(file, bytes)
  },
  async readWritten(run) {
    const [{ mkdtemp, readdir, readFile, rm }, { tmpdir }, { join }] = await Promise.all([
      import('node:fs/promises'),
      import('node:os'),
      import('node:path'),
    ])
    const folder = await mkdtemp(join(tmpdir(), 'portolan-'))
    try {
      await run(join(folder, 'a'))
      const [file] = await readdir(folder)
      return await readFile(join(folder, file!), 'utf8')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
