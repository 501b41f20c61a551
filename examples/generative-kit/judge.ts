import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  accuracy,
  adam,
  compile,
  crossEntropy,
  evaluating,
  runner,
  seed,
  supervised,
  tensor,
  Trainer,
  warmupCosine,
  type Engine,
  type Tensor,
} from '@portolan/core'
import { loadWeights, saveWeights } from '@portolan/core/node'
import { loader, randomAffine, toFloat } from '@portolan/data/node'
import { LeNet5 } from '@portolan/vision'
import { say, type Images, type RunOptions } from '@portolan/example-vision-kit'

/** Reads digits: who is asked what samples show. */
export interface Judge {
  /** Of the test set. */
  readonly accuracy: number
  /**
   * x: [n, 1, 28, 28] in 0 … 1 → probabilities [n, 10], and what the last pooling leaves of the pictures, features [n, 400]: what comes
   * after it holds little but the class, and takes noise for digits.
   */
  look(x: Tensor): Promise<{ probabilities: Float32Array; features: Float32Array }>
  dispose(): Promise<void>
}

/** A LeNet that reads the digits of a set: read from the folder `judge`, or trained here and kept there for other runs on the same data. */
export async function trainedJudge(
  { data, engine, seed: n, judge: folder }: Pick<RunOptions, 'data' | 'engine' | 'seed' | 'judge'>,
  images: Images,
): Promise<Judge> {
  seed(n)
  const model = new LeNet5()
  const file = join(folder, `${data}-${n}.safetensors`)
  const transform = toFloat({ fields: ['image'] })
  if (existsSync(file)) await loadWeights(model, file)
  else {
    say(`A judge is trained first; it is kept as ${file} for other runs`)
    const each = randomAffine({ rotate: 8, shift: 0.06, zoom: [0.93, 1.07] })
    const batches = loader(images.train, { batchSize: 64, shuffle: true, seed: n, transform, each })
    const epochs = data === 'real' ? 8 : 4
    const steps = epochs * batches.length
    const step = supervised({ model, loss: crossEntropy, optimizer: adam(3e-3, { schedule: warmupCosine(steps / 20, steps) }), metrics: { accuracy } }) // prettier-ignore
    const trainer = new Trainer({ step, ...(engine && { engine }) })
    await trainer.fit(batches, { epochs })
    await trainer.dispose()
    await mkdir(folder, { recursive: true })
    await saveWeights(model, file)
  }
  const reader = runner(model, engine && { engine })
  let right = 0
  for await (const { image, label } of loader(images.test, { batchSize: 500, transform })) {
    const [said, expected] = [await (await reader.predict({ image })).output!.argMax(1).data(), await label.data()]
    said.forEach((c, i) => (right += Number(c === expected[i])))
  }
  await reader.dispose()
  say(`The judge reads ${((100 * right) / images.test.length).toFixed(2)} % of the test digits`)
  return { accuracy: right / images.test.length, ...looking(model, engine) }
}

function looking(model: LeNet5, engine: Engine | undefined): Pick<Judge, 'look' | 'dispose'> {
  const run = compile(
    (x: Tensor) => {
      const features = model.forwardFeatures(x)
      return { features: features.flatten(1), probabilities: model.forwardHead(features).softmax() }
    },
    { engine },
  )
  return {
    async look(x) {
      const [n, size] = [x.shape[0]!, x.shape.slice(1)]
      const data = await x.data()
      const found = { probabilities: new Float32Array(n * 10), features: new Float32Array(n * 400) }
      for (let from = 0; from < n; from += 500) {
        const to = Math.min(n, from + 500)
        const per = data.length / n
        const part = await evaluating(model, () => run(tensor(data.slice(from * per, to * per), [to - from, ...size])))
        found.probabilities.set(await part.probabilities.data(), from * 10)
        found.features.set(await part.features.data(), from * 400)
      }
      return found
    },
    dispose: () => run.dispose(),
  }
}
