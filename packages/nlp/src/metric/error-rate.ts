import type { Accumulator } from '@portolan/core'
import { editDistance, type Edits } from './edit-distance.ts'

/** How often what was heard or read differs from what was said. */
export interface ErrorRate extends Edits {
  /** Changes divided by the length of all references; NaN when that is 0. It may be above 1. */
  readonly rate: number
  /** The length of all references. */
  readonly length: number
}

abstract class ErrorRates implements Accumulator<[reference: string, hypothesis: string], ErrorRate> {
  #edits = { substitutions: 0, deletions: 0, insertions: 0 }
  #length = 0
  /** What is compared one by one. */
  protected abstract parts(text: string): string[]

  add(reference: string, hypothesis: string): void {
    const expected = this.parts(reference)
    this.#count(editDistance(expected, this.parts(hypothesis)), expected.length)
  }
  merge(other: this): void {
    this.#count(other.#edits, other.#length)
  }
  value(): ErrorRate {
    const { substitutions, deletions, insertions } = this.#edits
    return { ...this.#edits, length: this.#length, rate: (substitutions + deletions + insertions) / this.#length }
  }
  reset(): void {
    this.#edits = { substitutions: 0, deletions: 0, insertions: 0 }
    this.#length = 0
  }
  #count(e: Edits, length: number): void {
    this.#edits.substitutions += e.substitutions
    this.#edits.deletions += e.deletions
    this.#edits.insertions += e.insertions
    this.#length += length
  }
}

/**
 * The word error rate of all texts together: (substitutions + deletions + insertions) / words of the references. Words stand between
 * white space, as they are: lower-case and strip first what is not to count.
 * @example
 * const wer = new WordErrorRate()
 * wer.add('one two three', 'one too three')
 * wer.value().rate                             // 1/3
 */
export class WordErrorRate extends ErrorRates {
  /** The words of a text. */
  protected parts(text: string): string[] {
    return text.split(/\s+/).filter(word => word)
  }
}

/**
 * The character error rate of all texts together: (substitutions + deletions + insertions) / characters of the references, white space too.
 * @example
 * const cer = new CharacterErrorRate()
 * cer.add('seven', 'sevn')
 * cer.value().rate                             // 0.2
 */
export class CharacterErrorRate extends ErrorRates {
  /** The characters of a text. */
  protected parts(text: string): string[] {
    return Array.from(text)
  }
}
