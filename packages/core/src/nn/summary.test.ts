import { expect, it } from 'vitest'
import { Conv2d, freeze, Linear, maxPool2d, Module, summary, type Tensor } from '../index.ts'

class Net extends Module {
  conv = new Conv2d(1, 4, 3)
  out = new Linear(4 * 3 * 3, 2)
  forward(x: Tensor): Tensor {
    return this.out.forward(maxPool2d(this.conv.forward(x), 2).flatten(1))
  }
}

it('lists parts, shapes and parameters, and leaves the model as it was', () => {
  const model = new Net()
  freeze(model, 'conv')
  const text = summary(model, [2, 1, 8, 8])
  expect(text.split('\n').map(l => l.trimEnd())).toEqual([
    'layer    kind    output        parameters',
    '───────  ──────  ────────────  ──────────',
    '(model)  Net     [2, 2]               114',
    'conv     Conv2d  [2, 4, 6, 6]          40',
    'out      Linear  [2, 2]                74',
    '',
    '114 parameters, 74 trainable, 0.00 MiB',
  ])
  expect(Object.hasOwn(model.conv, 'forward')).toBe(false)
})
