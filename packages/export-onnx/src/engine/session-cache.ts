import type { Host, Session, SessionRequest } from './session.ts'

/** How many sessions that no program uses any more are kept for the next that asks for the same. */
const idleAtMost = 4

interface Kept {
  readonly request: SessionRequest
  readonly options: string
  readonly session: Promise<Session>
  users: number
}

const shelves = new WeakMap<Host, Kept[]>()

/**
 * A session for a model: the one that is there already, if the same bytes were asked for with the same options. Sessions have no state,
 * so programs share them. One that nobody uses is released once `idleAtMost` others were given back after it.
 */
export async function sessionFor(host: Host, request: SessionRequest): Promise<Session> {
  if (request.options.enableProfiling) return host.create(request) // its report is written when it is released
  const shelf = shelves.get(host) ?? []
  shelves.set(host, shelf)
  const options = JSON.stringify(request.options)
  let kept = shelf.find(k => k.options === options && sameBytes(k.request.bytes, request.bytes))
  if (!kept) shelf.push((kept = { request, options, session: host.create(request), users: 0 }))
  const mine = kept
  mine.users++
  const remove = (): void => void shelf.splice(shelf.indexOf(mine), 1)
  const session = await mine.session.catch((error: unknown) => {
    if (shelf.includes(mine)) remove()
    throw error
  })
  let released = false
  return {
    run: inputs => session.run(inputs),
    async release() {
      if (released) return
      released = true
      mine.users--
      if (mine.users) return
      remove()
      shelf.push(mine) // the one given back last is the last to go
      const idle = shelf.filter(k => !k.users)
      for (const k of idle.slice(0, Math.max(0, idle.length - idleAtMost))) {
        shelf.splice(shelf.indexOf(k), 1)
        await (await k.session).release()
      }
    },
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
