import type { News, Order } from '../messages.ts'
import { training } from './training.ts'

const page = globalThis as unknown as Worker
const tell = (news: News, transfer: Transferable[] = []): void => page.postMessage(news, transfer)
const answer = training(tell)

page.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  answer(data).catch((error: unknown) => tell({ kind: 'problem', text: error instanceof Error ? error.message : String(error) }))
})
