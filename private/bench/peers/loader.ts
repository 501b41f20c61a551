import { createInterface } from 'node:readline'
import { compose, horizontalFlip, imageFolder, loader, randomResizedCrop, toFloat } from '@portolan/data/node'

// Answers every line with the milliseconds of one pass and the memory after it.
const [root, size, batchSize, workers, limit] = process.argv.slice(2) as [string, string, string, string, string]
const all = await imageFolder(root, { workers: Number(workers) })
const step = Math.max(1, Math.floor(all.length / (Number(limit) || all.length)))
const photos = all.subset(Array.from({ length: Number(limit) || all.length }, (_, i) => i * step))
const batches = loader(photos, {
  batchSize: Number(batchSize),
  shuffle: true,
  each: compose(randomResizedCrop(Number(size)), horizontalFlip({ p: 0.5 })),
  transform: toFloat({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
})

async function onePass(): Promise<number> {
  const start = performance.now()
  let seen = 0
  for await (const { label } of batches) seen += label.shape[0]!
  if (seen !== photos.length) throw new Error(`${seen} of ${photos.length} samples came`)
  return performance.now() - start
}

await onePass()
process.stdout.write(`READY ${JSON.stringify({ versions: { node: process.versions.node }, samples: photos.length })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = []
  for (let i = 0; i < Number(line); i++) times.push(await onePass())
  process.stdout.write(`${JSON.stringify({ times, memory: process.memoryUsage.rss() / 2 ** 20 })}\n`)
}
