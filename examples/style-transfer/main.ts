// One picture painted in the style of another, by the maps of a VGG: random weights, or pretrained ones of your own.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { seed, tensor, type Tensor } from '@portolan/core'
import { loadWeights, writeFileAtomic } from '@portolan/core/node'
import { readImage, writeImage } from '@portolan/data/node'
import { onnx } from '@portolan/export-onnx'
import { LayerMaps, styleTransfer, tile, toPictures } from '@portolan/generative'
import { imageNet, normalize, VGG } from '@portolan/vision'
import { Command } from 'commander'
import { drawnScene, drawnWaves } from './pictures.ts'

const options = new Command('node examples/style-transfer/main.ts')
  .description('Paints one picture in the style of another, after Gatys: drawn pictures and a random VGG unless others are named.')
  .option('--data <set>', 'generated: pictures drawn by rule; real: those named by --content and --style', 'generated')
  .option('--content <file>', 'what is to be painted')
  .option('--style <file>', 'how it is to be painted')
  .option('--weights <file>', "a VGG-11's weights (torchvision's, as .safetensors); default random ones, which know textures but no things")
  .option('--size <pixels>', 'side of the pictures', Number, 96)
  .option('--steps <n>', 'steps of the pixels', Number, 150)
  .option('--style-weight <w>', 'what style counts for beside content', Number, 1e4)
  .option('--seed <n>', 'one seed, one result', Number, 42)
  .option('--threads <n>', 'threads that compute one op', Number, 2)
  .option('--out <folder>', 'where the pictures go', 'out/style-transfer')
  .parse()
  .opts<{ data: string; content?: string; style?: string; weights?: string; size: number; steps: number; styleWeight: number; seed: number; threads: number; out: string }>() // prettier-ignore
const { size, out } = options
await mkdir(out, { recursive: true })

/** A picture as numbers 0 … 1. → [1, 3, size, size] */
async function picture(file: string | undefined, drawn: (size: number) => Float32Array): Promise<Tensor> {
  if (file === undefined) return tensor(drawn(size), [1, 3, size, size])
  const { data } = await readImage(file, { width: size, height: size, channels: 3 }) // [3, h, w]
  return tensor(Float32Array.from(data, v => v / 255), [1, 3, size, size]) // prettier-ignore
}
const [content, style] = [await picture(options.content, drawnScene), await picture(options.style, drawnWaves)]

seed(options.seed)
const vgg = new VGG(11, { width: options.weights === undefined ? 0.5 : 1 })
if (options.weights !== undefined) await loadWeights(vgg, options.weights)
/** Pixels 0 … 1, as ImageNet's networks want them. */
class Seen extends LayerMaps {
  override forward(x: Tensor): Record<string, Tensor> {
    return super.forward(normalize(x.mul(255), imageNet))
  }
}
const features = new Seen(vgg.features, { relu1: 1, relu2: 4, relu3: 7, relu4: 9 })

const losses: { content: number; style: number }[] = []
const weight = options.styleWeight
const painted = await styleTransfer(
  features,
  { content, style },
  {
    content: { relu4: 1 },
    style: { relu1: weight, relu2: weight, relu3: weight, relu4: weight },
    smooth: 0.1,
    steps: options.steps,
    engine: onnx({ threads: options.threads }),
    onStep: (step, loss) => {
      losses.push(loss)
      if (step % 25 === 0) console.log(`step ${step}: content ${loss.content.toFixed(5)}, style ${loss.style.toFixed(5)}`)
    },
  },
)
const all = await Promise.all([content, style, painted].map(async x => (await toPictures(x))[0]!))
const side = tile(all, { columns: 3, gap: 4 })
await writeImage(join(out, 'pictures.png'), { shape: [...side.shape], data: Uint8Array.from(side.data) })
const [first, last] = [losses[0]!, losses.at(-1)!]
console.log(`\nStyle loss ${first.style.toFixed(5)} → ${last.style.toFixed(5)}, content ${first.content.toFixed(5)} → ${last.content.toFixed(5)}: ${join(out, 'pictures.png')}`) // prettier-ignore
await writeFileAtomic(
  join(out, 'figures.json'),
  `${JSON.stringify({ seed: options.seed, steps: options.steps, size, first, last }, null, 2)}\n`,
)
