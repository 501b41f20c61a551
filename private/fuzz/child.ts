// Reads mutations in a process of its own, which may crash or hang without harm: `child.ts TARGET SEED FIRST COUNT`.
import { attack } from './attack.ts'
import { targets } from './targets.ts'

const [name, seed, first, count] = process.argv.slice(2)
const target = targets.find(t => t.name === name)!
let told = 0
await attack(target, {
  seed: Number(seed),
  first: Number(first),
  count: Number(count),
  begin: n => {
    if (n < told && n > 0) return
    told = n + (Number(count) > 1000 ? 100 : 1)
    process.send?.(n)
  },
})
process.disconnect?.()
