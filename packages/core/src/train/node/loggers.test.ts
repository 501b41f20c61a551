import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readGolden } from '../../testing/golden.ts'
import { FormatError } from '../../errors.ts'
import type { Callback, Run } from '../callback.ts'
import { csvLogger } from './csv-logger.ts'
import { jsonlLogger } from './jsonl-logger.ts'
import { crc32c, tensorBoardLogger } from './tensorboard-logger.ts'

const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const fresh = (): string => join(folder, `log-${files++}`)

async function fit(logger: Callback, epochs: readonly Pick<Run, 'logs' | 'validation'>[], start = 1): Promise<void> {
  await logger.fitStart!({} as Run)
  for (const [i, e] of epochs.entries()) await logger.epochEnd!({ epoch: start + i, step: 10 * (start + i), ...e } as Run)
}
const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n')

describe('csvLogger', () => {
  it('writes a table, and goes on with it', async () => {
    const path = fresh()
    await fit(csvLogger(path), [
      { logs: { loss: 0.5, 'a,"b"': 1 }, validation: { loss: 0.25 } },
      { logs: { loss: NaN }, validation: { loss: 1e-9 } },
    ])
    await fit(csvLogger(path), [{ logs: { loss: 0.125, 'a,"b"': 2 }, validation: { loss: 0.0625 } }], 3)
    expect(lines(path)).toEqual([
      'epoch,step,loss,"a,""b""",validation.loss',
      '1,10,0.5,1,0.25',
      '2,20,NaN,,1e-9',
      '3,30,0.125,2,0.0625',
      '',
    ])
  })

  it('takes away a line that was cut off, and only that', async () => {
    const path = fresh()
    await fit(csvLogger(path), [{ logs: { loss: 0.5 } }])
    appendFileSync(path, '2,20,0.2')
    await fit(csvLogger(path), [{ logs: { loss: 0.25 } }], 2)
    expect(lines(path)).toEqual(['epoch,step,loss', '1,10,0.5', '2,20,0.25', ''])
    writeFileSync(path, 'epoch,st')
    await fit(csvLogger(path), [{ logs: { loss: 1 } }])
    expect(lines(path)).toEqual(['epoch,step,loss', '1,10,1', ''])
  })

  it('leaves a file alone that has other columns', async () => {
    const path = fresh()
    writeFileSync(path, 'name,age\nAda,36\n')
    await expect(fit(csvLogger(path), [{ logs: { loss: 0.5 } }])).rejects.toThrow(
      new FormatError(`${path}: has the columns name,age, this run logs epoch,step,loss. Name another file.`),
    )
    expect(lines(path)).toEqual(['name,age', 'Ada,36', ''])
    await expect(fit(csvLogger(fresh()), [{ logs: { loss: 1 } }, { logs: { loss: 1, f1: 1 } }])).rejects.toThrow(/f1 came with epoch 2/)
  })

  it('finds the last line however long it is', async () => {
    const path = fresh()
    const name = 'x'.repeat(9000)
    await fit(csvLogger(path), [{ logs: { [name]: 1 } }])
    appendFileSync(path, `2,20,${'1'.repeat(10_000)}`)
    await fit(csvLogger(path), [{ logs: { [name]: 2 } }], 2)
    expect(lines(path)).toEqual([`epoch,step,${name}`, '1,10,1', '2,20,2', ''])
  })
})

describe('jsonlLogger', () => {
  it('writes a line an epoch, and goes on after a cut', async () => {
    const path = fresh()
    await fit(jsonlLogger(path), [{ logs: { loss: 0.5 }, validation: { loss: Infinity } }])
    appendFileSync(path, '{"epoch":2,"lo')
    await fit(jsonlLogger(path), [{ logs: { loss: 0.25 } }], 2)
    expect(
      lines(path)
        .slice(0, -1)
        .map(line => JSON.parse(line) as unknown),
    ).toEqual([
      { epoch: 1, step: 10, logs: { loss: 0.5 }, validation: { loss: null } },
      { epoch: 2, step: 20, logs: { loss: 0.25 } },
    ])
    expect(lines(path).at(-1)).toBe('')
  })
})

it.each([csvLogger, jsonlLogger])('%o goes on from a checkpoint without writing an epoch twice', async logger => {
  const path = fresh()
  const epochs = [0.5, 0.25, 0.125].map(loss => ({ logs: { loss } }))
  const first = logger(path)
  const begin = first.state!()
  await fit(first, epochs.slice(0, 1))
  const state = first.state!()
  await fit(first, epochs.slice(1), 2)
  const whole = lines(path)
  for (const [saved, start] of [
    [state, 2],
    [begin, 1],
  ] as const) {
    const again = logger(path)
    await again.fitStart!({} as Run)
    again.restore!(saved)
    for (let epoch: number = start; epoch <= 3; epoch++)
      await again.epochEnd!({ epoch, step: 10 * epoch, ...epochs[epoch - 1]! } as unknown as Run)
    expect(lines(path)).toEqual(whole)
  }
})

describe('tensorBoardLogger', () => {
  it('adds up as RFC 3720 does', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  })

  it("writes what protobuf writes of TensorFlow's events", async () => {
    const path = fresh()
    const times = [1500, 2500]
    const logger = tensorBoardLogger(path, { clock: () => times.shift()! })
    await logger.fitStart!({} as Run)
    await logger.epochEnd!({ epoch: 1, step: 300, logs: { loss: 0.25 }, validation: { loss: NaN } } as Partial<Run> as Run)
    const file = join(path, 'events.out.tfevents.0.portolan')
    expect(readFileSync(file).toString('hex')).toBe((readGolden('tensorboard') as { events: string }).events)
  })

  it('goes on with its events, from a checkpoint as it was then', async () => {
    const path = fresh()
    const epoch = { logs: { loss: 0.5, accuracy: 0.75 } }
    const logger = tensorBoardLogger(path)
    await fit(logger, [epoch])
    const file = join(path, 'events.out.tfevents.0.portolan')
    const [state, size] = [logger.state!(), readFileSync(file).length]
    await fit(logger, [epoch], 2)
    const one = readFileSync(file).length - size
    expect(one).toBeGreaterThan(60)
    logger.restore!(state)
    expect(readFileSync(file)).toHaveLength(size)
    await fit(tensorBoardLogger(path), [epoch, epoch], 2)
    expect(readFileSync(file)).toHaveLength(size + 2 * one)
  })
})
