import { FormatError, PortolanError, RangeError, ShapeError } from '@portolan/core'
import type { Fields } from '../source/array-dataset.ts'
import type { Recipe } from '../transform/sample-transform.ts'
import type { Job, SampleOptions } from './load-sample.ts'

/** What a worker is told, and what it answers with. */
export interface Order {
  readonly id: number
  readonly jobs: readonly Job[]
  readonly options: SampleOptions
  readonly recipe: Recipe
}
export type Outcome = { readonly sample: Fields; readonly draw: number } | { readonly error: PlainError }
export interface Answer {
  readonly id: number
  readonly outcomes: readonly Outcome[]
}

/** An error as it goes from thread to thread. */
export interface PlainError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

const classes: Readonly<Record<string, typeof PortolanError>> = { FormatError, RangeError, ShapeError, PortolanError }

export const toPlain = (error: unknown): PlainError => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  return { name, message, stack }
}
export const fromPlain = ({ name, message, stack }: PlainError): Error =>
  Object.hasOwn(classes, name) ? new classes[name]!(message, { cause: stack }) : Object.assign(new Error(message), { name, cause: stack })
