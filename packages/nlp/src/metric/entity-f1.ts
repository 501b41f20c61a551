import { ShapeError, type Accumulator } from '@portolan/core'

/** Precision, recall and F1 = 2·p·r/(p + r), each 0 … 1; 0 where nothing was found or there was nothing to find. */
export interface EntityScore {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** Where entities stand, as `kind from to`: tags `B-kind`, `I-kind` and `O`; an I without its B begins one. */
function entities(tags: readonly string[]): Set<string> {
  const found = new Set<string>()
  let open: { kind: string; from: number } | undefined
  for (const [i, tag] of [...tags, 'O'].entries()) {
    const kind = tag.slice(2)
    if (tag.startsWith('I-') && open?.kind === kind) continue
    if (open) found.add(`${open.kind} ${open.from} ${i}`)
    open = tag === 'O' ? undefined : { kind, from: i }
  }
  return found
}

/**
 * How well entities are found, whole ones only: kind, beginning and end must agree.
 *
 * add: the right tags and the predicted ones of a sentence, IOB2 (`B-person`, `I-person`, `O`). Tjong Kim Sang and De Meulder,
 * "Introduction to the CoNLL-2003 Shared Task", 2003.
 * @throws ShapeError unless both have one length.
 * @example
 * const f1 = new EntityF1()
 * f1.add(['B-person', 'I-person', 'O'], ['B-person', 'O', 'O'])
 * f1.value().f1                                // 0
 */
export class EntityF1 implements Accumulator<[expected: readonly string[], predicted: readonly string[]], EntityScore> {
  #right = 0
  #expected = 0
  #predicted = 0
  add(expected: readonly string[], predicted: readonly string[]): void {
    if (expected.length !== predicted.length)
      throw new ShapeError(`EntityF1.add: both must have one length, got ${expected.length} and ${predicted.length}`)
    const [wanted, given] = [entities(expected), entities(predicted)]
    this.#expected += wanted.size
    this.#predicted += given.size
    for (const e of given) if (wanted.has(e)) this.#right++
  }
  merge(other: EntityF1): void {
    this.#right += other.#right
    this.#expected += other.#expected
    this.#predicted += other.#predicted
  }
  value(): EntityScore {
    const share = (of: number): number => (of ? this.#right / of : 0)
    const [precision, recall] = [share(this.#predicted), share(this.#expected)]
    return { precision, recall, f1: this.#right ? (2 * precision * recall) / (precision + recall) : 0 }
  }
  reset(): void {
    this.#right = this.#expected = this.#predicted = 0
  }
}
