"""self_supervised/: steps of MoCo v2 and BYOL in plain PyTorch, after the authors' programs, in float64 from float16 weights. Run: /usr/bin/python3 private/golden/self_supervised.py (PyTorch 1.13.1)

NAME.before.safetensors has weights, queue and views (`view1/STEP`, …); NAME.after.safetensors the losses of three steps of SGD and everything afterwards.
"""
import copy
import math

import numpy
import torch
import torch.nn.functional as F
from torch import nn

import safetensors
from golden import HERE, generator

FOLDER = HERE / 'self_supervised'
STEPS, N, RATE = 3, 6, 0.1


def half(random, *shape, scale=1.0):
    return torch.from_numpy((scale * random.standard_normal(shape)).astype(numpy.float16).astype(numpy.float64))


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(2, 8, 3, padding=1), nn.BatchNorm2d(8)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x))).mean((2, 3))


def perceptron(a, h, b):
    return nn.Sequential(nn.Linear(a, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, b))


def prepared(model, name):
    random = generator(name)
    with torch.no_grad():
        for key, p in model.named_parameters():
            near_one = p.dim() == 1 and key.endswith('weight')
            p.copy_(half(random, *p.shape, scale=1 / math.sqrt(p[0].numel()) if p.dim() > 1 else 0.2) + float(near_one))
            p.copy_(p.half().double())
    return model.double()


def views(name):
    random = generator(f'{name} views')
    return [[half(random, N, 2, 5, 5) for _ in range(2)] for _ in range(STEPS)]


def descend(params, loss):
    for p, g in zip(params, torch.autograd.grad(loss, params)):
        p.data -= RATE * g


def average(target, online, m):
    for t, o in zip(target.parameters(), online.parameters()):
        t.data = t.data * m + o.data * (1 - m)


def kept(tensors):
    return {k: v.detach().float().contiguous().numpy() for k, v in tensors.items() if not k.endswith('num_batches_tracked')}


def weights(**parts):
    return {f'{name}.{k}': v.clone() for name, part in parts.items() for k, v in part.state_dict().items()}


def moco(queue=12, momentum=0.9, temperature=0.2):
    query = prepared(nn.ModuleDict({'backbone': Backbone(), 'head': nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))}), 'moco')
    key = copy.deepcopy(query)
    keys = F.normalize(half(generator('queue'), queue, 4), dim=1).half().double()  # a column each in the paper
    run = lambda net, x: F.normalize(net['head'](net['backbone'](x)), dim=1)
    given = {'queue': keys} | weights(query=query, key=key)
    losses, place = [], queue - N
    for step, (a, b) in enumerate(views('moco')):
        given |= {f'view1/{step}': a, f'view2/{step}': b}
        q = run(query, a)
        with torch.no_grad():
            average(key, query, momentum)
            k = run(key, b)
        logits = torch.cat([(q * k).sum(1, keepdim=True), q @ keys.t()], 1) / temperature
        loss = F.cross_entropy(logits, torch.zeros(N, dtype=torch.long))
        losses.append(loss)
        descend(list(query.parameters()), loss)
        # a ring: a batch takes the place of the oldest one, of the first keys the last
        keys = torch.cat([keys[:place], k, keys[place + N:]])
        place = (place - N) % queue
    order = [(place + N + i) % queue for i in range(queue)]  # the newest first
    safetensors.save(FOLDER / 'moco.before.safetensors', kept(given))
    safetensors.save(FOLDER / 'moco.after.safetensors', kept({'losses': torch.stack(losses), 'queue': keys[order]} | weights(query=query, key=key)))


def byol(momentum=0.9, total=5):
    online = prepared(nn.ModuleDict({'backbone': Backbone(), 'projector': perceptron(8, 10, 4)}), 'byol')
    target, predictor = copy.deepcopy(online), prepared(perceptron(4, 10, 4), 'predictor')
    run = lambda net, x: net['projector'](net['backbone'](x))
    distance = lambda p, z: 2 - 2 * F.cosine_similarity(p, z, dim=1)
    given, losses = weights(online=online, target=target, predictor=predictor), []
    for step, (a, b) in enumerate(views('byol')):
        given |= {f'view1/{step}': a, f'view2/{step}': b}
        with torch.no_grad():
            za, zb = run(target, a), run(target, b)
        loss = (distance(predictor(run(online, a)), zb) + distance(predictor(run(online, b)), za)).mean()
        losses.append(loss)
        descend([*online.parameters(), *predictor.parameters()], loss)
        average(target, online, 1 - (1 - momentum) * (math.cos(math.pi * step / total) + 1) / 2)
    safetensors.save(FOLDER / 'byol.before.safetensors', kept(given))
    safetensors.save(FOLDER / 'byol.after.safetensors', kept({'losses': torch.stack(losses)} | weights(online=online, target=target, predictor=predictor)))


FOLDER.mkdir(exist_ok=True)
moco()
byol()
