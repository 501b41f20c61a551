import { NotFiniteError } from '../errors.ts'
import type { Progress } from './snapshot.ts'

/** What a step says of itself: the loss, metrics. */
export type Figures = Record<string, number>

/** What to do, as long as nobody knows more. */
export const advice = 'Lower the learning rate, clip gradients (clipNorm: 1), or look for bad numbers in the data'

/** @throws NotFiniteError if a figure is not finite. */
export function finite(figures: Figures, where: string): Figures {
  for (const [name, v] of Object.entries(figures))
    if (!Number.isFinite(v))
      throw new NotFiniteError(`${where}: ${name} is ${v}. ${advice}.`, {
        op: name,
        expected: 'a finite number',
        received: String(v),
        hint: advice,
      })
  return figures
}

/** Means over batches, weighed by their sizes. */
export class Means {
  #sums: Figures = {}
  #count = 0
  constructor({ sums, count }: Pick<Progress, 'sums' | 'count'> = { sums: {}, count: 0 }) {
    this.#sums = { ...sums }
    this.#count = count
  }
  get sofar(): Pick<Progress, 'sums' | 'count'> {
    return { sums: { ...this.#sums }, count: this.#count }
  }
  add(logs: Readonly<Figures>, n: number): void {
    for (const [name, v] of Object.entries(logs)) this.#sums[name] = (this.#sums[name] ?? 0) + v * n
    this.#count += n
  }
  get value(): Figures {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, v]) => [name, v / this.#count]))
  }
}
