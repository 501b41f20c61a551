import {
  AdaptiveAvgPool, AdaptiveMaxPool, AdditiveAttention, alibi, AttentionPool, AvgPool1d, AvgPool2d, AvgPool3d, BasicBlock, BatchNorm1d, BatchNorm2d, BatchNorm3d, Bilinear, Bottleneck,
  CBAM, CELU, ChannelShuffle, Conv1d, Conv2d, Conv3d, ConvLSTM2d, ConvNeXtBlock, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Crop, DenseBlock, DenseTransition, DepthwiseSeparableConv1d, DepthwiseSeparableConv2d,
  DoubleConv, ELU, Embedding, EmbeddingBag, FiLM, Flatten, Fold, GEGLU, GELU, GeMPool, GlobalAvgPool, GlobalMaxPool, GLU, GroupNorm, GRU, GRUCell, Hardshrink, Hardsigmoid, Hardswish, Hardtanh,
  Highway, Identity, Inception, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, InvertedResidual, Lambda, LayerNorm, LeakyReLU, LearnedPositions, Linear, LocalResponseNorm, LogSigmoid, LogSoftmax,
  LoRALinear, LPPool1d, LPPool2d, LSTM, LSTMCell, Maxout, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, Mish, MixtureOfExperts, MultiHeadAttention, MultiplicativeAttention,
  Pad, PatchEmbedding, PixelShuffle, PixelUnshuffle, PReLU, ReGLU, RelativePositionBias, ReLU, ReLU6, RMSNorm, RNN, RNNCell, RotaryEmbedding, RReLU, SELU, Sigmoid, SiLU, SinusoidalPositions, Softmax,
  Softmin, Softplus, Softshrink, Softsign, Sparsemax, sparsePlus, sparseSigmoid, SpatialPyramidPool, spectralNorm, squareplus, SqueezeExcite, SwiGLU, Tanh, Tanhshrink, Threshold, Transformer,
  TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer, UNetDown, UNetUp, Unflatten, UnitNorm, Unfold, Upsample, weightNorm,
} from '@portolan/layers'
import { gelu, hardsigmoid, maxPoolWithIndices, unfreeze, type Layer, type LSTMState, type Module, type Tensor } from '@portolan/core'

/** A layer under test: how it is made and what is asked of it. */
export interface LayerCase {
  make(): Module
  forward(layer: Module, ...x: Tensor[]): Tensor | readonly Tensor[]
  /** Why the contract of all layers is not asked of it, or is shown by another case. */
  notGeneral: string | undefined
}

type Forward<M> = (layer: M, ...x: Tensor[]) => Tensor | readonly Tensor[]

const of = <M extends Module>(make: () => M, forward: Forward<M>, notGeneral?: string): LayerCase => ({ make, forward: forward as Forward<Module>, notGeneral })
/** A layer from one tensor to one. */
const one = (make: () => Layer, notGeneral?: string): LayerCase => of(make, (layer, x) => layer.forward(x!), notGeneral)

const noBatch = 'its inputs or outputs have no batch'
const again = 'another case of the layer shows it'
const sequence = (layer: RNN | GRU, x: Tensor, options: { state?: Tensor; lengths?: Tensor }): Tensor[] => layer.forward(x, options)
const memory = (layer: LSTM, x: Tensor, options: { state?: LSTMState; lengths?: Tensor }): Tensor[] => {
  const [y, { h, c }] = layer.forward(x, options)
  return [y, h, c]
}
const stacked = { layers: 2, bidirectional: true } as const
const small = { feedForward: 5, dropout: 0 } as const
const normFirst = { normFirst: true, activation: (x: Tensor) => gelu(x) } as const
const unpool = (layer: MaxUnpool1d | MaxUnpool2d | MaxUnpool3d, x: Tensor): Tensor => {
  const { values, indices } = maxPoolWithIndices(x, 2)
  return layer.forward(values.mul(2), indices)
}

/** By the name of the case in private/golden/layer_zoo.json or layer_blocks.json. */
export const layerCases: Readonly<Record<string, LayerCase>> = {
  ReLU: one(() => new ReLU()),
  ReLU6: one(() => new ReLU6()),
  LeakyReLU: one(() => new LeakyReLU(0.2)),
  ELU: one(() => new ELU(1.5)),
  GELU: one(() => new GELU()),
  'GELU, tanh': one(() => new GELU({ approximate: 'tanh' }), again),
  SiLU: one(() => new SiLU()),
  Sigmoid: one(() => new Sigmoid()),
  Tanh: one(() => new Tanh()),
  Softplus: one(() => new Softplus(2)),
  Hardsigmoid: one(() => new Hardsigmoid()),
  Hardswish: one(() => new Hardswish()),
  CELU: one(() => new CELU(2)),
  SELU: one(() => new SELU()),
  Mish: one(() => new Mish()),
  Hardtanh: one(() => new Hardtanh(-1, 2.5)),
  Softsign: one(() => new Softsign()),
  Softshrink: one(() => new Softshrink()),
  Hardshrink: one(() => new Hardshrink()),
  Tanhshrink: one(() => new Tanhshrink()),
  Threshold: one(() => new Threshold(1, -5)),
  LogSigmoid: one(() => new LogSigmoid()),
  RReLU: one(() => new RReLU()),
  PReLU: one(() => new PReLU()),
  'PReLU of channels': one(() => new PReLU(3), again),
  Softmax: one(() => new Softmax()),
  'Softmax of channels': one(() => new Softmax(1), again),
  Softmin: one(() => new Softmin()),
  LogSoftmax: one(() => new LogSoftmax()),
  GLU: one(() => new GLU(1)),
  SwiGLU: one(() => new SwiGLU()),
  GEGLU: one(() => new GEGLU()),
  ReGLU: one(() => new ReGLU()),
  Maxout: one(() => new Maxout(5, 3)),
  Sparsemax: one(() => new Sparsemax()),
  squareplus: one(() => new Lambda(squareplus)),
  sparsePlus: one(() => new Lambda(sparsePlus)),
  sparseSigmoid: one(() => new Lambda(sparseSigmoid)),

  Linear: one(() => new Linear(4, 3)),
  'Linear, no bias': one(() => new Linear(4, 3, { bias: false }), again),
  Bilinear: of(() => new Bilinear([3, 4], 5), (layer, a, b) => layer.forward(a!, b!)),
  Embedding: one(() => new Embedding(6, 3)),
  'Embedding, padding': one(() => new Embedding(6, 3, { paddingIdx: 2 })),
  'EmbeddingBag, sum': one(() => new EmbeddingBag(6, 3, { mode: 'sum' }), again),
  'EmbeddingBag, mean': one(() => new EmbeddingBag(6, 3)),
  'EmbeddingBag, max': one(() => new EmbeddingBag(6, 3, { mode: 'max' }), again),
  'EmbeddingBag, weighted': of(() => new EmbeddingBag(6, 3, { mode: 'sum' }), (layer, i, w) => layer.forward(i!, { weights: w! })),

  Conv1d: one(() => new Conv1d(4, 6, 3, { stride: 2, padding: 1, groups: 2 })),
  Conv2d: one(() => new Conv2d(3, 4, [3, 2], { stride: [2, 1], padding: [1, 2] })),
  'Conv2d, dilated groups': one(() => new Conv2d(4, 4, 3, { padding: 2, dilation: 2, groups: 4, bias: false })),
  'Conv2d, reflect': one(() => new Conv2d(2, 3, 3, { padding: 2, paddingMode: 'reflect' })),
  'Conv2d, edge': one(() => new Conv2d(2, 3, 3, { padding: 2, paddingMode: 'edge' }), again),
  'Conv2d, wrap': one(() => new Conv2d(2, 3, 3, { padding: 2, paddingMode: 'wrap' }), again),
  'Conv1d, reflect': one(() => new Conv1d(2, 3, 3, { padding: 1, paddingMode: 'reflect' }), again),
  'Conv3d, edge': one(() => new Conv3d(1, 2, 3, { padding: 1, paddingMode: 'edge' }), again),
  Conv3d: one(() => new Conv3d(2, 3, 2, { stride: [1, 2, 1], padding: 1 })),
  ConvTranspose1d: one(() => new ConvTranspose1d(4, 6, 4, { stride: 2, padding: 1, groups: 2 })),
  ConvTranspose2d: one(() => new ConvTranspose2d(3, 2, 3, { stride: 2, padding: 1, outputPadding: 1 })),
  'ConvTranspose2d, dilated': one(() => new ConvTranspose2d(2, 2, 3, { dilation: 2, bias: false }), again),
  ConvTranspose3d: one(() => new ConvTranspose3d(2, 2, 2, { stride: 2 })),
  DepthwiseSeparableConv1d: one(() => new DepthwiseSeparableConv1d(2, 3, 3, { padding: 1, multiplier: 2 })),
  DepthwiseSeparableConv2d: one(() => new DepthwiseSeparableConv2d(3, 4, 3, { stride: 2, padding: 1, multiplier: 2 })),
  PixelShuffle: one(() => new PixelShuffle(2)),
  PixelUnshuffle: one(() => new PixelUnshuffle(2)),
  ChannelShuffle: one(() => new ChannelShuffle(3)),
  Unfold: one(() => new Unfold([3, 2], { dilation: [1, 2], padding: [1, 0], stride: 2 })),
  Fold: one(() => new Fold([5, 7], [3, 2], { dilation: [1, 2], padding: [1, 0], stride: 2 })),
  Pad: one(() => new Pad([[0, 1], [1, 2]], { value: 3.5 })),
  'Pad, reflect': one(() => new Pad([[2, 1]], { mode: 'reflect' }), again),
  'Pad, edge': one(() => new Pad([[0, 1], [2, 1], [1, 0]], { mode: 'edge' }), again),
  Crop: one(() => new Crop([[0, 1], 2])),
  Upsample: one(() => new Upsample({ scale: 2 })),
  'Upsample, linear': one(() => new Upsample({ scale: 2, mode: 'linear' }), again),
  'Upsample, aligned': one(() => new Upsample({ size: [5, 7], mode: 'linear', alignCorners: true }), again),
  Flatten: one(() => new Flatten()),
  Unflatten: one(() => new Unflatten([2, -1])),

  MaxPool1d: one(() => new MaxPool1d(3, { stride: 2, padding: 1 })),
  MaxPool2d: one(() => new MaxPool2d([3, 2], { stride: 2, ceilMode: true })),
  MaxPool3d: one(() => new MaxPool3d(2)),
  AvgPool1d: one(() => new AvgPool1d(3, { stride: 2, padding: 1 })),
  AvgPool2d: one(() => new AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false })),
  AvgPool3d: one(() => new AvgPool3d(2)),
  AdaptiveAvgPool: one(() => new AdaptiveAvgPool([3, 2])),
  AdaptiveMaxPool: one(() => new AdaptiveMaxPool([3, 2])),
  'AdaptiveAvgPool of sequences': one(() => new AdaptiveAvgPool(3), again),
  LPPool1d: one(() => new LPPool1d(2, 3, { stride: 2 })),
  LPPool2d: one(() => new LPPool2d(4, [2, 3])),
  MaxUnpool1d: of(() => new MaxUnpool1d(2), (layer, x) => unpool(layer, x!)),
  MaxUnpool2d: of(() => new MaxUnpool2d(2), (layer, x) => unpool(layer, x!)),
  MaxUnpool3d: of(() => new MaxUnpool3d(2), (layer, x) => unpool(layer, x!)),
  GlobalAvgPool: one(() => new GlobalAvgPool()),
  GlobalMaxPool: one(() => new GlobalMaxPool()),
  GeMPool: one(() => new GeMPool()),
  SpatialPyramidPool: one(() => new SpatialPyramidPool([3, 2, 1])),
  AttentionPool: of(() => new AttentionPool(3), (layer, x, mask) => layer.forward(x!, { mask: mask! })),

  BatchNorm1d: one(() => new BatchNorm1d(3)),
  'BatchNorm1d of sequences': one(() => new BatchNorm1d(3, { momentum: 0.3, epsilon: 0.1 }), again),
  BatchNorm2d: one(() => new BatchNorm2d(3)),
  'BatchNorm2d, eval': one(() => new BatchNorm2d(3), again),
  BatchNorm3d: one(() => new BatchNorm3d(2, { affine: false })),
  LayerNorm: one(() => new LayerNorm(4)),
  'LayerNorm of several axes': one(() => new LayerNorm([3, 4], { epsilon: 1e-3 })),
  'LayerNorm, plain': one(() => new LayerNorm(4, { affine: false }), again),
  GroupNorm: one(() => new GroupNorm(2, 6)),
  RMSNorm: one(() => new RMSNorm(4)),
  InstanceNorm1d: one(() => new InstanceNorm1d(3, { affine: true })),
  InstanceNorm2d: one(() => new InstanceNorm2d(3)),
  InstanceNorm3d: one(() => new InstanceNorm3d(2, { affine: true })),
  LocalResponseNorm: one(() => new LocalResponseNorm(3, { alpha: 0.5, beta: 0.75, k: 2 })),
  'LocalResponseNorm, even': one(() => new LocalResponseNorm(2, { alpha: 0.5 }), again),
  UnitNorm: one(() => new UnitNorm()),
  FiLM: of(() => new FiLM(4, 3), (layer, x, condition) => layer.forward(x!, { condition: condition! })),
  weightNorm: one(() => weightNorm(new Linear(4, 3))),
  'weightNorm of a convolution': one(() => weightNorm(new Conv1d(2, 3, 3)), again),
  'spectralNorm, training': one(() => spectralNorm(new Linear(4, 3))),
  'spectralNorm, eval': one(() => spectralNorm(new Conv2d(2, 3, 2)), again),

  RNN: of(() => new RNN(3, 4), (layer, x) => sequence(layer, x!, {}), noBatch),
  'RNN, relu': of(() => new RNN(3, 4, { nonlinearity: 'relu' }), (layer, x) => sequence(layer, x!, {}), again),
  'RNN, stacked, both ways': of(() => new RNN(3, 2, stacked), (layer, x, state) => sequence(layer, x!, { state: state! }), noBatch),
  'RNN, lengths': of(() => new RNN(3, 2, stacked), (layer, x, lengths) => sequence(layer, x!, { lengths: lengths! }), noBatch),
  'RNN, no bias': of(() => new RNN(2, 3, { bias: false }), (layer, x) => sequence(layer, x!, {}), again),
  RNNCell: of(() => new RNNCell(3, 4), (layer, x, h) => layer.forward(x!, h!)),
  LSTM: of(() => new LSTM(3, 4), (layer, x) => memory(layer, x!, {}), noBatch),
  'LSTM, stacked, both ways': of(() => new LSTM(3, 2, stacked), (layer, x, h, c) => memory(layer, x!, { state: { h: h!, c: c! } }), noBatch),
  'LSTM, lengths': of(() => new LSTM(3, 2, stacked), (layer, x, lengths) => memory(layer, x!, { lengths: lengths! }), noBatch),
  'LSTM, no bias': of(() => new LSTM(2, 3, { bias: false }), (layer, x) => memory(layer, x!, {}), again),
  LSTMCell: of(() => new LSTMCell(3, 4), (layer, x, h, c) => Object.values(layer.forward(x!, { h: h!, c: c! }))),
  GRU: of(() => new GRU(3, 4), (layer, x) => sequence(layer, x!, {}), noBatch),
  'GRU, stacked, both ways': of(() => new GRU(3, 2, stacked), (layer, x, state) => sequence(layer, x!, { state: state! }), noBatch),
  'GRU, lengths': of(() => new GRU(3, 2, stacked), (layer, x, lengths) => sequence(layer, x!, { lengths: lengths! }), noBatch),
  'GRU, no bias': of(() => new GRU(2, 3, { bias: false }), (layer, x) => sequence(layer, x!, {}), again),
  GRUCell: of(() => new GRUCell(3, 4), (layer, x, h) => layer.forward(x!, h!)),
  ConvLSTM2d: of(() => new ConvLSTM2d(1, 2, 3), (layer, x) => {
    const [y, { h, c }] = layer.forward(x!)
    return [y, h, c]
  }),

  MultiHeadAttention: one(() => new MultiHeadAttention(6, 2)),
  'MultiHeadAttention, causal': of(() => new MultiHeadAttention(6, 3, { bias: false }), (layer, x) => layer.forward(x!, { causal: true })),
  'MultiHeadAttention, masks': of(() => new MultiHeadAttention(6, 2), (layer, x, mask, keyMask) => layer.forward(x!, { mask: mask!, keyMask: keyMask! })),
  'MultiHeadAttention, cross': of(() => new MultiHeadAttention(6, 2, { keyDim: 5, valueDim: 3 }), (layer, q, key, value) => layer.forward(q!, { key: key!, value: value! })),
  'MultiHeadAttention, grouped': of(() => new MultiHeadAttention(8, 4, { numKvHeads: 2, rotary: new RotaryEmbedding(2) }), (layer, x) => layer.forward(x!, { causal: true })),
  RotaryEmbedding: one(() => new RotaryEmbedding(6)),
  'RotaryEmbedding, interleaved': one(() => new RotaryEmbedding(6, { interleaved: true })),
  SinusoidalPositions: one(() => new SinusoidalPositions(6)),
  LearnedPositions: one(() => new LearnedPositions(5, 4)),
  PatchEmbedding: one(() => new PatchEmbedding(2, 5, [2, 3])),
  alibi: of(() => new Identity(), () => alibi(4, 5), noBatch),
  'alibi, six heads': of(() => new Identity(), () => alibi(6, 5), noBatch),
  RelativePositionBias: of(() => new RelativePositionBias(2, { buckets: 8, maxDistance: 16 }), layer => layer.forward(20), noBatch),
  'RelativePositionBias, backward': of(() => new RelativePositionBias(2, { buckets: 8, maxDistance: 16, bidirectional: false }), layer => layer.forward(20), noBatch),
  AdditiveAttention: of(() => new AdditiveAttention([3, 4], 5), (layer, q, key, mask) => layer.forward(q!, { key: key!, mask: mask! })),
  MultiplicativeAttention: of(() => new MultiplicativeAttention(3, 4), (layer, q, key, value) => layer.forward(q!, { key: key!, value: value! })),

  TransformerEncoderLayer: of(() => new TransformerEncoderLayer(4, 2, small), (layer, x, keyMask) => layer.forward(x!, { keyMask: keyMask! })),
  'TransformerEncoderLayer, norm first': of(() => new TransformerEncoderLayer(4, 2, { ...small, ...normFirst }), (layer, x, keyMask) => layer.forward(x!, { keyMask: keyMask! })),
  TransformerDecoderLayer: of(() => new TransformerDecoderLayer(4, 2, small), (layer, x, m, seen) => layer.forward(x!, m!, { memoryKeyMask: seen! })),
  'TransformerDecoderLayer, norm first': of(() => new TransformerDecoderLayer(4, 2, { ...small, ...normFirst }), (layer, x, m, seen) => layer.forward(x!, m!, { memoryKeyMask: seen! })),
  TransformerEncoder: one(() => new TransformerEncoder(4, 2, { ...small, layers: 2, norm: true })),
  TransformerDecoder: of(() => new TransformerDecoder(4, 2, { ...small, layers: 2 }), (layer, x, m) => layer.forward(x!, m!)),
  Transformer: of(() => new Transformer(4, 2, { ...small, layers: 1 }), (layer, source, target, seen) => layer.forward(source!, target!, { memoryKeyMask: seen! })),

  BasicBlock: one(() => new BasicBlock(3, 3)),
  'BasicBlock, stride': one(() => new BasicBlock(2, 3, { stride: 2 })),
  Bottleneck: one(() => new Bottleneck(8, 8)),
  'Bottleneck, groups': one(() => new Bottleneck(4, 8, { stride: 2, groups: 2, width: 4 })),
  InvertedResidual: one(() => new InvertedResidual(3, 3, { expand: 2 })),
  'InvertedResidual, narrow': one(() => new InvertedResidual(3, 4, { stride: 2, expand: 1 })),
  SqueezeExcite: one(() => new SqueezeExcite(4, { squeeze: 2, scale: hardsigmoid })),
  Inception: one(() => new Inception(3, { one: 2, three: [2, 3], five: [2, 2], pool: 3, fiveKernel: 3 })),
  DoubleConv: one(() => new DoubleConv(2, 3, { middle: 4 })),
  UNetDown: one(() => new UNetDown(2, 3)),
  UNetUp: of(() => new UNetUp(4, 2), (layer, x, skip) => layer.forward(x!, { skip: skip! })),
  'UNetUp, bilinear': of(() => new UNetUp(4, 2, { bilinear: true }), (layer, x, skip) => layer.forward(x!, { skip: skip! })),
  CBAM: one(() => new CBAM(4, { reduction: 2, kernel: 3 })),
  DenseBlock: one(() => new DenseBlock(3, { layers: 2, growth: 2, width: 2 })),
  DenseTransition: one(() => new DenseTransition(4, 2)),
  ConvNeXtBlock: one(() => new ConvNeXtBlock(3, { scale: 1 })),
  Highway: one(() => new Highway(4)),
  // what it wraps is frozen: here it learns too
  LoRALinear: one(() => {
    const layer = new LoRALinear(new Linear(4, 3), { rank: 2, alpha: 4 })
    unfreeze(layer)
    return layer
  }),
  MixtureOfExperts: of(() => new MixtureOfExperts(3, 4, { expert: () => new Linear(3, 3) }), (layer, x) => Object.values(layer.forward(x!)), noBatch),
}
