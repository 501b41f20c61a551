"""reduce.json: sums, means, maxima, softmax. Run: /usr/bin/python3 private/golden/reduce.py (PyTorch 1.13.1)"""
import torch

from golden import Cases, floats, integers, normal

cases = Cases('reduce')

AXES = {
    'all': ((2, 3, 4), [0, 1, 2]), 'first': ((2, 3, 4), [0]), 'middle': ((2, 3, 4), [1]), 'last': ((3, 4), [1]), 'two': ((2, 3, 4), [0, 2]),
    'four of five': ((2, 1, 2, 3, 2), [0, 1, 3, 4]), 'size 1': ((3, 1), [1]), 'vector': ((5,), [0]), 'empty': ((0, 3), [1]), 'kept empty': ((2, 0, 3), [0]),
}
REDUCTIONS = {'sum': torch.sum, 'mean': torch.mean, 'max': torch.amax, 'min': torch.amin}
for op, f in REDUCTIONS.items():
    for name, (shape, axes) in AXES.items():
        for keep in (False, True):
            cases.add(f'{name}{", kept" if keep else ""}', op, {'axes': axes, 'keepDims': keep}, [normal(*shape)], lambda x: f(x, axes, keepdim=keep))
cases.add('of nothing', 'sum', {'axes': [0], 'keepDims': False}, [normal(0, 3)], lambda x: x.sum(0))
cases.add('int32', 'sum', {'axes': [1], 'keepDims': False}, [integers(-9, 9, 2, 5)], lambda x: x.sum(1))
cases.add('of nothing', 'mean', {'axes': [0], 'keepDims': False}, [normal(0, 0)], lambda x: x.mean(0))
for op in ('max', 'min'):
    f = REDUCTIONS[op]
    cases.add('int32', op, {'axes': [1], 'keepDims': False}, [integers(-9, 9, 2, 5)], lambda x: f(x, 1))
    cases.add('int32 extremes', op, {'axes': [1], 'keepDims': False}, [torch.tensor([[-2**31, 0, 2**31 - 1], [2**24 + 1, 2**24, 2**24 - 1]])], lambda x: f(x, 1))
    cases.add('ties', op, {'axes': [1], 'keepDims': False}, [floats([1, 3, 3, 2, 2, 2], 2, 3)], lambda x: f(x, 1))
    cases.add('ties over two axes', op, {'axes': [0, 2], 'keepDims': True}, [floats([1, 3, 3, 2, 3, 1, 1, 2], 2, 2, 2)], lambda x: f(x, (0, 2), keepdim=True))
    cases.add('infinite', op, {'axes': [1], 'keepDims': False}, [floats([float('inf'), 1, float('-inf'), float('-inf'), 2, 0], 2, 3)], lambda x: f(x, 1))
cases.add('negative', 'max', {'axes': [0], 'keepDims': False}, [floats([-3, -1, -1e30])], lambda x: x.amax(0))

for name, (shape, axis) in {'last': ((3, 5), 1), 'first': ((3, 5), 0), 'middle': ((2, 3, 4), 1), 'vector': ((6,), 0), 'size 1': ((3, 1), 1), 'empty': ((0, 3), 1)}.items():
    cases.add(name, 'argMax', {'axis': axis}, [normal(*shape)], lambda x: x.argmax(axis))
    cases.add(name, 'argMin', {'axis': axis}, [normal(*shape)], lambda x: x.argmin(axis))
for op, f in {'argMax': torch.argmax, 'argMin': torch.argmin}.items():
    cases.add('ties', op, {'axis': 1}, [floats([1, 3, 3, 2, 2, 2, 1, 3, 1], 3, 3)], lambda x: f(x, 1))
    cases.add('int32', op, {'axis': 0}, [integers(-9, 9, 4, 3)], lambda x: f(x, 0))

ALONG = {'last': ((3, 5), 1), 'first': ((3, 2), 0), 'middle': ((2, 3, 4), 1), 'vector': ((6,), 0), 'size 1': ((3, 1), 1), 'empty': ((0, 3), 1), 'of nothing': ((2, 0), 1), 'rank 5': ((2, 1, 3, 2, 2), 2)}


def cumulated(f, neutral, axis, exclusive, reverse):
    def along(x):
        x = x.flip(axis) if reverse else x
        if exclusive:
            x = torch.cat([torch.full_like(x.narrow(axis, 0, min(1, x.shape[axis])), neutral), x.narrow(axis, 0, max(0, x.shape[axis] - 1))], axis)
        y = f(x, axis)
        return y.flip(axis) if reverse else y
    return along


for exclusive in (False, True):
    for reverse in (False, True):
        attrs = {'exclusive': exclusive, 'reverse': reverse}
        suffix = f'{", exclusive" if exclusive else ""}{", reverse" if reverse else ""}'
        for name, (shape, axis) in ALONG.items():
            cases.add(name + suffix, 'cumsum', {'axis': axis, **attrs}, [normal(*shape)], cumulated(torch.cumsum, 0, axis, exclusive, reverse))
        cases.add('int32' + suffix, 'cumsum', {'axis': 0, **attrs}, [integers(-9, 9, 4, 3)], cumulated(torch.cumsum, 0, 0, exclusive, reverse))

for op, f in {'softmax': torch.softmax, 'logSoftmax': torch.log_softmax}.items():
    for name, shape in {'vector': (4,), 'matrix': (2, 5), 'rank 3': (2, 3, 4), 'rank 4': (2, 2, 3, 3), 'size 1': (3, 1), 'empty': (0, 3)}.items():
        cases.add(name, op, {}, [normal(*shape)], lambda x: f(x, -1))
    cases.add('large', op, {}, [floats([1000, 1001, 999, -1000, -1001, -999, 0, 1e4, -1e4], 3, 3)], lambda x: f(x, -1))
    cases.add('masked', op, {}, [floats([0.5, -1e9, 1.5, -1e9, -1e9, 2], 2, 3)], lambda x: f(x, -1))
cases.add('minus infinity', 'softmax', {}, [floats([0.5, float('-inf'), 1.5])], lambda x: torch.softmax(x, -1))

cases.write()
