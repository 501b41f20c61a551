import { DTypeError, FormatError, PortolanError, ShapeError, Tensor, type DType, type Runner } from '@portolan/core'
import { HostStorage, type TypedArray } from '@portolan/core/engine'
import { platform, type Ort } from '../engine/platform.ts'
import { reasonOf, type Provider } from '../engine/provider.ts'
import { checkModel } from '../model/check-model.ts'

/** Options of `OnnxModel`. */
export interface OnnxModelOptions {
  /** In the order in which they are tried; default: in Node ['cpu'], in browsers ['webgpu', 'wasm']. */
  providers?: readonly Provider[]
  /** How many threads compute one op; default: in Node as many as there are cores, in browsers 2. */
  threads?: number
  /** Told when a provider could not be had and the next is tried; default: `console.warn`. */
  warn?: (message: string) => void
}

/** An input or output of a model; a string in its shape is an open dimension. */
export interface OnnxPort {
  readonly dtype: string
  readonly shape: readonly (number | string)[]
}

/**
 * A model from an .onnx file, run by onnxruntime.
 * @example
 * const model = await OnnxModel.load('mnist.onnx')
 * const { output } = await model.predict({ x: image })
 */
export class OnnxModel implements Runner {
  readonly inputs: Readonly<Record<string, OnnxPort>>
  readonly outputs: Readonly<Record<string, OnnxPort>>
  readonly #session: Ort.InferenceSession
  readonly #ort: typeof Ort

  private constructor(
    ort: typeof Ort,
    session: Ort.InferenceSession,
    /** Which provider was had. */
    readonly provider: Provider,
  ) {
    this.#ort = ort
    this.#session = session
    this.inputs = portsOf(session.inputMetadata)
    this.outputs = portsOf(session.outputMetadata)
  }

  /**
   * Reads a file (in a browser: fetches an address), or the bytes of one.
   * @throws FormatError if it is no model that onnxruntime reads; PortolanError if no provider could be had.
   */
  static async load(source: string | Uint8Array, { providers, threads, warn = console.warn }: OnnxModelOptions = {}): Promise<OnnxModel> {
    const here = platform()
    const order = providers ?? here.providers
    const model = typeof source === 'string' ? await here.source(source) : source
    const label = typeof source === 'string' ? source : `the given model of ${source.length} bytes`
    if (typeof model !== 'string') checkModel(model, { label })
    let last: unknown
    for (const [i, provider] of order.entries()) {
      const options = {
        executionProviders: [provider],
        logSeverityLevel: 3 as const,
        ...(threads !== undefined && { intraOpNumThreads: threads }),
      }
      try {
        const ort = await here.load(provider, { threads: threads ?? 2, named: providers !== undefined })
        const session = await (typeof model === 'string'
          ? ort.InferenceSession.create(model, options)
          : ort.InferenceSession.create(model, options))
        return new OnnxModel(ort, session, provider)
      } catch (cause) {
        if (/parsing failed|doesn't exist|does not exist|No graph|INVALID_PROTOBUF|NO_SUCHFILE/i.test(String(cause))) {
          throw new FormatError(`${label}: this is not a model that onnxruntime reads: ${reasonOf(cause)}`, { cause })
        }
        last = cause
        const next = order[i + 1]
        if (next) warn(`OnnxModel: ${label} does not run on ${provider} here (${reasonOf(cause)}). Trying ${next}.`)
      }
    }
    throw new PortolanError(`OnnxModel: ${label} runs on none of the providers asked for (${order.join(', ')}): ${reasonOf(last)}`, {
      cause: last,
    })
  }

  /**
   * Named inputs to named outputs.
   * @throws PortolanError, ShapeError, DTypeError if an input is missing, unexpected or does not fit.
   */
  async predict(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const feeds: Record<string, Ort.Tensor> = {}
    for (const name of Object.keys(inputs))
      if (!Object.hasOwn(this.inputs, name))
        throw new PortolanError(`OnnxModel: there is no input ${name}. The inputs are ${Object.keys(this.inputs).join(', ')}.`)
    for (const [name, port] of Object.entries(this.inputs)) {
      const x = inputs[name]
      if (!x) throw new PortolanError(`OnnxModel: the input ${name} is missing`)
      feeds[name] = await this.#feed(name, port, x)
    }
    const results = await this.#session.run(feeds)
    return Object.fromEntries(
      await Promise.all(Object.keys(this.outputs).map(async name => [name, await fromOrt(name, results[name]!)] as const)),
    )
  }

  async #feed(name: string, port: OnnxPort, x: Tensor): Promise<Ort.Tensor> {
    const fits = x.shape.length === port.shape.length && port.shape.every((d, i) => typeof d === 'string' || d === x.shape[i])
    if (!fits) throw new ShapeError(`OnnxModel: the input ${name} is [${port.shape}], got [${x.shape}]`)
    const wide = port.dtype === 'int64' && x.dtype === 'int32'
    if (!wide && port.dtype !== x.dtype)
      throw new DTypeError(`OnnxModel: the input ${name} is ${port.dtype}, got ${x.dtype}. Cast it: x.cast('${port.dtype}')`)
    const data = await x.data()
    return new this.#ort.Tensor(port.dtype as 'float32', (wide ? BigInt64Array.from(data, BigInt) : data) as never, [...x.shape])
  }

  /** Frees what onnxruntime holds. */
  async dispose(): Promise<void> {
    await this.#session.release()
  }
}

const portsOf = (metadata: readonly Ort.InferenceSession.ValueMetadata[]): Record<string, OnnxPort> =>
  Object.fromEntries(metadata.map(m => [m.name, { dtype: m.isTensor ? m.type : 'sequence or map', shape: m.isTensor ? m.shape : [] }]))

const own: Readonly<Record<string, DType>> = { float32: 'float32', int32: 'int32', uint8: 'uint8', bool: 'bool' }

/** int64 becomes int32, range-checked. */
async function fromOrt(name: string, t: Ort.Tensor): Promise<Tensor> {
  const data = await t.getData()
  const spec = (dtype: DType) => ({ shape: [...t.dims], dtype })
  if (t.type === 'int64') {
    const narrow = Int32Array.from(data as BigInt64Array, Number)
    if ((data as BigInt64Array).some((v, i) => BigInt(narrow[i]!) !== v))
      throw new DTypeError(`OnnxModel: the output ${name} holds int64 numbers beyond int32`)
    return new Tensor(spec('int32'), new HostStorage(narrow))
  }
  const dtype = own[t.type]
  if (!dtype) throw new DTypeError(`OnnxModel: the output ${name} is ${t.type}, which no tensor here holds`)
  return new Tensor(spec(dtype), new HostStorage(data as TypedArray))
}
