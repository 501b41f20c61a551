"""functions.json: methods and functions that are several ops. Run: /usr/bin/python3 private/golden/functions.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, booleans, floats, integers, normal, uniform

cases = Cases('functions')
INF = float('inf')


def method(name, op, args, inputs, f, **options):
    """A method of the first input: the other inputs, then `args`, are what it is handed."""
    cases.add(name, op, {'args': args}, inputs, f, **options)


# elementwise
floor = lambda a, b: torch.div(a, b, rounding_mode='floor')
method('float32', 'floorDivide', [], [floats([7, -7, 7, -7, 6, 1, 5.5, -0.5]), floats([3, 3, -3, -3, 3, 0.1, 2, 2])], floor)
method('broadcast', 'floorDivide', [], [lambda random: normal(2, 3)(random) * 5, uniform(0.5, 2, 3)], floor)
method('int32', 'floorDivide', [], [integers(-20, 20, 2, 3), integers(1, 6, 3)], floor)
method('float32', 'mod', [], [floats([7, -7, 7, -7]), floats([3, 3, -3, -3])], torch.remainder)
method('int32', 'mod', [], [torch.tensor([7, -7, 7, -7, 6, -6, 0, -2**31, 2**31 - 1]), torch.tensor([3, 3, -3, -3, 3, 3, 5, 7, -2])], torch.remainder)
method('int32, broadcast', 'mod', [], [integers(-20, 20, 2, 3), integers(1, 6, 2, 1)], torch.remainder)
for name, shape in {'matrix': (2, 3), 'scalar': (), 'empty': (0, 2)}.items():
    method(name, 'reciprocal', [], [uniform(0.5, 2, *shape)], torch.reciprocal)
    method(name, 'square', [], [normal(*shape)], torch.square)
method('squared', 'pow', [2], [floats([-2, 0, 3, 1e-20])], lambda x: x.pow(2))
method('negative', 'reciprocal', [], [floats([-0.5, -4, 1e15, -1e-15])], torch.reciprocal)
method('pole', 'reciprocal', [], [floats([0, INF, -INF])], torch.reciprocal, no_grad=[0])
special = [float('nan'), INF, -INF, 0, 1, -1e30]
for op, f in {'isNaN': torch.isnan, 'isInfinite': torch.isinf, 'isFinite': torch.isfinite}.items():
    method('special', op, [], [floats(special)], f)
    method('empty', op, [], [normal(2, 0)], f)
method('not finite', 'notEqual', [], [floats(special, 6, 1), floats(special)], torch.ne)
method('int32', 'notEqual', [], [integers(-2, 3, 2, 3), integers(-2, 3, 3)], torch.ne)
method('bool', 'notEqual', [], [booleans(2, 3), booleans(3)], torch.ne)
for op, f in {'and': torch.logical_and, 'or': torch.logical_or, 'xor': torch.logical_xor}.items():
    method('table', op, [], [torch.tensor([False, False, True, True]), torch.tensor([False, True, False, True])], f)
    for name, (a, b) in {'row': ((2, 3), (3,)), 'column and row': ((2, 1), (1, 3)), 'scalars': ((), ()), 'left stretched': ((3,), (2, 3)), 'empty': ((0, 2), (2,))}.items():
        method(name, op, [], [booleans(*a), booleans(*b)], f)
for name, shape in {'matrix': (2, 3), 'scalar': (), 'empty': (0,)}.items():
    method(name, 'not', [], [booleans(*shape)], torch.logical_not)

# reductions
AXES = {
    'all': ((2, 3, 2), None), 'first': ((2, 3), [0]), 'last': ((2, 3, 2), [-1]), 'middle': ((2, 3, 2), [1]), 'two': ((2, 3, 2), [0, 2]), 'size 1': ((3, 1), [1]), 'vector': ((5,), [0]),
    'empty': ((0, 3), [1]), 'rank 5': ((2, 1, 3, 2, 1), [1, 2, 4]),
}


def product(x, axes, keep):
    for axis in sorted(range(x.dim()) if axes is None else [a % x.dim() for a in axes], reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


def boolean(f):
    """any or all over several axes, which 1.13 has for one."""
    def over(x, axes, keep):
        for axis in sorted(range(x.dim()) if axes is None else [a % x.dim() for a in axes], reverse=True):
            x = f(x, axis, keepdim=keep)
        return x
    return over


every = lambda x, axes: list(range(x.dim())) if axes is None else axes
REDUCTIONS = {
    'prod': (normal, product),
    'logSumExp': (normal, lambda x, axes, keep: torch.logsumexp(x, every(x, axes), keepdim=keep)),
    'any': (booleans, boolean(torch.any)),
    'all': (booleans, boolean(torch.all)),
}
for op, (numbers, f) in REDUCTIONS.items():
    for name, (shape, axes) in AXES.items():
        for keep in (False, True):
            method(f'{name}{", kept" if keep else ""}', op, [axes, keep], [numbers(*shape)], lambda x: f(x, axes, keep))
method('one zero', 'prod', [1], [floats([2, 0, 3, -1, 4, 5], 2, 3)], lambda x: x.prod(1))
method('two zeros', 'prod', [1], [floats([2, 0, 3, 0, 0, 0, 1, 5, 0], 3, 3)], lambda x: x.prod(1))
method('zeros over two axes', 'prod', [], [floats([2, 0, 3, -1, 4, 5], 2, 3)], torch.prod)
method('of nothing', 'prod', [0], [normal(0, 3)], lambda x: x.prod(0))
method('int32', 'prod', [1], [integers(-4, 5, 2, 5)], lambda x: x.prod(1))
method('seven', 'prod', [0], [normal(7, 2)], lambda x: x.prod(0))
method('of nothing', 'any', [0], [booleans(0, 2)], lambda x: x.any(0))
method('of nothing', 'all', [0], [booleans(0, 2)], lambda x: x.all(0))
method('numbers', 'any', [0], [floats([0, 0, -1e-30, 0], 2, 2)], lambda x: x.bool().any(0))
method('int32', 'all', [1], [torch.tensor([[1, -3], [0, 2**31 - 1]])], lambda x: x.bool().all(1))
method('large', 'logSumExp', [1], [floats([1e4, 1e4 - 1, -1e4, -1e4, -1e4, -1e4 - 2], 2, 3)], lambda x: torch.logsumexp(x, 1))
method('partly minus infinity', 'logSumExp', [1], [floats([0.5, -INF, 1.5, -INF, -INF, 2], 2, 3)], lambda x: torch.logsumexp(x, 1))
method('plus infinity', 'logSumExp', [0], [floats([0.5, INF])], lambda x: torch.logsumexp(x, 0), no_grad=[0])
method('minus infinity alone', 'logSumExp', [0], [floats([-INF, -INF])], lambda x: torch.logsumexp(x, 0), no_grad=[0])

for name, (shape, axes) in AXES.items():
    if name == 'empty':
        continue
    for correction in (0, 1):
        if name == 'size 1' and correction:
            continue
        for keep in (False, True):
            options = {'correction': correction, 'keepDims': keep}
            suffix = f', {correction}{", kept" if keep else ""}'
            method(name + suffix, 'variance', [axes, options], [normal(*shape)], lambda x: torch.var(x, every(x, axes), correction=correction, keepdim=keep))
            if name != 'size 1':
                method(name + suffix, 'std', [axes, options], [normal(*shape)], lambda x: torch.std(x, every(x, axes), correction=correction, keepdim=keep))
method('no rows', 'variance', [1], [normal(0, 3)], lambda x: x.var(1))
method('far from zero', 'variance', [1], [normal(2, 4, offset=100)], lambda x: x.var(1))
method('of equal numbers', 'std', [1], [floats([2, 2, 2, 0, 0, 0], 2, 3)], lambda x: x.std(1))
for order in (1, 1.5, 2, 3, INF):
    for name, (shape, axes) in AXES.items():
        if name == 'empty' and order == INF:
            continue
        keep = name in ('middle', 'two')
        # JSON has no infinity: no order stands for it
        options = {'keepDims': keep, **({} if order == INF else {'order': order})}
        op = 'maxNorm' if order == INF else 'norm'
        method(f'{name}, {order}', op, [axes, options], [normal(*shape)], lambda x: torch.linalg.vector_norm(x, order, every(x, axes), keepdim=keep))
    method(f'rows of zeros, {order}', 'maxNorm' if order == INF else 'norm', [1, {} if order == INF else {'order': order}], [floats([0, 0, 3, -4, 0, 1], 3, 2)], lambda x: torch.linalg.vector_norm(x, order, 1))
method('ties', 'maxNorm', [0, {}], [floats([3, -3, 1])], lambda x: torch.linalg.vector_norm(x, INF, 0))

ALONG = {'last': ((2, 5), -1), 'first': ((3, 2), 0), 'middle': ((2, 3, 2), 1), 'vector': ((7,), 0), 'size 1': ((3, 1), 1), 'of nothing': ((2, 0), 1), 'empty': ((0, 3), 1)}


def cumulative_product(axis, exclusive, reverse):
    def along(x):
        x = x.flip(axis) if reverse else x
        n = x.shape[axis]
        if exclusive and n:
            x = torch.cat([torch.ones_like(x.narrow(axis, 0, 1)), x.narrow(axis, 0, n - 1)], axis)
        y = x.cumprod(axis)
        return y.flip(axis) if reverse else y
    return along


for exclusive in (False, True):
    for reverse in (False, True):
        options = {'exclusive': exclusive, 'reverse': reverse}
        suffix = f'{", exclusive" if exclusive else ""}{", reverse" if reverse else ""}'
        for name, (shape, axis) in ALONG.items():
            method(name + suffix, 'cumprod', [axis, options], [normal(*shape)], cumulative_product(axis, exclusive, reverse))
        method('zeros' + suffix, 'cumprod', [0, options], [floats([2, 0, 3, 0, -1])], cumulative_product(0, exclusive, reverse))
for op, f in {'softmax': torch.softmax, 'logSoftmax': torch.log_softmax}.items():
    for name, (shape, axis) in ALONG.items():
        if name != 'of nothing':
            method(name, op, [axis], [normal(*shape)], lambda x: f(x, axis))
    method('large', op, [0], [floats([1e4, -1e4, 0, 1e4, 9999, -1e4], 3, 2)], lambda x: f(x, 0))

for descending in (False, True):
    options = {'descending': descending}
    suffix = ', descending' if descending else ''
    for name, (shape, axis) in ALONG.items():
        method(name + suffix, 'sort', [axis, options], [normal(*shape)], lambda x: torch.sort(x, dim=axis, descending=descending, stable=True).values)
        method(name + suffix, 'argSort', [axis, options], [normal(*shape)], lambda x: torch.sort(x, dim=axis, descending=descending, stable=True).indices)
    method('stable' + suffix, 'argSort', [0, options], [integers(0, 3, 50, 2)], lambda x: torch.sort(x, dim=0, descending=descending, stable=True).indices)
    method('stable, float32' + suffix, 'argSort', [-1, options], [lambda random: integers(0, 3, 2, 50)(random).double()], lambda x: torch.sort(x, dim=-1, descending=descending, stable=True).indices)
    method('int32' + suffix, 'sort', [0, options], [torch.tensor([3, -2**31, 2**31 - 1, 0, 3])], lambda x: torch.sort(x, descending=descending).values)

# products
VECTORS = {'vectors': ((3,), (3,)), 'vector and matrix': ((3,), (3, 2)), 'matrix and vector': ((2, 3), (3,)), 'vector and stack': ((3,), (2, 3, 4)), 'stack and vector': ((2, 4, 3), (3,)), 'empty vectors': ((0,), (0,)), 'vectors of one': ((1,), (1,))}
for name, (a, b) in VECTORS.items():
    method(name, 'matmul', [], [normal(*a), normal(*b)], torch.matmul)
for name, (n, m) in {'plain': (3, 2), 'one': (1, 4), 'empty': (0, 2)}.items():
    method(name, 'outer', [], [normal(n), normal(m)], torch.outer)
method('int32', 'outer', [], [integers(-9, 9, 3), integers(-9, 9, 2)], torch.outer)
for op, f in {'tril': torch.tril, 'triu': torch.triu}.items():
    for name, (shape, k) in {'square': ((3, 3), 0), 'wide': ((2, 4), 0), 'tall': ((4, 2), 0), 'above': ((3, 4), 1), 'below': ((3, 4), -1), 'far above': ((2, 3), 5), 'far below': ((2, 3), -5), 'stack': ((2, 1, 3, 3), 0), 'size 1': ((1, 1), 0), 'empty': ((0, 3), 0)}.items():
        method(name, op, [k], [normal(*shape)], lambda x: f(x, k))
    method('int32', op, [], [integers(1, 9, 3, 3)], f)

EQUATIONS = {
    'ij,jk->ik': ((2, 3), (3, 4)), 'ij,kj->ik': ((2, 3), (4, 3)), 'ji,jk->ik': ((3, 2), (3, 4)), 'ji,kj->ki': ((3, 2), (4, 3)), 'ij,jk': ((2, 3), (3, 4)), 'bij,bjk->bik': ((2, 2, 3), (2, 3, 4)),
    'bhqd,bhkd->bhqk': ((2, 2, 3, 4), (2, 2, 2, 4)), 'bqhd,bkhd->bhqk': ((2, 3, 2, 4), (2, 2, 2, 4)), 'bhqk,bkhd->bqhd': ((2, 2, 3, 2), (2, 2, 2, 4)), 'i,i->': ((4,), (4,)), 'i,j->ij': ((3,), (2,)), 'i,j->ji': ((3,), (2,)),
    'ij,ij->ij': ((2, 3), (2, 3)), 'ij,ij->': ((2, 3), (2, 3)), 'ij,ij->i': ((2, 3), (2, 3)), 'ij->ji': ((2, 3),), 'ij->': ((2, 3),), 'ij->j': ((2, 3),), 'ji': ((2, 3),), 'ii->i': ((3, 3),), 'ii': ((3, 3),), 'iji->j': ((2, 3, 2),), 'ijj->ij': ((2, 3, 3),), 'iii->i': ((2, 2, 2),),
    '...ij,...jk->...ik': ((2, 1, 2, 3), (4, 3, 2)), 'i...,i...->...': ((3, 2), (3, 2)), '...i->...': ((2, 3, 4),), '...': ((2, 3),), 'a...b->b...a': ((2, 3, 4),), '...i,i': ((2, 3), (3,)), '...,...->...': ((2, 1), (1, 3)),
    'ij,jk,kl->il': ((2, 3), (3, 2), (2, 4)), 'ij,kj,lj->ikl': ((2, 3), (2, 3), (2, 3)), 'i,ij,j->': ((2,), (2, 3), (3,)), 'ab,bc,ca->': ((2, 3), (3, 2), (2, 2)), 'ij,k->i': ((2, 3), (4,)), 'abcd,cd->ba': ((2, 2, 3, 2), (3, 2)), ' i j , j -> i ': ((2, 3), (3,)),
    'ij,jk->ki': ((0, 3), (3, 2)), 'i,->i': ((3,), ()), ',->': ((), ()), 'bn,anm,bm->ba': ((2, 3), (4, 3, 2), (2, 2)), 'ij,jk->k': ((2, 3), (3, 1)), 'Ij,jI->I': ((2, 3), (3, 2)),
}
for equation, shapes in EQUATIONS.items():
    method(equation, 'einsum', [equation], [normal(*s) for s in shapes], lambda *x: torch.einsum(equation, *x))
method('stretched 1', 'einsum', ['ij,ij->i'], [normal(2, 1), normal(2, 3)], lambda a, b: torch.einsum('ij,ij->i', a, b))
method('int32', 'einsum', ['ij,jk->ik'], [integers(-9, 9, 2, 3), integers(-9, 9, 3, 2)], lambda a, b: a @ b)

# shape
STEPS = {
    'every second': ((6,), 0, 0, None, 2), 'every second of an odd number': ((7,), 0, 0, None, 2), 'from the second': ((6,), 0, 1, None, 2), 'every third of a part': ((2, 10), 1, 2, 9, 3), 'longer than the axis': ((4,), 0, 1, None, 7), 'first axis': ((5, 2), 0, 1, 5, 2),
    'middle axis': ((2, 5, 3), 1, 1, -1, 2), 'none': ((4,), 0, 2, 2, 2), 'one, the last': ((6,), 0, 5, None, 3), 'aligned blocks': ((8, 2), 0, 4, 8, 2), 'step 1': ((4,), 0, 1, -1, 1),
    'reversed': ((5,), 0, -1, None, -1), 'reversed, every second': ((6,), 0, -1, None, -2), 'down to': ((6,), 0, 4, 0, -1), 'down from the middle': ((2, 7), 1, 5, 0, -3), 'down from, negative numbers': ((6,), 0, -2, -5, -1), 'down through rows': ((4, 2), 0, 3, None, -2),
}
for name, (shape, axis, start, stop, step) in STEPS.items():
    rows = list(range(*slice(start, stop, step).indices(shape[axis])))
    method(name, 'slice', [axis, start, stop, step], [normal(*shape)], lambda x: x.index_select(axis, torch.tensor(rows, dtype=torch.int64)))
method('int32', 'slice', [0, -1, None, -2], [integers(-9, 9, 5)], lambda x: x.flip(0)[::2])
method('bool', 'slice', [1, 0, None, 2], [booleans(2, 5)], lambda x: x[:, ::2])
for name, (shape, parts, axis) in {'equal': ((6, 2), 3, 0), 'unequal': ((2, 6), [1, 3, 2], 1), 'with nothing': ((4,), [0, 4], 0), 'middle axis': ((2, 3, 2), [2, 1], 1), 'one': ((3,), 1, 0), 'of nothing': ((0, 2), [0, 0], 0)}.items():
    method(name, 'split', [parts, axis], [normal(*shape)], lambda x: x.split(shape[axis] // parts if isinstance(parts, int) else parts, axis))

MODES = {'reflect': 'reflect', 'edge': 'replicate', 'wrap': 'circular'}
for mode, name in MODES.items():
    for case, (shape, before, after) in {'last axis': ((2, 4), [0, 2], [0, 1]), 'image': ((1, 2, 3, 4), [0, 0, 1, 2], [0, 0, 2, 1]), 'one side': ((2, 5), [0, 0], [0, 3]), 'as far as it goes': ((1, 3), [0, 2], [0, 2]), 'no rows': ((0, 3), [0, 1], [0, 1])}.items():
        def padded(x):
            lead = 4 if len(shape) == 4 else 3
            pads = [w for pair in reversed(list(zip(before, after))) for w in pair][:2 * (lead - 2)]
            return F.pad(x.reshape(*[1] * (lead - x.dim()), *x.shape), pads, mode=name).reshape(*[d + b + a for d, b, a in zip(shape, before, after)]) if x.numel() else x.new_zeros(*[d + b + a for d, b, a in zip(shape, before, after)]) + x.sum()
        method(f'{mode}, {case}', 'pad', [before, after, {'mode': mode}], [normal(*shape)], padded)
method('first axis', 'pad', [[1, 0], [2, 0], {'mode': 'reflect'}], [normal(3, 2)], lambda x: x[[1, 0, 1, 2, 1, 0]])
method('edge, far', 'pad', [[3], [4], {'mode': 'edge'}], [normal(2)], lambda x: x[[0, 0, 0, 0, 1, 1, 1, 1, 1]])
method('reflect, int32', 'pad', [[2], [1], {'mode': 'reflect'}], [integers(-9, 9, 4)], lambda x: x[[2, 1, 0, 1, 2, 3, 2]])

for name, (shape, shift, axis) in {'up': ((5,), 2, 0), 'down': ((2, 5), -1, 1), 'round': ((4, 2), 9, 0), 'not at all': ((3,), 3, 0), 'far down': ((3, 1), -7, -2), 'size 1': ((1, 2), 1, 0), 'of nothing': ((0, 2), 1, 0)}.items():
    method(name, 'roll', [shift, axis], [normal(*shape)], lambda x: x.roll(shift, axis))
for name, (shape, times) in {'vector': ((3,), [2]), 'rows': ((2, 3), [3, 1]), 'columns': ((2, 3), [1, 2]), 'both': ((2, 3), [2, 2]), 'rank 4': ((1, 2, 1, 3), [2, 1, 3, 2]), 'once': ((2, 2), [1, 1]), 'never': ((2, 2), [1, 0]), 'of nothing': ((0, 2), [2, 2]), 'scalar': ((), [])}.items():
    method(name, 'tile', [times], [normal(*shape)], lambda x: x.tile(times))
method('int32', 'tile', [[2, 1]], [integers(-9, 9, 2, 2)], lambda x: x.tile(2, 1))
method('bool', 'tile', [[1, 2]], [booleans(2, 2)], lambda x: x.tile(1, 2))
for name, (shape, axis) in {'first': ((2, 3), 0), 'last': ((2, 3), -1), 'middle': ((2, 3), 1), 'scalars': ((), 0), 'empty': ((0, 2), 1)}.items():
    method(name, 'stack', [axis], [normal(*shape) for _ in range(3)], lambda *x: torch.stack(x, axis))
for name, (shape, a, b) in {'outer': ((2, 3, 4), 0, 2), 'negative': ((2, 3, 4), -1, 1), 'same': ((2, 3), 1, -1)}.items():
    method(name, 'swapAxes', [a, b], [normal(*shape)], lambda x: x.transpose(a, b))
for name, (start, stop, options) in {'integers': (2, 7, {}), 'steps': (2, 11, {'step': 3}), 'down': (5, -1, {'step': -2}), 'none': (3, 3, {}), 'backwards': (3, 1, {}), 'int32 as float32': (0, 3, {'dtype': 'float32'})}.items():
    dtype = torch.float64 if options.get('dtype') else torch.int64
    values = list(range(start, stop, options.get('step', 1)))
    method(name, 'arange', [start, stop, options], [], lambda: torch.tensor(values, dtype=dtype))
method('fractions', 'arange', [1, 0, {'step': -0.25}], [], lambda: torch.arange(1, 0, -0.25, dtype=torch.float64))
method('to a fraction', 'arange', [0, 2.5], [], lambda: torch.arange(0, 2.5, dtype=torch.float64))

# places
method('index stretched', 'takeAlong', [1], [normal(3, 4), torch.tensor([[2, 0]])], lambda x, i: torch.take_along_dim(x, i, 1))
method('last axis', 'takeAlong', [], [normal(2, 3), torch.tensor([[2], [0]])], lambda x, i: x.gather(-1, i))
method('negative axis', 'gather', [-1], [normal(2, 3), torch.tensor([2, 0])], lambda x, i: x[:, i])

cases.write()
