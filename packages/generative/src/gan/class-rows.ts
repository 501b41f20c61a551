import { DTypeError, PortolanError, ShapeError, type Tensor } from '@portolan/core'

/** The labels of a conditional network as ones and zeros. label: int32 [n] → [n, classes] @throws PortolanError unless labels are given exactly where there are classes. */
export function classRows(name: string, label: Tensor | undefined, classes: number, n: number): Tensor {
  if (!label) throw new PortolanError(`${name}: it was made for ${classes} classes and must be given a label for each sample, got none`)
  if (label.dtype !== 'int32') throw new DTypeError(`${name}: labels must be int32, got ${label.dtype}`)
  if (label.shape.length !== 1 || label.shape[0] !== n) throw new ShapeError(`${name}: labels must be [${n}], got [${label.shape}]`)
  return label.oneHot(classes)
}
