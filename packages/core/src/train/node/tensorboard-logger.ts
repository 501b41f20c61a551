import { existsSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Callback } from '../callback.ts'
import { cutBack, lengthOf } from './line-file.ts'

/** Options of `tensorBoardLogger`. */
export interface TensorBoardOptions {
  /** The time of an event in milliseconds, which TensorBoard shows beside its step; default: now. */
  clock?: () => number
}

/**
 * Writes the figures of each epoch as TensorBoard's events: `tensorboard --logdir runs` shows them, a chart for each name, training and
 * validation as `loss/training` and `loss/validation`, a run for each folder. A run that goes on adds to its events.
 *
 * Format: TFRecord of TensorFlow's `Event` messages, their sums CRC-32C.
 * @param folder made if it is not there.
 * @example
 * new Trainer({ step, callbacks: [tensorBoardLogger('runs/width-32')] })
 */
export function tensorBoardLogger(folder: string, { clock = now }: TensorBoardOptions = {}): Callback {
  // the name must have 'tfevents' in it, and without the time one run has one file
  const path = join(folder, 'events.out.tfevents.0.portolan')
  const append = async (events: readonly Uint8Array[]): Promise<void> => {
    const file = await open(path, 'a')
    try {
      await file.appendFile(Buffer.concat(events.map(record)))
      await file.datasync()
    } finally {
      await file.close()
    }
  }
  return {
    key: `tensorBoardLogger ${folder}`,
    async fitStart() {
      await mkdir(folder, { recursive: true })
      if (!existsSync(path)) await append([event(clock(), 0, text(3, 'brain.Event:2'))])
    },
    async epochEnd({ step, logs, validation }) {
      const values = [
        ...Object.entries(logs).map(([name, value]) => scalar(`${name}/training`, value)),
        ...Object.entries(validation ?? {}).map(([name, value]) => scalar(`${name}/validation`, value)),
      ]
      await append([event(clock(), step, message(5, values))])
    },
    state: () => ({ length: lengthOf(path) }),
    restore: state => cutBack(path, (state as { length: number }).length),
  }
}

const now = (): number => performance.timeOrigin + performance.now()

/** wall_time = 1 (double), step = 2 (int64), then one of file_version = 3 and summary = 5. */
function event(milliseconds: number, step: number, what: Uint8Array): Uint8Array {
  const time = Buffer.alloc(9, 0x09)
  time.writeDoubleLE(milliseconds / 1000, 1)
  return Buffer.concat([time, ...(step ? [[0x10, ...varint(step)]] : []).map(b => Buffer.from(b)), what])
}

/** Summary.value = 1: tag = 1, simple_value = 2 (float). */
function scalar(tag: string, value: number): Uint8Array {
  const number = Buffer.alloc(5, 0x15)
  number.writeFloatLE(value, 1)
  return message(1, [text(1, tag), number])
}

const text = (field: number, content: string): Uint8Array => message(field, [Buffer.from(content)])

function message(field: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(body.length)]), body])
}

function varint(n: number): number[] {
  const bytes = []
  for (; n >= 128; n = Math.floor(n / 128)) bytes.push((n % 128) | 128)
  return [...bytes, n]
}

/** Length, its sum, the data, their sum. */
function record(data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(data.length))
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8)
  const end = Buffer.alloc(4)
  end.writeUInt32LE(masked(data))
  return Buffer.concat([head, data, end])
}

/** CRC-32C turned and moved, so that sums of data that holds sums stay sound. */
function masked(data: Uint8Array): number {
  const crc = crc32c(data)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1
  return n
})

/** @internal The sum of RFC 3720, appendix B.4. */
export const crc32c = (data: Uint8Array): number => ~data.reduce((crc, byte) => table[(crc ^ byte) & 255]! ^ (crc >>> 8), -1) >>> 0
