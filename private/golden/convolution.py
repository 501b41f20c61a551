"""convolution.json: conv, its two gradients as ops of their own, convTranspose2d. Run: /usr/bin/python3 private/golden/convolution.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, normal, padded

cases = Cases('convolution')

# x [n, c, ...], weight [o, c / groups, ...k]
CONVOLUTIONS = {
    'plain': dict(x=(2, 3, 5, 6), w=(4, 3, 3, 3)),
    'bias': dict(x=(2, 3, 5, 5), w=(4, 3, 3, 3), bias=True),
    'padding': dict(x=(1, 2, 4, 4), w=(3, 2, 3, 3), pads=[1, 1, 1, 1], bias=True),
    'stride 2': dict(x=(2, 2, 7, 8), w=(3, 2, 3, 3), stride=[2, 2]),
    'stride 2, a row left over': dict(x=(1, 2, 8, 8), w=(2, 2, 3, 3), stride=[2, 2], pads=[1, 1, 1, 1]),
    'stride 2 by 1': dict(x=(1, 2, 6, 5), w=(2, 2, 2, 3), stride=[2, 1]),
    'asymmetric pads': dict(x=(1, 2, 5, 5), w=(2, 2, 3, 2), pads=[0, 1, 2, 0], bias=True),
    'asymmetric pads, stride 2': dict(x=(1, 2, 6, 6), w=(2, 2, 3, 3), stride=[2, 2], pads=[0, 0, 1, 1]),
    'kernel 1': dict(x=(2, 3, 4, 4), w=(5, 3, 1, 1), bias=True),
    'kernel 1, stride 2': dict(x=(2, 3, 5, 5), w=(4, 3, 1, 1), stride=[2, 2]),
    'kernel 5 by 2': dict(x=(1, 2, 7, 5), w=(2, 2, 5, 2), pads=[2, 0, 2, 1]),
    'kernel as large as the image': dict(x=(2, 2, 3, 3), w=(3, 2, 3, 3)),
    'stride larger than the kernel': dict(x=(1, 2, 7, 7), w=(2, 2, 2, 2), stride=[3, 3]),
    'dilation 2': dict(x=(1, 2, 7, 7), w=(3, 2, 3, 3), dilation=[2, 2]),
    'dilation 2 by 1, padding, stride 2': dict(x=(1, 2, 8, 7), w=(3, 2, 3, 3), dilation=[2, 1], pads=[2, 1, 2, 1], stride=[2, 2], bias=True),
    'groups': dict(x=(2, 4, 5, 5), w=(6, 2, 3, 3), groups=2, bias=True),
    'groups, stride 2, padding': dict(x=(1, 6, 6, 6), w=(6, 2, 3, 3), groups=3, stride=[2, 2], pads=[1, 1, 1, 1]),
    'depthwise': dict(x=(1, 4, 5, 5), w=(4, 1, 3, 3), groups=4, pads=[1, 1, 1, 1]),
    'depthwise, two filters each, dilation 2': dict(x=(1, 3, 6, 6), w=(6, 1, 3, 3), groups=3, dilation=[2, 2], pads=[2, 2, 2, 2]),
    '16 channels': dict(x=(1, 16, 4, 4), w=(16, 16, 3, 3), pads=[1, 1, 1, 1], bias=True),
    '8 to 16 channels, stride 2': dict(x=(2, 8, 5, 5), w=(16, 8, 3, 3), pads=[1, 1, 1, 1], stride=[2, 2]),
    'one pixel': dict(x=(1, 1, 1, 1), w=(1, 1, 1, 1), bias=True),
    'no batch': dict(x=(0, 2, 4, 4), w=(3, 2, 3, 3), bias=True),
    '1-d': dict(x=(2, 3, 8), w=(4, 3, 3), pads=[1, 0], bias=True),
    '1-d, causal, dilation 2': dict(x=(1, 2, 7), w=(3, 2, 2), pads=[2, 0], dilation=[2]),
    '1-d, groups, stride 2': dict(x=(2, 4, 7), w=(4, 2, 3), groups=2, stride=[2]),
    '3-d': dict(x=(1, 2, 4, 3, 5), w=(3, 2, 2, 2, 3), pads=[0, 1, 1, 1, 0, 1], bias=True),
    '3-d, stride 2': dict(x=(1, 2, 4, 5, 4), w=(2, 2, 3, 3, 2), stride=[2, 2, 2], pads=[1, 1, 0, 1, 1, 0]),
}


def conv(x, w, bias, a):
    f = [F.conv1d, F.conv2d, F.conv3d][x.ndim - 3]
    return f(padded(x, a['pads']), w, bias, a['stride'], 0, a['dilation'], a['groups'])


def conv_input(g, w, a):
    """The gradient of conv for an input of a['shape'], itself differentiable."""
    x = torch.zeros(a['shape'], dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(conv(x, w, None, a), x, g, create_graph=True)[0]


def conv_filter(x, g, a):
    w = torch.zeros(a['shape'], dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(conv(x, w, None, a), w, g, create_graph=True)[0]


for name, case in CONVOLUTIONS.items():
    spatial = len(case['x']) - 2
    attrs = {'stride': [1] * spatial, 'pads': [0] * 2 * spatial, 'dilation': [1] * spatial, 'groups': 1}
    attrs |= {k: v for k, v in case.items() if k in attrs}
    x, w = normal(*case['x']), normal(*case['w'])
    bias = [normal(case['w'][0])] if case.get('bias') else []
    cases.add(name, 'conv', attrs, [x, w, *bias], lambda x, w, b=None: conv(x, w, b, attrs))
    g = normal(*conv(torch.zeros(case['x']), torch.zeros(case['w']), None, attrs).shape)
    fixed = [] if case['x'][0] else [0, 1]  # PyTorch's second derivatives of no images have no graph
    to_input, to_filter = attrs | {'shape': list(case['x'])}, attrs | {'shape': list(case['w'])}
    cases.add(name, 'convInput', to_input, [g, w], lambda g, w: conv_input(g, w, to_input), fixed)
    cases.add(name, 'convFilter', to_filter, [x, g], lambda x, g: conv_filter(x, g, to_filter), fixed)

# x [n, c, h, w], weight [c, o / groups, kh, kw]
TRANSPOSED = {
    'plain': dict(x=(2, 3, 4, 4), w=(3, 2, 3, 3)),
    'bias': dict(x=(1, 3, 3, 4), w=(3, 2, 2, 3), bias=True),
    'stride 2': dict(x=(1, 2, 4, 4), w=(2, 3, 2, 2), stride=[2, 2], bias=True),
    'stride 2, padding': dict(x=(2, 2, 4, 4), w=(2, 3, 4, 4), stride=[2, 2], pads=[1, 1, 1, 1]),
    'output padding': dict(x=(1, 2, 4, 4), w=(2, 3, 3, 3), stride=[2, 2], pads=[1, 1, 1, 1], outputPadding=[1, 1]),
    '5 by 5, stride 2, output padding': dict(x=(1, 2, 3, 3), w=(2, 2, 5, 5), stride=[2, 2], pads=[2, 2, 2, 2], outputPadding=[1, 1], bias=True),
    'dilation 2': dict(x=(1, 2, 3, 3), w=(2, 2, 3, 3), dilation=[2, 2]),
    'groups': dict(x=(1, 4, 3, 3), w=(4, 3, 3, 3), groups=2, stride=[2, 2], bias=True),
    'one pixel': dict(x=(2, 3, 1, 1), w=(3, 2, 4, 4)),
    'no batch': dict(x=(0, 2, 3, 3), w=(2, 3, 3, 3)),
}
for name, case in TRANSPOSED.items():
    a = {'stride': [1, 1], 'pads': [0, 0, 0, 0], 'dilation': [1, 1], 'groups': 1, 'outputPadding': [0, 0]}
    a |= {k: v for k, v in case.items() if k in a}
    bias = [normal(case['w'][1] * a['groups'])] if case.get('bias') else []
    f = lambda x, w, b=None: F.conv_transpose2d(x, w, b, a['stride'], a['pads'][:2], a['outputPadding'], a['groups'], a['dilation'])
    cases.add(name, 'convTranspose2d', a, [normal(*case['x']), normal(*case['w']), *bias], f)

cases.write()
