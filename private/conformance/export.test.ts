import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  BatchNorm1d,
  Buffer as State,
  concat,
  DTypeError,
  FileError,
  FormatError,
  Linear,
  Module,
  PortolanError,
  RangeError,
  ready,
  seed,
  ShapeError,
  tensor,
  type Tensor,
} from '@portolan/core'
import { exportOnnx, OnnxModel, verify, type Exportable, type Ports, type Provider } from '@portolan/export-onnx'
import { close, ints, noise } from '@portolan/test-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cnn, Gpt, Mlp, Reader, ResNet8 } from './models.ts'

let folder: string
beforeAll(async () => {
  expect(await ready()).toBe('wasm')
  folder = await mkdtemp(join(tmpdir(), 'portolan-export-'))
})
afterAll(() => rm(folder, { recursive: true }))

const python = '/usr/bin/python3'
function hasChecker(): boolean {
  try {
    return execFileSync(python, ['-c', 'import onnx; print(1)'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).startsWith('1')
  } catch {
    return false
  }
}
const checker = hasChecker()
interface Check {
  opsets: Record<string, number>
  operators: string[]
}
const fullCheck = (file: string): Check =>
  JSON.parse(
    execFileSync(python, [fileURLToPath(new URL('../golden/onnx_check.py', import.meta.url)), file], { encoding: 'utf8' }),
  ) as Check

interface Case {
  make: () => Exportable
  x: Ports
  below?: Record<string, number>
}
const models: Record<string, Case> = {
  mlp: { make: () => new Mlp(5, 7, 3), x: { x: ['n', 5] } },
  cnn: { make: () => new Cnn(), x: { x: ['n', 1, 12, 12] } },
  'cnn of 16 channels': { make: () => new Cnn(16), x: { x: ['n', 1, 12, 12] } },
  lstm: { make: () => new Reader(), x: { x: { shape: ['n', 7], dtype: 'int32' } }, below: { x: 20 } },
  gpt: { make: () => new Gpt(), x: { x: { shape: ['n', 6], dtype: 'int32' } }, below: { x: 11 } },
  resnet8: { make: () => new ResNet8(), x: { x: ['n', 3, 16, 16] } },
}

/** Weights and running statistics that are nothing special. */
function lively(make: () => Exportable): Exportable {
  seed(8)
  const model = make()
  const visit = (x: unknown, seen = new Set<unknown>()): void => {
    if (typeof x !== 'object' || x === null || seen.has(x)) return
    seen.add(x)
    if (x instanceof State) x.value = noise(x.shape, { scale: 0.4, offset: 0.6 })
    else Object.values(x).forEach(v => visit(v, seen))
  }
  visit(model)
  return model
}

describe.each(Object.entries(models))('%s', (_, { make, x, below }) => {
  it.each([17, 21])('one file for every batch, opset %i: eager = onnxruntime at 1, 7 and 256', async opset => {
    const model = lively(make)
    const file = join(folder, `model-${opset}.onnx`)
    const bytes = await exportOnnx(model, x, { file, opset, metadata: { labels: 'a,b' } })
    expect(model.training).toBe(true)
    expect(new Uint8Array(await readFile(file))).toEqual(new Uint8Array(bytes))
    const { sizes, maxRelDiff } = await verify(model, file, x, { ...(below && { below }), threads: 2 })
    expect(sizes.map(s => s.size)).toEqual([1, 7, 256])
    expect(maxRelDiff).toBeLessThanOrEqual(1e-5)
    expect(model.training).toBe(true)
  })

  it.skipIf(!checker)('passes the full check of ONNX, where python3-onnx is there to make it', async () => {
    const file = join(folder, 'check.onnx')
    await exportOnnx(lively(make), x, { file })
    const { opsets, operators } = fullCheck(file)
    expect(opsets).toEqual({ 'ai.onnx': 17 })
    expect(operators).not.toContain('Dropout')
  })
})

it.skipIf(!checker)('the check finds what is wrong, where python3-onnx is there to make it', async () => {
  const file = join(folder, 'wrong.onnx')
  const bytes = Buffer.from(await exportOnnx(new Mlp(2, 3), { x: ['n', 2] }))
  await writeFile(file, Buffer.from(bytes.toString('latin1').replaceAll('Gemm', 'Gemn'), 'latin1'))
  expect(() => fullCheck(file)).toThrow(/Gemn/)
})

describe('what goes into a file', () => {
  it('pixels in, probabilities out', async () => {
    const model = lively(() => new Cnn()) as Cnn
    const ports: Ports = { pixels: { shape: ['n', 1, 12, 12], dtype: 'uint8' } }
    const wrapping = {
      preprocess: (x: Tensor) => x.cast('float32').div(255).sub(0.13).div(0.31),
      postprocess: (y: Tensor) => ({ probabilities: y.softmax(), digit: y.argMax(-1) }),
    }
    const bytes = await exportOnnx(model, ports, wrapping)
    expect((await verify(model, bytes, ports, wrapping)).maxRelDiff).toBeLessThanOrEqual(1e-5)
    const file = await OnnxModel.load(bytes)
    expect(file.inputs).toEqual({ pixels: { dtype: 'uint8', shape: ['n', 1, 12, 12] } })
    expect(file.outputs).toEqual({ probabilities: { dtype: 'float32', shape: ['n', 10] }, digit: { dtype: 'int32', shape: ['n'] } })
    const pixels = ints([3, 1, 12, 12], 256).cast('uint8')
    const { probabilities, digit } = await file.predict({ pixels })
    const data = await probabilities!.data()
    for (const row of [0, 1, 2])
      close(
        [
          Array.from(data)
            .slice(10 * row, 10 * row + 10)
            .reduce((a, b) => a + b),
        ],
        [1],
      )
    model.eval()
    expect(Array.from(await digit!.data())).toEqual(Array.from(await model.forward(wrapping.preprocess(pixels)).argMax(-1).data()))
    await file.dispose()
  })

  it('without an open dimension, with several inputs and outputs in their order', async () => {
    class Two extends Module {
      readonly a = new Linear(2, 3)
      forward(x: Tensor, scale: Tensor): Tensor[] {
        return [this.a.forward(x).mul(scale), x.sum()]
      }
    }
    const model = new Two()
    const ports: Ports = { x: [4, 2], scale: [] }
    const bytes = await exportOnnx(model, ports)
    expect((await verify(model, bytes, ports)).sizes.length).toBe(1)
    const file = await OnnxModel.load(bytes)
    expect([Object.keys(file.inputs), Object.keys(file.outputs), file.outputs.output0!.shape]).toEqual([
      ['x', 'scale'],
      ['output0', 'output1'],
      [4, 3],
    ])
    await file.dispose()
  })

  it('an input that is handed on as it is, one output twice, and a constant answer', async () => {
    class Odd extends Module {
      forward(x: Tensor): Tensor[] {
        const y = x.mul(2)
        return [x, y, y, tensor([1, 2])]
      }
    }
    const ports: Ports = { x: ['n', 2] }
    expect((await verify(new Odd(), await exportOnnx(new Odd(), ports), ports)).maxAbsDiff).toBe(0)
  })

  it('the batch in the middle of a shape, halved, doubled and beside a constant', async () => {
    class Shapes extends Module {
      forward(x: Tensor): Tensor[] {
        const [t, n, d] = x.shape as [number, number, number]
        return [
          x.reshape([t * n, d]),
          concat([x, x], 1).sum(0),
          x
            .transpose([1, 0, 2])
            .reshape([n, t * d])
            .pad([2, 0], [1, 0]),
        ]
      }
    }
    const ports: Ports = { x: [3, 'n', 2] }
    expect((await verify(new Shapes(), await exportOnnx(new Shapes(), ports), ports)).maxRelDiff).toBeLessThanOrEqual(1e-6)
  })
})

describe('verify', () => {
  it('finds a file of other weights, and says where', async () => {
    const model = new Mlp(2, 2)
    const bytes = await exportOnnx(model, { x: ['n', 2] })
    model.layers[0]!.bias!.value = model.layers[0]!.bias!.value.add(1e-3)
    await expect(verify(model, bytes, { x: ['n', 2] })).rejects.toThrow(
      /output differs at \d+ by more than 0.00001: .* in the model, .* in the file, at size 1/,
    )
  })
})

describe('exportOnnx refuses', () => {
  const model = new Mlp(2, 2)
  it('two open dimensions', () => expect(exportOnnx(model, { x: ['n', 'm'] })).rejects.toThrow(/one dimension may stay open, got n and m/))
  it('an opset it does not write', async () => {
    for (const opset of [16, 22, 17.5]) await expect(exportOnnx(model, { x: ['n', 2] }, { opset })).rejects.toThrow(RangeError)
  })
  it('a forward that writes variables', () => {
    class Counts extends Module {
      readonly count = new State(tensor(0))
      forward(x: Tensor): Tensor {
        this.count.value = this.count.value.add(1)
        return x
      }
    }
    return expect(exportOnnx(new Counts(), { x: ['n', 2] })).rejects.toThrow(/writes variables/)
  })
  it('a model that does different things at different sizes, or whose constants do not grow evenly', async () => {
    class Picky extends Module {
      forward(x: Tensor): Tensor {
        return x.shape[0]! > 600 ? x.relu() : x
      }
    }
    class Square extends Module {
      forward(x: Tensor): Tensor {
        return x.mul(x.shape[0]! ** 2)
      }
    }
    await expect(exportOnnx(new Picky(), { x: ['n', 2] })).rejects.toThrow(/dimension n cannot stay open/)
    await expect(exportOnnx(new Square(), { x: ['n', 2] })).rejects.toThrow(/dimension n cannot stay open/)
    expect((await exportOnnx(new Picky(), { x: [2, 2] })).length).toBeGreaterThan(0)
  })
  it('to leave half a file, or to lose one that was there', async () => {
    const file = join(folder, 'kept.onnx')
    await writeFile(file, 'kept')
    await expect(exportOnnx(model, { x: ['n', 3] }, { file })).rejects.toThrow(ShapeError)
    expect(await readFile(file, 'utf8')).toBe('kept')
    await expect(exportOnnx(model, { x: ['n', 2] }, { file: join(folder, 'nowhere', 'm.onnx') })).rejects.toThrow(/nowhere/)
    expect((await readdir(folder)).filter(f => f.startsWith('kept'))).toEqual(['kept.onnx'])
  })
  it('nothing about the mode of the model: it is put back even then', async () => {
    const norm = new BatchNorm1d(2)
    await expect(exportOnnx(norm, { x: ['n', 3] })).rejects.toThrow(ShapeError)
    expect(norm.training).toBe(true)
  })
})

describe('OnnxModel', () => {
  let bytes: Uint8Array
  beforeAll(async () => void (bytes = await exportOnnx(new Mlp(2, 3), { x: ['n', 2] })))

  it('wants a model', async () => {
    const file = join(folder, 'not.onnx')
    await writeFile(file, 'this is no model')
    await expect(OnnxModel.load(file)).rejects.toThrow(FormatError)
    await expect(OnnxModel.load(file)).rejects.toThrow(file)
    await expect(OnnxModel.load(new Uint8Array(0))).rejects.toThrow(/the given model of 0 bytes/)
    await expect(OnnxModel.load(bytes.slice(0, bytes.length / 2))).rejects.toThrow(FormatError)
    await expect(OnnxModel.load(join(folder, 'missing.onnx'))).rejects.toThrow(FileError)
    await expect(OnnxModel.load(join(folder, 'missing.onnx'))).rejects.toThrow(/missing\.onnx/)
  })
  it('wants the inputs that it has', async () => {
    const model = await OnnxModel.load(bytes)
    await expect(model.predict({ x: noise([1, 2]), y: noise([1]) })).rejects.toThrow(/there is no input y. The inputs are x/)
    await expect(model.predict({})).rejects.toThrow(/the input x is missing/)
    await expect(model.predict({ x: noise([1, 3]) })).rejects.toThrow(ShapeError)
    await expect(model.predict({ x: noise([2]) })).rejects.toThrow(/the input x is \[n,2\], got \[2\]/)
    await expect(model.predict({ x: ints([1, 2], 3) })).rejects.toThrow(DTypeError)
    expect((await model.predict({ x: noise([5, 2]) })).output!.shape).toEqual([5, 3])
    await model.dispose()
  })
  const elsewhere: Provider = process.platform === 'darwin' ? 'dml' : 'coreml'
  it('says when it falls back to another provider', async () => {
    const said: string[] = []
    const model = await OnnxModel.load(bytes, { providers: [elsewhere, 'cpu'], warn: message => said.push(message) })
    expect(model.provider).toBe('cpu')
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(new RegExp(`does not run on ${elsewhere} here .*Trying cpu`))
    await model.dispose()
  })
  it('fails where no provider is had', async () => {
    const said: string[] = []
    const load = OnnxModel.load(bytes, { providers: [elsewhere], warn: message => said.push(message) })
    await expect(load).rejects.toThrow(PortolanError)
    await expect(load).rejects.toThrow(new RegExp(`none of the providers asked for \\(${elsewhere}\\)`))
    await expect(OnnxModel.load(bytes, { providers: [] })).rejects.toThrow(PortolanError)
    expect(said).toEqual([])
  })
})
