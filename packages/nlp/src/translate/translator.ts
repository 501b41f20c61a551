import type { Module, Tensor } from '@portolan/core'

/** Scores of the next token of a translation, from the source and what of the translation is there. */
export interface Translator extends Module {
  /** source: int32 [n, s], target: int32 [n, t], each filled up at its end → logits [n, t, targetSize], at each place those of the next token */
  forward(source: Tensor, target: Tensor): Tensor
  /** The same, and how much each place of the target looks at each of the source. → logits [n, t, targetSize], attention [n, t, s] */
  forwardAll(source: Tensor, target: Tensor): { logits: Tensor; attention: Tensor }
}

/** What every translator takes. */
export interface TranslatorOptions {
  /** How many different tokens the source has. */
  sourceSize: number
  /** How many different tokens the target has. */
  targetSize: number
  /** The token that fills short sentences up, on both sides; default 0. */
  padding?: number
}
