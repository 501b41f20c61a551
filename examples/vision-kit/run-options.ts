import { Command, InvalidArgumentError, Option } from 'commander'
import { onnx } from '@portolan/export-onnx'
import type { Engine } from '@portolan/core'

export interface RunDefaults {
  /** What the program does, in a sentence. */
  readonly description: string
  /** Folder below `out/`, and title of its pictures. */
  readonly name: string
  /** What `--data real` is. */
  readonly real: string
  readonly batchSize: number
  /** How often data is gone through, generated and real. */
  readonly epochs: readonly [generated: number, real: number]
  /** Whether a classifier judges in the end, which `--judge` says the folder of. */
  readonly judged?: boolean
}

export interface RunOptions {
  readonly data: 'generated' | 'real'
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  readonly engine: Engine | undefined
  /** Where pictures, weights, checkpoints and figures go. */
  readonly out: string
  readonly name: string
  /** Folder of the classifiers that judge. */
  readonly judge: string
}

const positive = (text: string): number => {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('It must be an integer of at least 1.')
  return n
}

/** What the command line says. The same command again goes on where the last one ended. */
export function runOptions(
  { description, name, real, batchSize, epochs, judged = false }: RunDefaults,
  args: readonly string[] = process.argv,
): RunOptions {
  const command = new Command(`node main.ts`)
    .description(description)
    .addOption(
      new Option('--data <set>', `generated: made by rule, always there; real: ${real}`)
        .choices(['generated', 'real'])
        .default('generated'),
    )
    .option('--epochs <n>', `how often to go through the training set (default: ${epochs[0]}, for real ${epochs[1]})`, positive)
    .option('--batch-size <n>', 'samples in a step', positive, batchSize)
    .option('--seed <n>', 'one seed, one result', Number, 42)
    .addOption(new Option('--engine <engine>', 'onnx: the whole step compiled; eager: op by op').choices(['onnx', 'eager']).default('onnx'))
    .option('--threads <n>', 'threads that compute one op', positive, 2)
    .option('--out <folder>', `where everything goes (default: out/${name}-DATA-SEED)`)
  if (judged)
    command.option('--judge <folder>', 'the classifier that scores samples: read from there, or trained and kept there', 'out/judge')
  const given = command.parse([...args]).opts<{
    data: 'generated' | 'real'
    epochs?: number
    batchSize: number
    seed: number
    engine: string
    threads: number
    out?: string
    judge?: string
  }>()
  return {
    data: given.data,
    epochs: given.epochs ?? epochs[given.data === 'real' ? 1 : 0],
    batchSize: given.batchSize,
    seed: given.seed,
    engine: given.engine === 'onnx' ? onnx({ threads: given.threads }) : undefined,
    out: given.out ?? `out/${name}-${given.data}-${given.seed}`,
    name,
    judge: given.judge ?? 'out/judge',
  }
}
