/** What one training step of each model works on. Labels are class numbers. */
export interface Task {
  /** Normal numbers of deviation 0.5; or, where there is a vocabulary, word numbers. */
  readonly x: readonly number[]
  readonly words?: number
  readonly y: readonly number[]
  readonly classes: number
}

/** The eight models; `peers/pytorch.py` has the same list. */
export const tasks = {
  mlp: { x: [128, 784], y: [128], classes: 10 }, // 784-512-256-10
  cnn: { x: [128, 1, 28, 28], y: [128], classes: 10 }, // conv 32, pool, conv 64, pool, 128, 10
  cifar: { x: [64, 3, 32, 32], y: [64], classes: 10 }, // conv 32, pool, conv 64, pool, conv 64, 64, 10
  lstm: { x: [32, 80], words: 10000, y: [32], classes: 2 }, // embedding 64, hidden 128
  gpt: { x: [32, 64], words: 65, y: [32, 64], classes: 65 }, // 4 blocks of 128 channels, 4 heads
  tiny: { x: [32, 4], y: [32], classes: 2 }, // 4-64-2
  big: { x: [128, 784], y: [128], classes: 10 }, // 784-2048-4096-10
  resnet: { x: [64, 3, 32, 32], y: [64], classes: 10 }, // three basic blocks of 16, 32, 64 channels
} as const satisfies Record<string, Task>

export type ModelName = keyof typeof tasks
export const modelNames = Object.keys(tasks) as ModelName[]

/** Batches used in turn. */
export const batchCount = 4
