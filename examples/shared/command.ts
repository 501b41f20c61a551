import { mkdir } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Engine } from '@portolan/core'
import { writeFileAtomic } from '@portolan/core/node'
import { onnx } from '@portolan/export-onnx'

/** Reads an option that is a whole number. */
export const atLeast =
  (least: number) =>
  (text: string): number => {
    const n = Number(text)
    if (!Number.isInteger(n) || n < least) throw new InvalidArgumentError(`It must be an integer of at least ${least}.`)
    return n
  }
export const positive = atLeast(1)

/** What every example of sequences takes. */
export interface CommonOptions {
  data: string
  epochs?: number
  batchSize: number
  seed: number
  engine: 'onnx' | 'eager'
  threads: number
  out: string
  json?: string
}

/** A command with what every example takes; the first of the sets is the one that is made by rule. */
export const command = (name: string, description: string, sets: readonly string[], batchSize: number): Command =>
  new Command(`node examples/${name}/main.ts`)
    .description(description)
    .addOption(
      new Option('--data <set>', `${sets[0]}: made by rule, always there; others are read from the folder named by PORTOLAN_DATA`)
        .choices(sets)
        .default(sets[0]),
    )
    .option('--epochs <n>', 'how often to go through the training set (default: what the set needs)', positive)
    .option('--batch-size <n>', 'samples in a step', positive, batchSize)
    .option('--seed <n>', 'one seed, one result', Number, 42)
    .addOption(new Option('--engine <engine>', 'onnx: the whole step compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
    .option('--threads <n>', 'threads that compute one op', positive, 2)
    .option('--out <folder>', 'where pictures, weights and the model go', `out/${name}`)
    .option('--json <file>', 'write the figures there as JSON')

export const engineOf = ({ engine, threads }: CommonOptions): { engine?: Engine } =>
  engine === 'onnx' ? { engine: onnx({ threads }) } : {}

export const prepare = (options: CommonOptions): Promise<unknown> => mkdir(options.out, { recursive: true })

/** Writes the figures of a run, if they were asked for. */
export async function report(options: CommonOptions, figures: object): Promise<void> {
  const { data, seed, json } = options
  if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify({ data, seed, ...figures }, null, 2)}\n`)
}

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
