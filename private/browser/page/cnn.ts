import {
  adam,
  compile,
  Conv2d,
  crossEntropy,
  HostRng,
  Linear,
  maxPool2d,
  Module,
  seed,
  tensor,
  type Engine,
  type Tensor,
} from '@portolan/core'

export interface CnnOptions {
  /** Channels of the two convolutions, and width of the hidden layer. */
  widths: readonly [number, number, number]
  batch: number
  steps: number
}

/** Two convolutions with pooling and two layers, for images of 28 × 28. */
class Cnn extends Module {
  conv1: Conv2d
  conv2: Conv2d
  fc1: Linear
  fc2: Linear
  constructor([a, b, c]: CnnOptions['widths']) {
    super()
    this.conv1 = new Conv2d(1, a, 3)
    this.conv2 = new Conv2d(a, b, 3)
    this.fc1 = new Linear(b * 25, c)
    this.fc2 = new Linear(c, 10)
  }
  forward(x: Tensor): Tensor {
    // [n, 1, 28, 28]
    x = maxPool2d(this.conv1.forward(x).relu(), 2) // [n, a, 13, 13]
    x = maxPool2d(this.conv2.forward(x).relu(), 2) // [n, b, 5, 5]
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu())
  }
}

/** A task that is learnt: the class is where the brightest of ten bars stands. */
function batchOf(rng: HostRng, n: number): { x: Tensor; y: Tensor } {
  const labels = Int32Array.from({ length: n }, () => rng.integer(10))
  const pixels = Float32Array.from({ length: n * 784 }, (_, i) => {
    const column = i % 28
    return 0.3 * rng.normal() + (Math.floor(column / 2.8) === labels[Math.floor(i / 784)] ? 1 : 0)
  })
  return { x: tensor(pixels, [n, 1, 28, 28]), y: tensor(labels, [n]) }
}

/** Trains the network from one seed on one stream of batches. `each` hears of every step. */
export async function trainCnn(
  engine: Engine | undefined,
  { widths, batch, steps }: CnnOptions,
  each: (step: number, loss: Tensor) => void | Promise<void> = () => {},
): Promise<{ model: Module; losses: number[] }> {
  seed(0)
  const rng = new HostRng(1)
  const batches = Array.from({ length: 8 }, () => batchOf(rng, batch))
  const model = new Cnn(widths)
  const optimizer = adam(1e-3)
  const step = compile(({ x, y }: { x: Tensor; y: Tensor }) => optimizer.minimize(model, () => crossEntropy(model.forward(x), y)), {
    engine,
  })
  const kept: Tensor[] = []
  for (let i = 0; i < steps; i++) {
    const loss = await step(batches[i % batches.length]!)
    kept.push(loss)
    await each(i, loss)
  }
  const losses = await Promise.all(kept.map(t => t.item()))
  await step.dispose()
  return { model, losses }
}
