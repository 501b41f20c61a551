// What `tensorBoardLogger` writes, read by protobufjs with TensorFlow's own description of events.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Linear, mse, ones, sgd, supervised, Trainer } from '@portolan/core'
import { tensorBoardLogger } from '@portolan/core/node'
import protobuf from 'protobufjs'
import { expect, it } from 'vitest'

// tensorflow/core/util/event.proto and framework/summary.proto: what of them a scalar needs
const { root } = protobuf.parse(`syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
  message Summary { message Value { string tag = 1; oneof value { float simple_value = 2; } } repeated Value value = 1; }`)
const Event = root.lookupType('Event')

/** TFRecord: length (8 bytes), its sum (4), the bytes, their sum (4). */
function* records(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at))
    yield file.subarray(at + 12, at + 12 + length)
    at += 16 + length
  }
}

it('events are what TensorFlow says events are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-events-'))
  try {
    const step = supervised({ model: new Linear(2, 1), loss: mse, optimizer: sgd(0.1) })
    const batch = { x: ones([4, 2]), y: ones([4, 1]) }
    const trainer = new Trainer({ step, callbacks: [tensorBoardLogger(folder)], progress: false })
    const history = await trainer.fit([batch, batch], { epochs: 3, validation: [batch] })
    const [name] = await readdir(folder)
    expect(name).toContain('tfevents')
    const options = { longs: Number, defaults: true }
    const [version, ...epochs] = [...records(await readFile(join(folder, name!)))].map(r => Event.toObject(Event.decode(r), options))
    expect(version).toMatchObject({ fileVersion: 'brain.Event:2' })
    expect(epochs.map(e => (e as { step: number }).step)).toEqual([2, 4, 6])
    for (const [i, { logs, validation }] of history.epochs.entries())
      expect(epochs[i]).toMatchObject({
        summary: {
          value: [
            { tag: 'loss/training', simpleValue: Math.fround(logs.loss!) },
            { tag: 'loss/validation', simpleValue: Math.fround(validation!.loss!) },
          ],
        },
      })
  } finally {
    await rm(folder, { recursive: true })
  }
})
