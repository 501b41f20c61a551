"""norm.json: layerNorm and batchNorm as ops. Run: /usr/bin/python3 private/golden/norm.py (PyTorch 1.13.1)"""
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

cases.write()
