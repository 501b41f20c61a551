// What stands around the examples of docstrings: names that they use and leave to their reader, by the files that they stand in.

/** The first setting holds whose `files` fit the file with the example behind it. `compiled` says why an example is compiled and not run. */
export interface Setting {
  readonly files: RegExp
  readonly code?: string
  readonly compiled?: string
  /** Words of an example that are replaced before it is run: what would take long is made short. */
  readonly shorter?: readonly (readonly [RegExp, string])[]
}

const images = (name: string, size = '1, 28, 28', count = 32): string =>
  `const ${name} = new ArrayDataset({ image: { data: new Float32Array(${count} * [${size}].reduce((a, b) => a * b)), shape: [${count}, ${size}] }, label: { data: Int32Array.from({ length: ${count} }, (_, i) => i % 2), shape: [${count}] } })`
const training = `
  const batch = { image: zeros([8, 1, 28, 28]), label: zeros([8], 'int32') }
  const [batches, data, validation, firstBatch, image] = [[batch, batch], [batch], [batch], batch, batch.image]
  const model = sequential([1, 28, 28], [flatten(), dense(10)])
  const optimizer = sgd(1)
  const step = supervised({ model, loss: crossEntropy, optimizer, metrics: { accuracy } })
  const trainer = new Trainer({ step })
  const history = await trainer.fit(batches, { epochs: 1, validation })
  ${images('train')}
  ${images('test')}
  class LeNet extends Linear { constructor() { super(4, 2) } }`
const searching = `
  const space = { rate: real(1e-4, 1, { log: true }) }
  const objective = ({ rate }: { rate: number }): number => (Math.log10(rate) + 2) ** 2
  const train = async (rate: number, _?: unknown) => 1 - rate`
const pictured = `
  const rgb = { shape: [3, 96, 96], data: new Uint8Array(3 * 96 * 96) }
  const sample = { image: rgb, label: { shape: [], data: new Int32Array(1) } }
  const bytes = (count: number, shape: readonly number[]) => new ArrayDataset({ image: { data: new Uint8Array(count * shape.reduce((a, b) => a * b)), shape: [count, ...shape] }, label: { data: new Int32Array(count), shape: [count] } })
  const [train, photos, cells, bccd] = [bytes(16, [3, 32, 32]), bytes(16, [3, 32, 32]), bytes(16, [3, 32, 32]), bytes(16, [3, 32, 32])]`
const spoken = `
  const data = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i / 8))
  const sound = { data, shape: [1, 8000] }
  const bytes = encodeWav({ data, shape: [1, 8000], sampleRate: 8000 })
  await writeFile('0_george_0.wav', bytes)`
const texts = `
  const ids = zeros([2, 12], 'int32')
  const [next, target, source] = [ids, ids, ids]
  const options = { vocabSize: 65, context: 32, dim: 32, layers: 2, heads: 2 }`
const played = `
  const env = cartPole()
  const { observation } = env.reset({ seed: 1 })
  const [observations, rng] = [observation, new HostRng(1)]
  const canvas = { getContext: (_: '2d') => ({}) as CanvasRenderingContext2D }
  const dqn = { act: async (o: Float32Array) => new Int32Array(o.length / 4) }
  const scenes = [env.draw()]
  const episodes = [{ return: 9, length: 9, steps: 9 }]`
const seen = `
  const model = new CifarResNet(8, { numClasses: 10 })
  const image = zeros([1, 3, 32, 32])
  const picture = { shape: [3, 32, 32], data: new Uint8Array(3 * 32 * 32) }`

/** A small network in place of a large one. */
const smaller = [
  [/new ResNet\(18/, 'new CifarResNet(8'],
  [/512/, '64'],
] as const

const download = 'it needs a data set to be downloaded'
const browser = 'it needs a page'
const weights = 'it needs weights to be downloaded'
const large = 'the network has tens of millions of parameters'

export const settings: readonly Setting[] = [
  // core
  { files: /^core\/autodiff/, code: `const p = tensor([0.2, 0.8])` },
  { files: /^core\/draw\/confusion/, code: `const matrix = new ConfusionMatrix(3); matrix.add([0, 1, 2], [0, 1, 1])` },
  {
    files: /^core\/draw\/image-grid/,
    code: `const digits = [{ shape: [4, 4], data: new Uint8Array(16) }]; const [predicted, expected] = [[1], [2]]`,
  },
  {
    files: /^core\/draw\/plot-model/,
    code: `const model = sequential([3, 224, 224], [convolution(4, 7, { stride: 8 }), flatten(), dense(2)])
      const translator = new TransformerTranslator({ sourceSize: 20, targetSize: 20, dim: 16, layers: 1, heads: 2 })`,
  },
  {
    files: /^core\/draw\/search/,
    code: `${searching}; const result = await search({ space, objective, strategy: random({ trials: 4 }), progress: false })`,
  },
  { files: /^core\/io\/node\/fetch-cached/, compiled: 'it needs a server' },
  { files: /^core\/io\/node\/safetensors/, code: `await writeSafetensors('resnet18.safetensors', {})` },
  {
    files: /^core\/io\/node\/weights|^core\/nn\/init/,
    code: `const model = new Linear(4, 2); await saveWeights(model, 'resnet18.safetensors'); await saveWeights(model, 'vgg16.safetensors'); class VGG extends Linear { constructor(_: number) { super(4, 2) } }`,
  },
  {
    files: /^core\/io/,
    code: `const tensors = { 'fc.weight': { dtype: 'float32' as const, shape: [10, 128], data: new Float32Array(1280) } }; const bytes = encodeSafetensors(tensors)`,
  },
  {
    files: /^core\/loss\/ctc/,
    code: `const sound = zeros([4, 1, 6]); const model = new Linear(6, 5); const letters = tensor([[1, 2]], undefined, 'int32'); const labelLengths = tensor([2], undefined, 'int32')`,
  },
  {
    files: /^core\/loss\/dice/,
    code: `const model = new Conv2d(1, 2, 1); const image = ones([2, 1, 4, 4]); const outline = ones([2, 2, 4, 4])`,
  },
  {
    files: /^core\/loss\/(triplet|info)/,
    code: `const [face, same, other, image, caption] = [0, 1, 2, 3, 4].map(i => ones([2, 4]).mul(i)) as [Tensor, Tensor, Tensor, Tensor, Tensor]; const encode = (z: Tensor) => z; const project = encode`,
  },
  {
    files: /^core\/loss\/cosine/,
    code: `const [x, y, same] = [ones([2, 4]), ones([2, 4]).mul(2), tensor([1, 0])]; const encode = (z: Tensor) => z`,
  },
  {
    files: /^core\/loss\/(gaussian|kl|focal|hinge|huber|nll|cross|dice|binary|log|mae|mse|penalty)/,
    code: `const model = new Linear(4, 3)
      const [x, y] = [ones([2, 4]), tensor([[1, 0, 0], [0, 1, 0]])]
      const [image, label] = [x, tensor([0, 1], undefined, 'int32')]
      const [logits, scores, targets, boxes, mean, logVariance, student, teacher] = [y, y, y, y, y, y, y, y]
      const tokens = tensor([1, 2], undefined, 'int32')`,
  },
  {
    files: /^core\/metric/,
    code: `${training}
      const matrix = new ConfusionMatrix(3); matrix.add([0, 0, 2, 2, 1], [0, 1, 2, 2, 2])
      const [prediction, target, logits] = [tensor([0.2, 0.8]), tensor([0, 1]), tensor([0.2, 0.8])]
      const [loss, tokensInBatch] = [tensor(1.2), 64]`,
  },
  {
    files: /^core\/train\/node\/load/,
    code: `
      class LeNet extends Linear { constructor() { super(4, 2) } }
      const step = supervised({ model: new LeNet(), loss: crossEntropy, optimizer: sgd(0.1) })
      const batch = { x: zeros([2, 4]), y: zeros([2], 'int32') }
      await new Trainer({ step }).fit([batch], { epochs: 1, validation: [batch], checkpoint: checkpoints('runs/mnist', { best: 'validation.loss' }) })`,
  },
  {
    files: /^core\/errors|^core\/train|^core\/optim\/(ema|schedule)|^core\/draw|^core\/profile/,
    code: `${training}
      const [epochs, stepsPerEpoch] = [2, 10]
      const found = await profile(step, batch)`,
  },
  { files: /^core\/optim/, code: `const model = new Linear(4, 3); const optimizer = sgd(0.1); type XY = { x: Tensor; y: Tensor }` },
  { files: /^core\/search\/node\/worker/, compiled: 'it needs a module that a worker loads' },
  { files: /^core\/search/, code: searching },
  {
    files: /^core\/tensor\/einsum/,
    code: `const [a, b, square] = [ones([2, 3]), ones([3, 4]), ones([3, 3])]; const [query, key] = [ones([1, 2, 3, 4]), ones([1, 2, 5, 4])]`,
  },
  {
    files: /^core\/tensor/,
    code: `const best = ones([2, 10]).topK(3); const gradNorm = tensor(1); const loss = tensor(1); const grads = [ones([2])]`,
  },
  ...['8', '5, 7', '4, 6, 6'].flatMap((sides, i): Setting[] => [
    {
      files: new RegExp(`^core/nn/max-unpool.* maxUnpool${i + 1}d`),
      code: `const x = ones([1, 2, ${sides}]); const { values, indices } = maxPoolWithIndices(x, 2)`,
    },
    { files: new RegExp(`^core/nn/(avg|max)-(un)?pool.*Pool${i + 1}d\\(`), code: `const x = ones([1, 2, ${sides}])` },
    {
      files: new RegExp(`^core/nn/conv(-transpose)?.ts conv(Transpose)?${i + 1}d`),
      code: `const x = ones([1, 16, ${sides}]); const [image, volume] = [x, x]; const weight = ones([16, 16, ${['2', '3, 3', '3, 3, 3'][i]}])`,
    },
  ]),
  { files: /^core\/nn\/max-(un)?pool/, code: `const x = ones([1, 2, 5, 7])` },
  {
    files: /^core\/nn\/(adaptive|batch|global|grid|group|resize|conv)/,
    code: `
      const x = ones([2, 16, 8, 8])
      const [weight, bias, mean, variance] = [ones([16]), ones([16]), zeros([16]), ones([16])]
      const [image, volume, features, grid] = [x, x, x, zeros([2, 4, 4, 2])]
      const head = new Linear(16, 2)`,
  },
  {
    files: /^core\/nn\/(attention|multi|rotary|position|transformer|rms)/,
    code: `
      const x = ones([2, 5, 128])
      const [q, k, v, memory, target, source] = [x, x, x, x, x, x]
      const [query, key, tokens] = [ones([2, 5, 64]), ones([2, 5, 64]), ones([2, 5, 64])]
      const weight = ones([128])
      const keyMask = ones([2, 5]).greater(0)
      const memoryKeyMask = keyMask`,
  },
  { files: /^core\/nn\/(gru|lstm|rnn)/, code: `const x = ones([2, 5, 64])` },
  { files: /^core\/nn\/recurrent/, code: `const x = ones([2, 64])` },
  { files: /^core\/nn\/inception/, code: `const x = ones([1, 192, 8, 8])` },
  { files: /^core\/nn\/inverted/, code: `const x = ones([1, 32, 8, 8])` },
  { files: /^core\/nn\/residual.*Bottleneck/, code: `const x = ones([1, 256, 8, 8])` },
  { files: /^core\/nn\/(residual|squeeze)/, code: `const x = ones([1, 64, 8, 8])` },
  { files: /^core\/nn\/(dropout|sequential|shape)/, code: `const x = ones([4, 2]); const block = new Linear(2, 2)` },
  {
    files: /^core\/nn\/(roi|non)/,
    code: `
      const boxes = tensor([[0, 0, 4, 4], [8, 8, 16, 16]])
      const [features, image, scores, classes] = [ones([1, 2, 8, 8]), zeros([2], 'int32'), ones([2]), zeros([2], 'int32')]`,
  },
  { files: /^core\/nn\/module.*freeze/, code: `class Net extends Module { backbone = new Linear(4, 2) }; const model = new Net()` },
  {
    files: /^core\/nn\/(module|state|to-host|summary|rng)/,
    code: `
      const model = sequential([1, 28, 28], [flatten(), dense(10)])
      const state = weights(model)
      const x = zeros([1, 1, 28, 28])
      class LeNet extends Linear { constructor() { super(4, 2) } }`,
  },
  { files: /^core\// },
  // data
  { files: /^data\/audio/, code: spoken },
  {
    files: /^data\/browser/,
    compiled: browser,
    code: `const canvas = document.createElement('canvas'); const input = document.createElement('input') as HTMLInputElement & { files: FileList }`,
  },
  {
    files: /^data\/source\/(cifar|coco|mnist|pascal|segmentation-folder|spoken|table-sets|text-sets)|^data\/source\/image-folder/,
    compiled: download,
  },
  {
    files: /^data\/source\/(find|idx|read|image-file|parse-cifar)/,
    code: `${spoken}
      const test = digits({ train: 10, test: 10 }).test
      await writeFile('train.en.gz', gzipSync('a\\nb\\n')); await writeFile('t10k-labels-idx1-ubyte', encodeIdx({ data: new Uint8Array(3), shape: [3] }))
      await writeFile('test_batch.bin', new Uint8Array(3073)); await writeFile('iris.csv', '5.1,3.5,1.4,0.2,setosa\\n')
      await writeImage('seven.png', { data: new Uint8Array(784), shape: [28, 28] })`,
  },
  { files: /^data\/source\/concat/, code: `${images('train')}; ${images('validation')}` },
  {
    files: /^data\/loader\/split/,
    code: `
      ${images('iris', '4')}
      const photos = Object.assign(new ArrayDataset(iris.fields), { labels: iris.fields.label.data })
      const evaluate = (_: unknown, __: unknown) => {}`,
  },
  {
    files: /^data\/table\/one-hot/,
    code: `
      const [table, test] = [0, 1].map(() => parseCsv('ocean_proximity\\nINLAND\\nISLAND\\n')) as [Table, Table]
      const saved = JSON.stringify(oneHotEncoder([table.column('ocean_proximity')]).state)`,
  },
  {
    files: /^data\/loader|^data\/source|^data\/series/,
    code: `
      ${images('train')}
      ${images('photos', '3, 8, 8')}
      ${images('iris', '4')}
      const texts = ['a b', 'c']; const encode = (text: string) => Int32Array.from(text, c => c.charCodeAt(0)); const labels = Int32Array.of(0, 1)
      const reviews = new SequenceDataset({ ids: texts.map(encode) }, { label: { data: labels, shape: [2] } })
      const step = supervised({ model: new Linear(4, 2), loss: crossEntropy, optimizer: sgd(0.1) })
      const evaluate = (_: unknown, __: unknown) => {}
      const data = new Float32Array(8640 * 7); const ids = new Int32Array(1000)`,
  },
  {
    files: /^data\/table\/imputer/,
    code: `const train = { data: Float32Array.of(1, NaN, 3, 4), shape: [2, 2] }; const saved = JSON.stringify(imputer(train, 'mean').state)`,
  },
  {
    files: /^data\/table/,
    code: `
      const [train, test] = [0, 1].map(i => ({ data: Float32Array.of(1, 2, 3, 4 + i), shape: [2, 2] })) as unknown as [Field, Field]
      const saved = JSON.stringify(standardScaler(train).state)`,
  },
  {
    files: /^data\/text/,
    code: `
      const [english, german] = ['a\\nb\\n', 'c\\nd\\n']; const text = 'a\\tO\\n\\n'; const texts = ['a good film', 'a film']
      const saved = JSON.stringify(vocabulary(texts.map(t => t.split(' '))).tokens)
      await writeFile('TREC.train.all', 'x')`,
  },
  { files: /^data\/transform/, code: pictured },
  { files: /^data\/synthetic\/(sent|digits|shapes)/, shorter: [[/seed: 1 \}/, 'seed: 1, train: 64, test: 64 }']] },
  { files: /^data\// },
  // export-onnx
  {
    files: /^export-onnx/,
    code: `${training}
      await exportOnnx(model, { x: ['n', 1, 28, 28] }, { file: 'mnist.onnx' })`,
  },
  // generative
  {
    files: /^generative\/(diffusion|inpaint\/repaint)/,
    shorter: [
      [/\[(64|16), 1, 28, 28\]\)/, '[2, 1, 28, 28])'],
      [/steps: 50/, 'steps: 2'],
    ],
    code: `
      const model = new DiffusionUNet({ width: 8, multipliers: [1, 1] }); const schedule = cosineNoise(20); const rng = new Rng(1); const n = 2
      let x = zeros([2, 1, 28, 28]); const t = zeros([2], 'int32').add(3).cast('int32'); const to = zeros([2], 'int32'); const label = to
      const [picture, known] = [x, ones([2, 1, 28, 28])]`,
  },
  {
    files: /^generative\/inpaint\/context/,
    code: `const model = new ContextEncoder({ width: 8 }); const [picture, known] = [ones([2, 1, 28, 28]), ones([2, 1, 28, 28])]`,
  },
  {
    files: /^generative\/metric/,
    code: `
      const rng = new Rng(1); const [made, train, test, samples] = [rng.uniform([8, 1, 28, 28]), rng.uniform([8, 1, 28, 28]), rng.uniform([8, 1, 28, 28]), rng.uniform([8, 1, 28, 28])]
      const model = new VAE({ hidden: [8] }); const [x, noisy, clean] = [made, made, made]
      const featuresOf = async (s: Tensor) => s.flatten(1).slice(1, 0, 4)`,
  },
  {
    files: /^generative\/style/,
    code: `
      const features = { conv3: ones([1, 4, 8, 8]) }; const x = zeros([1, 3, 16, 16]); const [content, style] = [x, x]`,
    compiled: large,
  },
  {
    files: /^generative/,
    shorter: [
      [/epochs: 20/, 'epochs: 1'],
      [/batchSize: 320/, 'batchSize: 20'],
    ],
    code: `
      const rng = new Rng(1); const vae = new VAE({ hidden: [8], latents: 2 })
      const model = new VAE({ hidden: [8] }); const generator = new DCGANGenerator({ width: 8 }); const critic = new DCGANDiscriminator({ width: 8 })
      const x = zeros([8, 1, 28, 28]); const z = rng.normal([4, 100]); const [real, fake, test, samples, made, noisy, clean] = [x, x, x, x, x, x, x]; const stops = rng.normal([2, 100])
      const pictures = [{ image: zeros([8, 1, 28, 28]) }]; const epochs = [await toPictures(x)]
      ${images('train', '1, 28, 28', 20)}
      const featuresOf = async (s: Tensor) => s.flatten(1).slice(1, 0, 4).add(rng.normal([8, 4]))
      const [picture, known] = [x, ones([8, 1, 28, 28])]`,
  },
  // layers
  { files: /^layers\/activation\/maxout/, code: `const x = ones([2, 784])` },
  {
    files: /^layers\/attention\/(add|mul)/,
    code: `const state = ones([2, 3, 128]); const memory = ones([2, 5, 256]); const mask = ones([2, 3, 5]).greater(0)`,
  },
  { files: /^layers\/attention/, code: `const attention = new MultiHeadAttention(32, 8); const x = ones([2, 5, 32])` },
  {
    files: /^layers\/block\/lora/,
    code: `const model = { query: new Linear(8, 8) } as { get query(): Linear; set query(_: Linear | LoRALinear) }`,
  },
  { files: /^layers\/block/, code: `const x = ones([4, 64])` },
  { files: /^layers\/embedding/, code: `const words = zeros([2, 3], 'int32')` },
  { files: /^layers\/norm\/film/, code: `const image = ones([2, 64, 4, 4]); const text = ones([2, 16])` },
  { files: /^layers\/pool\/att/, code: `const x = ones([2, 5, 64]); const mask = ones([2, 5]).greater(0)` },
  { files: /^layers\/pool\/max/, code: `const x = ones([1, 2, 6])` },
  { files: /^layers\//, code: `const x = ones([2, 8])` },
  // nlp
  {
    files: /^nlp\/classify\/limit/,
    code: `const model = { fc: new Linear(4, 2) }; const step = supervised({ model: model.fc, loss: crossEntropy, optimizer: sgd(0.1) })`,
  },
  {
    files: /^nlp\/generate\/(generate)/,
    shorter: [[/maxTokens: \d+/, 'maxTokens: 3']],
    code: `
      const tokenizer = characterTokenizer(['Once upon a time'])
      const model = wholeSequences(runner(new GPT2({ vocabSize: tokenizer.size, context: 16, dim: 16, layers: 1, heads: 2 })), { length: 16 })`,
  },
  {
    files: /^nlp\/(generate|tokenize\/word)/,
    code: `
      const tokenizer = characterTokenizer(['Once upon a time, To be']); const play = 'To be'
      const gpt = new GPT2({ vocabSize: 65, context: 256, dim: 16, layers: 1, heads: 2 })
      const translator = new TransformerTranslator({ sourceSize: 20, targetSize: 20, dim: 16, layers: 1, heads: 2 }); const [begin, end] = [1, 2]
      const source = tensor([[3, 4, 5]], undefined, 'int32'); const prompt = [1, 2]; const model = translator`,
    shorter: [[/maxTokens: \\d+/, 'maxTokens: 3']],
  },
  {
    files: /^nlp\/recommend/,
    code: `const [users, items] = [610, 9742]; const [user, item] = [zeros([4], 'int32'), zeros([4], 'int32')]; const [rating, liked] = [ones([4]), ones([4])]`,
  },
  { files: /^nlp\/sequence\/linear/, code: `const x = ones([2, 336, 7])` },
  { files: /^nlp\/sequence\/lstm-f/, code: `const x = ones([2, 96, 7])` },
  {
    files: /^nlp\/speech/,
    code: `
      const [logits, logProbabilities] = [zeros([5, 11]), zeros([5, 11]).logSoftmax()]
      const model = new SpeechRecognizer({ classes: 11, features: 8, hidden: 8 }); const sound = ones([1, 8, 40]); const lengths = tensor([40], undefined, 'int32')
      const labels = tensor([[1, 2]], undefined, 'int32'); const labelLengths = tensor([2], undefined, 'int32')`,
  },
  {
    files: /^nlp\/tokenize\/(node|tokenizer)/,
    compiled: 'it needs the tokenizer file of a model',
    code: `const tokenizer = characterTokenizer(['a'])`,
  },
  { files: /^nlp\/tokenize\/train/, code: `const lines = ['a good film', 'a bad film']` },
  { files: /^nlp\/transformer\/gpt2/, compiled: weights, code: texts },
  { files: /^nlp\/transformer\/mask/, code: `const batch = new Int32Array(24)` },
  { files: /^nlp\/translate/, code: `const [source, target] = [zeros([2, 6], 'int32'), zeros([2, 7], 'int32')]` },
  { files: /^nlp\//, code: `${texts}; const labels = ids` },
  // rl
  { files: /^rl\/algorithm\/(a2c|dqn|ppo|reinforce|sac|alpha-zero)/, shorter: [[/learn\(\d[\d_]*\)/, 'learn(1)']] },
  {
    files: /^rl\/algorithm\/(value-iteration-network)/,
    code: `
      const model = new ValueIterationNetwork({ sweeps: 4, hidden: 4 }); const optimizer = sgd(0.1); const maps = [obstacleMap(new HostRng(1), { size: 8 })]`,
  },
  {
    files: /^rl\/buffer\/roll/,
    compiled: 'a step is what an actor and a critic say of it',
    code: `const step = {} as RolloutStep; const lastValues = new Float32Array(4)`,
  },
  { files: /^rl\/draw\/draw/, compiled: browser, code: played },
  { files: /^rl\//, code: played },
  // vision
  { files: /^vision\/classify\/(alexnet|vgg)/, compiled: large },
  {
    files: /^vision\/classify\/(googlenet|inception)/,
    code: `const image = zeros([1, 3, 96, 96])`,
    shorter: [
      [/const \{ logits, auxiliaries \} = .*/, ''],
      [/numClasses: 10/, 'numClasses: 10, width: 0.25'],
    ],
  },
  { files: /^vision\/classify\/preprocessing/, code: seen, shorter: [[/224, 224/, '32, 32']] },
  { files: /^vision\/classify\/resnet/, shorter: [[/ResNet\(50/, 'ResNet(18']] },
  {
    files: /^vision\/detect\/ssd-loss/,
    code: `
      const model = new SSD({ numClasses: 3 }); const image = zeros([1, 3, 64, 64])
      const [label, offset] = [zeros([1, model.anchors([64, 64]).length], 'int32'), zeros([1, model.anchors([64, 64]).length, 4])]`,
  },
  {
    files: /^vision\/detect/,
    code: `
      const model = new SSD({ numClasses: 3 }).eval(); const image = zeros([1, 3, 64, 64]); const images = image
      const truths = [{ boxes: [[10, 10, 60, 80] as const], labels: [0] }]
      const truth = { ...truths[0]! }; const found = { ...truth, scores: [0.9] }; const detect = async (_: Tensor) => [found]
      const { label, offset } = matchAnchors(model.anchors([64, 64]), truths); const offsets = model.forward(image).offsets
      const picture = { shape: [3, 64, 64], data: new Uint8Array(3 * 64 * 64) }`,
    shorter: [[/\[256, 320\]|\[256, 256\]/g, '[64, 64]']],
  },
  {
    files: /^vision\/explain/,
    code: `${seen}
      const map = ones([1, 1, 32, 32]); const heat = map
      const pictures = [picture]; const [predicted, expected, labels] = [[0], [1], ['cat', 'dog']]`,
    shorter: [
      [/steps: 128/, 'steps: 2'],
      [/new ResNet\(50\)/, 'model'],
    ],
  },
  {
    files: /^vision\/segment/,
    code: `
      const model = new UNet({ numClasses: 11, width: 4 }); const image = zeros([1, 3, 32, 32]); const label = zeros([1, 32, 32], 'int32')
      const classes = zeros([180, 240], 'int32'); const picture = { shape: [3, 180, 240], data: new Uint8Array(3 * 180 * 240) }`,
    shorter: [[/numClasses: 11 \}/, 'numClasses: 11, width: 4 }']],
  },
  {
    files: /^vision\/self-supervised\/byol/,
    code: `const model = new BYOL(() => new CifarResNet(8, { includeTop: false }), { features: 64 })`,
    shorter: smaller,
  },
  {
    files: /^vision\/self/,
    code: `
      const model = new MoCo(() => new CifarResNet(8, { includeTop: false }), { features: 64 })
      ${images('labelled', '3, 32, 32', 8)}
      ${images('held', '3, 32, 32', 8)}
      const [train, test] = [0, 1].map(() => ({ features: { data: new Float32Array(400 * 4).map((_, i) => i % 7), shape: [400, 4] }, label: { data: new Int32Array(400).map((_, i) => i % 2), shape: [400] } })) as unknown as [LabelledFeatures, LabelledFeatures]`,
    shorter: smaller,
  },
  { files: /^vision\/transfer\/cache/, compiled: large, code: images('photos', '3, 224, 224', 2) },
  { files: /^vision\/transfer\/(node|timm)/, compiled: weights },
  {
    files: /^vision\/transfer/,
    code: `const model = new ResNet(18, { numClasses: 5, width: 0.25 }); const vgg = new VGG(11, { width: 0.1 })`,
  },
  { files: /^vision\// },
]

/** Types that examples name, and where they come from; values are found by themselves. */
export const types: Readonly<Record<string, readonly string[]>> = {
  '@portolan/core': ['Batch', 'Tensor', 'Update'],
  '@portolan/data': ['ArrayDataset', 'Field', 'ImputerState', 'OneHotState', 'ScalerState', 'Table'],
  '@portolan/rl': ['PlannerBatch', 'RolloutStep'],
  '@portolan/vision': ['LabelledFeatures'],
}
