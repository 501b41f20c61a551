import type { Tensor } from '../tensor/tensor.ts'
import { elu, gelu, hardsigmoid, hardswish, leakyRelu, relu6, silu, softplus } from './activation.ts'
import { Module } from './module.ts'

/**
 * Keeps positive numbers: max(x, 0).
 *
 * x: [...] → same. PyTorch: ReLU; Keras: ReLU.
 * @example
 * new ReLU().forward(tensor([-1, 2]))          // [0, 2]
 */
export class ReLU extends Module {
  /** x: [...] → same, ≥ 0 */
  forward(x: Tensor): Tensor {
    return x.relu()
  }
}

/**
 * A ReLU that ends at 6: min(max(x, 0), 6).
 *
 * x: [...] → same. Howard et al., "MobileNets", 2017. PyTorch: ReLU6; Keras: -.
 * @example
 * new ReLU6().forward(tensor([-1, 2, 9]))      // [0, 2, 6]
 */
export class ReLU6 extends Module {
  /** x: [...] → same, 0 … 6 */
  forward(x: Tensor): Tensor {
    return relu6(x)
  }
}

/**
 * A ReLU that lets some of what is negative through: x > 0 ? x : slope·x.
 *
 * x: [...] → same. slope: default 0.01. Maas et al., "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
 * PyTorch: LeakyReLU; Keras: LeakyReLU.
 * @example
 * new LeakyReLU(0.2).forward(tensor([-1, 2]))  // [-0.2, 2]
 */
export class LeakyReLU extends Module {
  constructor(readonly slope = 0.01) {
    super()
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.slope)
  }
}

/**
 * A ReLU that goes down to −alpha smoothly: x > 0 ? x : alpha·(eˣ − 1).
 *
 * x: [...] → same. alpha: default 1. Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015.
 * PyTorch: ELU; Keras: ELU.
 * @example
 * new ELU().forward(tensor([-1, 2]))           // [-0.632, 2]
 */
export class ELU extends Module {
  constructor(readonly alpha = 1) {
    super()
  }
  /** x: [...] → same, > −alpha */
  forward(x: Tensor): Tensor {
    return elu(x, this.alpha)
  }
}

/**
 * Each number times the chance that a normal number is below it: x·Φ(x).
 *
 * x: [...] → same. approximate: 'none' (default) or 'tanh'. Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
 * PyTorch: GELU; Keras: -.
 * @example
 * new GELU().forward(tensor([-1, 2]))          // [-0.159, 1.954]
 */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh'
  constructor({ approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}) {
    super()
    this.approximate = approximate
  }
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate })
  }
}

/**
 * Each number times its sigmoid, also called swish: x·σ(x).
 *
 * x: [...] → same. Ramachandran et al., "Searching for Activation Functions", 2017. PyTorch: SiLU; Keras: -.
 * @example
 * new SiLU().forward(tensor([-1, 2]))          // [-0.269, 1.762]
 */
export class SiLU extends Module {
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return silu(x)
  }
}

/**
 * Every number into 0 … 1: 1/(1 + e⁻ˣ).
 *
 * x: [...] → same. PyTorch: Sigmoid; Keras: -.
 * @example
 * new Sigmoid().forward(tensor([0]))           // [0.5]
 */
export class Sigmoid extends Module {
  /** x: [...] → same, 0 … 1 */
  forward(x: Tensor): Tensor {
    return x.sigmoid()
  }
}

/**
 * Every number into −1 … 1: (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).
 *
 * x: [...] → same. PyTorch: Tanh; Keras: -.
 * @example
 * new Tanh().forward(tensor([0, 1]))           // [0, 0.762]
 */
export class Tanh extends Module {
  /** x: [...] → same, −1 … 1 */
  forward(x: Tensor): Tensor {
    return x.tanh()
  }
}

/**
 * Numbers along an axis as probabilities: eˣ/Σ eˣ.
 *
 * x: [...] → same. axis: default the last; 1 for images. PyTorch: Softmax, Softmax2d; Keras: Softmax.
 * @example
 * new Softmax().forward(tensor([[0, 0]]))      // [[0.5, 0.5]]
 */
export class Softmax extends Module {
  constructor(readonly axis = -1) {
    super()
  }
  /** x: [...] → same, 0 … 1 with the sum 1 along the axis */
  forward(x: Tensor): Tensor {
    return x.softmax(this.axis)
  }
}

/**
 * A smooth ReLU: log(1 + e^(beta·x))/beta.
 *
 * x: [...] → same. beta: default 1. Dugas et al., "Incorporating Second-Order Functional Knowledge for Better Option Pricing", 2000.
 * PyTorch: Softplus; Keras: -.
 * @example
 * new Softplus().forward(tensor([0]))          // [0.693]
 */
export class Softplus extends Module {
  constructor(readonly beta = 1) {
    super()
  }
  /** x: [...] → same, > 0 */
  forward(x: Tensor): Tensor {
    return softplus(x, this.beta)
  }
}

/**
 * A sigmoid of straight lines: min(max(x + 3, 0), 6)/6.
 *
 * x: [...] → same. PyTorch: Hardsigmoid; Keras: -.
 * @example
 * new Hardsigmoid().forward(tensor([-4, 0]))   // [0, 0.5]
 */
export class Hardsigmoid extends Module {
  /** x: [...] → same, 0 … 1 */
  forward(x: Tensor): Tensor {
    return hardsigmoid(x)
  }
}

/**
 * SiLU of straight lines and a parabola: x·min(max(x + 3, 0), 6)/6.
 *
 * x: [...] → same. Howard et al., "Searching for MobileNetV3", 2019. PyTorch: Hardswish; Keras: -.
 * @example
 * new Hardswish().forward(tensor([-4, 3]))     // [0, 3]
 */
export class Hardswish extends Module {
  /** x: [...] → same */
  forward(x: Tensor): Tensor {
    return hardswish(x)
  }
}
