"""elementwise.json: arithmetic, functions, comparisons, where, cast. Run: /usr/bin/python3 private/golden/elementwise.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import NAMED, Cases, booleans, floats, integers, normal, uniform

cases = Cases('elementwise')

PAIRS = {
    'same': ((2, 3), (2, 3)), 'row': ((2, 3), (3,)), 'column': ((2, 1), (1, 3)), 'scalar': ((2, 3), ()), 'scalars': ((), ()),
    'rank 4': ((2, 1, 3, 1), (4, 1, 2)), 'one': ((1,), (1, 1)), 'empty': ((0, 3), (1, 3)), 'emptied': ((2, 1), (1, 0)),
}
BINARY = {'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'mod': torch.remainder, 'pow': torch.pow, 'maximum': torch.maximum, 'minimum': torch.minimum}
for op, f in BINARY.items():
    for name, (a, b) in PAIRS.items():
        first = uniform(0.2, 2, *a) if op == 'pow' else normal(*a)
        second = uniform(0.5, 2, *b) if op in ('div', 'mod') else normal(*b)
        cases.add(name, op, {}, [first, second], f)
    if op not in ('div', 'mod', 'pow'):
        cases.add('int32', op, {}, [integers(-9, 9, 2, 3), integers(-9, 9, 3)], f)
cases.add('negative denominator', 'div', {}, [normal(4), floats([-0.5, -2, 3, -4])], torch.div)
cases.add('negative base', 'pow', {}, [floats([-2, -1.5, -1, 3]), floats([2, 3, -1, -2])], torch.pow, no_grad=[1])
cases.add('zero base', 'pow', {}, [floats([0, 0, 0, 0]), floats([0, 1, 2, 3])], torch.pow)
cases.add('zero base, roots and poles', 'pow', {}, [floats([0, 0, 0]), floats([0.5, -1, -0.5])], torch.pow)
cases.add('zero exponent', 'pow', {}, [floats([0, 1, -2, 5, 1e30, -1e-30]), floats([0])], torch.pow, no_grad=[1])
cases.add('zero exponent of positive numbers', 'pow', {}, [floats([1, 2, 5, 1e30, 1e-30]), floats([0])], torch.pow)
cases.add('extremes', 'pow', {}, [floats([1e15, 1e-15, 1e15, 1]), floats([2, 2, -1, 1e30])], torch.pow, no_grad=[1])
cases.add('all signs', 'mod', {}, [floats([7, -7, 7, -7, 5.5, -5.5, 0, 6, -6]), floats([3, 3, -3, -3, 2, 2, 3, 3, 3])], torch.remainder)
cases.add('large quotient', 'mod', {}, [floats([1e6, -1e6, 123456.7, 1e9]), floats([0.7, 0.7, -0.3, 7])], torch.remainder)
cases.add('by infinity', 'mod', {}, [floats([1, -1, 1]), floats([float('inf'), float('-inf'), float('-inf')])], torch.remainder, no_grad=[1])
divide = lambda a, b: torch.div(a, b, rounding_mode='floor')
for name, (a, b) in PAIRS.items():
    sign = 1 if name in ('row', 'scalar') else -1
    cases.add(name, 'floorDivide', {}, [integers(-20, 20, *a), lambda random, b=b, sign=sign: sign * integers(1, 6, *b)(random)], divide)
cases.add('all signs', 'floorDivide', {}, [torch.tensor([7, -7, 7, -7, 6, -6, 0, 2**31 - 1, -2**31, -2**31]), torch.tensor([3, 3, -3, -3, 3, 3, -5, -1, 1, 2**31 - 1])], divide)
cases.add('by the smallest', 'floorDivide', {}, [torch.tensor([5, -5, 0, -2**31, 2**31 - 1]), torch.tensor([-2**31] * 5)], divide)
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
    'expm1': (torch.expm1, -2, 2, [0, 1e-30, -1e-7, -30, -31, 80, -700]),
    'log1p': (torch.log1p, -0.9, 4, [0, 1e-30, -1e-7, 1e30, -1]),
    'tan': (torch.tan, -1, 1, [0, 1e-20, 1.5, 100]),
    'asin': (torch.asin, -0.9, 0.9, [0, 1e-20, 1, -1, 0.99999]),
    'acos': (torch.acos, -0.9, 0.9, [0, 1e-20, 1, -1]),
    'atan': (torch.atan, -4, 4, [0, 1e-20, 1e20, -1e20]),
    'sinh': (torch.sinh, -2, 2, [0, 1e-20, 5, -5]),
    'cosh': (torch.cosh, -2, 2, [0, 1e-20, 5, -5]),
    'asinh': (torch.asinh, -4, 4, [0, 1e-20, 1e15, -1e15]),
    'acosh': (torch.acosh, 1.1, 4, [1, 1e15]),
    'atanh': (torch.atanh, -0.9, 0.9, [0, 1e-20, 1, -1]),
    'floor': (torch.floor, -4, 4, [0, 1, -1, 0.9999999, -1e-30, 1e30]),
    'ceil': (torch.ceil, -4, 4, [0, 1, -1, 1e-30, -0.9999999, -1e30]),
    'round': (torch.round, -4, 4, [0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609, 4194303.5, 1e30]),
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

for name, shape in SHAPES.items():
    cases.add(name, 'clip', {'low': -0.5, 'high': 1}, [normal(*shape)], lambda x: x.clamp(-0.5, 1))
cases.add('limits', 'clip', {'low': 0, 'high': 6}, [floats([0, 6, -1e-30, 6.0000005, 3, 1e30, -1e30])], lambda x: x.clamp(0, 6))
cases.add('crossed limits', 'clip', {'low': 2, 'high': 1}, [floats([0, 1.5, 3])], lambda x: x.clamp(2, 1))
cases.add('int32', 'clip', {'low': -3, 'high': 5}, [integers(-9, 9, 8)], lambda x: x.clamp(-3, 5))

special = [float('nan'), float('inf'), float('-inf'), 0]
for op, f in {'equal': torch.eq, 'greater': torch.gt, 'greaterEqual': torch.ge, 'less': torch.lt, 'lessEqual': torch.le}.items():
    cases.add('not finite', op, {}, [floats(special, 4, 1), floats(special)], f)
    cases.add('bool', op, {}, [torch.tensor([False, False, True, True]), torch.tensor([False, True, False, True])], f)
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
