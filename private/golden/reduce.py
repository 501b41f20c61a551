"""reduce.json: sums, means, maxima, softmax. Run: /usr/bin/python3 private/golden/reduce.py (PyTorch 1.13.1)"""
import torch

from golden import Cases, floats, integers, normal

cases = Cases('reduce')

AXES = {
    'all': ((2, 3, 4), [0, 1, 2]), 'first': ((2, 3, 4), [0]), 'middle': ((2, 3, 4), [1]), 'last': ((3, 4), [1]), 'two': ((2, 3, 4), [0, 2]),
    'four of five': ((2, 1, 2, 3, 2), [0, 1, 3, 4]), 'size 1': ((3, 1), [1]), 'vector': ((5,), [0]), 'empty': ((0, 3), [1]), 'kept empty': ((2, 0, 3), [0]),
}
REDUCTIONS = {'sum': torch.sum, 'mean': torch.mean, 'max': torch.amax}
for op, f in REDUCTIONS.items():
    for name, (shape, axes) in AXES.items():
        for keep in (False, True):
            cases.add(f'{name}{", kept" if keep else ""}', op, {'axes': axes, 'keepDims': keep}, [normal(*shape)], lambda x: f(x, axes, keepdim=keep))
cases.add('of nothing', 'sum', {'axes': [0], 'keepDims': False}, [normal(0, 3)], lambda x: x.sum(0))
cases.add('int32', 'sum', {'axes': [1], 'keepDims': False}, [integers(-9, 9, 2, 5)], lambda x: x.sum(1))
cases.add('int32', 'max', {'axes': [1], 'keepDims': False}, [integers(-9, 9, 2, 5)], lambda x: x.amax(1))
cases.add('ties', 'max', {'axes': [1], 'keepDims': False}, [floats([1, 3, 3, 2, 2, 2], 2, 3)], lambda x: x.amax(1))
cases.add('negative', 'max', {'axes': [0], 'keepDims': False}, [floats([-3, -1, -1e30])], lambda x: x.amax(0))

for name, (shape, axis) in {'last': ((3, 5), 1), 'first': ((3, 5), 0), 'middle': ((2, 3, 4), 1), 'vector': ((6,), 0), 'size 1': ((3, 1), 1), 'empty': ((0, 3), 1)}.items():
    cases.add(name, 'argMax', {'axis': axis}, [normal(*shape)], lambda x: x.argmax(axis))
cases.add('ties', 'argMax', {'axis': 1}, [floats([1, 3, 3, 2, 2, 2], 2, 3)], lambda x: x.argmax(1))
cases.add('int32', 'argMax', {'axis': 0}, [integers(-9, 9, 4, 3)], lambda x: x.argmax(0))

for op, f in {'softmax': torch.softmax, 'logSoftmax': torch.log_softmax}.items():
    for name, shape in {'vector': (4,), 'matrix': (2, 5), 'rank 3': (2, 3, 4), 'rank 4': (2, 2, 3, 3), 'size 1': (3, 1), 'empty': (0, 3)}.items():
        cases.add(name, op, {}, [normal(*shape)], lambda x: f(x, -1))
    cases.add('large', op, {}, [floats([1000, 1001, 999, -1000, -1001, -999, 0, 1e4, -1e4], 3, 3)], lambda x: f(x, -1))
    cases.add('masked', op, {}, [floats([0.5, -1e9, 1.5, -1e9, -1e9, 2], 2, 3)], lambda x: f(x, -1))
cases.add('minus infinity', 'softmax', {}, [floats([0.5, float('-inf'), 1.5])], lambda x: torch.softmax(x, -1))

cases.write()
