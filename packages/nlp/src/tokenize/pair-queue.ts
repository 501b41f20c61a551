/** A pair of neighbours and how often it stands somewhere. */
export interface Pair {
  readonly a: number
  readonly b: number
  readonly count: number
}

/** Whether one comes out before another: the more frequent, then that of the smaller numbers. */
const before = (x: Pair, y: Pair): boolean => (x.count !== y.count ? x.count > y.count : x.a !== y.a ? x.a < y.a : x.b < y.b)

/** A heap of pairs, the most frequent on top. */
export class PairQueue {
  readonly #heap: Pair[] = []

  push(pair: Pair): void {
    const heap = this.#heap
    let i = heap.push(pair) - 1
    while (i > 0) {
      const up = (i - 1) >> 1
      if (!before(pair, heap[up]!)) break
      heap[i] = heap[up]!
      i = up
    }
    heap[i] = pair
  }

  pop(): Pair | undefined {
    const heap = this.#heap
    const [top, last] = [heap[0], heap.pop()]
    if (!heap.length || !last) return top
    let i = 0
    for (;;) {
      const left = 2 * i + 1
      if (left >= heap.length) break
      const down = left + 1 < heap.length && before(heap[left + 1]!, heap[left]!) ? left + 1 : left
      if (!before(heap[down]!, last)) break
      heap[i] = heap[down]!
      i = down
    }
    heap[i] = last
    return top
  }
}
