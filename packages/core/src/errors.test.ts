import { describe, expect, it } from 'vitest'
import { FormatError, Linear, ones, PortolanError, RunError, ShapeError } from './index.ts'

const caught = (f: () => unknown): PortolanError => {
  try {
    f()
  } catch (error) {
    if (error instanceof PortolanError) return error
  }
  throw new Error('no error of ours')
}

describe('an error', () => {
  it('has its parts as fields, and a code', () => {
    const { code, op, expected, received, hint } = caught(() => new Linear(784, 10).forward(ones([32, 28, 28])))
    expect({ code, op, expected, received, hint }).toEqual({
      code: 'PORTOLAN_SHAPE',
      op: 'Linear',
      expected: 'last axis must be inFeatures 784',
      received: '28 in input [32,28,28]',
      hint: 'Flatten first: x.flatten(1)',
    })
  })
  it('takes parts that its message does not show', () => {
    const error = new RunError('It broke.', { op: 'step', hint: 'Try again', cause: 1 })
    expect([error.op, error.expected, error.hint, error.cause, error.code]).toEqual(['step', 'It broke', 'Try again', 1, 'PORTOLAN_RUN'])
  })
  it('takes no sentence for a name, but any name of a file', () => {
    const sentence = new PortolanError('a step must be an ordinary function, not async: read data before it')
    expect([sentence.op, sentence.expected, sentence.hint]).toEqual([
      undefined,
      'a step must be an ordinary function, not async',
      'read data before it',
    ])
    expect(new FormatError('/data/what is this.idx: it is empty.').file).toBe('/data/what is this.idx')
  })
  it('of a file has its name and the offset', () => {
    const error = new FormatError('a/b.idx: there must be 1 to 8 axes, got 0 (at byte 3 of 9).')
    expect([error.file, error.offset, error.received]).toEqual(['a/b.idx', 3, '0 (at byte 3 of 9)'])
    expect(new FormatError('a/b.idx: is empty').offset).toBeUndefined()
  })
  it('begins its stack with the line of the user, once, and with all of its message', () => {
    const error = caught(() => ones([2, 3]).matmul(ones([2, 3])))
    const [first, second] = error.stack!.split('\n') as [string, string]
    expect(first).toBe('ShapeError: matmul: inner axes must agree, got 3 and 2 in [2,3] and [2,3]')
    expect(second).toMatch(/errors\.test\.ts:\d+/)
    expect(error.stack!.split(second.trim()).length).toBe(2)
    expect(error).toBeInstanceOf(ShapeError)
  })
  it('says in its stack what is added as it goes up', () => {
    const error = caught(() => new Linear(4, 3).forward(ones([2, 5])))
    error.message = `layer 0: ${error.message}`
    expect(error.stack).toMatch(/^ShapeError: layer 0: Linear: last axis .*\n +at .*errors\.test\.ts/)
  })
})
