import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as p from '@portolan/core'
import { tensor, type HostBatch, type Tensor } from '@portolan/core'
import * as files from '@portolan/core/node'
import * as data from '@portolan/data/node'
import { exportOnnx, OnnxModel, verify } from '@portolan/export-onnx'
import { engines } from './engines.ts'

/** What somebody gets wrong, and how it is refused. */
export interface Misuse {
  readonly title: string
  readonly run: () => unknown
  readonly kind: typeof p.PortolanError
  /** What refuses: `error.op`. */
  readonly op: string | RegExp
  /** What was wrong, in the error's fields. */
  readonly says: RegExp
}

export const folder = mkdtempSync(join(tmpdir(), 'portolan-misuse-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const x23 = (): Tensor => tensor([[1, 2, 3], [4, 5, 6]]) // prettier-ignore
const ints = (...n: number[]): Tensor => tensor(n, [n.length], 'int32')
const { ones, zeros } = p
const pair = (n = 2): HostBatch => ({ x: ones([n, 2]), y: zeros([n, 1]) })
function trainer(over: Partial<p.TrainerOptions> = {}, lr = 0.1) {
  p.seed(1)
  const model = new p.Linear(2, 1)
  const step = p.supervised({ model, loss: p.mse, optimizer: p.sgd(lr) })
  return { model, step, trainer: new p.Trainer({ step, progress: false, ...over }) }
}
const fit = (batches: p.Batches, options: Partial<p.FitOptions> = {}) => trainer().trainer.fit(batches, { epochs: 1, ...options })
const model = async (): Promise<Uint8Array> => exportOnnx(new p.Linear(2, 1), { x: ['n', 2] })
const engine = engines.portable

const S = p.ShapeError
const D = p.DTypeError
const R = p.RangeError
const P = p.PortolanError
const F = p.FormatError
const c = (title: string, run: () => unknown, kind: typeof P, op: string | RegExp, says: RegExp): Misuse => ({ title, run, kind, op, says })

export const misuses: readonly Misuse[] = [
  // tensors
  c('numbers that do not fill a shape', () => tensor([1, 2, 3], [2, 2]), S, 'tensor', /\[2,2\] takes 4 numbers.*3/),
  c('rows of different lengths', () => tensor([[1, 2], [3]]), S, 'tensor', /one shape.*\[2\] and \[1\]/),
  c('a negative size', () => zeros([2, -1]), S, 'full', /integers ≥ 0.*\[2,-1\]/),
  c('a size that is no whole number', () => zeros([2.5]), S, 'full', /2\.5/),
  c('a typed array of another kind', () => tensor(new Int32Array(2), [2], 'float32'), P, 'tensor', /Float32Array.*Int32Array/),
  c('the only number of many', () => x23().itemSync(), S, 'item', /one number.*\[2,3\]/),
  c('nothing to join', () => p.concat([]), S, 'concat', /at least one.*none/),
  c('nothing to stack', () => p.stack([]), S, 'stack', /at least one.*none/),
  // ops
  c('inner axes that differ', () => x23().matmul(x23()), S, 'matmul', /inner axes must agree.*3 and 2/),
  c('a vector in a product', () => ones([3]).matmul(x23()), S, 'matmul', /inner axes must agree.*3 and 2/),
  c('whole numbers in a product', () => ones([2, 2], 'int32').matmul(ones([2, 2], 'int32')), D, 'matmul', /float32.*int32/),
  c('shapes that do not broadcast', () => x23().add(ones([2])), S, 'add', /\[2,3\].*\[2\]/),
  c('dtypes that differ', () => ones([2]).add(ones([2], 'int32')), D, 'add', /one dtype.*float32 and int32/),
  c('arithmetic with bytes', () => ones([2], 'uint8').add(ones([2], 'uint8')), D, 'add', /storage.*/),
  c('the root of whole numbers', () => ones([2], 'int32').sqrt(), D, 'sqrt', /float32.*int32/),
  c('a condition that is none', () => ones([2]).where(1, 0), D, 'where', /bool.*float32/),
  c('a shape of another size', () => x23().reshape([4, 2]), S, 'reshape', /6 elements.*8/),
  c('an axis that is not there', () => x23().sum(2), S, 'axis', /rank 2 has -2 … 1.*2/),
  c('an axis too far back', () => x23().sum(-3), S, 'axis', /rank 2 has -2 … 1.*-3/),
  c('an axis twice', () => x23().transpose([0, 0]), S, 'transpose', /every axis.*\[2,3\]/),
  c('a slice outside', () => x23().slice(1, 0, 9), S, 'slice', /lie in \[2,3\].*\[2,9\]/),
  c('parts that do not fit', () => p.concat([x23(), ones([2, 2])], 0), S, 'concat', /axis 0.*\[2,3\] and \[2,2\]/),
  c('indices that are fractions', () => x23().gather(tensor([0.5])), D, 'gather', /int32.*float32/),
  c('an index outside', () => p.compile((t: Tensor, i: Tensor) => t.gather(i), { engine })(x23(), ints(2)), R, 'gather', /index 2 is outside 0 … 1/),
  c('the largest of nothing', () => zeros([0]).max(), S, 'max', /empty/),
  c('the mean of nothing', () => zeros([0]).mean(), S, 'mean', /no numbers/),
  c('more of the largest than there are', () => x23().topK(9), S, 'topK', /k must be.*9/),
  c('a broadcast that shrinks', () => x23().broadcastTo([3]), S, 'broadcastTo', /\[2,3\].*\[3\]/),
  // gradients and tracing
  c('the gradient of many numbers', () => p.grad((t: Tensor) => t.mul(2))(x23()), P, 'grad', /scalar.*\[2,3\].*Take \.mean/),
  c('a number asked for while tracing', () => p.compile((t: Tensor) => (t.itemSync() > 0 ? t : t.neg()), { engine })(tensor(1)), p.TraceError, 'Tensor', /do not exist until the step runs.*Return it/),
  c('an async step', () => p.compile(async (t: Tensor) => t, { engine })(tensor(1)), p.TraceError, 'compile', /ordinary function.*async.*Read data before/),
  c('a compiled step compiled again', () => p.compile(p.compile((t: Tensor) => t, { engine }) as unknown as (t: Tensor) => Tensor, { engine })(tensor(1)), p.TraceError, 'compile', /inside another step.*Call the function itself/),
  c('a tensor that outlives its trace', async () => {
    let leaked!: Tensor
    await p.compile((t: Tensor) => (leaked = t.add(1)), { engine })(tensor(1))
    leaked.dataSync()
  }, p.TraceError, 'Tensor', /do not exist until/),
  c('a tensor that was freed with its step', async () => {
    let leaked!: Tensor
    await p.compile((t: Tensor) => ((leaked = t.add(1)), t.mul(2)))(tensor(1))
    leaked.dataSync()
  }, P, 'Tensor', /freed when that ended.*Variable/),
  // layers
  c('a picture in a dense layer', () => new p.Linear(784, 10).forward(ones([32, 28, 28])), S, 'Linear', /inFeatures 784.*28 in input \[32,28,28\]/),
  c('channels last', () => new p.Conv2d(3, 8, 3).forward(ones([1, 32, 32, 3])), S, 'Conv2d', /3.*\[1,32,32,3\]/),
  c('a picture without a batch', () => new p.Conv2d(3, 8, 3).forward(ones([3, 32, 32])), S, 'conv2d', /4 axes.*\[3,32,32\]/),
  c('a window larger than the picture', () => new p.Conv2d(1, 1, 5).forward(ones([1, 1, 3, 3])), S, 'conv', /window of 5.*3/),
  c('a stride of nothing', () => new p.Conv2d(1, 1, 3, { stride: 0 }).forward(ones([1, 1, 3, 3])), S, 'conv2d', /stride.*0/),
  c('groups that do not divide', () => new p.Conv2d(3, 8, 3, { groups: 2 }), S, 'Conv2d', /divide into 2 groups/),
  c('a negative number of features', () => new p.Linear(-1, 2), S, 'shape', /integers ≥ 0.*-1/),
  c('a probability above 1', () => new p.Dropout(1.5), R, 'Dropout', /below 1.*1\.5/),
  c('heads that do not divide', () => new p.MultiHeadAttention(10, 3), S, 'MultiHeadAttention', /10 does not divide into 3 heads/),
  c('an embedding of fractions', () => new p.Embedding(3, 2).forward(tensor([0.5])), D, /./, /int32.*float32/),
  c('words of the wrong length', () => new p.LSTM(4, 2).forward(ones([1, 3, 5])), S, 'LSTM', /inputSize 4.*\[1,3,5\]/),
  c('a norm of other channels', () => new p.BatchNorm2d(3).forward(ones([2, 4, 5, 5])), S, 'BatchNorm2d', /3.*\[2,4,5,5\]/),
  c('a norm of another length', () => new p.LayerNorm(4).forward(ones([2, 5])), S, 'LayerNorm', /\[4\].*\[2,5\]/),
  c('layers that do not fit together', () => p.sequential([4], [p.dense(3), p.convolution(2, 3)]), S, /sequential|convolution/, /\[3\]/),
  // losses and metrics
  c('scores and labels of different numbers', () => p.crossEntropy(ones([4, 3]), ints(0, 1)), S, 'crossEntropy', /labels must be int32 \[4\].*\[2\]/),
  c('a label out of range', () => p.compile((s: Tensor, l: Tensor) => p.crossEntropy(s, l), { engine })(ones([1, 3]), ints(3)), R, /./, /index 3 is outside 0 … 2/),
  c('labels that are fractions', () => p.crossEntropy(ones([2, 3]), tensor([0, 1])), S, 'crossEntropy', /one shape.*\[2,3\] and \[2\]/),
  c('predictions of another shape', () => p.mse(ones([2, 1]), ones([2])), S, 'mse', /\[2,1\].*\[2\]/),
  c('a smoothing above 1', () => p.crossEntropy(ones([1, 3]), ints(0), { labelSmoothing: 2 }), R, 'crossEntropy', /labelSmoothing.*2/),
  c('a class that the matrix has not', () => new p.ConfusionMatrix(2).add([0], [2]), R, 'ConfusionMatrix.add', /0…1.*= 2/),
  // optimizers
  c('a negative learning rate', () => p.adam(-1), R, 'optimizer', /learning rate.*-1/),
  c('a momentum outside', () => p.adam(1e-3, { betas: [2, 0.9] }), R, /./, /betas.*2/),
  c('a group that matches nothing', () => p.adam(1e-3, { groups: [{ filter: 'head', lrScale: 2 }] }).init(new p.Linear(1, 1)), P, 'minimize', /group head.*weight, bias/),
  c('nothing left to train', () => {
    const m = new p.Linear(2, 1)
    p.freeze(m)
    p.sgd(0.1).minimize(m, () => m.forward(ones([1, 2])).mean())
  }, P, 'minimize', /frozen|trainable|no parameter/),
  c('a filter that freezes nothing', () => p.freeze(new p.Linear(1, 1), 'backbone'), P, 'freeze', /backbone.*weight, bias/),
  c('one optimizer for two models', () => p.sgd(0.1).init(new p.Linear(1, 1)).init(new p.Linear(1, 1)), P, 'minimize', /weight belongs to another model/),
  c('a warm-up longer than the run', () => p.warmupCosine(100, 10), R, 'warmupCosine', /100 and 10/),
  // training
  c('an empty data set', () => fit([]), P, 'fit', /no batch in epoch 1/),
  c('an empty loader', () => data.loader(new data.ArrayDataset({ x: { data: new Float32Array(0), shape: [0, 2] } })), R, 'loader', /0 samples/),
  c('a generator, twice', () => fit((function* () { yield pair() })(), { epochs: 2 }), P, 'fit', /in epoch 2.*generator/), // prettier-ignore
  c('a batch with nothing in it', () => fit([{}]), P, /./, /two entries.*none/),
  c('a batch that does not say what is what', () => fit([{ ...pair(), w: ones([2]) }]), P, 'supervised', /3 entries \(x, y, w\)/),
  c('data that is not finite', () => fit([{ x: tensor([[NaN, 1]]), y: tensor([[0]]) }]), p.NotFiniteError, 'loss', /NaN.*Clean x, or leave/),
  c('a learning rate far too large', () => {
    const t = trainer({}, 1e30).trainer
    return t.fit([pair(), pair(), pair(), pair()], { epochs: 3 })
  }, p.NotFiniteError, 'loss', /NaN|Infinity/),
  c('stopping by what is not there', () => new p.Trainer({ step: trainer().step, progress: false, callbacks: [p.earlyStopping()] }).fit([pair()], { epochs: 1 }), P, 'earlyStopping', /validation\.loss; there are loss/),
  c('evaluating without an evaluate', () => new p.Trainer({ step: b => ({ loss: b['x']!.mean() }), progress: false }).evaluate([pair()]), P, 'evaluate', /no evaluate function/),
  c('a value of another shape', () => void (new p.Linear(2, 1).weight.value = ones([2, 2])), S, 'Param', /\[1,2\].*\[2,2\]/),
  // state and files
  c('the weights of another model', () => p.load(new p.Linear(2, 1), p.weights(new p.Linear(3, 1))), S, 'load', /weight is \[1,2\], got \[1,3\]/),
  c('weights in the layout of Keras', () => p.load(new p.Linear(2, 3, { bias: false }), { weight: ones([2, 3]) }), S, 'load', /\[in, out\].*transpose/),
  c('weights under other names', () => p.load(new p.Linear(2, 1), { kernel: ones([1, 2]) }), P, 'load', /missing: weight, bias.*unexpected: kernel/s),
  c('a file that is no safetensors', () => files.loadWeights(new p.Linear(2, 1), put('notes.safetensors', 'these are notes')), F, join(folder, 'notes.safetensors'), /header length/),
  c('half a safetensors file', () => {
    const bytes = p.encodeSafetensors({ weight: { dtype: 'float32', shape: [4], data: new Float32Array(4) } })
    return files.readSafetensors(put('half.safetensors', bytes.slice(0, bytes.length - 7)))
  }, F, join(folder, 'half.safetensors'), /truncated/),
  c('a folder of checkpoints that is a file', () => fit([pair()], { checkpoint: files.checkpoints(put('a-file', ''), { signals: false }) }), p.FileError, 'checkpoints', /cannot be made/),
  c('a folder that cannot be written', () => fit([pair()], { checkpoint: files.checkpoints(join(put('another', ''), 'below'), { signals: false }) }), p.FileError, 'checkpoints', /below cannot be made/),
  c('a folder that holds another run', async () => {
    const at = join(folder, 'run')
    await fit([pair()], { checkpoint: files.checkpoints(at, { signals: false }) })
    return fit([pair()], { checkpoint: files.checkpoints(at, { signals: false }) })
  }, P, 'checkpoints', /up to step 1.*resume/),
  c('a checkpoint of another version', async () => {
    const bytes = p.encodeSafetensors({}, { portolanCheckpoint: '7', progress: '{}', rest: '{}' })
    const { mkdirSync } = await import('node:fs')
    mkdirSync(join(folder, 'old'))
    put('old/step-00000001.safetensors', bytes)
    return fit([pair()], { checkpoint: files.checkpoints(join(folder, 'old'), { resume: true, signals: false }) })
  }, F, join(folder, 'old/step-00000001.safetensors'), /version 1.*7/),
  c('no checkpoint to load', () => files.loadCheckpoint({}, folder), p.FileError, 'loadCheckpoint', /no checkpoint/),
  c('a truncated IDX file', () => data.parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9), { label: 'train-labels' }), F, 'train-labels', /truncated/),
  c('a picture that is none', () => data.readImage(put('cat.jpg', 'meow')), F, join(folder, 'cat.jpg'), /no readable picture/),
  c('a download over plain HTTP', () => files.fetchCached('http://example.org/x', { sha256: 'a'.repeat(64) }), R, 'fetchCached', /only https.*http:\/\/example\.org/),
  c('a download without a checksum', () => files.fetchCached('https://example.org/x', {}), R, 'fetchCached', /checksum is needed/),
  // ONNX
  c('a file that is no ONNX model', () => OnnxModel.load(put('model.onnx', 'not a model')), F, join(folder, 'model.onnx'), /byte \d+/),
  c('a model that is not there', () => OnnxModel.load(join(folder, 'nowhere.onnx')), p.FileError, 'OnnxModel', /nowhere\.onnx.*no such file/),
  c('an opset from the future', () => exportOnnx(new p.Linear(2, 1), { x: ['n', 2] }, { opset: 99 }), R, 'exportOnnx', /17 to 21.*99/),
  c('two open dimensions', () => exportOnnx(new p.Linear(2, 1), { x: ['n', 'm'] }), P, 'exportOnnx', /n and m/),
  c('a provider that is not here', async () => OnnxModel.load(await model(), { providers: ['wasm'] }), P, 'OnnxModel', /wasm/),
  c('an input that the model has not', async () => (await OnnxModel.load(await model())).predict({ z: ones([1, 2]) }), P, 'OnnxModel', /no input z.*x/),
  c('an input of another shape', async () => (await OnnxModel.load(await model())).predict({ x: ones([1, 5]) }), S, 'OnnxModel', /\[n,2\].*\[1,5\]/),
  c('an input of another dtype', async () => (await OnnxModel.load(await model())).predict({ x: ones([1, 2], 'int32') }), D, 'OnnxModel', /float32.*int32/),
  c('a file of another model', async () => (p.seed(1), verify(new p.Linear(2, 1), await exportOnnx(new p.Linear(2, 1), { x: ['n', 2] }), { x: ['n', 2] })), P, 'verify', /differs at 0/),
] // prettier-ignore
