// What the page and the thread that trains say to each other.

export const engines = ['wasm', 'webgpu'] as const
export type EngineName = (typeof engines)[number]

/** What the page asks for. */
export type Order =
  | { kind: 'train'; engine: EngineName }
  | { kind: 'stop' }
  | { kind: 'startOver' }
  /** A drawing, 28 × 28, ink 1 on paper 0; without pixels there is none. */
  | { kind: 'draw'; pixels: Float32Array | undefined }
  | { kind: 'sample' }
  | { kind: 'save'; what: 'onnx' | 'checkpoint' }
  | { kind: 'open'; files: readonly File[] }

/** Figures of training so far: one of each for every step, and one for every time that unseen images were looked at. */
export interface Curves {
  loss: number[]
  accuracy: number[]
  tests: { step: number; accuracy: number }[]
}

/** What the page is told. */
export type News =
  | { kind: 'data'; name: string; train: number; test: number }
  | { kind: 'running'; running: boolean; stopping?: boolean }
  /** Everything from the beginning: after the start, and when a file was opened. */
  | { kind: 'curves'; curves: Curves }
  | { kind: 'steps'; loss: readonly number[]; accuracy: readonly number[]; epoch: number; perSecond: number }
  | { kind: 'tested'; step: number; accuracy: number }
  /** Weights of the first layer. */
  | { kind: 'filters'; weights: Float32Array; shape: readonly number[] }
  /** What the drawing is taken for, in parts of 1. */
  | { kind: 'guess'; scores: readonly number[] | undefined }
  | { kind: 'sample'; pixels: Uint8Array; label: number }
  | { kind: 'file'; name: string; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'note'; text: string }
  | { kind: 'problem'; text: string }
