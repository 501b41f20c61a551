import { defaultRng, type Batch, type Optimizer, type Rng, type Tensor, type TrainStep } from '@portolan/core'
import { entry } from '../entry.ts'
import { negativeElbo, reparametrize } from './negative-elbo.ts'
import type { Decoder } from './vae-sampler.ts'
import type { Posterior } from './vae.ts'

/** Options of `vaeStep`. */
export interface VaeStepOptions {
  model: Decoder & {
    /** x: samples, 0 … 1 → mean and log-variance of q(z|x) */
    encode(x: Tensor): Posterior
  }
  optimizer: Optimizer
  /** Where noise comes from; default that of the last `seed`. */
  rng?: Rng
  /** Name of the samples in a batch; default 'image'. */
  input?: string
  /** Whether each number x becomes 1 with probability x and 0 otherwise, anew in each step; default false. */
  binarize?: boolean
  /** What the KL term counts for while training, ≥ 0; default 1. */
  klWeight?: number
}

/**
 * A step that trains a variational autoencoder: one draw of z for each sample. Its logs are `loss` (the negative ELBO, nats),
 * `reconstruction` and `kl`; evaluation always counts the KL term once.
 * @throws PortolanError for a batch without the samples.
 * @example
 * const trainer = new Trainer({ step: vaeStep({ model: new VAE(), optimizer: adam(1e-3), binarize: true }), engine: onnx() })
 */
export function vaeStep({
  model,
  optimizer,
  rng = defaultRng(),
  input = 'image',
  binarize = false,
  klWeight = 1,
}: VaeStepOptions): TrainStep {
  optimizer.init(model)
  const judge = (batch: Batch, weight: number) => {
    const given = entry('vaeStep', batch, input)
    const x = binarize ? rng.uniform(given.shape).less(given).cast('float32') : given
    const q = model.encode(x)
    return { ...negativeElbo(model.decode(reparametrize(q, rng.normal(q.mean.shape))), x, q, { klWeight: weight }) }
  }
  return {
    train: batch => optimizer.minimize(model, () => judge(batch, klWeight)),
    evaluate: batch => judge(batch, 1),
    state: { model, optimizer, rng },
  }
}
