import { RangeError, tensor, type Runner, type Tensor } from '@portolan/core'
import type { Stepwise } from './stepwise.ts'

/** Tells what may come next, for several sequences at once. */
export interface NextTokens {
  /**
   * sequences: the tokens of each so far, all of one length. from: which sequence of the last call each of them goes on from; left out
   * in a first call. → the scores of every token, for each sequence
   */
  next(sequences: readonly (readonly number[])[], from?: readonly number[]): Promise<Float32Array[]>
}

/** Rows of float32 [n, size]. */
async function rowsOf(x: Tensor): Promise<Float32Array[]> {
  const data = (await x.data()) as Float32Array
  const size = x.shape.at(-1)!
  return Array.from({ length: x.shape[0]! }, (_, i) => data.slice(i * size, (i + 1) * size))
}

const ids = (rows: readonly (readonly number[])[], length: number, padding: number): Tensor =>
  tensor(Int32Array.from(rows.flatMap(row => [...row, ...Array<number>(length - row.length).fill(padding)])), [rows.length, length])

/** Options of `wholeSequences`. */
export interface WholeSequenceOptions {
  /** How many tokens the runner is given at most: shorter sequences are filled up at their end, of longer ones it sees the last. */
  length: number
  /** They are filled up to a multiple of it, but no further than `length`; default `length`: one shape, one program. A small one saves time. */
  multiple?: number
  /** What fills them up; default 0. */
  padding?: number
  /** What else the runner is given, before the tokens: the source of a translation, a row for each sequence or one for all. */
  inputs?: Readonly<Record<string, Tensor>>
  /** What the runner calls the tokens; default 'ids'. */
  name?: string
}

/**
 * What comes next, by giving a runner whole sequences each time: for models that see no further than each place, and translators.
 *
 * runner: … and int32 [n, length] → output [n, length, vocabSize].
 * @throws RangeError for an empty sequence, or a multiple that is not a whole number of at least 1.
 * @example
 * wholeSequences(runner(gpt), { length: 256 })
 * wholeSequences(runner(translator), { length: 40, inputs: { source }, name: 'target' })
 */
export function wholeSequences(
  runner: Runner,
  { length, multiple = length, padding = 0, inputs = {}, name = 'ids' }: WholeSequenceOptions,
): NextTokens {
  if (!(Number.isInteger(multiple) && multiple >= 1))
    throw new RangeError(`wholeSequences: multiple must be a whole number of at least 1, got ${multiple}`)
  const forAll = (x: Tensor, n: number): Tensor => (x.shape[0] === n ? x : x.broadcastTo([n, ...x.shape.slice(1)]))
  return {
    async next(sequences) {
      const seen = sequences.map(s => s.slice(-length))
      if (seen.some(s => s.length === 0)) throw new RangeError('wholeSequences: every sequence must have a token, got none')
      const n = sequences.length
      const given = Object.fromEntries(Object.entries(inputs).map(([key, x]) => [key, forAll(x, n)]))
      const filled = Math.min(length, multiple * Math.ceil(Math.max(...seen.map(s => s.length)) / multiple))
      const { output } = await runner.predict({ ...given, [name]: ids(seen, filled, padding) })
      const [, t, size] = output!.shape as [number, number, number]
      const data = (await output!.data()) as Float32Array
      return seen.map((s, i) => data.slice((i * t + s.length - 1) * size, (i * t + s.length) * size))
    },
  }
}

/**
 * What comes next, by giving a runner one token after another, and what it kept of those before: the same scores in much less time.
 *
 * runner: a `CachedStep`, eager, compiled, or exported and loaded again. model: whose step it is; it is asked only how it begins.
 * @throws RangeError for an empty sequence, or one longer than the model's context.
 * @example
 * const step = new CachedStep(gpt)
 * const file = await exportOnnx(step, step.ports(1))
 * for await (const token of generate(oneByOne(await OnnxModel.load(file), gpt), prompt, { maxTokens: 100 })) console.log(token)
 */
export function oneByOne(runner: Runner, model: Pick<Stepwise, 'emptyPast' | 'context'>): NextTokens {
  let past: Tensor | undefined
  let read = 0
  return {
    async next(sequences, from) {
      const [n, length] = [sequences.length, sequences[0]?.length ?? 0]
      if (length === 0) throw new RangeError('oneByOne: every sequence must have a token, got none')
      if (model.context !== undefined && length > model.context)
        throw new RangeError(`oneByOne: a sequence must have at most ${model.context} tokens, which the model sees, got ${length}`)
      const goesOn = past && from && read === length - 1
      if (!goesOn) {
        past = model.emptyPast(n)
        read = 0
      } else if (from.length !== past!.shape[axisOf(model)] || from.some((f, i) => f !== i)) {
        past = past!.gather(tensor(Int32Array.from(from)), axisOf(model))
      }
      let scores: Tensor | undefined
      for (; read < length; read++) {
        const step = await runner.predict({
          ids: tensor(
            Int32Array.from(sequences, s => s[read]!),
            [n, 1],
          ),
          past: past!,
          position: tensor(Int32Array.of(read)),
        })
        scores = step['logits']!
        past = step['present']!
      }
      return rowsOf(scores!)
    },
  }
}

/** Which axis of a past counts the sequences. */
function axisOf(model: Pick<Stepwise, 'emptyPast'>): number {
  const [one, two] = [model.emptyPast(1).shape, model.emptyPast(2).shape]
  return one.findIndex((d, axis) => d !== two[axis])
}
