import torch
import torch.nn.functional as F
from torch import nn

from .mlp import linears

DISCOUNT, TAU = 0.99, 0.005


def double_q(model, adam):
    online, target = model['online'], model['target']
    optimizer = adam(online.parameters(), lr=1e-3)
    pairs = list(zip(target.parameters(), online.parameters()))

    def step(batch):
        with torch.no_grad():
            best = online(batch['next']).argmax(1, keepdim=True)
            future = target(batch['next']).gather(1, best).squeeze(1)
            wanted = batch['reward'] + DISCOUNT * future * (batch['done'] == 0)
        q = online(batch['state']).gather(1, batch['action'].unsqueeze(1)).squeeze(1)
        loss = F.smooth_l1_loss(q, wanted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for slow, now in pairs:
                slow.lerp_(now, TAU)
        return {'loss': loss}

    return step


def dqn(sizes):
    make = lambda: linears(sizes['observation'], sizes['hidden'], sizes['hidden'], sizes['actions'])
    return nn.ModuleDict({'online': make(), 'target': make()}), double_q
