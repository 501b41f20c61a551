import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  adam,
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  History,
  HostRng,
  Linear,
  mse,
  PortolanError,
  reduceOnPlateau,
  seed,
  supervised,
  Trainer,
} from '@portolan/core'
import { checkpoints, readSafetensors } from '@portolan/core/node'
import { ArrayDataset, encodeIdx, loader, parseIdx } from '@portolan/data'
import { readImage, writeImage } from '@portolan/data/node'
import { exportOnnx, OnnxModel } from '@portolan/export-onnx'

/** Something that reads what strangers send. */
export interface Target {
  readonly name: string
  /** Good files. */
  seeds(): Promise<Uint8Array[]>
  /** What its files are written in. */
  readonly words: readonly string[]
  /** Most bytes that reading one of these small files may add to the process. */
  readonly cap: number
  /** Reads one; must give an error of ours with the file's name, or something sound. */
  read(bytes: Uint8Array): Promise<void>
}

/** @throws Error unless an error is ours, and names the file and, where the bytes are wrong at one place, that place. */
export function judge(error: unknown, file: string, offset = true): void {
  if (!(error instanceof PortolanError)) throw new Error(`not an error of ours: ${String(error)}`, { cause: error })
  if (!error.message.includes(file)) throw new Error(`the file is not named: ${error.message}`, { cause: error })
  if (offset && !(error instanceof FormatError && Number.isInteger(error.offset)))
    throw new Error(`there is no offset: ${error.message}`, { cause: error })
}

const folder = mkdtempSync(join(tmpdir(), 'portolan-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const assert = (good: boolean, what: string): void => {
  if (!good) throw new TypeError(what)
}
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const json = ['{', '}', '[', ']', '"', ':', ',', 'null', 'true', '-1', '1e999', '"__proto__":', '"constructor":', '[[[[[[[[', '"\\u0000"']
const MiB = 2 ** 20

const safetensorsSeeds = async (): Promise<Uint8Array[]> => [
  encodeSafetensors(
    {
      a: { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) },
      b: { dtype: 'bool', shape: [4], data: Uint8Array.of(0, 1, 1, 0) },
    },
    { format: 'pt' },
  ),
  encodeSafetensors({
    ids: { dtype: 'int32', shape: [], data: Int32Array.of(7) },
    'layer.0.weight': { dtype: 'uint8', shape: [0, 9], data: new Uint8Array(0) },
  }),
]

/** A run that can be gone on from, with a loader, a callback and an optimizer. */
function run() {
  seed(1)
  const model = new Linear(2, 1)
  const optimizer = adam(0.1)
  const numbers = { data: new Float32Array(8), shape: [4, 2] }
  const trainer = new Trainer({
    step: supervised({ model, loss: mse, optimizer }),
    callbacks: [reduceOnPlateau(optimizer, { monitor: 'loss' })],
    progress: false,
  })
  const data = loader(new ArrayDataset({ x: numbers, y: { data: new Float32Array(4), shape: [4, 1] } }), { batchSize: 2 })
  return { trainer, data }
}

export const targets: readonly Target[] = [
  {
    name: 'safetensors',
    seeds: safetensorsSeeds,
    words: [...json, '"dtype":"F32"', '"dtype":"I64"', '"shape":[0]', '"data_offsets":[0,4]', '__metadata__'],
    cap: 64 * MiB,
    async read(bytes) {
      try {
        const { tensors } = decodeSafetensors(bytes, { label: 'x.safetensors' })
        for (const { data, shape } of Object.values(tensors))
          assert(data.length === product(shape) && data.byteLength <= 8 * bytes.length, 'numbers do not fill the shape')
      } catch (error) {
        judge(error, 'x.safetensors')
      }
    },
  },
  {
    name: 'safetensors-file',
    seeds: safetensorsSeeds,
    words: [...json, '"dtype":"F16"', '"dtype":"BF16"', '"data_offsets":[4,0]'],
    cap: 64 * MiB,
    async read(bytes) {
      const path = put('x.safetensors', bytes)
      await readSafetensors(path).then(
        ({ tensors }) => Object.values(tensors).forEach(t => assert(t.data.length === product(t.shape), 'numbers do not fill the shape')),
        error => judge(error, path),
      )
    },
  },
  {
    name: 'checkpoint',
    async seeds() {
      const { trainer, data } = run()
      const at = join(folder, 'seed')
      await trainer.fit(data, { epochs: 1, checkpoint: checkpoints(at, { everySteps: 1, signals: false }) })
      const { readdirSync, readFileSync } = await import('node:fs')
      return readdirSync(at).map(name => Uint8Array.from(readFileSync(join(at, name))))
    },
    words: [
      ...json,
      '\\"step\\":',
      '\\"$tensor\\":\\"optimizer.lr\\"',
      '\\"$number\\":\\"NaN\\"',
      '\\"batch\\":9',
      'portolanCheckpoint',
      '@random',
    ],
    cap: 128 * MiB,
    async read(bytes) {
      const at = join(folder, 'run')
      rmSync(at, { recursive: true, force: true })
      const { mkdirSync } = await import('node:fs')
      mkdirSync(at)
      writeFileSync(join(at, 'step-00000001.safetensors'), bytes)
      const { trainer, data } = run()
      try {
        await trainer.fit(data, {
          epochs: 1,
          checkpoint: checkpoints(at, { resume: true, signals: false, everyEpochs: 1000, warn: () => {} }),
        })
      } catch (error) {
        judge(error, '', false)
      }
      await trainer.dispose()
    },
  },
  {
    name: 'history',
    seeds: async () => [
      new TextEncoder().encode(JSON.stringify(new History([{ epoch: 1, logs: { loss: 0.5 }, validation: { loss: 0.25 }, seconds: 2 }]))),
    ],
    words: [...json, '"epochs":', '"logs":', '"validation":'],
    cap: 64 * MiB,
    async read(bytes) {
      let parsed: unknown
      try {
        parsed = JSON.parse(new TextDecoder().decode(bytes))
      } catch {
        return // what is no JSON never comes to History
      }
      try {
        History.fromJSON(parsed).best('loss', 'min')
      } catch (error) {
        judge(error, 'History', false)
      }
    },
  },
  {
    name: 'idx',
    seeds: async () => [
      encodeIdx({ data: new Uint8Array(24), shape: [2, 3, 4] }),
      encodeIdx({ data: Float32Array.of(1, 2, 3), shape: [3] }),
      encodeIdx({ data: Int32Array.of(1, 2), shape: [2, 1] }),
    ],
    words: ['\0\0\x08\x03', '\0\0\x0d\x01', '\x1f\x8b'],
    cap: 64 * MiB,
    async read(bytes) {
      try {
        const { data, shape } = parseIdx(bytes, { label: 'x-idx' })
        assert(data.length === product(shape), 'numbers do not fill the shape')
      } catch (error) {
        judge(error, 'x-idx')
      }
    },
  },
  ...(['png', 'jpeg'] as const).map((kind): Target => ({
    name: kind,
    async seeds() {
      const rng = new HostRng(3)
      const path = join(folder, 'seed.png')
      await writeImage(path, { data: Uint8Array.from({ length: 3 * 9 * 7 }, () => rng.integer(256)), shape: [3, 9, 7] })
      const { readFileSync } = await import('node:fs')
      const png = Uint8Array.from(readFileSync(path))
      if (kind === 'png') return [png]
      const sharp = (await import('sharp')).default
      return [Uint8Array.from(await sharp(png).jpeg().toBuffer()), Uint8Array.from(await sharp(png).jpeg({ progressive: true }).toBuffer())]
    },
    words: ['IHDR', 'IDAT', 'IEND', 'tRNS', 'PLTE', '\x89PNG', 'Exif\0\0', 'II*\0', '<svg xmlns="http://www.w3.org/2000/svg">'],
    cap: 512 * MiB,
    async read(bytes) {
      const path = put(`x.${kind}`, bytes)
      await readImage(path, { maxPixels: 2 ** 20 }).then(
        ({ data, shape }) => assert(data.length === product(shape) && data.length <= 3 * 2 ** 20, 'pixels do not fill the shape'),
        error => judge(error, path),
      )
    },
  })),
  {
    name: 'onnx',
    async seeds() {
      seed(2)
      return [await exportOnnx(new Linear(3, 2), { x: ['n', 3] })]
    },
    words: ['Gemm', 'MatMul', 'Expand', 'ConstantOfShape', 'Loop', 'location', '../../etc/passwd', 'com.microsoft', 'value', 'n'],
    cap: 512 * MiB,
    async read(bytes) {
      const label = `the given model of ${bytes.length} bytes`
      await OnnxModel.load(bytes, { threads: 1, warn: () => {} }).then(
        model => model.dispose(),
        error => judge(error, label, false),
      )
    },
  },
]
