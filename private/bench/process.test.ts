import { describe, expect, it } from 'vitest'
import { contend, type Command } from './process.ts'

const node = (program: string): Command => ({ file: process.execPath, args: ['-e', program] })
const serve = `
  console.log('READY {"parameters":3}')
  require('node:readline').createInterface({ input: process.stdin }).on('line', n => {
    if (n === '7') { console.error('out of memory'); process.exit(3) }
    console.log(JSON.stringify(Array(Number(n)).fill(1.5)))
  })`

describe('a contender', () => {
  it('says what it is and takes turns', async () => {
    const contender = await contend(node(serve))
    expect(contender.ready.parameters).toBe(3)
    expect(await contender.turn(2)).toEqual([1.5, 1.5])
    expect(await contender.turn(1)).toEqual([1.5])
    contender.stop()
  })
  it('that dies in a turn is reported with its last words', async () => {
    const contender = await contend(node(serve))
    await expect(contender.turn(7)).rejects.toThrow(/ended with 3: out of memory/)
  })
  it('that does not start is reported', async () => {
    await expect(contend(node('throw new Error("no such library")'))).rejects.toThrow(/ended with 1: .*no such library/s)
    await expect(contend(node('console.log("hello")'))).rejects.toThrow(/said 'hello' instead of READY/)
    await expect(contend({ file: '/nowhere/python', args: [] })).rejects.toThrow(/ENOENT/)
  })
})
