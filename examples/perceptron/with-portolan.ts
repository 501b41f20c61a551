import { grad, mse, tensor, type Tensor } from '@portolan/core'
import type { Matrix, Weights } from './by-hand.ts'

const predict = ([w1, b1, w2, b2]: readonly Tensor[], x: Tensor): Tensor => x.matmul(w1!).add(b1!).relu().matmul(w2!).add(b2!).sigmoid()

/** The same network; the gradient is asked for instead of derived. */
export async function differentiate({ w1, b1, w2, b2 }: Weights, x: Matrix, y: Matrix): Promise<{ loss: number; gradient: Weights }> {
  const params = [tensor(w1), tensor(b1), tensor(w2), tensor(b2)]
  const loss = (...p: Tensor[]) => mse(predict(p, tensor(x)), tensor(y))
  const [g1, gb1, g2, gb2] = await Promise.all(grad(loss)(...params).map(g => g.array()))
  return { loss: await loss(...params).item(), gradient: { w1: g1 as Matrix, b1: gb1 as number[], w2: g2 as Matrix, b2: gb2 as number[] } }
}
