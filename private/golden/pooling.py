"""pooling.json: maxPool, avgPool2d, globalAvgPool. Run: /usr/bin/python3 private/golden/pooling.py (PyTorch 1.13.1)"""
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


def avg_pool(x, a):
    y = F.avg_pool2d(padded(x, a['pads']), a['kernel'], a['stride'])
    return y if a['countIncludePad'] else y / F.avg_pool2d(padded(torch.ones_like(x[:, :1]), a['pads']), a['kernel'], a['stride'])


def attributes(case):
    spatial = len(case['kernel'])
    return {'kernel': case['kernel'], 'stride': case['stride'], 'pads': case.get('pads', [0] * 2 * spatial), 'dilation': case.get('dilation', [1] * spatial)}


for name, case in (POOLS | DILATED).items():
    a = attributes(case)
    cases.add(name, 'maxPool', a, [normal(*case['x'])], lambda x: max_pool(x, a))
for name, case in POOLS.items():
    a = attributes(case)
    del a['dilation']
    for include in (True, False) if any(a['pads']) else (True,):
        b = a | {'countIncludePad': include}
        cases.add(name + ('' if include else ', padding not counted'), 'avgPool2d', b, [normal(*case['x'])], lambda x: avg_pool(x, b))
two, three = (attributes({'kernel': [k, k], 'stride': [2, 2], 'pads': [p] * 4}) for k, p in ((2, 0), (3, 1)))
# of equal maxima the first in reading order gets the gradient
cases.add('ties', 'maxPool', two, [floats([1, 1, 0, 2, 0, 1, 2, 2, 3, 3, -1, -1, 3, 3, -1, -1], 1, 1, 4, 4)], lambda x: max_pool(x, two))
cases.add('ties, overlapping', 'maxPool', three, [floats([0, 1, 1, 0, 1] * 5, 1, 1, 5, 5)], lambda x: max_pool(x, three))
cases.add('zeros', 'maxPool', three, [floats([0] * 32, 1, 2, 4, 4)], lambda x: max_pool(x, three))
cases.add('negative, padding', 'maxPool', three, [normal(1, 2, 4, 4, scale=0.5, offset=-5)], lambda x: max_pool(x, three))

for name, shape in {'rank 4': (2, 3, 4, 5), 'one pixel': (2, 3, 1, 1), 'no batch': (0, 3, 2, 2)}.items():
    cases.add(name, 'globalAvgPool', {}, [normal(*shape)], lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1))

# the same by PyTorch's own padding, where it has it
for a in (two, three):
    x = torch.randn(2, 3, 7, 7, dtype=torch.float64)
    assert torch.equal(max_pool(x, a), F.max_pool2d(x, a['kernel'], a['stride'], a['pads'][0]))
    for include in (True, False):
        assert torch.allclose(avg_pool(x, a | {'countIncludePad': include}), F.avg_pool2d(x, a['kernel'], a['stride'], a['pads'][0], count_include_pad=include))

cases.write()
