"""layer_zoo.json, layer_blocks.json: layers and blocks with their weights. Run: /usr/bin/python3 private/golden/layer_zoo.py (PyTorch 1.13.1, torchvision 0.14.1)"""
import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.googlenet import BasicConv2d, Inception

from golden import TORCH, generator, normal, plain, rounded, write

cases = {'layer_zoo': [], 'layer_blocks': []}
topic = 'layer_zoo'


def flat(y):
    return [y] if isinstance(y, torch.Tensor) else [t for part in y for t in flat(part)]


def fill(name, module):
    """Numbers that depend on the names of the case and the tensor alone; variances and powers are not near 0, counts are left out."""
    with torch.no_grad():
        for path, t in module.state_dict().items():
            if t.dtype != torch.float64:
                continue
            random = generator(f'{name} {path}')
            numbers = rounded(random.standard_normal(tuple(t.shape)) * 0.5)
            t.copy_(numbers.abs() + 0.5 if path.endswith('running_var') else numbers.abs() + 2 if path == 'p' else numbers)


def add(name, module, *inputs, call=None, training=False, no_grad=()):
    """One case: a module with weights, what it gives, and the gradients of sum(y * w) for inputs and parameters."""
    assert name not in [c['name'] for c in cases[topic]], name
    module = module.double().train(training)
    fill(name, module)
    random = generator(name)
    x = [t(random) if callable(t) else t for t in inputs]
    x = [t.clone().requires_grad_() if t.dtype == torch.float64 and i not in no_grad else t for i, t in enumerate(x)]
    before = {k: plain(v) for k, v in module.state_dict().items() if v.dtype == torch.float64}
    y = flat(call(module, *x) if call else module(*x))
    after = {k: plain(v) for k, v in module.state_dict().items() if v.dtype == torch.float64 and plain(v) != before[k]}
    w = [normal(*t.shape)(random) for t in y]
    parameters = dict(module.named_parameters())
    wanted = [t for t in x if t.requires_grad] + list(parameters.values())
    found = torch.autograd.grad(sum((t * v).sum() for t, v in zip(y, w)), wanted, allow_unused=True) if any(t.requires_grad for t in y) else []
    grads = [torch.zeros_like(t) if g is None else g for t, g in zip(wanted, found)]
    count = len(wanted) - len(parameters)
    own = iter(grads[:count])
    cases[topic].append({
        'name': name, 'training': training, 'state': before, 'inputs': [plain(t) for t in x], 'outputs': [plain(t) for t in y], 'weights': [plain(t) for t in w],
        'grads': [plain(next(own)) if t.requires_grad else None for t in x], 'stateGrads': {k: plain(g) for k, g in zip(parameters, grads[count:])}, 'after': after,
    })


class Formula(nn.Module):
    """What PyTorch has no layer for."""
    def __init__(self, f, **shapes):
        super().__init__()
        self.f = f
        for name, shape in shapes.items():
            owner, path = self, name.split('__')
            for part in path[:-1]:
                if not hasattr(owner, part):
                    owner.add_module(part, nn.Module())
                owner = getattr(owner, part)
            owner.register_parameter(path[-1], nn.Parameter(torch.zeros(shape)))

    def forward(self, *x):
        return self.f(self, *x)


# activations: kinks and extremes included
points = torch.tensor([-1e4, -100, -20, -7.5, -2.25, -1, -0.5, -0.125, 0, 0.0625, 0.5, 1, 1.75, 2.5, 6, 8, 30, 1e4]).double().reshape(3, 6)
near = torch.tensor([-90, -20, -7.5, -2.25, -1, -0.5, -0.125, 0, 0.0625, 0.5, 1, 1.75, 2.5, 5, 6, 8, 20, 40]).double().reshape(3, 6)
for name, layer in {
    'ReLU': nn.ReLU(), 'ReLU6': nn.ReLU6(), 'LeakyReLU': nn.LeakyReLU(0.2), 'ELU': nn.ELU(1.5), 'GELU': nn.GELU(), 'SiLU': nn.SiLU(), 'Sigmoid': nn.Sigmoid(), 'Tanh': nn.Tanh(),
    'Softplus': nn.Softplus(2, 1000), 'Hardsigmoid': nn.Hardsigmoid(), 'Hardswish': nn.Hardswish(), 'CELU': nn.CELU(2), 'SELU': nn.SELU(), 'Mish': nn.Mish(), 'Hardtanh': nn.Hardtanh(-1, 2.5),
    'Softsign': nn.Softsign(), 'Softshrink': nn.Softshrink(), 'Hardshrink': nn.Hardshrink(), 'Tanhshrink': nn.Tanhshrink(), 'Threshold': nn.Threshold(1, -5), 'LogSigmoid': nn.LogSigmoid(),
    'RReLU': nn.RReLU(),
}.items():
    add(name, layer, points)
add('GELU, tanh', nn.GELU('tanh'), near)
add('PReLU', nn.PReLU(), points)
add('PReLU of channels', nn.PReLU(3), normal(2, 3, 4))
for name, layer in {'Softmax': nn.Softmax(-1), 'Softmin': nn.Softmin(-1), 'LogSoftmax': nn.LogSoftmax(-1)}.items():
    add(name, layer, points)
add('Softmax of channels', nn.Softmax2d(), normal(2, 3, 2, 2))
add('GLU', nn.GLU(1), normal(2, 6, 3))
halves = lambda f: Formula(lambda m, x: (lambda a, b: a * f(b))(*x.chunk(2, -1)))
add('SwiGLU', halves(F.silu), normal(3, 8))
add('GEGLU', halves(F.gelu), normal(3, 8))
add('ReGLU', halves(F.relu), normal(3, 8))
add('Maxout', Formula(lambda m, x: F.linear(x, m.linear.weight, m.linear.bias).reshape(4, 3, 2).amax(-1), linear__weight=(6, 5), linear__bias=(6,)), normal(4, 5))


def sparsemax(x):
    """The threshold by halving an interval, its gradient by implicit differentiation: the mean over the support."""
    low, high = x.min(-1, keepdim=True)[0] - 1, x.max(-1, keepdim=True)[0]
    for _ in range(200):
        middle = (low + high) / 2
        above = (x - middle).clamp(min=0).sum(-1, keepdim=True) > 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    support = (x > low).double()
    tau = ((x * support).sum(-1, keepdim=True) - 1) / support.sum(-1, keepdim=True)
    return (x - tau) * support


add('Sparsemax', Formula(lambda m, x: sparsemax(x)), normal(5, 6))
add('squareplus', Formula(lambda m, x: (x + (x * x + 4).sqrt()) / 2), near)
add('sparsePlus', Formula(lambda m, x: torch.where(x <= -1, torch.zeros_like(x), torch.where(x < 1, (x + 1) ** 2 / 4, x))), normal(4, 5))
add('sparseSigmoid', Formula(lambda m, x: torch.where(x <= -1, torch.zeros_like(x), torch.where(x < 1, (x + 1) / 2, torch.ones_like(x)))), normal(4, 5))

# linear, embedding
add('Linear', nn.Linear(4, 3), normal(2, 5, 4))
add('Linear, no bias', nn.Linear(4, 3, bias=False), normal(2, 4))
add('Bilinear', nn.Bilinear(3, 4, 5), normal(2, 3), normal(2, 4))
add('Embedding', nn.Embedding(6, 3), torch.tensor([[0, 5, 5], [2, 2, 5]]))
add('Embedding, padding', nn.Embedding(6, 3, padding_idx=2), torch.tensor([[0, 2, 5], [2, 2, 5]]))
words = torch.tensor([[0, 5, 5], [2, 1, 4]])
for mode in ('sum', 'mean', 'max'):
    add(f'EmbeddingBag, {mode}', nn.EmbeddingBag(6, 3, mode=mode), words)
add('EmbeddingBag, weighted', nn.EmbeddingBag(6, 3, mode='sum'), words, normal(2, 3), call=lambda m, i, w: m(i, per_sample_weights=w))

# convolutions
add('Conv1d', nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), normal(2, 4, 7))
add('Conv2d', nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 2)), normal(2, 3, 5, 6))
add('Conv2d, dilated groups', nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4, bias=False), normal(2, 4, 5, 5))
for mode, ours in (('reflect', 'reflect'), ('replicate', 'edge'), ('circular', 'wrap')):
    add(f'Conv2d, {ours}', nn.Conv2d(2, 3, 3, padding=2, padding_mode=mode), normal(2, 2, 4, 5))
add('Conv1d, reflect', nn.Conv1d(2, 3, 3, padding=1, padding_mode='reflect'), normal(2, 2, 5))
add('Conv3d, edge', nn.Conv3d(1, 2, 3, padding=1, padding_mode='replicate'), normal(1, 1, 3, 3, 4))
add('Conv3d', nn.Conv3d(2, 3, 2, stride=(1, 2, 1), padding=1), normal(2, 2, 3, 4, 3))
add('ConvTranspose1d', nn.ConvTranspose1d(4, 6, 4, stride=2, padding=1, groups=2), normal(2, 4, 5))
add('ConvTranspose2d', nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1), normal(2, 3, 4, 3))
add('ConvTranspose2d, dilated', nn.ConvTranspose2d(2, 2, 3, stride=1, dilation=2, bias=False), normal(2, 2, 3, 3))
add('ConvTranspose3d', nn.ConvTranspose3d(2, 2, 2, stride=2), normal(1, 2, 2, 3, 2))
separable = nn.Module()
separable.depthwise, separable.pointwise = nn.Conv1d(2, 4, 3, padding=1, groups=2), nn.Conv1d(4, 3, 1)
add('DepthwiseSeparableConv1d', separable, normal(2, 2, 5), call=lambda m, x: m.pointwise(m.depthwise(x)))
separable = nn.Module()
separable.depthwise, separable.pointwise = nn.Conv2d(3, 6, 3, stride=2, padding=1, groups=3), nn.Conv2d(6, 4, 1)
add('DepthwiseSeparableConv2d', separable, normal(2, 3, 6, 5), call=lambda m, x: m.pointwise(m.depthwise(x)))
add('PixelShuffle', nn.PixelShuffle(2), normal(2, 8, 3, 2))
add('PixelUnshuffle', nn.PixelUnshuffle(2), normal(2, 2, 4, 6))
add('ChannelShuffle', Formula(lambda m, x: x.reshape(2, 3, 2, 3, 3).transpose(1, 2).reshape(2, 6, 3, 3)), normal(2, 6, 3, 3))
add('Unfold', nn.Unfold((3, 2), dilation=(1, 2), padding=(1, 0), stride=2), normal(2, 2, 5, 7))
add('Fold', nn.Fold((5, 7), (3, 2), dilation=(1, 2), padding=(1, 0), stride=2), normal(2, 12, 9))
add('Pad', nn.ConstantPad2d((1, 2, 0, 1), 3.5), normal(2, 2, 3, 4))
add('Pad, reflect', nn.ReflectionPad1d((2, 1)), normal(2, 2, 4))
add('Pad, edge', nn.ReplicationPad3d((1, 0, 2, 1, 0, 1)), normal(1, 2, 2, 3, 2))
add('Crop', Formula(lambda m, x: x[:, :, :-1, 2:-2]), normal(2, 2, 4, 6))
add('Upsample', nn.Upsample(scale_factor=2), normal(2, 2, 3, 4))
add('Upsample, linear', nn.Upsample(scale_factor=2, mode='bilinear'), normal(2, 2, 3, 4))
add('Upsample, aligned', nn.Upsample(size=(5, 7), mode='bilinear', align_corners=True), normal(2, 2, 3, 4))
add('Unflatten', nn.Unflatten(1, (2, 3)), normal(2, 6, 4))
add('Flatten', nn.Flatten(), normal(2, 3, 4))

# pooling
add('MaxPool1d', nn.MaxPool1d(3, 2, 1), normal(2, 3, 8))
add('MaxPool2d', nn.MaxPool2d((3, 2), 2, ceil_mode=True), normal(2, 3, 6, 5))
add('MaxPool3d', nn.MaxPool3d(2), normal(1, 2, 4, 4, 3))
add('AvgPool1d', nn.AvgPool1d(3, 2, 1), normal(2, 3, 8))
add('AvgPool2d', nn.AvgPool2d(3, 2, 1, count_include_pad=False), normal(2, 3, 6, 5))
add('AvgPool3d', nn.AvgPool3d(2), normal(1, 2, 4, 4, 3))
add('AdaptiveAvgPool', nn.AdaptiveAvgPool2d((3, 2)), normal(2, 3, 7, 5))
add('AdaptiveMaxPool', nn.AdaptiveMaxPool2d((3, 2)), normal(2, 3, 7, 5))
add('AdaptiveAvgPool of sequences', nn.AdaptiveAvgPool1d(3), normal(2, 3, 7))
add('LPPool1d', nn.LPPool1d(2, 3, 2), normal(2, 3, 8))
add('LPPool2d', nn.LPPool2d(4, (2, 3)), normal(2, 3, 4, 6))


def unpooled(dims):
    def call(m, x):
        values, indices = getattr(F, f'max_pool{dims}d')(x, 2, return_indices=True)
        return m(values * 2, indices)
    return call


for dims, shape in ((1, (2, 2, 6)), (2, (2, 2, 4, 6)), (3, (1, 2, 2, 4, 2))):
    add(f'MaxUnpool{dims}d', getattr(nn, f'MaxUnpool{dims}d')(2), normal(*shape), call=unpooled(dims))
add('GlobalAvgPool', Formula(lambda m, x: x.mean((2, 3))), normal(2, 3, 4, 5))
add('GlobalMaxPool', Formula(lambda m, x: x.amax((2, 3))), normal(2, 3, 4, 5))
add('GeMPool', Formula(lambda m, x: x.clamp(min=1e-6).pow(m.p).mean((2, 3)).pow(1 / m.p), p=(1,)), normal(2, 3, 3, 4, offset=1.5, scale=0.3))
add('SpatialPyramidPool', Formula(lambda m, x: torch.cat([F.adaptive_max_pool2d(x, b).flatten(1) for b in (3, 2, 1)], 1)), normal(2, 2, 7, 5))
mask = torch.tensor([[True, True, False, True], [True, False, False, False]])


def attention_pool(m, x, seen):
    scores = F.linear(x, m.score.weight).squeeze(-1).masked_fill(~seen, -math.inf)
    return (scores.softmax(-1).unsqueeze(-1) * x).sum(1)


add('AttentionPool', Formula(attention_pool, score__weight=(1, 3)), normal(2, 4, 3), mask)

# norms
add('BatchNorm1d', nn.BatchNorm1d(3), normal(4, 3), training=True)
add('BatchNorm1d of sequences', nn.BatchNorm1d(3, momentum=0.3, eps=0.1), normal(2, 3, 4), training=True)
add('BatchNorm2d', nn.BatchNorm2d(3), normal(2, 3, 3, 2), training=True)
add('BatchNorm2d, eval', nn.BatchNorm2d(3), normal(2, 3, 3, 2))
add('BatchNorm3d', nn.BatchNorm3d(2, affine=False), normal(2, 2, 2, 3, 2), training=True)
add('LayerNorm', nn.LayerNorm(4), normal(2, 3, 4))
add('LayerNorm of several axes', nn.LayerNorm([3, 4], eps=1e-3), normal(2, 3, 4))
add('LayerNorm, plain', nn.LayerNorm(4, elementwise_affine=False), normal(2, 4))
add('GroupNorm', nn.GroupNorm(2, 6), normal(2, 6, 3, 2))
add('RMSNorm', Formula(lambda m, x: x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * m.weight, weight=(4,)), normal(2, 3, 4))
for dims, shape in ((1, (2, 3, 5)), (2, (2, 3, 3, 4)), (3, (2, 2, 2, 3, 2))):
    add(f'InstanceNorm{dims}d', getattr(nn, f'InstanceNorm{dims}d')(shape[1], affine=dims != 2), normal(*shape), training=True)
add('LocalResponseNorm', nn.LocalResponseNorm(3, alpha=0.5, beta=0.75, k=2), normal(2, 5, 3, 2))
add('LocalResponseNorm, even', nn.LocalResponseNorm(2, alpha=0.5), normal(2, 5, 3))
add('UnitNorm', Formula(lambda m, x: F.normalize(x, dim=-1)), normal(3, 4))


def film(m, x, condition):
    scale, shift = F.linear(condition, m.linear.weight, m.linear.bias).chunk(2, -1)
    return x * (1 + scale[..., None, None]) + shift[..., None, None]


add('FiLM', Formula(film, linear__weight=(6, 4), linear__bias=(6,)), normal(2, 3, 2, 3), normal(2, 4))
add('weightNorm', nn.utils.weight_norm(nn.Linear(4, 3)), normal(2, 4))
add('weightNorm of a convolution', nn.utils.weight_norm(nn.Conv1d(2, 3, 3)), normal(2, 2, 5))
add('spectralNorm, training', nn.utils.spectral_norm(nn.Linear(4, 3)), normal(2, 4), training=True)
add('spectralNorm, eval', nn.utils.spectral_norm(nn.Conv2d(2, 3, 2)), normal(2, 2, 3, 3))

# recurrence
batch_first = {'batch_first': True}
for name, kind in (('RNN', nn.RNN), ('LSTM', nn.LSTM), ('GRU', nn.GRU)):
    pair = (lambda h, c: (h, c)) if name == 'LSTM' else (lambda h, c: h)
    add(name, kind(3, 4, **batch_first), normal(2, 4, 3))
    stacked = kind(3, 2, num_layers=2, bidirectional=True, **batch_first)
    add(f'{name}, stacked, both ways', stacked, normal(2, 3, 3), normal(4, 2, 2), normal(4, 2, 2), call=lambda m, x, h, c: m(x, pair(h, c)))

    def packed(m, x, lengths):
        y, state = m(nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        return nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0], state

    add(f'{name}, lengths', kind(3, 2, num_layers=2, bidirectional=True, **batch_first), normal(3, 4, 3), torch.tensor([2, 4, 1]), call=packed)
    add(f'{name}, no bias', kind(2, 3, bias=False, **batch_first), normal(2, 3, 2))
    cell = getattr(nn, f'{name}Cell')(3, 4)
    add(f'{name}Cell', cell, normal(2, 3), normal(2, 4), normal(2, 4), call=lambda m, x, h, c: m(x, pair(h, c)))
add('RNN, relu', nn.RNN(3, 4, nonlinearity='relu', **batch_first), normal(2, 4, 3))


def conv_lstm(m, x):
    h = c = x.new_zeros(x.shape[0], 2, *x.shape[3:])
    ys = []
    for t in range(x.shape[1]):
        i, f, g, o = (F.conv2d(x[:, t], m.weight_ih, m.bias, padding=1) + F.conv2d(h, m.weight_hh, padding=1)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        ys.append(h)
    return torch.stack(ys, 1), h, c


add('ConvLSTM2d', Formula(conv_lstm, weight_ih=(8, 1, 3, 3), weight_hh=(8, 2, 3, 3), bias=(8,)), normal(2, 3, 1, 3, 4))

# attention, positions
topic = 'layer_blocks'
padding = torch.tensor([[True, True, True, False], [True, True, False, False]])
causal = torch.ones(4, 4).triu(1).bool()
first = lambda y: y[0]
add('MultiHeadAttention', nn.MultiheadAttention(6, 2, **batch_first), normal(2, 4, 6), call=lambda m, x: first(m(x, x, x)))
add('MultiHeadAttention, causal', nn.MultiheadAttention(6, 3, bias=False, **batch_first), normal(2, 4, 6), call=lambda m, x: first(m(x, x, x, attn_mask=causal)))


def masked(m, x, scores, seen):
    hidden = (~seen).repeat_interleave(2, 0)[:, None]  # [n·heads, 1, t]
    return first(m(x, x, x, attn_mask=scores.reshape(4, 4, 4).masked_fill(hidden, -math.inf)))


add('MultiHeadAttention, masks', nn.MultiheadAttention(6, 2, **batch_first), normal(2, 4, 6), normal(2, 2, 4, 4), padding, call=masked)
add('MultiHeadAttention, cross', nn.MultiheadAttention(6, 2, kdim=5, vdim=3, **batch_first), normal(2, 3, 6), normal(2, 4, 5), normal(2, 4, 3), call=lambda m, q, k, v: first(m(q, k, v)))


def turned(x, interleaved):
    """x [n, heads, t, d], each pair of channels as a complex number."""
    t, d = x.shape[-2:]
    angle = torch.arange(t).double()[:, None] * 10000.0 ** (-torch.arange(0, d, 2).double() / d)
    a, b = (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., :d // 2], x[..., d // 2:])
    z = torch.complex(a, b) * torch.polar(torch.ones_like(angle), angle)
    return torch.stack([z.real, z.imag], -1).flatten(-2) if interleaved else torch.cat([z.real, z.imag], -1)


add('RotaryEmbedding', Formula(lambda m, x: turned(x, False)), normal(1, 2, 5, 6))
add('RotaryEmbedding, interleaved', Formula(lambda m, x: turned(x, True)), normal(1, 2, 5, 6))


def grouped(m, x):
    """Four heads of queries, two of keys and values, with rotary places, causal."""
    n, t, e = x.shape
    q, k, v = F.linear(x, m.in_proj_weight, m.in_proj_bias).split([8, 4, 4], -1)
    heads = lambda y: y.reshape(n, t, -1, 2).transpose(1, 2)
    q, k, v = turned(heads(q), False), turned(heads(k), False).repeat_interleave(2, 1), heads(v).repeat_interleave(2, 1)
    scores = (q @ k.transpose(-1, -2) / math.sqrt(2)).masked_fill(torch.ones(t, t).triu(1).bool(), -math.inf)
    return F.linear((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, e), m.out_proj.weight, m.out_proj.bias)


add('MultiHeadAttention, grouped', Formula(grouped, in_proj_weight=(16, 8), in_proj_bias=(16,), out_proj__weight=(8, 8), out_proj__bias=(8,)), normal(2, 3, 8))


def waves(t, d):
    places = torch.arange(t).double()[:, None] / 10000.0 ** (torch.arange(0, d, 2).double() / d)
    return torch.stack([places.sin(), places.cos()], -1).flatten(-2)


add('SinusoidalPositions', Formula(lambda m, x: x + waves(5, 6)), normal(2, 5, 6))
add('LearnedPositions', Formula(lambda m, x: x + m.weight[:3], weight=(5, 4)), normal(2, 3, 4))
add('PatchEmbedding', nn.ModuleDict({'proj': nn.Conv2d(2, 5, (2, 3), stride=(2, 3))}), normal(2, 2, 4, 6), call=lambda m, x: m['proj'](x).flatten(2).transpose(1, 2))
slope = lambda heads: [2 ** (-8 * (i + 1) / heads) for i in range(heads)]
far = (torch.arange(5)[:, None] - torch.arange(5)).abs().double()
add('alibi', Formula(lambda m: torch.stack([-s * far for s in slope(4)])))
# as the paper's own code has it: the slopes for 4 heads, then every second one of those for 8
add('alibi, six heads', Formula(lambda m: torch.stack([-s * far for s in [*slope(4), *slope(8)[0::2][:2]]])))


def t5_bias(bidirectional, buckets, farthest):
    """The rule of the T5 paper's code, for places up to 20 apart."""
    def bucket(offset):
        first = 0
        if bidirectional:
            half = buckets // 2
            first = half if offset > 0 else 0
            distance = abs(offset)
        else:
            half = buckets
            distance = max(0, -offset)
        exact = half // 2
        if distance < exact:
            return first + distance
        return first + min(half - 1, exact + int(math.log(distance / exact) / math.log(farthest / exact) * (half - exact) + 1e-9))
    places = torch.tensor([[bucket(j - i) for j in range(20)] for i in range(20)])
    return lambda m: m.relative_attention_bias.weight[places].permute(2, 0, 1)


add('RelativePositionBias', Formula(t5_bias(True, 8, 16), relative_attention_bias__weight=(8, 2)))
add('RelativePositionBias, backward', Formula(t5_bias(False, 8, 16), relative_attention_bias__weight=(8, 2)))


def additive(m, q, k, seen):
    scores = F.linear((F.linear(q, m.query.weight)[:, :, None] + F.linear(k, m.key.weight)[:, None]).tanh(), m.score.weight).squeeze(-1)
    return scores.masked_fill(~seen[:, None], -math.inf).softmax(-1) @ k


add('AdditiveAttention', Formula(additive, query__weight=(5, 3), key__weight=(5, 4), score__weight=(1, 5)), normal(2, 2, 3), normal(2, 4, 4), padding)
add('MultiplicativeAttention', Formula(lambda m, q, k, v: (q @ m.key.weight @ k.transpose(-1, -2)).softmax(-1) @ v, key__weight=(3, 4)), normal(2, 2, 3), normal(2, 4, 4), normal(2, 4, 2))

# Transformer
small = {'dim_feedforward': 5, 'dropout': 0.0, **batch_first}
for name, options in {'': {}, ', norm first': {'norm_first': True, 'activation': 'gelu'}}.items():
    add(f'TransformerEncoderLayer{name}', nn.TransformerEncoderLayer(4, 2, **small, **options), normal(2, 4, 4), padding, training=True, call=lambda m, x, seen: m(x, src_key_padding_mask=~seen))
    add(f'TransformerDecoderLayer{name}', nn.TransformerDecoderLayer(4, 2, **small, **options), normal(2, 3, 4), normal(2, 4, 4), padding, training=True,
        call=lambda m, x, memory, seen: m(x, memory, tgt_mask=torch.ones(3, 3).triu(1).bool(), memory_key_padding_mask=~seen))
add('TransformerEncoder', nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, **small), 2, nn.LayerNorm(4)), normal(2, 3, 4), training=True)
add('TransformerDecoder', nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, **small), 2), normal(2, 3, 4), normal(2, 2, 4), training=True, call=lambda m, x, memory: m(x, memory, tgt_mask=torch.ones(3, 3).triu(1).bool()))
add('Transformer', nn.Transformer(4, 2, 1, 1, **small), normal(2, 4, 4), normal(2, 3, 4), padding, training=True,
    call=lambda m, source, target, seen: m(source, target, tgt_mask=torch.ones(3, 3).triu(1).bool(), src_key_padding_mask=~seen, memory_key_padding_mask=~seen))

# blocks
models = torchvision.models
shortcut = lambda a, b, stride: nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))
add('BasicBlock', models.resnet.BasicBlock(3, 3), normal(2, 3, 4, 4), training=True)
add('BasicBlock, stride', models.resnet.BasicBlock(2, 3, 2, shortcut(2, 3, 2)), normal(2, 2, 5, 4), training=True)
padded = models.resnet.BasicBlock(2, 5, 2, Formula(lambda m, x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 2))))
add('BasicBlock, padding', padded, normal(2, 2, 5, 4), training=True)
add('Bottleneck', models.resnet.Bottleneck(8, 2), normal(2, 8, 3, 3))
add('Bottleneck, groups', models.resnet.Bottleneck(4, 2, 2, shortcut(4, 8, 2), groups=2, base_width=64), normal(2, 4, 4, 4))
add('InvertedResidual', models.mobilenetv2.InvertedResidual(3, 3, 1, 2), normal(2, 3, 4, 4), training=True)
add('InvertedResidual, narrow', models.mobilenetv2.InvertedResidual(3, 4, 2, 1), normal(2, 3, 4, 4), training=True)
add('SqueezeExcite', torchvision.ops.SqueezeExcitation(4, 2, scale_activation=nn.Hardsigmoid), normal(2, 4, 3, 3))
add('BasicConv2d', BasicConv2d(2, 3, kernel_size=(1, 3), stride=2, padding=(0, 1)), normal(2, 2, 5, 4), training=True)
add('Inception', Inception(3, 2, 2, 3, 2, 2, 3), normal(2, 3, 4, 4))


class DoubleConv(nn.Module):
    def __init__(self, a, b, middle=None):
        super().__init__()
        middle = middle or b
        self.double_conv = nn.Sequential(nn.Conv2d(a, middle, 3, padding=1, bias=False), nn.BatchNorm2d(middle), nn.ReLU(), nn.Conv2d(middle, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class UNetDown(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(a, b))

    def forward(self, x):
        return self.maxpool_conv(x)


class UNetUp(nn.Module):
    def __init__(self, a, b, bilinear):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=True) if bilinear else nn.ConvTranspose2d(a, a // 2, 2, 2)
        self.conv = DoubleConv(a, b, a // 2 if bilinear else None)

    def forward(self, x, skip):
        x = self.up(x)
        height, width = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        return self.conv(torch.cat([skip, F.pad(x, [width // 2, width - width // 2, height // 2, height - height // 2])], 1))


add('DoubleConv', DoubleConv(2, 3, 4), normal(2, 2, 3, 4), training=True)
add('UNetDown', UNetDown(2, 3), normal(2, 2, 4, 5), training=True)
add('UNetUp', UNetUp(4, 2, False), normal(2, 4, 2, 2), normal(2, 2, 5, 4))
add('UNetUp, bilinear', UNetUp(4, 2, True), normal(2, 2, 2, 2), normal(2, 2, 4, 4))


def cbam(m, x):
    mlp = lambda t: F.conv2d(F.conv2d(t, getattr(m.mlp, '0').weight).relu(), getattr(m.mlp, '2').weight)
    y = x * (mlp(x.mean((2, 3), True)) + mlp(x.amax((2, 3), True))).sigmoid()
    return y * F.conv2d(torch.cat([y.mean(1, True), y.amax(1, True)], 1), m.spatial.weight, padding=1).sigmoid()


add('CBAM', Formula(cbam, mlp__0__weight=(2, 4, 1, 1), mlp__2__weight=(4, 2, 1, 1), spatial__weight=(1, 2, 3, 3)), normal(2, 4, 3, 4))
add('DenseBlock', models.densenet._DenseBlock(2, 3, 2, 2, 0), normal(2, 3, 3, 3))
add('DenseTransition', models.densenet._Transition(4, 2), normal(2, 4, 4, 5))
add('ConvNeXtBlock', models.convnext.CNBlock(3, 1.0, 0.0), normal(2, 3, 4, 4))


def highway(m, x):
    gate = F.linear(x, m.gate.weight, m.gate.bias).sigmoid()
    return gate * F.linear(x, m.transform.weight, m.transform.bias).relu() + (1 - gate) * x


add('Highway', Formula(highway, transform__weight=(4, 4), transform__bias=(4,), gate__weight=(4, 4), gate__bias=(4,)), normal(3, 4))
add('LoRALinear', Formula(lambda m, x: F.linear(x, m.base.weight, m.base.bias) + 4 / 2 * (x @ m.lora_a.T @ m.lora_b.T), base__weight=(3, 4), base__bias=(3,), lora_a=(2, 4), lora_b=(3, 2)), normal(2, 4))


def mixture(m, x):
    """Only the chosen experts are computed, token by token."""
    logits = F.linear(x, m.gate.weight)
    values, chosen = logits.topk(2, -1)
    gates = values.softmax(-1)
    experts = [getattr(m.experts, str(i)) for i in range(4)]
    rows = [sum(gates[i, k] * F.linear(x[i], experts[chosen[i, k]].weight, experts[chosen[i, k]].bias) for k in range(2)) for i in range(len(x))]
    share = torch.stack([(chosen == e).any(-1).double().mean() for e in range(4)])
    return torch.stack(rows), 4 * (share * logits.softmax(-1).mean(0)).sum()


add('MixtureOfExperts', Formula(mixture, gate__weight=(4, 3), **{f'experts__{i}__{name}': shape for i in range(4) for name, shape in (('weight', (3, 3)), ('bias', (3,)))}), normal(5, 3))

for file, list_ in cases.items():
    write(f'{file}.json', {'torch': TORCH}, cases=list_)
    print(file, len(list_))
