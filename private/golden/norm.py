"""norm.json: layerNorm and batchNorm as ops; the norms as functions. Run: /usr/bin/python3 private/golden/norm.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, normal

cases = Cases('norm')


def layer_norm(x, weight, bias, epsilon):
    mean = x.mean(-1, keepdim=True)
    inverse = ((x - mean) ** 2).mean(-1, keepdim=True).add(epsilon).rsqrt()
    y = F.layer_norm(x, x.shape[-1:], weight, bias, epsilon)
    assert torch.allclose(y, (x - mean) * inverse * weight + bias)
    return y, mean, inverse


for name, shape in {'vector': (6,), 'matrix': (3, 5), 'rank 3': (2, 3, 4), 'empty': (0, 3)}.items():
    d = shape[-1]
    cases.add(name, 'layerNorm', {'epsilon': 1e-5}, [normal(*shape), normal(d, scale=0.5, offset=1), normal(d)], lambda x, w, b: layer_norm(x, w, b, 1e-5)[0])
cases.add('size 1', 'layerNorm', {'epsilon': 1e-5}, [normal(3, 1), normal(1), normal(1)], lambda x, w, b: layer_norm(x, w, b, 1e-5)[0])
cases.add('epsilon', 'layerNorm', {'epsilon': 0.1}, [normal(3, 4, scale=0.1), normal(4), normal(4)], lambda x, w, b: layer_norm(x, w, b, 0.1)[0])
cases.add('far from zero', 'layerNorm', {'epsilon': 1e-5}, [normal(2, 8, offset=64), normal(8), normal(8)], lambda x, w, b: layer_norm(x, w, b, 1e-5)[0])
# y, mean and 1/σ, each with a cotangent of its own
cases.add('statistics', 'layerNorm', {'epsilon': 1e-5}, [normal(2, 3, 4), normal(4), normal(4)], lambda x, w, b: layer_norm(x, w, b, 1e-5))


def batch_norm(x, weight, bias, epsilon):
    axes = [i for i in range(x.ndim) if i != 1]
    wide = lambda t: t.reshape([-1 if i == 1 else 1 for i in range(x.ndim)])
    mean = x.mean(axes)
    variance = ((x - wide(mean)) ** 2).mean(axes)
    y = F.batch_norm(x, None, None, weight, bias, True, 0.0, epsilon)
    assert torch.allclose(y, (x - wide(mean)) * wide((variance + epsilon).rsqrt() * weight) + wide(bias))
    return y, mean, variance


IMAGES = {'matrix': (4, 3), 'rank 3': (2, 3, 4), 'images': (2, 3, 4, 5), 'one image': (1, 2, 3, 3), 'one channel': (3, 1, 2, 2), 'rank 5': (2, 2, 2, 1, 3)}
for name, shape in IMAGES.items():
    c = shape[1]
    cases.add(name, 'batchNorm', {'epsilon': 1e-5}, [normal(*shape, scale=2), normal(c, offset=1), normal(c)], lambda x, w, b: batch_norm(x, w, b, 1e-5)[0])
cases.add('epsilon', 'batchNorm', {'epsilon': 0.1}, [normal(4, 2, scale=0.1), normal(2), normal(2)], lambda x, w, b: batch_norm(x, w, b, 0.1)[0])
cases.add('far from zero', 'batchNorm', {'epsilon': 1e-5}, [normal(4, 2, 3, 3, offset=64), normal(2), normal(2)], lambda x, w, b: batch_norm(x, w, b, 1e-5)[0])
# y, mean and the biased variance, each with a cotangent of its own
cases.add('statistics', 'batchNorm', {'epsilon': 1e-5}, [normal(2, 3, 2, 4), normal(3, offset=1), normal(3)], lambda x, w, b: batch_norm(x, w, b, 1e-5))

# several last axes
for name, (x, d) in {'two axes': ((3, 2, 4), 2), 'three axes': ((2, 2, 1, 3), 3), 'all axes': ((2, 3), 2), 'two axes, no rows': ((0, 2, 3), 2), 'one axis': ((2, 4), 1)}.items():
    d = x[-d:]
    cases.add('over ' + name, 'layerNorm', {'epsilon': 1e-5}, [normal(*x), normal(*d, scale=0.5, offset=1), normal(*d)], lambda x, w, b: F.layer_norm(x, d, w, b, 1e-5))


def rms_norm(x, weight, epsilon):
    axes = [-1 - i for i in range(weight.ndim)]
    return x / (x ** 2).mean(axes, keepdim=True).add(epsilon).sqrt() * weight


for name, (x, d, epsilon) in {
    'vector': ((6,), 1, 1e-6), 'matrix': ((3, 5), 1, 1e-6), 'rank 3': ((2, 3, 4), 1, 1e-5), 'two axes': ((2, 3, 2), 2, 1e-6), 'size 1': ((4, 1), 1, 1e-2), 'no rows': ((0, 3), 1, 1e-6), 'epsilon': ((3, 4), 1, 0.5),
}.items():
    cases.add(name, 'rmsNorm', {'epsilon': epsilon}, [normal(*x), normal(*x[-d:], offset=1)], lambda x, w: rms_norm(x, w, epsilon))
cases.add('far from zero', 'rmsNorm', {'epsilon': 1e-6}, [normal(2, 8, offset=64), normal(8)], lambda x, w: rms_norm(x, w, 1e-6))

GROUPS = {
    'images': ((2, 4, 3, 2), 2), 'one group': ((2, 3, 2, 2), 1), 'as many groups as channels': ((2, 3, 2, 2), 3), 'sequences': ((2, 4, 5), 2), 'volumes': ((1, 2, 2, 2, 3), 2), 'vectors': ((3, 6), 2), 'one image': ((1, 4, 1, 3), 2),
    'one pixel': ((3, 6, 1, 1), 3), 'no batch': ((0, 4, 2, 2), 2), 'odd': ((2, 9, 1, 5), 3),
}
for name, (shape, groups) in GROUPS.items():
    for affine in (True, False):
        weights = [normal(shape[1], offset=1), normal(shape[1])] if affine else []
        cases.add(name + ('' if affine else ', no weight'), 'groupNorm', {'groups': groups}, [normal(*shape, scale=2), *weights], lambda x, w=None, b=None: F.group_norm(x, groups, w, b))
cases.add('epsilon', 'groupNorm', {'groups': 2, 'epsilon': 0.1}, [normal(2, 4, 3, scale=0.1)], lambda x: F.group_norm(x, 2, eps=0.1))
cases.add('far from zero', 'groupNorm', {'groups': 2}, [normal(2, 4, 3, 3, offset=16), normal(4), normal(4)], lambda x, w, b: F.group_norm(x, 2, w, b))
cases.add('weight alone', 'groupNorm', {'groups': 2}, [normal(2, 4, 3), normal(4)], lambda x, w: F.group_norm(x, 2, w))

for name, shape in {'images': (2, 3, 3, 4), 'sequences': (2, 3, 5), 'volumes': (1, 2, 2, 1, 3), 'one channel': (3, 1, 2, 2), 'no batch': (0, 2, 2, 2)}.items():
    for affine in (True, False):
        weights = [normal(shape[1], offset=1), normal(shape[1])] if affine else []
        f = (lambda x, w=None, b=None: F.instance_norm(x, weight=w, bias=b)) if shape[0] else (lambda x, w=None, b=None: F.group_norm(x, 2, w, b))
        cases.add(name + ('' if affine else ', no weight'), 'instanceNorm', {}, [normal(*shape, scale=2), *weights], f)
cases.add('far from zero', 'instanceNorm', {}, [normal(2, 2, 3, 3, offset=64)], lambda x: F.instance_norm(x))
cases.add('epsilon', 'instanceNorm', {'epsilon': 0.1}, [normal(2, 2, 4, scale=0.1)], lambda x: F.instance_norm(x, eps=0.1))

# by given statistics: x, weight, bias, mean, variance
for name, shape in (IMAGES | {'no batch': (0, 3, 2, 2)}).items():
    c = shape[1]
    inputs = [normal(*shape, scale=2), normal(c, offset=1), normal(c), normal(c), lambda random: normal(c)(random) ** 2 + 0.5]
    cases.add('given statistics, ' + name, 'batchNorm', {'epsilon': 1e-5}, inputs, lambda x, w, b, mean, variance: (x - mean.reshape(-1, *[1] * (x.ndim - 2))) / (variance + 1e-5).sqrt().reshape(-1, *[1] * (x.ndim - 2)) * w.reshape(-1, *[1] * (x.ndim - 2)) + b.reshape(-1, *[1] * (x.ndim - 2)))
    cases.add('no weight, ' + name, 'batchNorm', {'epsilon': 1e-5}, [normal(*shape, scale=2)], lambda x: batch_norm(x, torch.ones(c).double(), torch.zeros(c).double(), 1e-5)) if shape[0] else None
x, w, b, mean, variance = torch.randn(4, 2, 3), torch.randn(2), torch.randn(2), torch.randn(2), torch.rand(2) + 0.5
assert torch.allclose(F.batch_norm(x, mean, variance, w, b, False), (x - mean[:, None]) / (variance[:, None] + 1e-5).sqrt() * w[:, None] + b[:, None], atol=1e-6)

cases.write()
