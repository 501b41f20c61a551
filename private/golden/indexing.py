"""indexing.json: gather, scatterAdd, gatherND, takeAlong, addAlong, oneHot, topK. Run: /usr/bin/python3 private/golden/indexing.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, booleans, floats, integers, normal

cases = Cases('indexing')
whole = lambda values: torch.tensor(values, dtype=torch.int64)

# x [rows, ...d], index [...i] → [...i, ...d]; duplicate indices add up in the gradient
GATHERS = {
    'vector of rows': ((5, 3), [4, 0, 2]), 'duplicates': ((4, 2), [1, 1, 3, 1]), 'index of rank 2': ((6, 2), [[0, 5, 5], [3, 0, 5]]), 'index of rank 3': ((3, 2), [[[0], [2]], [[2], [1]]]),
    'scalar index': ((4, 3), 2), 'numbers': ((5,), [4, 4, 0]), 'rows of rank 3': ((3, 2, 2), [2, 0]), 'one row': ((1, 3), [0, 0]), 'nothing': ((3, 2), []),
}
for name, (shape, index) in GATHERS.items():
    cases.add(name, 'gather', {}, [normal(*shape), whole(index)], lambda x, i: x[i])
cases.add('int32', 'gather', {}, [integers(-9, 9, 5), whole([3, 3, 1])], lambda x, i: x[i])

# index [...i], updates [...i, ...d] → [rows, ...d]
SCATTERS = {
    'distinct': ([2, 0], (3,), 4), 'duplicates': ([1, 1, 3, 1], (2,), 5), 'index of rank 2': ([[0, 2, 2], [1, 0, 2]], (2,), 3), 'numbers': ([4, 4, 0], (), 5),
    'scalar index': (1, (3,), 3), 'rows of rank 3': ([2, 0, 2], (2, 2), 3), 'nothing': ([], (2,), 3),
}
for name, (index, d, rows) in SCATTERS.items():
    i = whole(index)

    def scatter(i, updates):
        flat = updates.reshape(i.numel(), *d)
        return torch.zeros(rows, *d, dtype=torch.float64).index_add(0, i.reshape(-1), flat)

    cases.add(name, 'scatterAdd', {'rows': rows}, [i, normal(*i.shape, *d)], scatter)

AXES = {
    'last axis': ((3, 4), [3, 0, 0], 1), 'middle axis': ((2, 4, 3), [1, 1, 3], 1), 'middle axis, index of rank 2': ((2, 4, 3), [[0, 3], [3, 2]], 1),
    'last axis of rank 4': ((2, 1, 3, 2), [1, 0, 1], 3), 'scalar index, axis 1': ((2, 3, 2), 2, 1), 'axis 1 of size 1': ((2, 1, 2), [0, 0], 1), 'nothing along axis 1': ((2, 3), [], 1),
}
for name, (shape, index, axis) in AXES.items():
    i = whole(index)
    select = lambda x, i: x.index_select(axis, i.reshape(-1)).reshape(*shape[:axis], *i.shape, *shape[axis + 1:])
    cases.add(name, 'gather', {'axis': axis}, [normal(*shape), i], select)
    updates = (*shape[:axis], *i.shape, *shape[axis + 1:])
    add = lambda i, u: torch.zeros(shape, dtype=torch.float64).index_add(axis, i.reshape(-1), u.reshape(*shape[:axis], i.numel(), *shape[axis + 1:]))
    cases.add(name, 'scatterAdd', {'axis': axis, 'rows': shape[axis]}, [i, normal(*updates)], add)
cases.add('bool', 'gather', {'axis': 1}, [booleans(2, 4), whole([3, 0])], lambda x, i: x[:, i])
cases.add('int32', 'scatterAdd', {'rows': 4}, [whole([3, 3, 1]), integers(-9, 9, 3, 2)], lambda i, u: torch.zeros(4, 2, dtype=torch.int64).index_add(0, i, u))

PLACES = {
    'numbers of a matrix': ((3, 4), [[0, 3], [2, 0], [2, 0]]), 'rows of a matrix': ((3, 4), [[2], [0], [2]]), 'rows of rank 3': ((2, 3, 4), [[1, 2], [0, 0], [1, 2]]),
    'index of rank 3': ((2, 3), [[[0, 1]], [[1, 2]]]), 'one place': ((2, 3), [1, 1]), 'numbers of rank 4': ((2, 2, 2, 2), [[0, 1, 0, 1], [1, 1, 1, 0]]), 'vector': ((5,), [[4], [4], [0]]),
}
for name, (shape, index) in PLACES.items():
    cases.add(name, 'gatherND', {}, [normal(*shape), whole(index)], lambda x, i: x[tuple(i.unbind(-1))])
cases.add('nothing', 'gatherND', {}, [normal(2, 3), torch.zeros(0, 2, dtype=torch.int64)], lambda x, i: x[tuple(i.unbind(-1))])
cases.add('int32', 'gatherND', {}, [integers(-9, 9, 3, 2), whole([[2, 1], [0, 0]])], lambda x, i: x[tuple(i.unbind(-1))])

TAKES = {
    'last axis': ((2, 4), [[3, 0, 3], [1, 1, 0]], 1), 'first axis': ((3, 2), [[2, 0], [2, 1], [0, 0], [1, 2]], 0), 'middle axis': ((2, 3, 2), [[[0, 2]], [[1, 1]]], 1),
    'vector': ((5,), [4, 4, 0, 1], 0), 'size 1': ((2, 1), [[0, 0], [0, 0]], 1), 'nothing': ((2, 3), [[], []], 1), 'rank 5': ((1, 2, 1, 3, 1), [[[[[2], [0]]], [[[1], [1]]]]], 3),
}
for name, (shape, index, axis) in TAKES.items():
    i = whole(index)
    cases.add(name, 'takeAlong', {'axis': axis}, [normal(*shape), i], lambda x, i: x.gather(axis, i))
    cases.add(name, 'addAlong', {'axis': axis, 'length': shape[axis]}, [i, normal(*i.shape)], lambda i, u: torch.zeros(shape, dtype=torch.float64).scatter_add(axis, i, u))
cases.add('int32', 'takeAlong', {'axis': 0}, [integers(-9, 9, 3, 2), whole([[2, 0]])], lambda x, i: x.gather(0, i))
cases.add('bool', 'takeAlong', {'axis': 1}, [booleans(2, 3), whole([[2, 0], [1, 1]])], lambda x, i: x.gather(1, i))
cases.add('int32', 'addAlong', {'axis': 0, 'length': 3}, [whole([[2, 0], [2, 1]]), integers(-9, 9, 2, 2)], lambda i, u: torch.zeros(3, 2, dtype=torch.int64).scatter_add(0, i, u))


def top(k, largest):
    def f(x):
        order = torch.sort(x, dim=-1, descending=largest, stable=True).indices[..., :k]
        return x.gather(-1, order), order
    return f


for largest in (True, False):
    suffix = '' if largest else ', smallest'
    for name, (shape, k) in {'vector': ((6,), 3), 'matrix': ((3, 5), 2), 'rank 3': ((2, 2, 4), 3), 'all': ((2, 4), 4), 'one': ((2, 3), 1), 'none': ((2, 3), 0), 'size 1': ((3, 1), 1), 'empty': ((0, 3), 2)}.items():
        cases.add(name + suffix, 'topK', {'k': k, 'largest': largest}, [normal(*shape)], top(k, largest))
    cases.add('ties' + suffix, 'topK', {'k': 20, 'largest': largest}, [lambda random: integers(0, 4, 2, 40)(random).double()], top(20, largest))
    cases.add('infinite' + suffix, 'topK', {'k': 4, 'largest': largest}, [floats([1, float('inf'), float('-inf'), 2, float('inf')])], top(4, largest))
    cases.add('int32' + suffix, 'topK', {'k': 4, 'largest': largest}, [torch.tensor([[5, -2**31, 2**31 - 1, 2**24 + 1, 2**24, 5]])], top(4, largest))

for name, (index, depth) in {'vector': ([0, 2, 1, 2], 4), 'matrix': ([[0, 1], [1, 0]], 2), 'scalar': (3, 5), 'depth 1': ([0, 0], 1), 'nothing': ([], 3)}.items():
    cases.add(name, 'oneHot', {'depth': depth}, [whole(index)], lambda i: F.one_hot(i, depth).double())

cases.write()
