import { Buffer, freeze, modules, Param, unfreeze, type Module } from '@portolan/core'
import type { Classifier } from '../classify/classifier.ts'
import { under } from './paths.ts'

/** Options of `freezeFeatures`. */
export interface FreezeOptions {
  /** Paths of what goes on learning; default the layers with a row for each class. */
  except?: readonly string[]
}

/** Parts that keep running statistics: batch norms. */
const norms = (model: Module, learning: (path: string) => boolean): Module[] =>
  [...modules(model)].filter(([path, m]) => !learning(path) && Object.values(m).some(v => v instanceof Buffer)).map(([, m]) => m)

/**
 * Keeps the features of a model as they are: optimizers leave their parameters alone, and batch norms keep to their running
 * statistics and do not follow the new pictures (as in Keras, where `trainable = False` does both).
 *
 * It holds until `unfreezeFeatures`, or a call of the model's own `train()`. A `Trainer` leaves the modes of parts alone.
 * @throws PortolanError if nothing is left to freeze.
 * @example
 * freezeFeatures(model)                                    // only the last layer learns
 * freezeFeatures(vgg, { except: ['classifier'] })          // all linear layers do
 */
export function freezeFeatures(model: Classifier, { except = model.classLayers }: FreezeOptions = {}): void {
  const learning = (path: string): boolean => under(except, path)
  freeze(model, (path, v) => v instanceof Param && !learning(path))
  for (const m of norms(model, learning)) m.training = false
}

/** Lets the whole model learn again, or one stage of it. @example unfreezeFeatures(model, 'layer4') */
export function unfreezeFeatures(model: Classifier, ...paths: string[]): void {
  const chosen = (path: string): boolean => !paths.length || under(paths, path)
  unfreeze(model, (path, v) => v instanceof Param && chosen(path))
  for (const m of norms(model, path => !chosen(path))) m.training = true
}
