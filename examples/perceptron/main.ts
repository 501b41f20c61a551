// A network of 2 → 3 → 1 neurons learns exclusive or: backpropagation by hand in plain arrays, beside Portolan's gradients.
// npx tsx --conditions=@portolan/source examples/perceptron/main.ts
import { backpropagate, descend, type Weights } from './by-hand.ts'
import { initialWeights, xor } from './data.ts'
import { differentiate } from './with-portolan.ts'

let weights: Weights = initialWeights(Number(process.argv[2] ?? 5))
let widest = 0
for (let i = 0; i <= 2000; i++) {
  const byHand = backpropagate(weights, xor.x, xor.y)
  if (i % 250 === 0) {
    const portolan = await differentiate(weights, xor.x, xor.y)
    const [a, b] = [byHand.gradient, portolan.gradient].map(g => [g.w1, g.b1, g.w2, g.b2].flat(2)) as [number[], number[]]
    widest = Math.max(widest, ...a.map((v, k) => Math.abs(v - b[k]!)))
    console.log(`step ${String(i).padStart(4)}  loss by hand ${byHand.loss.toFixed(6)}  Portolan ${portolan.loss.toFixed(6)}`)
  }
  weights = descend(weights, byHand.gradient, 1)
}
const { prediction } = backpropagate(weights, xor.x, xor.y)
console.log(xor.x.map((x, i) => `${x.join(' xor ')} = ${prediction[i]![0]!.toFixed(3)}`).join('   '))
console.log(`The gradients differ by at most ${widest.toExponential(1)}: rounding to 32 bits.`)
