import { HostRng, RangeError } from '@portolan/core'
import type { NextTokens } from './next-tokens.ts'
import { checkPick, pickToken, type PickOptions } from './pick-token.ts'

/** Options of `generate`. */
export interface GenerateOptions extends PickOptions {
  /** How many tokens at most. */
  maxTokens: number
  /** Tokens that end the text; they are not given. */
  stop?: readonly number[]
  /** One seed, one text; default 0. */
  seed?: number
}

/**
 * Goes on with a text, token by token, as they are drawn; with `temperature: 0` always the likeliest.
 *
 * model: `oneByOne` or `wholeSequences`; prompt: at least one token.
 * @throws RangeError for an option out of range, an empty prompt, or more tokens than the model sees.
 * @example
 * for await (const token of generate(model, tokenizer.encode('Once').ids, { maxTokens: 200, temperature: 0.8, topK: 40, seed: 1 }))
 *   process.stdout.write(tokenizer.decode([token]))
 */
export async function* generate(
  model: NextTokens,
  prompt: readonly number[],
  options: GenerateOptions,
): AsyncGenerator<number, void, void> {
  const { maxTokens, stop = [], seed = 0, ...pick } = options
  if (!(Number.isInteger(maxTokens) && maxTokens >= 0))
    throw new RangeError(`generate: maxTokens must be a whole number of at least 0, got ${maxTokens}`)
  if (!prompt.length) throw new RangeError('generate: the prompt must have a token, got none. Begin with one that means a beginning.')
  checkPick(pick)
  const rng = new HostRng(seed)
  const text = [...prompt]
  for (let i = 0; i < maxTokens; i++) {
    const [scores] = await model.next([text], i ? [0] : undefined)
    const token = pickToken(scores!, rng, pick)
    if (stop.includes(token)) return
    text.push(token)
    yield token
  }
}
