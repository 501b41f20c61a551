"""convolution.json: conv and its two gradients as ops of their own; convolution-functions.json: conv1d … convTranspose3d, whose attributes are their options. Run: /usr/bin/python3 private/golden/convolution.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, normal, padded

cases, functions = Cases('convolution'), Cases('convolution-functions')

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


def pairs(pads):
    """What F.pad takes: the last axis first."""
    half = len(pads) // 2
    return [p for i in reversed(range(half)) for p in (pads[i], pads[i + half])]


def same(x, w, stride, dilation):
    """As many outputs as there are steps in the input; what is odd goes to the end."""
    total = [max(0, (-(-d // s) - 1) * s + g * (k - 1) + 1 - d) for d, k, s, g in zip(x, w, stride, dilation)]
    return [t // 2 for t in total] + [t - t // 2 for t in total]


MODES = {'zeros': 'constant', 'reflect': 'reflect', 'edge': 'replicate', 'wrap': 'circular'}
IMAGES = {1: (7,), 2: (4, 5), 3: (3, 3, 4)}
KERNELS = {1: (3,), 2: (3, 2), 3: (2, 2, 3)}


def function(n, name, x, w, bias=False, **options):
    """conv1d, conv2d or conv3d."""
    lists = lambda v: [v] * n if isinstance(v, int) else list(v)
    stride, dilation = lists(options.get('stride', 1)), lists(options.get('dilation', 1))
    padding = options.get('padding', 0)
    if padding == 'same':
        pads = same(x[2:], w[2:], stride, dilation)
    elif padding == 'valid':
        pads = [0] * 2 * n
    else:
        pads = list(padding) if isinstance(padding, list) and len(padding) == 2 * n else lists(padding) * 2
    mode = MODES[options.get('paddingMode', 'zeros')]

    def f(x, w, b=None):
        y = F.pad(x, pairs(pads), mode)
        return [F.conv1d, F.conv2d, F.conv3d][n - 1](y, w, b, stride, 0, dilation, options.get('groups', 1))

    functions.add(name, f'conv{n}d', options, [normal(*x), normal(*w), *([normal(w[0])] if bias else [])], f)


for n in (1, 2, 3):
    x, w = (1 if n == 3 else 2, 2, *IMAGES[n]), (2 if n == 3 else 4, 2, *KERNELS[n])
    function(n, 'nothing said', x, w)
    function(n, 'bias', x, w, bias=True)
    for stride in (1, 2, 3):
        function(n, f'same, stride {stride}', x, w, bias=True, padding='same', stride=stride)
    function(n, 'same, dilation 2', x, w, padding='same', dilation=2)
    function(n, 'valid', x, w, padding='valid', stride=2)
    function(n, 'a number for each axis', x, w, padding=[2, 1, 1][:n], stride=[2, 1, 1][:n], dilation=[1, 2, 1][:n])
    function(n, 'each end by itself', x, w, bias=True, padding=[0, 1, 0, 2, 0, 1][3 - n:3] + [1, 0, 2, 0, 1, 1][3 - n:3])
    function(n, 'groups', x, (w[0], 1, *KERNELS[n]), bias=True, groups=2, padding=1)
    function(n, 'one of everything', (1, 1, *[1] * n), (1, 1, *[1] * n), bias=True)
    function(n, 'no batch', (0, *x[1:]), w, bias=True, padding=1)
    for mode in ('reflect', 'edge', 'wrap'):
        function(n, mode, x, w, bias=True, padding=1, paddingMode=mode)
        function(n, f'{mode}, each end by itself, stride 2', x, w, padding=[0, 1, 2][3 - n:] + [1, 2, 0][3 - n:], paddingMode=mode, stride=2)
        function(n, f'{mode}, same, groups', x, (w[0], 1, *KERNELS[n]), padding='same', paddingMode=mode, groups=2)
    function(n, 'edge, wider than the image', (1, 2, *[2] * n), (2, 2, *[3] * n), padding=4, paddingMode='edge', stride=3)

# x [n, c, ...], weight [c, o / groups, ...k]
TRANSPOSED = {
    'plain': dict(x=(2, 3, 4), k=3, o=2),
    'bias': dict(x=(1, 3, 3), k=2, o=2, bias=True),
    'stride 2': dict(x=(1, 2, 4), k=2, o=3, stride=2, bias=True),
    'stride 2, padding': dict(x=(2, 2, 4), k=4, o=3, stride=2, padding=1),
    'stride 3, a gap': dict(x=(1, 2, 3), k=2, o=2, stride=3),
    'output padding': dict(x=(1, 2, 4), k=3, o=3, stride=2, padding=1, outputPadding=1),
    'output padding beyond the padding': dict(x=(1, 2, 3), k=2, o=2, stride=3, outputPadding=2, bias=True),
    'output padding as large as the stride': dict(x=(1, 2, 3), k=2, o=2, stride=1, dilation=3, padding=1, outputPadding=2),
    'kernel 5, stride 2, output padding': dict(x=(1, 2, 3), k=5, o=2, stride=2, padding=2, outputPadding=1, bias=True),
    'dilation 2': dict(x=(1, 2, 3), k=3, o=2, dilation=2),
    'dilation 2, stride 2, padding': dict(x=(1, 2, 3), k=3, o=2, dilation=2, stride=2, padding=1),
    'groups': dict(x=(1, 4, 3), k=3, o=6, groups=2, stride=2, bias=True),
    'depthwise': dict(x=(2, 3, 3), k=2, o=3, groups=3),
    'one pixel': dict(x=(2, 3, 1), k=4, o=2),
    'no batch': dict(x=(0, 2, 3), k=3, o=3, bias=True),
}
for n in (1, 2, 3):
    for name, case in TRANSPOSED.items():
        case = dict(case)
        batch, c, side = case.pop('x')
        k, o, bias = case.pop('k'), case.pop('o'), case.pop('bias', False)
        if n == 3 and k ** 3 * c * o > 200:
            continue  # nothing new in many numbers
        image = [side, side + (side > 1), 2][:n]
        groups = case.get('groups', 1)
        f = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][n - 1]
        y = lambda x, w, b=None: f(x, w, b, case.get('stride', 1), case.get('padding', 0), case.get('outputPadding', 0), groups, case.get('dilation', 1))
        functions.add(name, f'convTranspose{n}d', case, [normal(batch, c, *image), normal(c, o // groups, *[k] * n), *([normal(o)] if bias else [])], y)

cases.write()
functions.write()
