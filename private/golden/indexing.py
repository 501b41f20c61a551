"""indexing.json: gather, scatterAdd, oneHot. Run: /usr/bin/python3 private/golden/indexing.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, integers, normal

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

for name, (index, depth) in {'vector': ([0, 2, 1, 2], 4), 'matrix': ([[0, 1], [1, 0]], 2), 'scalar': (3, 5), 'depth 1': ([0, 0], 1), 'nothing': ([], 3)}.items():
    cases.add(name, 'oneHot', {'depth': depth}, [whole(index)], lambda i: F.one_hot(i, depth).double())

cases.write()
