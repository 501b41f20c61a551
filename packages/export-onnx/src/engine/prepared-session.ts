import type { Storage } from '@portolan/core/engine'
import type { Session } from './session.ts'

/** Two sessions as one: what the first gives is kept until one of its inputs is another storage. */
export function prepared(
  first: Session,
  rest: Session,
  inputs: { readonly first: readonly number[]; readonly rest: readonly number[] },
): Session {
  let given: readonly Storage[] = []
  let made: readonly Storage[] = []
  const forget = (): void => made.forEach(s => s.dispose())
  return {
    async run(storages) {
      const now = inputs.first.map(i => storages[i]!)
      if (now.some((s, i) => s !== given[i])) {
        const next = await first.run(now)
        forget()
        ;[given, made] = [now, next]
      }
      return rest.run([...inputs.rest.map(i => storages[i]!), ...made])
    },
    async release() {
      forget()
      ;[given, made] = [[], []]
      await first.release()
      await rest.release()
    },
  }
}
