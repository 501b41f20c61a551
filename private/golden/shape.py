"""shape.json: full, iota, reshape, broadcastTo, transpose, concat, slice, flip, pad. Run: /usr/bin/python3 private/golden/shape.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, NAMED, booleans, integers, normal

cases = Cases('shape')

for dtype, value in {'float32': 1.5, 'int32': -7, 'bool': True}.items():
    for name, shape in {'scalar': [], 'matrix': [2, 3], 'empty': [0, 2]}.items():
        attrs = {'value': int(value) if dtype == 'bool' else value, 'shape': shape, 'dtype': dtype}
        cases.add(f'{dtype} {name}', 'full', attrs, [], lambda: torch.full(shape, value, dtype=NAMED[dtype]))
for dtype in ('int32', 'float32'):
    for length in (0, 1, 7):
        cases.add(f'{dtype} {length}', 'iota', {'length': length, 'dtype': dtype}, [], lambda: torch.arange(length, dtype=NAMED[dtype]))

for name, (a, b) in {'flatten': ((2, 3, 4), [2, 12]), 'unflatten': ((12,), [2, 1, 6]), 'to scalar': ((1, 1), []), 'from scalar': ((), [1]), 'empty': ((2, 0, 3), [0, 6])}.items():
    cases.add(name, 'reshape', {'shape': b}, [normal(*a)], lambda x: x.reshape(b))
cases.add('bool', 'reshape', {'shape': [3, 2]}, [booleans(2, 3)], lambda x: x.reshape(3, 2))

for name, (a, b) in {'row': ((3,), [2, 3]), 'column': ((2, 1), [2, 3]), 'scalar': ((), [2, 2]), 'rank 4': ((3, 1, 2), [2, 3, 2, 2]), 'one': ((1,), [1, 1]), 'empty': ((1, 3), [0, 3])}.items():
    cases.add(name, 'broadcastTo', {'shape': b}, [normal(*a)], lambda x: x.broadcast_to(b))
cases.add('int32', 'broadcastTo', {'shape': [2, 3]}, [integers(-9, 9, 3)], lambda x: x.broadcast_to(2, 3))

for name, (shape, perm) in {'matrix': ((2, 3), [1, 0]), 'rank 3': ((2, 3, 4), [1, 2, 0]), 'rank 4': ((2, 3, 1, 2), [0, 2, 3, 1]), 'rank 5': ((2, 1, 3, 2, 2), [2, 0, 3, 1, 4]), 'kept': ((2, 3), [0, 1]), 'empty': ((0, 3, 2), [2, 0, 1])}.items():
    cases.add(name, 'transpose', {'perm': perm}, [normal(*shape)], lambda x: x.permute(perm))
cases.add('int32', 'transpose', {'perm': [1, 0]}, [integers(-9, 9, 2, 3)], lambda x: x.permute(1, 0))
cases.add('bool', 'transpose', {'perm': [1, 0]}, [booleans(2, 3)], lambda x: x.permute(1, 0))

for name, (shapes, axis) in {'rows': (((2, 3), (1, 3)), 0), 'columns': (((2, 3), (2, 1), (2, 2)), 1), 'rank 4': (((1, 2, 1, 3), (1, 4, 1, 3)), 1), 'single': (((2, 2),), 0), 'with empty': (((2, 3), (0, 3), (1, 3)), 0), 'ten': (((2, 1),) * 10, 1)}.items():
    cases.add(name, 'concat', {'axis': axis}, [normal(*s) for s in shapes], lambda *x: torch.cat(x, axis))
cases.add('int32', 'concat', {'axis': 0}, [integers(-9, 9, 2), integers(-9, 9, 3)], lambda *x: torch.cat(x, 0))
cases.add('bool', 'concat', {'axis': 0}, [booleans(2), booleans(3)], lambda *x: torch.cat(x, 0))

for name, (shape, starts, ends) in {'inside': ((4, 5), [1, 2], [3, 4]), 'rows': ((4, 3), [2, 0], [4, 3]), 'rank 4': ((2, 3, 4, 2), [0, 1, 1, 0], [2, 3, 3, 1]), 'one': ((5,), [4], [5]), 'to empty': ((3, 2), [1, 0], [1, 2]), 'all': ((2, 2), [0, 0], [2, 2])}.items():
    cases.add(name, 'slice', {'starts': starts, 'ends': ends}, [normal(*shape)], lambda x: x[tuple(slice(s, e) for s, e in zip(starts, ends))])
cases.add('int32', 'slice', {'starts': [1], 'ends': [3]}, [integers(-9, 9, 4)], lambda x: x[1:3])

for name, (shape, axes) in {'vector': ((4,), [0]), 'rows': ((3, 2), [0]), 'columns': ((3, 2), [1]), 'both': ((3, 2), [0, 1]), 'two of rank 4': ((2, 3, 1, 2), [1, 3]), 'no axis': ((2, 3), []), 'size 1': ((1, 3), [0]), 'empty': ((0, 3), [1]), 'rank 6': ((2, 1, 2, 3, 1, 2), [0, 3, 5])}.items():
    cases.add(name, 'flip', {'axes': axes}, [normal(*shape)], lambda x: x.flip(axes))
cases.add('int32', 'flip', {'axes': [0]}, [integers(-9, 9, 5, 2)], lambda x: x.flip(0))
cases.add('bool', 'flip', {'axes': [1]}, [booleans(3, 4)], lambda x: x.flip(1))

for name, (shape, before, after, value) in {'value': ((2, 3), [1, 0], [0, 2], 1.5), 'value 1': ((3,), [2], [0], 1), 'value around nothing': ((0,), [1], [1], -2), 'value, rank 4': ((1, 2, 2, 2), [0, 0, 1, 2], [0, 1, 1, 0], -1)}.items():
    cases.add(name, 'pad', {'before': before, 'after': after, 'value': value}, [normal(*shape)], lambda x: F.pad(x, [w for pair in reversed(list(zip(before, after))) for w in pair], value=value))
cases.add('int32', 'pad', {'before': [1, 0], 'after': [0, 2], 'value': -7}, [integers(-9, 9, 2, 2)], lambda x: F.pad(x, [0, 2, 1, 0], value=-7))
cases.add('bool', 'pad', {'before': [1, 0], 'after': [0, 2], 'value': 1}, [booleans(2, 2)], lambda x: F.pad(x.int(), [0, 2, 1, 0], value=1) == 1)

for name, (shape, before, after) in {'both': ((2, 3), [1, 0], [0, 2]), 'rank 4': ((1, 2, 2, 2), [0, 0, 1, 2], [0, 1, 1, 0]), 'vector': ((3,), [2], [2]), 'nothing': ((2,), [0], [0]), 'from empty': ((0, 2), [1, 0], [1, 0])}.items():
    widths = [w for pair in reversed(list(zip(before, after))) for w in pair]
    cases.add(name, 'pad', {'before': before, 'after': after}, [normal(*shape)], lambda x: F.pad(x, widths))

cases.write()
