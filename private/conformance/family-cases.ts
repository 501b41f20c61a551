import type { Tensor } from '@portolan/core'
import { apart, noise, type Fn } from '@portolan/test-kit'

/** A function that uses the op, method or function it is named for (what is special follows a slash), and its inputs. */
export interface FamilyCase {
  f: Fn
  x: Tensor[]
  /** At a kink, or where differences see nothing: only the engines are compared. */
  forward?: true
  /** How far an input is moved for differences. */
  eps?: number
  /** Why its second derivative is not compared with differences. */
  once?: string
}
export type FamilyCases = Record<string, FamilyCase>

export type Numbers = (...shape: number[]) => Tensor
/** Numbers within `scale` of `offset`. */
export const around =
  (offset: number, scale: number): Numbers =>
  (...shape) =>
    noise(shape, { offset, scale })
export const distinct: Numbers = (...shape) => apart(shape)

export const named = (op: string, cases: FamilyCases): FamilyCases =>
  Object.fromEntries(Object.entries(cases).map(([name, c]) => [name ? `${op}/${name}` : op, c]))

/** A function of one tensor, for every kind of shape. */
export const unary = (
  op: string,
  f: (x: Tensor) => Tensor,
  numbers: Numbers = around(0, 1),
  options: Partial<FamilyCase> = {},
): FamilyCases =>
  named(
    op,
    Object.fromEntries(
      Object.entries({ '': [2, 3], scalar: [], 'size-1 axes': [1, 2, 1], empty: [2, 0], 'rank 5': [1, 2, 1, 2, 1] }).map(
        ([name, shape]) => [name, { f: (x: Tensor) => f(x), x: [numbers(...shape)], ...options }],
      ),
    ) as FamilyCases,
  )

const pairs = {
  '': [
    [2, 3],
    [2, 3],
  ],
  row: [[2, 3], [3]],
  'column and row': [
    [2, 1],
    [1, 3],
  ],
  scalars: [[], []],
  'with a scalar': [[], [2, 2]],
  'rank 4': [
    [2, 1, 2, 1],
    [3, 1, 2],
  ],
  empty: [
    [0, 2],
    [1, 2],
  ],
}
/** A function of two tensors, for every kind of broadcasting. */
export const binary = (
  op: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  left: Numbers,
  right = left,
  options: Partial<FamilyCase> = {},
): FamilyCases =>
  named(
    op,
    Object.fromEntries(
      Object.entries(pairs).map(([name, [a, b]]) => [
        name,
        { f: (x: Tensor, y: Tensor) => f(x, y), x: [left(...a!), right(...b!)], ...options },
      ]),
    ) as FamilyCases,
  )

type Axes = number[] | undefined
const reductions: Record<string, [shape: number[], axes: Axes, keep: boolean]> = {
  '': [[2, 3], [1], false],
  kept: [[2, 3], [0], true],
  'first axis': [[3, 2], [0], false],
  'two axes': [[2, 3, 2], [0, 2], false],
  'two neighbours, kept': [[2, 2, 3], [1, 2], true],
  all: [[2, 3], undefined, false],
  'no axes': [[2, 2], [], false],
  'size 1': [[2, 1, 2], [1], false],
  empty: [[0, 3], [1], false],
  'rank 5': [[1, 2, 3, 1, 2], [-1, 1], false],
}
/** A function of a tensor and axes. */
export const reduction = (
  op: string,
  f: (x: Tensor, axes: Axes, keep: boolean) => Tensor,
  numbers: Numbers = around(0, 1),
  options: Partial<FamilyCase> & { without?: string[] } = {},
): FamilyCases => {
  const { without = [], ...rest } = options
  const kept = Object.entries(reductions).filter(([name]) => !without.includes(name))
  return named(
    op,
    Object.fromEntries(
      kept.map(([name, [shape, axes, keep]]) => [name, { f: (x: Tensor) => f(x, axes, keep), x: [numbers(...shape)], ...rest }]),
    ) as FamilyCases,
  )
}

const lines: Record<string, [shape: number[], axis: number]> = {
  '': [[2, 4], -1],
  'first axis': [[3, 2], 0],
  'middle axis': [[2, 3, 2], 1],
  vector: [[5], 0],
  'size 1': [[2, 1], 1],
  empty: [[0, 3], 1],
  'rank 5': [[1, 2, 3, 1, 2], 2],
}
/** A function along one axis. */
export const along = (
  op: string,
  f: (x: Tensor, axis: number) => Tensor | readonly Tensor[],
  numbers: Numbers = around(0, 1),
  options: Partial<FamilyCase> = {},
): FamilyCases =>
  named(
    op,
    Object.fromEntries(
      Object.entries(lines).map(([name, [shape, axis]]) => [name, { f: (x: Tensor) => f(x, axis), x: [numbers(...shape)], ...options }]),
    ) as FamilyCases,
  )

/** What only moves numbers; the square gives it a second derivative. */
export const moving = (f: (x: Tensor) => Tensor | readonly Tensor[], ...shape: number[]): FamilyCase => ({
  f: x => f(x!.square()),
  x: [noise(shape)],
})
/** No gradient: forward alone. */
export const plain = (f: Fn, ...x: Tensor[]): FamilyCase => ({ f, x, forward: true })
