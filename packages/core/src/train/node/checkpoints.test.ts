import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  accuracy,
  adam,
  crossEntropy,
  dense,
  dropout,
  earlyStopping,
  FileError,
  FormatError,
  HostRng,
  InterruptedError,
  lambda,
  LockedError,
  PortolanError,
  reduceOnPlateau,
  Rng,
  seed,
  sequential,
  split,
  supervised,
  Trainer,
  variables,
  warmupCosine,
  type Batches,
  type Callback,
  type HostBatch,
} from '../../index.ts'
import { checkpoints, loadCheckpoint, readSafetensors, type CheckpointsOptions } from '../../node.ts'

const root = mkdtempSync(join(tmpdir(), 'portolan-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const fresh = (): string => join(root, `run-${folders++}`)
const names = (folder: string): string[] => readdirSync(folder).sort()

function clouds(n: number, start: number): HostBatch {
  const rng = new HostRng(start)
  const label = Int32Array.from({ length: n }, (_, i) => i % 2)
  const x = Float32Array.from({ length: 2 * n }, (_, i) => rng.normal() * 2 + (label[i >> 1]! ? 1 : -1))
  return { x: { dtype: 'float32', shape: [n, 2], data: x }, label: { dtype: 'int32', shape: [n], data: label } }
}
const train = [clouds(8, 1), clouds(8, 2), clouds(4, 3)]
const held = [clouds(16, 4)]

/** Batches in an order of their own for each epoch, which can go on within one. */
function shuffled(): Batches {
  let [epoch, batch] = [0, 0]
  return {
    length: train.length,
    *[Symbol.iterator]() {
      const order = new HostRng(9, epoch).permutation(train.length)
      for (let i = batch; i < train.length; i++) {
        batch = i + 1
        yield train[order[i]!]!
      }
      ;[epoch, batch] = [epoch + 1, 0]
    },
    state: () => ({ epoch, batch }),
    restore: state => void ({ epoch, batch } = state as { epoch: number; batch: number }),
  }
}

function make(extra: Callback[] = []) {
  seed(7)
  const model = sequential([2], [dense(8), lambda(x => x.tanh()), dropout(0.3), dense(2)])
  const optimizer = adam(0.05, { schedule: warmupCosine(3, 20) })
  const step = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy } })
  const callbacks = [earlyStopping({ patience: 20 }), reduceOnPlateau(optimizer, { patience: 1 }), ...extra]
  return { model, optimizer, step, trainer: new Trainer({ step, callbacks, progress: false }) }
}
type Made = ReturnType<typeof make>
const bits = ({ trainer }: Made) => ({
  state: Object.fromEntries(Object.entries(split(trainer.state)[0]!).map(([k, t]) => [k, Array.from(t.dataSync())])),
  history: trainer.history.epochs.map(({ seconds: _, ...epoch }) => epoch),
})

const weightOf = (model: Made['model']): number[] => Array.from([...variables(model).values()][0]!.value.dataSync())

class Crash extends Error {}
const crashAt = (at: number): Callback => ({
  batchEnd: ({ step }) => {
    if (step === at) throw new Crash()
  },
})

const quiet = { signals: false, warn: () => {} }
async function whole(data: () => Batches = shuffled) {
  const made = make()
  await made.trainer.fit(data(), { epochs: 4, validation: held })
  return bits(made)
}

describe('a run that crashes and goes on', () => {
  it.each([
    ['with a loader', shuffled],
    ['with an array', (): Batches => train],
  ])('ends as if nothing had happened, wherever it crashed: %s', async (_, data) => {
    const expected = await whole(data)
    for (const at of [1, 2, 3, 4, 6, 8, 11]) {
      const folder = fresh()
      const options: CheckpointsOptions = { ...quiet, resume: true, everySteps: 1 + (at % 2), keepLast: 1 }
      const broken = make([crashAt(at)]).trainer.fit(data(), { epochs: 4, validation: held, checkpoint: checkpoints(folder, options) })
      await expect(broken).rejects.toThrow(Crash)
      const made = make()
      await made.trainer.fit(data(), { epochs: 4, validation: held, checkpoint: checkpoints(folder, options) })
      expect(bits(made)).toEqual(expected)
      expect(names(folder)).toEqual(['step-00000012-epoch-4.safetensors'])
    }
  })
  it('and again, when it has ended', async () => {
    const folder = fresh()
    const run = async () => {
      const made = make()
      await made.trainer.fit(shuffled(), { epochs: 2, validation: held, checkpoint: checkpoints(folder, { ...quiet, resume: true }) })
      return bits(made)
    }
    expect(await run()).toEqual(await run())
  })
})

describe('a folder of checkpoints', () => {
  const fit = (folder: string, options: CheckpointsOptions = {}, epochs = 4, made = make()) =>
    made.trainer.fit(shuffled(), { epochs, validation: held, checkpoint: checkpoints(folder, { ...quiet, ...options }) })
  const caught = (run: Promise<unknown>): Promise<PortolanError> =>
    run.then(
      () => Promise.reject(new Error('nothing was thrown')),
      (error: PortolanError) => error,
    )

  it('keeps the last, the best, and every so many', async () => {
    const folder = fresh()
    const made = make()
    await fit(folder, { keepLast: 1, keepEvery: 2, best: 'loss', mode: 'max' }, 5, made)
    const best = made.trainer.history.best('loss', 'max')!.epoch
    const epochs = [...new Set([best, 2, 4, 5])].sort((a, b) => a - b)
    expect(names(folder)).toEqual(epochs.map(e => `step-0000${String(3 * e).padStart(4, '0')}-epoch-${e}.safetensors`))
  })
  it('gives back the weights of an epoch', async () => {
    const folder = fresh()
    const seen: number[][] = []
    const watched: Made = make([{ epochEnd: () => void seen.push(weightOf(watched.model)) }])
    await fit(folder, { best: 'loss', mode: 'max', keepLast: 1 }, 4, watched)
    const load = async (options?: Parameters<typeof loadCheckpoint>[2]) =>
      weightOf((await loadCheckpoint({ model: make().model }, folder, options)).model)
    expect(await load()).toEqual(seen[3])
    expect(await load({ best: 'loss', mode: 'max' })).toEqual(seen[watched.trainer.history.best('loss', 'max')!.epoch - 1])
    await expect(load({ epoch: 3 })).rejects.toThrow(/must hold a checkpoint of epoch 3, got those of (\d, )?4/)
    await expect(loadCheckpoint({ net: make().model }, folder)).rejects.toThrow(
      /step-00000012-epoch-4\.safetensors: load: .*\n +missing: net\.0/,
    )
    await expect(loadCheckpoint({}, root)).rejects.toThrow(FileError)
  })
  it('holds every weight under its name, for other programs', async () => {
    const folder = fresh()
    await fit(folder, {}, 1)
    const { tensors, metadata } = await readSafetensors(join(folder, names(folder)[0]!))
    expect(Object.keys(tensors)).toEqual(
      expect.arrayContaining(['model.0.weight', 'optimizer.lr', 'optimizer.slots.0.weight.m', '@random', 'model.2.rng.state']),
    )
    expect([metadata['format'], metadata['portolanCheckpoint']]).toEqual(['pt', '1'])
  })
  it('is not gone on from, nor written over, unless that is asked for', async () => {
    const folder = fresh()
    await fit(folder, {}, 1)
    expect((await caught(fit(folder))).message).toBe(
      `checkpoints: ${folder} has checkpoints up to step 3. Pass { resume: true } to go on from there, or name another folder.`,
    )
  })
  it('tells what the bits depend on and has changed', async () => {
    const folder = fresh()
    await fit(folder, {}, 1)
    const path = join(folder, names(folder).at(-1)!)
    writeFileSync(path, readFileSync(path, 'latin1').replace('\\"engine\\":\\"eager\\"', '\\"engine\\":\\"other\\"'), 'latin1')
    const told: string[] = []
    await fit(folder, { resume: true, warn: m => told.push(m) }, 2)
    expect(told).toEqual([`fit: goes on from ${path}, but the last digits may differ: engine was other, is eager.`])
  })

  it('takes one trainer at a time; a dead one does not count', async () => {
    const folder = fresh()
    const errors: PortolanError[] = []
    const second: Callback = { epochEnd: async () => void errors.push(await caught(fit(folder, { resume: true }))) }
    await fit(folder, {}, 1, make([second]))
    expect(errors[0]).toBeInstanceOf(LockedError)
    expect(errors[0]!.message).toMatch(/is in use by this very process/)
    const lock = (host: string, pid: number, start: string): void => writeFileSync(join(folder, `lock-${host}-${pid}-${start}`), '')
    const host = encodeURIComponent(hostname())
    lock(host, 2 ** 22 + 1, '1') // above Linux's largest
    lock(host, process.pid, '1') // a number that was given out again
    await fit(folder, { resume: true }, 1)
    expect(names(folder).filter(n => n.startsWith('lock'))).toEqual([])
    lock('elsewhere', 1, '1')
    const refused = await caught(fit(folder, { resume: true }, 1))
    expect(refused.message).toMatch(/in use by process 1 of elsewhere\..* If it no longer runs, delete .*lock-elsewhere-1-1\.$/)
    expect(names(folder).filter(n => n.startsWith('lock'))).toEqual(['lock-elsewhere-1-1'])
  })

  it('a full disk leaves what was there whole, and nothing else', async () => {
    const folder = fresh()
    let writes = 0
    const full: typeof nodeFiles = {
      ...nodeFiles,
      async open(path, flags, mode) {
        const file = await nodeFiles.open(path, flags, mode)
        if (String(path).endsWith('.tmp') && ++writes === 3)
          file.writeFile = async data => {
            await file.write((data as Uint8Array).subarray(0, 100))
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
          }
        return file
      },
    }
    const error = await caught(fit(folder, { files: full, keepLast: 9 }))
    expect(error).toBeInstanceOf(FileError)
    const [, second] = names(folder)
    expect(error.message).toBe(
      `checkpoints: step 9 could not be saved in ${folder} (ENOSPC: no space left on device). ${join(folder, second!)} is whole. Make room or name another folder, then resume.`,
    )
    expect(names(folder)).toEqual(['step-00000003-epoch-1.safetensors', 'step-00000006-epoch-2.safetensors'])
    const made = make()
    await fit(folder, { resume: true, keepLast: 1 }, 4, made)
    expect(bits(made)).toEqual(await whole())
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('%s saves and stops', async signal => {
    const folder = fresh()
    const raise: Callback = { batchEnd: ({ step }) => void (step === 5 && process.emit(signal, signal)) }
    const error = await caught(fit(folder, { signals: true, resume: true }, 4, make([raise])))
    expect(error).toBeInstanceOf(InterruptedError)
    expect(error.message).toBe(
      `fit: ${signal} stopped the run after step 5; it is saved in ${join(folder, 'step-00000005.safetensors')}. Run it again with { resume: true } to go on.`,
    )
    expect(process.listenerCount(signal)).toBe(0)
    const made = make()
    await fit(folder, { resume: true }, 4, made)
    expect(bits(made)).toEqual(await whole())
  })

  it('says what is wrong with it', async () => {
    const folder = fresh()
    await fit(folder, {}, 2)
    const path = join(folder, names(folder).at(-1)!)
    const good = readFileSync(path)
    truncateSync(path, 1000)
    const damaged = await caught(fit(folder, { resume: true }))
    expect(damaged).toBeInstanceOf(FormatError)
    expect(damaged.message).toContain(`${path}: `)
    writeFileSync(path, good.toString('latin1').replace('"portolanCheckpoint":"1"', '"portolanCheckpoint":"2"'), 'latin1')
    expect((await caught(fit(folder, { resume: true }))).message).toMatch(/checkpoints must be of version 1, got 2\./)
    writeFileSync(path, good.toString('latin1').replace('portolanCheckpoint', 'anotherCheckpoint_'), 'latin1')
    expect((await caught(fit(folder, { resume: true }))).message).toMatch(/these are weights, not a checkpoint/)
    writeFileSync(path, good)
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const noFolder = await caught(fit(file))
    expect(noFolder).toBeInstanceOf(FileError)
    expect(noFolder.message).toMatch(/a-file cannot be made \(EEXIST: file already exists\)\. Name another\./)
    expect((await caught(fit(folder, { resume: true }, 4, make([{ key: 'mine', state: () => 1 }])))).message).toMatch(
      /it knows nothing of mine\. Pass the callbacks/,
    )
    const plain = make().trainer.fit(train, { epochs: 4, checkpoint: checkpoints(folder, { ...quiet, resume: true }) })
    expect((await caught(plain)).message).toMatch(/the data has no state to go on from, and that of the checkpoint had one/)
    expect(names(folder).filter(n => n.startsWith('lock'))).toEqual([])
    expect(() => checkpoints(folder, { everySteps: 0 })).toThrow('checkpoints: everySteps must be a whole number of at least 1, got 0.')
  })

  it('refuses a step that changes what its state does not name', async () => {
    const { step } = make()
    const rng = new Rng(3)
    const noisy = { ...step, train: (b: Parameters<typeof step.train>[0]) => ({ ...step.train(b), noise: rng.uniform([]) }) }
    const run = (state: unknown) =>
      new Trainer({ step: { ...noisy, state }, progress: false }).fit(train, { epochs: 1, checkpoint: checkpoints(fresh(), quiet) })
    expect((await caught(run(step.state))).message).toMatch(/changes 1 variables that its state does not name, the first a RngState \[3\]/)
    await run({ ...(step.state as object), rng })
  })
})
