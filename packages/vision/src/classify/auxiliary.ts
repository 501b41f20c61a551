import { accuracy, crossEntropy, type Module, type Optimizer, type Tensor, type TrainStep } from '@portolan/core'

/** A classifier with further heads on layers before its last, which teach those layers while it trains. */
export interface WithAuxiliaries extends Module {
  /** Scores of the main head, and of the others. x: [n, 3, h, w] → [n, numClasses] each */
  forwardAll(x: Tensor): { logits: Tensor; auxiliaries: Tensor[] }
  /** x: [n, c, h, w] → class scores [n, classes] */
  forward(x: Tensor): Tensor
}

/** Options of `auxiliarySupervised`. */
export interface AuxiliaryOptions {
  model: WithAuxiliaries
  optimizer: Optimizer
  /** Of each further head beside 1 of the main one; default 0.3, the paper's for GoogLeNet. Inception v3 is trained with 0.4. */
  weight?: number
  /** (scores, labels) → [] */
  loss?: (scores: Tensor, labels: Tensor) => Tensor
  /** Name of the pictures in a batch; default 'image'. */
  input?: string
  /** Name of the labels in a batch; default 'label'. */
  target?: string
}

/**
 * A step for a classifier with auxiliary heads: loss = L(logits) + weight·Σ L(auxiliaryᵢ). Judging looks at the main head alone.
 * @example
 * new Trainer({ step: auxiliarySupervised({ model: new GoogLeNet({ numClasses: 10 }), optimizer: sgd(0.01, { momentum: 0.9 }) }) })
 */
export function auxiliarySupervised({
  model,
  optimizer,
  weight = 0.3,
  loss = (scores, labels) => crossEntropy(scores, labels),
  input = 'image',
  target = 'label',
}: AuxiliaryOptions): TrainStep {
  optimizer.init(model)
  return {
    train: batch =>
      optimizer.minimize(model, () => {
        const { logits, auxiliaries } = model.forwardAll(batch[input]!)
        const labels = batch[target]!
        const main = loss(logits, labels)
        return { loss: auxiliaries.reduce((sum, a) => sum.add(loss(a, labels).mul(weight)), main), accuracy: accuracy(logits, labels) }
      }),
    evaluate: batch => {
      const logits = model.forward(batch[input]!)
      return { loss: loss(logits, batch[target]!), accuracy: accuracy(logits, batch[target]!) }
    },
    state: { model, optimizer },
  }
}
