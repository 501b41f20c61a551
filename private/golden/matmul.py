"""matmul.json: products of matrices and stacks of them. Run: /usr/bin/python3 private/golden/matmul.py (PyTorch 1.13.1)"""
from golden import Cases, normal

cases = Cases('matmul')


def matmul(name, a, b, c=None, ta=False, tb=False):
    f = lambda x, y, z=None: (x.mT if ta else x) @ (y.mT if tb else y) + (0 if z is None else z)
    inputs = [normal(*a), normal(*b)] + ([normal(*c)] if c is not None else [])
    cases.add(name, 'matmul', {'transposeA': ta, 'transposeB': tb}, inputs, f)


for ta in (False, True):
    for tb in (False, True):
        suffix = f'{", a transposed" if ta else ""}{", b transposed" if tb else ""}'
        a, b = ((4, 2) if ta else (2, 4)), ((3, 4) if tb else (4, 3))
        matmul('2-d' + suffix, a, b, None, ta, tb)
        matmul('bias' + suffix, a, b, (3,), ta, tb)
        matmul('batched' + suffix, (2, *a), (2, *b), None, ta, tb)
        matmul('rank 4' + suffix, (2, 3, *a), (2, 3, *b), None, ta, tb)
matmul('one left for all', (2, 4), (3, 4, 2))
matmul('one right for all', (3, 2, 4), (4, 2))
matmul('batches broadcast', (2, 1, 2, 3), (4, 3, 2))
matmul('batches broadcast, b transposed', (2, 1, 2, 3), (1, 4, 5, 3), None, False, True)
matmul('full bias', (2, 3), (3, 4), (2, 4))
matmul('scalar bias', (2, 3), (3, 4), ())
matmul('batched bias', (3, 2, 4), (4, 2), (3, 1, 2))
matmul('sizes 1', (1, 1), (1, 1))
matmul('one row', (1, 5), (5, 3))
matmul('no rows', (0, 3), (3, 2))
matmul('no inner axis', (2, 0), (0, 3))
matmul('no batch', (0, 2, 3), (3, 2))

cases.write()
