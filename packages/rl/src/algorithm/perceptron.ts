import { Linear, Module, orthogonal, ReLU, Sequential, Tanh, type Layer, type Tensor } from '@portolan/core'

/** Linear layers with ReLU between them. x: [n, sizes[0]] → [n, last size] */
export const perceptron = (sizes: readonly number[]): Sequential =>
  new Sequential(sizes.slice(1).flatMap((out, i) => [...(i ? [new ReLU()] : []), new Linear(sizes[i]!, out)]))

/** As PPO's authors have it: tanh, orthogonal weights of gain √2 (the last: `gain`), biases 0. */
export function tanhPerceptron(sizes: readonly number[], gain: number): Sequential {
  const layer = (from: number, to: number, g: number): Linear => {
    const made = new Linear(from, to, { init: orthogonal(g) })
    made.bias!.value = made.bias!.value.mul(0)
    return made
  }
  return new Sequential(
    sizes.slice(1).flatMap((out, i) => [...(i ? [new Tanh()] : []), layer(sizes[i]!, out, i === sizes.length - 2 ? gain : Math.SQRT2)]),
  )
}

/** What acts and what judges. x: [n, observation] → scores of the actions [n, actions], worth [n] */
export class ActorCritic extends Module {
  constructor(
    readonly actor: Layer,
    readonly critic: Layer,
  ) {
    super()
  }
  /** x: [n, observation] → scores of the actions [n, actions], worth [n] */
  forward(x: Tensor): { logits: Tensor; values: Tensor } {
    return { logits: this.actor.forward(x), values: this.critic.forward(x).squeeze(-1) }
  }
}

/** Two streams on one trunk: Q = V + A − mean A. Wang et al., "Dueling Network Architectures", 2016. x: [n, observation] → [n, actions] */
export class Dueling extends Module {
  constructor(
    readonly trunk: Layer,
    readonly value: Layer,
    readonly advantage: Layer,
  ) {
    super()
  }
  /** x: [n, observation] → the worth of each action [n, actions] */
  forward(x: Tensor): Tensor {
    const h = this.trunk.forward(x).relu()
    const advantage = this.advantage.forward(h) // [n, actions]
    return this.value.forward(h).add(advantage.sub(advantage.mean(-1, true)))
  }
}
