"""elementwise.json: arithmetic, functions, comparisons, where, cast. Run: /usr/bin/python3 private/golden/elementwise.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import NAMED, Cases, booleans, floats, integers, normal, uniform

cases = Cases('elementwise')

PAIRS = {
    'same': ((2, 3), (2, 3)), 'row': ((2, 3), (3,)), 'column': ((2, 1), (1, 3)), 'scalar': ((2, 3), ()), 'scalars': ((), ()),
    'rank 4': ((2, 1, 3, 1), (4, 1, 2)), 'one': ((1,), (1, 1)), 'empty': ((0, 3), (1, 3)), 'emptied': ((2, 1), (1, 0)),
}
BINARY = {'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'pow': torch.pow, 'maximum': torch.maximum, 'minimum': torch.minimum}
for op, f in BINARY.items():
    for name, (a, b) in PAIRS.items():
        first = uniform(0.2, 2, *a) if op == 'pow' else normal(*a)
        second = uniform(0.5, 2, *b) if op == 'div' else normal(*b)
        cases.add(name, op, {}, [first, second], f)
    if op not in ('div', 'pow'):
        cases.add('int32', op, {}, [integers(-9, 9, 2, 3), integers(-9, 9, 3)], f)
cases.add('negative denominator', 'div', {}, [normal(4), floats([-0.5, -2, 3, -4])], torch.div)
cases.add('negative base', 'pow', {}, [floats([-2, -1.5, -1, 3]), floats([2, 3, -1, -2])], torch.pow, no_grad=[1])
cases.add('zero base', 'pow', {}, [floats([0, 0, 0, 0]), floats([0, 1, 2, 3])], torch.pow)
for op in ('maximum', 'minimum'):
    cases.add('ties', op, {}, [floats([1, 2, 3]), floats([1, 2, 4])], BINARY[op])

SHAPES = {'scalar': (), 'one': (1,), 'matrix': (2, 3), 'rank 4': (2, 1, 3, 2), 'empty': (0, 3)}
softplus = lambda x: torch.logaddexp(x, torch.zeros_like(x))  # F.softplus is a straight line from 20 on
UNARY = {
    'neg': (torch.neg, -2, 2, [0, 1e-30, -3e30]),
    'exp': (torch.exp, -2, 2, [0, -80, 80, -700]),
    'log': (torch.log, 0.1, 4, [1e-30, 1, 1e30, 0]),
    'sqrt': (torch.sqrt, 0.1, 4, [1e-30, 1, 1e30, 0]),
    'sin': (torch.sin, -4, 4, [0, 100, -1000]),
    'cos': (torch.cos, -4, 4, [0, 100, -1000]),
    'erf': (torch.erf, -2, 2, [0, 1e-20, 5, -5, 50]),
    'tanh': (torch.tanh, -2, 2, [0, 1e-20, 20, -20, 1000]),
    'sigmoid': (torch.sigmoid, -4, 4, [0, 30, -30, 1000, -1000]),
    'relu': (torch.relu, -2, 2, [0, 1e-30, -1e-30, 1e30]),
    'abs': (torch.abs, -2, 2, [0, 1e-30, -1e30]),
    'sign': (torch.sign, -2, 2, [0, 1e-30, -1e30]),
    'gelu': (F.gelu, -3, 3, [0, 1e-20, 6, -6, 100, -100]),
    'softplus': (softplus, -4, 4, [0, 30, -30, 1000, -1000]),
}
for op, (f, low, high, edges) in UNARY.items():
    for name, shape in SHAPES.items():
        cases.add(name, op, {}, [uniform(low, high, *shape)], f)
    cases.add('edges', op, {}, [floats(edges)], f)
for op in ('neg', 'abs'):
    cases.add('int32', op, {}, [integers(-9, 9, 5)], UNARY[op][0])

for op, f in {'equal': torch.eq, 'greater': torch.gt, 'less': torch.lt}.items():
    for name, (a, b) in PAIRS.items():
        cases.add(name, op, {}, [integers(-2, 3, *a), integers(-2, 3, *b)], f)
    cases.add('float', op, {}, [floats([1, 2, 3, -0.0, 1e-30]), floats([1, 3, 2, 0, 0])], f)

TRIPLES = {
    'same': ((2, 3), (2, 3), (2, 3)), 'broadcast': ((2, 1), (3,), ()), 'rank 4': ((2, 1, 1, 2), (3, 1, 1), (2, 1, 4, 1)), 'empty': ((0, 1), (1, 2), (1,)),
}
for name, (c, a, b) in TRIPLES.items():
    cases.add(name, 'where', {}, [booleans(*c), normal(*a), normal(*b)], torch.where)
cases.add('int32', 'where', {}, [booleans(4), integers(-9, 9, 4), integers(-9, 9)], torch.where)
# the branch not taken may be infinite
cases.add('infinite', 'where', {}, [torch.tensor([True, False]), floats([1, float('inf')]), floats([float('-inf'), 2])], torch.where)

SOURCES = {'float32': floats([0, 1.5, -1.5, 2.999, -0.25, 3]), 'int32': torch.tensor([0, 1, -1, 7, 2**24]), 'bool': torch.tensor([True, False])}
for source, x in SOURCES.items():
    for target in SOURCES:
        cases.add(f'{source} to {target}', 'cast', {'dtype': target}, [x], lambda t: t.to(NAMED[target]))
cases.add('empty', 'cast', {'dtype': 'int32'}, [normal(0, 2)], lambda t: t.to(torch.int64))

cases.write()
