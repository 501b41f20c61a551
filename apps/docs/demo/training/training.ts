import {
  accuracy,
  adam,
  compile,
  crossEntropy,
  InterruptedError,
  load,
  PortolanError,
  seed,
  supervised,
  tensor,
  Tensor,
  Trainer,
  type Callback,
  type Checkpointer,
  type Snapshot,
} from '@portolan/core'
import { loader } from '@portolan/data/browser'
import { exportOnnx, onnx, OnnxModel } from '@portolan/export-onnx'
import type { Curves, EngineName, News, Order } from '../messages.ts'
import { decodeCheckpoint, encodeCheckpoint, isSnapshot } from './checkpoint-bytes.ts'
import { generated, isIdx, mnistFrom } from './data.ts'
import { DigitNet } from './network.ts'

type Tell = (news: News, transfer?: Transferable[]) => void

const batchSize = 64
/** How often the page is told of steps, in milliseconds. */
const every = 100

/** A turn of the thread's event loop: orders of the page are heard then. */
const turn = (): Promise<void> =>
  new Promise(done => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => (port1.close(), done()), { once: true })
    port1.start()
    port2.postMessage(0)
  })

/** A network and its training, which ends between two steps and goes on from there, on the same engine or on another. */
export function training(tell: Tell): (order: Order) => Promise<void> {
  let data = generated()
  let model!: DigitNet
  let step!: ReturnType<typeof supervised>
  let curves!: Curves
  /** Where to go on. */
  let saved: Snapshot | undefined
  /** What answers instead of the network here, when somebody opened it. */
  let opened: OnnxModel | undefined
  let guesser: ((x: Tensor) => Promise<Tensor>) & { dispose(): Promise<void> }
  let engine: EngineName = 'wasm'
  let drawing: Float32Array | undefined
  let sampled = 0
  let running: Promise<void> | undefined
  let stopping = false
  /** What waits for the end of a step. */
  const jobs: ((take: () => Promise<Snapshot>) => Promise<void>)[] = []

  const engineOf = (provider: EngineName) => onnx({ providers: [provider], threads: Math.min(4, navigator.hardwareConcurrency) })

  async function renew(): Promise<void> {
    seed(7)
    model = new DigitNet()
    step = supervised({ model, loss: crossEntropy, optimizer: adam(2e-3), metrics: { accuracy } })
    curves = { loss: [], accuracy: [], tests: [] }
    saved = undefined
    await answerWith(undefined)
  }
  async function answerWith(file: OnnxModel | undefined): Promise<void> {
    await opened?.dispose()
    opened = file
    await guesser?.dispose()
    const it = model
    guesser = compile((x: Tensor) => it.forward(x).softmax(), { engine: engineOf(engine) })
  }

  async function guess(): Promise<void> {
    if (!drawing) return tell({ kind: 'guess', scores: undefined })
    const scores = await answers(tensor(drawing, [1, 1, 28, 28]))
    tell({ kind: 'guess', scores: Array.from(await scores.data()) })
  }
  async function answers(x: Tensor): Promise<Tensor> {
    if (!opened) return guesser(x)
    const { output } = await opened.predict({ image: x })
    if (output?.shape[1] !== 10) throw new PortolanError('this network must give `output` [n, 10] for `image` [n, 1, 28, 28].')
    return output
  }
  async function filters(): Promise<void> {
    const { latest, shape } = model.conv1.weight
    tell({ kind: 'filters', weights: Float32Array.from(await latest.data()), shape })
  }

  /** Tells the page of steps, a few at a time, and remembers all. */
  function reporter(): Callback {
    let [told, last, done] = [curves.loss.length, performance.now(), 0]
    return {
      key: 'curves',
      watches: true,
      state: () => curves,
      restore: state => void (curves = state as Curves),
      fitStart: () => void (last = performance.now()),
      async batchEnd({ logs, epoch }) {
        curves.loss.push(Number(logs['loss']!.toPrecision(5)))
        curves.accuracy.push(Number(logs['accuracy']!.toPrecision(5)))
        done++
        const now = performance.now()
        if (now - last > every || done === 1) {
          const perSecond = (1000 * done) / (now - last)
          tell({ kind: 'steps', loss: curves.loss.slice(told), accuracy: curves.accuracy.slice(told), epoch, perSecond })
          ;[told, last, done] = [curves.loss.length, now, 0]
          await filters()
          await guess()
        }
        await turn()
      },
      validationEnd({ validation }) {
        const test = { step: curves.loss.length, accuracy: validation!['accuracy']! }
        curves.tests.push(test)
        tell({ kind: 'tested', ...test })
        last = performance.now()
        done = 0
      },
    }
  }

  const checkpoint: Checkpointer = {
    open: async () => saved,
    async offer({ atEnd }, take) {
      for (const job of jobs.splice(0)) await job(take)
      if (!stopping && !atEnd) return
      saved = await take()
      if (stopping) throw new InterruptedError('stopped')
    },
    keepBatch: async () => 'the batch',
    get last() {
      return saved && `what was kept after step ${saved.progress.step.toLocaleString('en')}`
    },
    warn: text => tell({ kind: 'note', text: text.replace(/^fit: /, '') }),
    close: async () => {},
  }

  async function train(): Promise<void> {
    const trainer = new Trainer({ step, engine: engineOf(engine), callbacks: [reporter()], progress: false })
    tell({ kind: 'running', running: true })
    try {
      await trainer.fit(loader(data.train, { batchSize, shuffle: true, dropLast: true }), {
        epochs: 10_000,
        validation: loader(data.test, { batchSize: 250 }),
        checkpoint,
      })
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error
    } finally {
      await trainer.dispose()
    }
  }
  /** Ends training between two steps. */
  async function stop(): Promise<void> {
    if (!running) return
    stopping = true
    tell({ kind: 'running', running: true, stopping: true })
    await running.catch(() => {}) // whoever started it is told
  }
  /** Does something between two steps, or at once. */
  const between = (job: (typeof jobs)[number]): Promise<void> =>
    running
      ? new Promise((resolve, reject) => jobs.push(take => job(take).then(resolve, reject)))
      : job(async () => {
          if (!saved) throw new PortolanError('nothing is trained yet, so there is no checkpoint. Train some steps first.')
          return saved
        })

  async function showAll(): Promise<void> {
    tell({ kind: 'data', name: data.name, train: data.train.length, test: data.test.length })
    tell({ kind: 'curves', curves })
    await filters()
    await guess()
  }

  async function open(files: readonly File[]): Promise<void> {
    const [first] = files
    if (!first) return
    await stop()
    if (files.every(isIdx)) {
      data = await mnistFrom(files)
      await renew()
      return showAll()
    }
    const bytes = new Uint8Array(await first.arrayBuffer())
    if (first.name.endsWith('.onnx')) {
      await answerWith(await OnnxModel.load(bytes, { providers: ['wasm'] }))
      let right = 0
      for await (const { image, label } of loader(data.test, { batchSize: 250 })) {
        const [scores, labels] = [await (await answers(image)).data(), await label.data()]
        for (const [i, l] of labels.entries()) {
          const own = scores.subarray(10 * i, 10 * i + 10)
          right += Number(own.every(s => s <= own[l]!))
        }
      }
      const percent = ((100 * right) / data.test.length).toFixed(1)
      tell({ kind: 'note', text: `${first.name} reads ${percent} % of the unseen images right, and answers until you train again.` })
      return guess()
    }
    const found = decodeCheckpoint(bytes, first.name)
    const state = isSnapshot(found) ? found.tensors : found
    const tensors = Object.fromEntries(
      Object.entries(state).flatMap(([name, t]) => (name.startsWith('@') ? [] : [[name, tensor(t.data, t.shape)]])),
    )
    await renew()
    if (isSnapshot(found)) {
      load(step.state, tensors, { only: () => true })
      curves = (JSON.parse(found.rest) as { callbacks: { curves: Curves } }).callbacks.curves
      saved = found
    } else load(model, tensors)
    tell({
      kind: 'note',
      text: `${first.name}: ${isSnapshot(found) ? `after step ${found.progress.step.toLocaleString('en')}` : 'weights'}.`,
    })
    return showAll()
  }

  const save = async (what: 'onnx' | 'checkpoint', take: () => Promise<Snapshot>): Promise<void> => {
    const bytes =
      what === 'checkpoint'
        ? encodeCheckpoint(await take())
        : Uint8Array.from(
            await exportOnnx(
              model,
              { image: ['n', 1, 28, 28] },
              { postprocess: (y: Tensor) => y.softmax(), metadata: { data: data.name } },
            ),
          )
    tell(
      { kind: 'file', name: what === 'onnx' ? 'digits.onnx' : `step-${String(curves.loss.length).padStart(8, '0')}.safetensors`, bytes },
      [bytes.buffer],
    )
  }

  const answer = async (order: Order): Promise<void> => {
    switch (order.kind) {
      case 'train': {
        if (running) {
          if (order.engine === engine) return
          await stop()
        }
        engine = order.engine
        await answerWith(undefined)
        stopping = false
        running = train().finally(() => {
          running = undefined
          const left = jobs.splice(0)
          tell({ kind: 'running', running: false })
          void Promise.all(left.map(job => job(async () => saved!)))
        })
        return running
      }
      case 'stop':
        return stop()
      case 'startOver':
        await stop()
        await renew()
        return showAll()
      case 'draw':
        drawing = order.pixels
        return between(guess)
      case 'sample': {
        const { image, label } = data.test.at((sampled++ * 37) % data.test.length)
        return tell({ kind: 'sample', pixels: Uint8Array.from(image.data), label: label.data[0]! })
      }
      case 'save':
        return between(take => save(order.what, take))
      case 'open':
        return open(order.files)
    }
  }

  const ready = renew().then(showAll)
  return async order => {
    await ready
    await answer(order)
  }
}
