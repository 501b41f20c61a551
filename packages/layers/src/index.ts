// Core's own layers, so that this is the whole catalogue.
export {
  AdaptiveAvgPool,
  AdaptiveMaxPool,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  BasicBlock,
  BasicConv2d,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Bottleneck,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  DoubleConv,
  DropPath,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GELU,
  GRU,
  GRUCell,
  GlobalAvgPool,
  GlobalMaxPool,
  GroupNorm,
  Hardsigmoid,
  Hardswish,
  Identity,
  Inception,
  InvertedResidual,
  LSTM,
  LSTMCell,
  Lambda,
  LayerNorm,
  LeakyReLU,
  LearnedPositions,
  Linear,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  MultiHeadAttention,
  PatchEmbedding,
  RMSNorm,
  RNN,
  RNNCell,
  ReLU,
  ReLU6,
  RotaryEmbedding,
  Sequential,
  SiLU,
  Sigmoid,
  SinusoidalPositions,
  Softmax,
  Softplus,
  SqueezeExcite,
  Tanh,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  UNetDown,
  UNetUp,
  Unflatten,
  Upsample,
  attention,
  causalMask,
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  relu6,
  sequential,
  silu,
  sinusoidalPositions,
  softplus,
} from '@portolan/core'

export { CELU, celu } from './activation/celu.ts'
export { GEGLU, GLU, ReGLU, SwiGLU, geglu, glu, reglu, swiglu } from './activation/glu.ts'
export { Hardshrink, hardshrink } from './activation/hardshrink.ts'
export { Hardtanh } from './activation/hardtanh.ts'
export { LogSigmoid, logSigmoid } from './activation/log-sigmoid.ts'
export { LogSoftmax } from './activation/log-softmax.ts'
export { Maxout } from './activation/maxout.ts'
export { Mish, mish } from './activation/mish.ts'
export { PReLU, prelu } from './activation/prelu.ts'
export { RReLU } from './activation/rrelu.ts'
export { SELU, selu } from './activation/selu.ts'
export { Softmin, softmin } from './activation/softmin.ts'
export { Softshrink, softshrink } from './activation/softshrink.ts'
export { Softsign, softsign } from './activation/softsign.ts'
export { Sparsemax, sparsemax } from './activation/sparsemax.ts'
export { sparsePlus, sparseSigmoid } from './activation/sparse-plus.ts'
export { squareplus } from './activation/squareplus.ts'
export { Tanhshrink, tanhshrink } from './activation/tanhshrink.ts'
export { Threshold, threshold } from './activation/threshold.ts'
export { AdditiveAttention } from './attention/additive-attention.ts'
export { alibi } from './attention/alibi.ts'
export { MultiplicativeAttention } from './attention/multiplicative-attention.ts'
export { RelativePositionBias, type RelativePositionOptions } from './attention/relative-position-bias.ts'
export type { SequenceAttentionInputs } from './attention/weigh.ts'
export { Bilinear } from './block/bilinear.ts'
export { CBAM, type CBAMOptions } from './block/cbam.ts'
export { ConvNeXtBlock, type ConvNeXtBlockOptions } from './block/convnext-block.ts'
export { DenseBlock, DenseTransition, type DenseBlockOptions } from './block/dense-block.ts'
export { Highway, type HighwayOptions } from './block/highway.ts'
export { LoRALinear, type LoRAOptions } from './block/lora.ts'
export { MixtureOfExperts, type MixtureOfExpertsOptions } from './block/mixture-of-experts.ts'
export type { Amount } from './conv/amounts.ts'
export { ChannelShuffle } from './conv/channel-shuffle.ts'
export { Crop } from './conv/crop.ts'
export { DepthwiseSeparableConv1d, DepthwiseSeparableConv2d, type DepthwiseSeparableConvOptions } from './conv/depthwise-separable-conv.ts'
export { Pad, type PadOptions } from './conv/pad.ts'
export { PixelShuffle, PixelUnshuffle, pixelShuffle, pixelUnshuffle } from './conv/pixel-shuffle.ts'
export { Fold, Unfold, type UnfoldOptions } from './conv/unfold.ts'
export { EmbeddingBag, type EmbeddingBagOptions } from './embedding/embedding-bag.ts'
export type { Weighted } from './norm/derived-weight.ts'
export { FiLM } from './norm/film.ts'
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from './norm/instance-norm.ts'
export { LocalResponseNorm, type LocalResponseNormOptions } from './norm/local-response-norm.ts'
export { spectralNorm, type SpectralNormOptions } from './norm/spectral-norm.ts'
export { UnitNorm } from './norm/unit-norm.ts'
export { weightNorm } from './norm/weight-norm.ts'
export { AttentionPool } from './pool/attention-pool.ts'
export { GeMPool, type GeMPoolOptions } from './pool/gem-pool.ts'
export { LPPool1d, LPPool2d } from './pool/lp-pool.ts'
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './pool/max-unpool.ts'
export { SpatialPyramidPool } from './pool/spatial-pyramid-pool.ts'
export { ConvLSTM2d, type ConvLSTMState } from './recurrent/conv-lstm.ts'
export { AlphaDropout, type AlphaDropoutOptions } from './regularization/alpha-dropout.ts'
export { ChannelDropout } from './regularization/channel-dropout.ts'
export { GaussianDropout } from './regularization/gaussian-dropout.ts'
export { GaussianNoise } from './regularization/gaussian-noise.ts'
