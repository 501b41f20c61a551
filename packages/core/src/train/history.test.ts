import { describe, expect, it } from 'vitest'
import { FormatError, RangeError } from '../errors.ts'
import { History } from './history.ts'

const history = new History([
  { epoch: 1, logs: { loss: 0.9, accuracy: 0.5 }, validation: { loss: 0.8 }, seconds: 2 },
  { epoch: 2, logs: { loss: NaN, accuracy: 0.7 }, validation: { loss: 0.4 } },
  { epoch: 3, logs: { loss: 0.2, accuracy: 0.7 }, validation: { loss: 0.6 } },
])

describe('History', () => {
  it('finds the last and the best epoch', () => {
    expect(history.last()?.epoch).toBe(3)
    expect(history.best('loss', 'min')?.epoch).toBe(3)
    expect(history.best('loss', 'max')?.epoch).toBe(1)
    expect(history.best('accuracy', 'max')?.epoch).toBe(2)
    expect(history.best('validation.loss', 'min')?.epoch).toBe(2)
    expect(() => history.best('validation.f1', 'max')).toThrow(
      new RangeError('History.best: no epoch has a log named "validation.f1"; there are loss, accuracy, validation.loss.'),
    )
    expect(new History().last()).toBeUndefined()
    expect(new History().best('loss', 'min')).toBeUndefined()
    expect(new History([{ epoch: 1, logs: { loss: NaN } }]).best('loss', 'min')).toBeUndefined()
  })

  it('goes through JSON', () => {
    const back = History.fromJSON(JSON.parse(JSON.stringify(history)))
    expect(back).toBeInstanceOf(History)
    expect(back.epochs).toEqual(history.epochs)
  })

  it.each([
    [null],
    [[]],
    [{ epochs: [3] }],
    [{ epochs: [{ epoch: 'one', logs: {} }] }],
    [{ epochs: [{ epoch: 1 }] }],
    [{ epochs: [{ epoch: 1, logs: { loss: '0' } }] }],
  ])('refuses %j', json => {
    expect(() => History.fromJSON(json)).toThrow(FormatError)
  })
})
