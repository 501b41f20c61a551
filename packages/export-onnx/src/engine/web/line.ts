import type { Line } from '../worker/protocol.ts'

/** The line to a worker, or in a worker to the page. */
export const lineTo = (end: Worker | typeof globalThis): Line => ({
  post: (message, transfer = []) => (end as Worker).postMessage(message, transfer as ArrayBuffer[]),
  listen: f => end.addEventListener('message', event => f((event as MessageEvent).data as never)),
})
