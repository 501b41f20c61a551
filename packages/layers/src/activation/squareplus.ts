import type { Tensor } from '@portolan/core'

/** A smooth ReLU of a root: (x + √(x² + b))/2. Barron, "Squareplus: A Softplus-Like Algebraic Rectifier", 2021. */
export const squareplus = (x: Tensor, b = 4): Tensor => x.add(x.square().add(b).sqrt()).div(2)
