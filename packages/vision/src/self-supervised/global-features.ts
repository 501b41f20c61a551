import { Module, type Tensor } from '@portolan/core'
import { vectorsOf, type Backbone } from './encoder.ts'

/**
 * A backbone whose maps are averaged: one vector for each picture, to probe it or to put a head on it.
 *
 * x: [n, c, h, w] → [n, features]
 * @example
 * const classifier = new Sequential([new GlobalFeatures(model.query.backbone), new Linear(512, 10)])
 */
export class GlobalFeatures extends Module {
  readonly backbone: Backbone
  constructor(backbone: Backbone) {
    super()
    this.backbone = backbone
  }
  /** x: [n, c, h, w] → [n, features] */
  forward(x: Tensor): Tensor {
    return vectorsOf(this.backbone, x)
  }
}
