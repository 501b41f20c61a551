// Assembles resample.wat into src/transform/resample-kernel.ts. Run: node packages/data/kernel/build.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import wabt from 'wabt'

const { parseWat } = await wabt()
const module = parseWat('resample.wat', readFileSync(new URL('resample.wat', import.meta.url), 'utf8'), { simd: true })
module.validate()
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
const lines = base64.match(/.{1,120}/g).map(line => `  '${line}'`)
writeFileSync(
  new URL('../src/transform/resample-kernel.ts', import.meta.url),
  `/** kernel/resample.wat, assembled by kernel/build.mjs. */\nexport const resampleKernel =\n${lines.join(' +\n')}\n`,
)
