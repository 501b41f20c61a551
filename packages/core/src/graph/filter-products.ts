import { size, type Spec } from '../tensor/spec.ts'

/** How many products a convolution or a gradient of it makes: one for each weight of a filter at each place of `images`, [n, o, ..]. weight: [o, ..] */
export const filterProducts = (images: Spec, weight: Spec): number => (size(images.shape) * size(weight.shape)) / (weight.shape[0] || 1)
