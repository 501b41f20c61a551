// Keeps the page and all it loads, so that it works without a connection. The build writes the list of files and their version here.
declare const FILES: readonly string[]
declare const VERSION: string

/** What is used of it here: the compiler knows pages, not workers of this kind. */
interface ServiceWorkerGlobal extends EventTarget {
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
}
interface Extendable extends Event {
  readonly request: Request
  waitUntil(work: Promise<unknown>): void
  respondWith(answer: Promise<Response>): void
}

const worker = globalThis as unknown as ServiceWorkerGlobal

/** Threads need these headers, which not every host sends. */
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(VERSION)
  const kept = await cache.match(request, { ignoreSearch: true })
  const response = kept ?? (await fetch(request))
  if (!kept && response.ok) await cache.put(request, response.clone())
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(isolated)) headers.set(name, value)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

worker.addEventListener('install', e => {
  const work = async (): Promise<void> => {
    await (await caches.open(VERSION)).addAll([...FILES])
    await worker.skipWaiting()
  }
  ;(e as Extendable).waitUntil(work())
})
worker.addEventListener('activate', e => {
  const work = async (): Promise<void> => {
    for (const name of await caches.keys()) if (name !== VERSION) await caches.delete(name)
    await worker.clients.claim()
  }
  ;(e as Extendable).waitUntil(work())
})
worker.addEventListener('fetch', e => {
  const { request } = e as Extendable
  if (request.method === 'GET' && new URL(request.url).origin === location.origin) (e as Extendable).respondWith(answer(request))
})
