/** Something that waits for its answer. */
interface Waiting<A, B> {
  readonly item: A
  readonly resolve: (answer: B) => void
  readonly reject: (error: unknown) => void
}

export interface Batcher<A, B> {
  /** @throws Overloaded when too many wait already. */
  ask(item: A): Promise<B>
  /** How many wait. */
  readonly waiting: number
  /** Answers all that wait, and takes no more. */
  close(): Promise<void>
}

/** Too many wait for an answer, or the service is stopping. */
export class Overloaded extends Error {}

export interface BatcherOptions<A, B> {
  /** Answers some items at once, in their order. */
  readonly answer: (items: readonly A[]) => Promise<readonly B[]>
  readonly maxBatch: number
  /** How many may wait. */
  readonly maxWaiting: number
}

/**
 * Answers questions that come one by one in batches: while a batch is computed the next one gathers, so that a lone question waits for
 * nothing and a crowd is answered together.
 */
export function batcher<A, B>({ answer, maxBatch, maxWaiting }: BatcherOptions<A, B>): Batcher<A, B> {
  const waiting: Waiting<A, B>[] = []
  let running: Promise<void> | undefined
  let closed = false

  async function work(): Promise<void> {
    while (waiting.length) {
      const batch = waiting.splice(0, maxBatch)
      try {
        const answers = await answer(batch.map(w => w.item))
        batch.forEach(({ resolve }, i) => resolve(answers[i]!))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = undefined
  }

  return {
    ask(item) {
      if (closed) return Promise.reject(new Overloaded('the service is stopping'))
      if (waiting.length >= maxWaiting) return Promise.reject(new Overloaded(`${maxWaiting} pictures wait already`))
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        running ??= Promise.resolve().then(work) // what comes in the same moment is in the first batch
      })
    },
    get waiting() {
      return waiting.length
    },
    async close() {
      closed = true
      await running
    },
  }
}
