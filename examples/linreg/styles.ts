import {
  adam,
  compile,
  grad,
  Linear,
  mse,
  seed,
  sequential,
  supervised,
  dense,
  tensor,
  Trainer,
  type Engine,
  type Tensor,
} from '@portolan/core'
import { line } from './data.ts'

const train = line(64, 1)
const test = line(32, 2)
const tensors = ({ x, y }: typeof train) => ({ x: tensor(x.data, x.shape), y: tensor(y.data, y.shape) })

export interface Fitted {
  weight: number
  bias: number
  testLoss: number
  testError: number
}

/** Mean absolute error. */
const mae = (a: Tensor, b: Tensor): Tensor => a.sub(b).abs().mean()

/** As in Keras: layers in a list, a trainer that fits and evaluates. */
export async function kerasLike(engine?: Engine): Promise<Fitted> {
  seed(0)
  const model = sequential([1], [dense(1)])
  const trainer = new Trainer({
    step: supervised({ model, loss: mse, optimizer: adam(0.1), metrics: { mae } }),
    progress: false,
    ...(engine && { engine }),
  })
  await trainer.fit([train], { epochs: 100 })
  const { loss, mae: error } = await trainer.evaluate([test])
  const layer = model[0] as Linear
  return { weight: await layer.weight.value.item(), bias: await layer.bias!.value.item(), testLoss: loss!, testError: error! }
}

/** As in PyTorch: a model, an optimizer and a loop of one's own. */
export async function pytorchLike(engine?: Engine): Promise<Fitted> {
  seed(0)
  const model = new Linear(1, 1)
  const optimizer = adam(0.1)
  const step = compile(({ x, y }: { x: Tensor; y: Tensor }) => optimizer.minimize(model, () => mse(model.forward(x), y)), { engine })
  const batch = tensors(train)
  for (let epoch = 1; epoch <= 100; epoch++) await step(batch)
  const { x, y } = tensors(test)
  const prediction = model.forward(x)
  return {
    weight: await model.weight.value.item(),
    bias: await model.bias!.value.item(),
    testLoss: await mse(prediction, y).item(),
    testError: await mae(prediction, y).item(),
  }
}

/** Functional: parameters are values, a step maps old ones to new ones. Adam is written out. */
export async function functional(): Promise<Fitted> {
  seed(0)
  const start = new Linear(1, 1) // the same first numbers as above
  const predict = ([w, b]: readonly Tensor[], x: Tensor) => x.matmul(w!, { transposeB: true }).add(b!)
  const { x, y } = tensors(train)
  const gradient = grad((...p) => mse(predict(p, x), y))
  let params: Tensor[] = [start.weight.value, start.bias!.value]
  let m = params.map(p => p.zerosLike())
  let v = params.map(p => p.zerosLike())
  for (let t = 1; t <= 100; t++) {
    const gs = gradient(...params)
    m = m.map((a, i) => a.mul(0.9).add(gs[i]!.mul(0.1)))
    v = v.map((a, i) => a.mul(0.999).add(gs[i]!.square().mul(0.001)))
    params = params.map((p, i) =>
      p.sub(
        m[i]!.mul(0.1 / (1 - 0.9 ** t)).div(
          v[i]!.sqrt()
            .div(Math.sqrt(1 - 0.999 ** t))
            .add(1e-8),
        ),
      ),
    )
  }
  const held = tensors(test)
  const prediction = predict(params, held.x)
  return {
    weight: await params[0]!.item(),
    bias: await params[1]!.item(),
    testLoss: await mse(prediction, held.y).item(),
    testError: await mae(prediction, held.y).item(),
  }
}
