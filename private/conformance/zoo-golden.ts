import { readGolden, type GoldenTensor } from '@portolan/test-kit'

/** A layer with its weights and what it gives, as private/golden/layer_zoo.py writes it. */
export interface ZooCase {
  readonly name: string
  readonly training: boolean
  /** Parameters and buffers, by PyTorch's names. */
  readonly state: Readonly<Record<string, GoldenTensor>>
  readonly inputs: readonly GoldenTensor[]
  readonly outputs: readonly GoldenTensor[]
  /** What each output is multiplied by before the sum whose gradients follow. */
  readonly weights: readonly GoldenTensor[]
  readonly grads: readonly (GoldenTensor | null)[]
  readonly stateGrads: Readonly<Record<string, GoldenTensor>>
  /** Buffers that the call changes. */
  readonly after: Readonly<Record<string, GoldenTensor>>
}

export const zooCases: readonly ZooCase[] = ['layer_zoo', 'layer_blocks'].flatMap(file => (readGolden(file) as { cases: ZooCase[] }).cases)
