import { describe, expect, it } from 'vitest'
import {
  Buffer,
  freeze,
  Linear,
  LayerNorm,
  Module,
  modules,
  Param,
  PortolanError,
  tensor,
  trainable,
  unfreeze,
  variables,
  type Tensor,
} from '../index.ts'

class Leaf extends Module {
  readonly weight = new Param(tensor([1]))
  readonly runningMean = new Buffer(tensor([0]))
  readonly other = 'text'
  #hidden = new Param(tensor([9]))
  forward(x: Tensor): Tensor {
    return x.mul(this.#hidden.value)
  }
}
class Tree extends Module {
  readonly inProj = new Leaf()
  readonly layers = [new Leaf(), null, new Leaf()]
  readonly byName = { 'a.b': new Leaf(), LayerNorm: new Leaf() }
  readonly W = new Param(tensor([2]))
  readonly again = this.inProj
  readonly parent: { tree?: unknown } = {}
  constructor() {
    super()
    this.parent.tree = this
  }
}

describe('walk', () => {
  it('names paths as PyTorch would: through arrays and plain objects, in snake case but for capitals, once each', () => {
    expect([...variables(new Tree()).keys()]).toEqual([
      'in_proj.weight',
      'in_proj.running_mean',
      'layers.0.weight',
      'layers.0.running_mean',
      'layers.2.weight',
      'layers.2.running_mean',
      'by_name.a.b.weight',
      'by_name.a.b.running_mean',
      'by_name.LayerNorm.weight',
      'by_name.LayerNorm.running_mean',
      'W',
    ])
    expect([...modules(new Tree()).keys()]).toEqual(['', 'in_proj', 'layers.0', 'layers.2', 'by_name.a.b', 'by_name.LayerNorm'])
  })
  it('starts anywhere', () => {
    expect([...variables([new Leaf()]).keys()]).toEqual(['0.weight', '0.running_mean'])
    expect([...variables({ g: new Linear(1, 1), d: new LayerNorm(2) }).keys()]).toEqual(['g.weight', 'g.bias', 'd.weight', 'd.bias'])
    expect(variables(null).size + variables(5).size).toBe(0)
  })
})

describe('filters', () => {
  const tree = new Tree()
  it.each([
    ['a kind', Buffer, 5],
    ['a path', 'in_proj.weight', 1],
    ['the beginning of a path', 'layers', 4],
    ['not the beginning of a name', 'layer', 0],
    ['a pattern', /0\.weight$/, 1],
    ['a function', (path: string, v: unknown) => v instanceof Param && path.includes('.'), 5],
    ['any of several', [/^W$/, 'layers.0', Buffer], 7],
  ] as const)('%s', (_, filter, count) => expect(variables(tree, filter as never).size).toBe(count))
})

describe('modes', () => {
  it('training goes down, and only down', () => {
    const tree = new Tree()
    tree.layers[0]!.eval()
    expect([tree.training, tree.inProj.training, tree.layers[0]!.training]).toEqual([true, true, false])
    expect([...modules(tree.eval()).values()].map(m => m.training)).toEqual([false, false, false, false, false, false])
    expect([...modules(tree.train()).values()].every(m => m.training)).toBe(true)
  })
  it('freeze and unfreeze', () => {
    const tree = new Tree()
    freeze(tree, 'layers')
    expect([...trainable(tree).keys()]).toEqual(['in_proj.weight', 'by_name.a.b.weight', 'by_name.LayerNorm.weight', 'W'])
    unfreeze(tree, /layers\.2/)
    expect(trainable(tree).has('layers.2.weight')).toBe(true)
    freeze(tree)
    expect(trainable(tree).size).toBe(0)
    unfreeze(tree)
    expect(trainable(tree).size).toBe(6)
  })
  it('a filter that matches nothing is a mistake, and the message lists what there is', () => {
    const model = new Linear(1, 1)
    expect(() => freeze(model, 'encoder')).toThrow(PortolanError)
    expect(() => freeze(model, 'encoder')).toThrow('freeze: no parameter matches encoder. There are: weight, bias')
    expect(() => unfreeze(model, /x/)).toThrow('unfreeze: no parameter matches /x/. There are: weight, bias')
  })
})
