"""pooling.json: maxPool as an op; the pooling functions, whose attributes are kernel, size and their options. Run: /usr/bin/python3 private/golden/pooling.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, floats, normal, padded

cases = Cases('pooling')

POOLS = {
    '2': dict(x=(2, 3, 4, 6), kernel=[2, 2], stride=[2, 2]),
    'a row left over': dict(x=(1, 2, 5, 5), kernel=[2, 2], stride=[2, 2]),
    'overlapping': dict(x=(1, 2, 6, 6), kernel=[3, 3], stride=[2, 2]),
    'overlapping, stride 1': dict(x=(1, 2, 4, 5), kernel=[2, 3], stride=[1, 1]),
    'padding': dict(x=(1, 2, 5, 5), kernel=[3, 3], stride=[2, 2], pads=[1, 1, 1, 1]),
    'asymmetric pads': dict(x=(1, 2, 5, 5), kernel=[3, 3], stride=[2, 2], pads=[0, 0, 1, 1]),
    'gaps': dict(x=(1, 2, 7, 7), kernel=[2, 2], stride=[3, 3]),
    'kernel 1': dict(x=(1, 2, 3, 3), kernel=[1, 1], stride=[1, 1]),
    'whole image': dict(x=(2, 3, 3, 4), kernel=[3, 4], stride=[3, 4]),
    '8 channels': dict(x=(1, 8, 6, 6), kernel=[3, 3], stride=[2, 2], pads=[1, 1, 1, 1]),
    'no batch': dict(x=(0, 2, 4, 4), kernel=[2, 2], stride=[2, 2]),
}
DILATED = {
    'dilation 2': dict(x=(1, 2, 6, 7), kernel=[2, 2], stride=[1, 1], dilation=[2, 2]),
    'dilation 2, padding, stride 2': dict(x=(1, 2, 7, 7), kernel=[3, 3], stride=[2, 2], pads=[1, 1, 1, 1], dilation=[2, 2]),
    '1-d': dict(x=(2, 3, 7), kernel=[3], stride=[2], pads=[1, 1]),
    '3-d': dict(x=(1, 2, 4, 4, 5), kernel=[2, 2, 2], stride=[2, 2, 1]),
}


def max_pool(x, a):
    # padding never wins: a window with nothing but negatives gives the largest of them
    f = [F.max_pool1d, F.max_pool2d, F.max_pool3d][x.ndim - 3]
    return f(padded(x, a['pads'], float('-inf')), a['kernel'], a['stride'], 0, a['dilation'])


def attributes(case):
    spatial = len(case['kernel'])
    return {'kernel': case['kernel'], 'stride': case['stride'], 'pads': case.get('pads', [0] * 2 * spatial), 'dilation': case.get('dilation', [1] * spatial)}


for name, case in (POOLS | DILATED).items():
    a = attributes(case)
    cases.add(name, 'maxPool', a, [normal(*case['x'])], lambda x: max_pool(x, a))
two, three = (attributes({'kernel': [k, k], 'stride': [2, 2], 'pads': [p] * 4}) for k, p in ((2, 0), (3, 1)))
# of equal maxima the first in reading order gets the gradient
cases.add('ties', 'maxPool', two, [floats([1, 1, 0, 2, 0, 1, 2, 2, 3, 3, -1, -1, 3, 3, -1, -1], 1, 1, 4, 4)], lambda x: max_pool(x, two))
cases.add('ties, overlapping', 'maxPool', three, [floats([0, 1, 1, 0, 1] * 5, 1, 1, 5, 5)], lambda x: max_pool(x, three))
cases.add('zeros', 'maxPool', three, [floats([0] * 32, 1, 2, 4, 4)], lambda x: max_pool(x, three))
cases.add('negative, padding', 'maxPool', three, [normal(1, 2, 4, 4, scale=0.5, offset=-5)], lambda x: max_pool(x, three))


# x [n, c, ...], window
FUNCTIONS = {
    '2': dict(x=(2, 3, 4, 6), kernel=2),
    'a row left over': dict(x=(1, 2, 5, 5), kernel=2),
    'overlapping': dict(x=(1, 2, 6, 7), kernel=3, stride=2),
    'overlapping, stride 1': dict(x=(1, 2, 4, 5), kernel=[2, 3], stride=1),
    'padding': dict(x=(1, 2, 5, 5), kernel=3, stride=2, padding=1),
    'padding of one axis': dict(x=(2, 1, 4, 5), kernel=[2, 3], stride=[2, 1], padding=[0, 1]),
    'ceil': dict(x=(1, 2, 5, 6), kernel=2, ceilMode=True),
    'ceil, overlapping': dict(x=(1, 2, 6, 5), kernel=3, stride=2, ceilMode=True),
    'ceil, padding': dict(x=(1, 2, 6, 7), kernel=3, stride=2, padding=1, ceilMode=True),
    'ceil, a last window that would see padding alone': dict(x=(1, 1, 3, 5), kernel=2, stride=2, padding=1, ceilMode=True),
    'ceil, stride larger than the kernel': dict(x=(1, 1, 6, 7), kernel=2, stride=3, ceilMode=True),
    'ceil, a window larger than the image': dict(x=(1, 2, 2, 4), kernel=3, stride=2, ceilMode=True),
    'gaps': dict(x=(1, 2, 7, 7), kernel=2, stride=3),
    'kernel 1': dict(x=(1, 2, 3, 3), kernel=1),
    'whole image': dict(x=(2, 3, 3, 4), kernel=[3, 4]),
    'one pixel': dict(x=(2, 2, 1, 1), kernel=1),
    'no batch': dict(x=(0, 2, 4, 4), kernel=2),
}
ONE = {
    '2': dict(x=(2, 3, 6), kernel=2), 'a number left over': dict(x=(1, 2, 7), kernel=2), 'overlapping, padding': dict(x=(2, 2, 8), kernel=3, stride=2, padding=1),
    'ceil': dict(x=(1, 2, 8), kernel=3, stride=2, ceilMode=True), 'ceil, padding': dict(x=(1, 2, 8), kernel=3, stride=2, padding=1, ceilMode=True), 'stride 1': dict(x=(1, 1, 5), kernel=4, stride=1, padding=2),
    'one number': dict(x=(3, 1, 1), kernel=1), 'no batch': dict(x=(0, 1, 4), kernel=2),
}
THREE = {
    '2': dict(x=(1, 2, 4, 2, 4), kernel=2), 'rows left over': dict(x=(2, 1, 3, 5, 3), kernel=2), 'overlapping, padding': dict(x=(1, 2, 4, 3, 5), kernel=3, stride=2, padding=1),
    'each axis by itself': dict(x=(1, 1, 4, 5, 6), kernel=[1, 2, 3], stride=[2, 1, 2], padding=[0, 1, 1]), 'ceil': dict(x=(1, 1, 3, 4, 5), kernel=2, ceilMode=True),
    'ceil, padding': dict(x=(1, 1, 3, 4, 4), kernel=3, stride=2, padding=1, ceilMode=True), 'one number': dict(x=(1, 2, 1, 1, 1), kernel=1), 'no batch': dict(x=(0, 1, 2, 2, 2), kernel=2),
}
MAX, AVG = [F.max_pool1d, F.max_pool2d, F.max_pool3d], [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
DILATIONS = {
    'dilation 2': dict(x=(1, 2, 6, 7), kernel=2, stride=1, dilation=2), 'dilation 2, padding': dict(x=(1, 2, 7, 6), kernel=3, stride=2, padding=1, dilation=2),
    'dilation 2 by 3, ceil': dict(x=(1, 1, 7, 6), kernel=2, stride=2, dilation=[2, 3], ceilMode=True), 'dilation 3, ceil, padding': dict(x=(2, 1, 8, 9), kernel=3, stride=2, padding=1, dilation=3, ceilMode=True),
}


def window(case):
    return case['kernel'], case.get('stride', case['kernel']), case.get('padding', 0)


for n, table in {1: ONE, 2: FUNCTIONS | DILATIONS, 3: THREE}.items():
    for name, case in table.items():
        a = {k: v for k, v in case.items() if k != 'x'}
        ceil, dilation = case.get('ceilMode', False), case.get('dilation', 1)
        cases.add(name, f'maxPool{n}d', a, [normal(*case['x'])], lambda x: MAX[n - 1](x, *window(case), dilation, ceil))
        if dilation != 1:
            continue
        for include in (True, False) if case.get('padding') or ceil else (True,):
            # PyTorch 1.13's avg_pool1d of no numbers does not exist
            f = (lambda x: AVG[n - 1](x, *window(case), ceil, include)) if case['x'][0] else (lambda x: MAX[n - 1](x, *window(case)))
            cases.add(name + ('' if include else ', padding not counted'), f'avgPool{n}d', a if include else a | {'countIncludePad': False}, [normal(*case['x'])], f)


def same(kind, x, kernel, stride):
    """As many outputs as there are steps, as TensorFlow has it."""
    total = [max(0, (-(-d // s) - 1) * s + k - d) for d, k, s in zip(x[2:], kernel, stride)]
    pads = [t // 2 for t in total] + [t - t // 2 for t in total]
    attrs = {'kernel': kernel, 'stride': stride, 'padding': 'same'}
    n = len(kernel)
    name = f'same, {kernel} by {stride}'
    if kind == 'max':
        cases.add(name, f'maxPool{n}d', attrs, [normal(*x)], lambda x: MAX[n - 1](padded(x, pads, float('-inf')), kernel, stride))
    else:
        ones = AVG[n - 1](padded(torch.ones(1, 1, *x[2:], dtype=torch.float64), pads), kernel, stride)
        cases.add(name, f'avgPool{n}d', attrs | {'countIncludePad': False}, [normal(*x)], lambda x: AVG[n - 1](padded(x, pads), kernel, stride) / ones)


for kind in ('max', 'avg'):
    for x, kernel, stride in (((1, 2, 7), [2], [1]), ((1, 2, 5, 6), [3, 2], [2, 2]), ((2, 1, 5, 4), [2, 3], [1, 3]), ((1, 1, 3, 4, 3), [2, 2, 2], [2, 1, 2])):
        same(kind, x, kernel, stride)

# of equal maxima the first in reading order gets the gradient
few = lambda *shape: lambda random: torch.from_numpy(random.randint(0, 3, shape)).double()
for n, x in {1: (2, 2, 9), 2: (2, 2, 6, 7), 3: (1, 2, 4, 5, 4)}.items():
    for name, a in {'side by side': dict(kernel=2), 'overlapping': dict(kernel=3, stride=1, padding=1), 'ceil': dict(kernel=3, stride=2, ceilMode=True)}.items():
        cases.add(f'ties, {name}', f'maxPool{n}d', a, [few(*x)], lambda x: MAX[n - 1](x, *window(a), 1, a.get('ceilMode', False)))

ADAPTIVE = {1: [F.adaptive_avg_pool1d, F.adaptive_max_pool1d], 2: [F.adaptive_avg_pool2d, F.adaptive_max_pool2d], 3: [F.adaptive_avg_pool3d, F.adaptive_max_pool3d]}
SIZES = {1: ((2, 2, 7), (1, 2, 3, 7, 5)), 2: ((2, 2, 6, 5), (1, 2, [3, 5], [4, 3], [1, 4], [6, 1], [7, 8])), 3: ((1, 2, 3, 4, 2), (1, 2, [3, 2, 1], [2, 3, 2]))}
for n, (shape, sizes) in SIZES.items():
    for size in sizes:
        for op, f in zip(('adaptiveAvgPool', 'adaptiveMaxPool'), ADAPTIVE[n]):
            cases.add(f'{n}-d to {size}', op, {'size': size}, [normal(*shape)], lambda x: f(x, size))
    cases.add(f'{n}-d, ties', 'adaptiveMaxPool', {'size': sizes[-1]}, [few(*shape)], lambda x: ADAPTIVE[n][1](x, sizes[-1]))
for op, f in zip(('adaptiveAvgPool', 'adaptiveMaxPool'), ADAPTIVE[2]):
    cases.add('no batch', op, {'size': [2, 3]}, [normal(0, 2, 5, 5)], lambda x: f(x, [2, 3]))
    cases.add('one pixel to many', op, {'size': [2, 3]}, [normal(2, 2, 1, 1)], lambda x: f(x, [2, 3]))

for n, shapes in {1: ((2, 3, 5), (2, 3, 1), (0, 3, 2)), 2: ((2, 3, 4, 5), (2, 3, 1, 1), (0, 3, 2, 2)), 3: ((2, 2, 2, 3, 2),)}.items():
    for shape in shapes:
        for op, f in zip(('globalAvgPool', 'globalMaxPool'), ADAPTIVE[n]):
            cases.add(f'{list(shape)}', op, {}, [normal(*shape)], lambda x: f(x, 1).flatten(1))
    cases.add(f'{n}-d, ties', 'globalMaxPool', {}, [few(*shapes[0])], lambda x: ADAPTIVE[n][1](x, 1).flatten(1))

# pooled, and put back; then changed in between
UNPOOL = [F.max_unpool1d, F.max_unpool2d, F.max_unpool3d]
for n, table in {
    1: {'': dict(x=(2, 2, 6), kernel=2), 'size': dict(x=(1, 2, 7), kernel=2, size=[7]), 'stride 3': dict(x=(1, 2, 8), kernel=2, stride=3)},
    2: {
        '': dict(x=(2, 2, 4, 6), kernel=2), 'size': dict(x=(1, 2, 5, 7), kernel=2, size=[5, 7]), 'padding': dict(x=(1, 2, 5, 5), kernel=[2, 3], stride=[2, 3], padding=1, size=[5, 5]),
        'overlapping': dict(x=(1, 2, 5, 5), kernel=3, stride=2, grad=False), 'overlapping, padding': dict(x=(1, 1, 6, 6), kernel=3, stride=2, padding=1, size=[6, 6], grad=False), 'no batch': dict(x=(0, 2, 4, 4), kernel=2),
    },
    3: {'': dict(x=(1, 2, 2, 4, 2), kernel=2), 'size': dict(x=(1, 1, 3, 4, 5), kernel=2, size=[3, 4, 5])},
}.items():
    for name, case in table.items():
        a = {k: v for k, v in case.items() if k not in ('x', 'grad')}
        given = {k: v for k, v in {'kernel_size': case['kernel'], 'stride': case.get('stride'), 'padding': case.get('padding', 0)}.items() if v is not None}

        def unpooled(x):
            y, index = MAX[n - 1](x, *window(case), return_indices=True)
            return UNPOOL[n - 1](y, index, *given.values() if 'stride' in given else (case['kernel'], case['kernel'], case.get('padding', 0)), output_size=case.get('size'))

        # where windows overlap, PyTorch gives the whole gradient to each of those that name a place
        cases.add(name or 'nothing said', f'maxUnpool{n}d', a, [normal(*case['x'])], unpooled, [] if case.get('grad', True) else [0])
        cases.add(f'{n}-d{", " if name else ""}{name}', 'maxPoolWithIndices', {k: v for k, v in a.items() if k != 'size'}, [normal(*case['x'])], lambda x: MAX[n - 1](x, *window(case), return_indices=True))

# the same by PyTorch's own padding, where it has it
for a in (two, three):
    x = torch.randn(2, 3, 7, 7, dtype=torch.float64)
    assert torch.equal(max_pool(x, a), F.max_pool2d(x, a['kernel'], a['stride'], a['pads'][0]))

cases.write()
