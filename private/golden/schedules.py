"""
schedules.json: the learning rates of 61 steps of torch.optim.lr_scheduler, of Noam's formula in float64, and of
ReduceLROnPlateau over given figures. Run: /usr/bin/python3 private/golden/schedules.py (PyTorch 1.13.1)
"""
import torch
from torch.optim import lr_scheduler as s

from golden import TORCH, generator, number, write

BASE, COUNT = 0.5, 61


def optimizer():
    return torch.optim.SGD([torch.zeros(1, dtype=torch.float64, requires_grad=True)], lr=BASE)


def rates(make):
    o = optimizer()
    scheduler = make(o)
    found = []
    for _ in range(COUNT):
        found.append(number(o.param_groups[0]['lr']))
        o.step()
        scheduler.step()
    return found


def warm(o, steps, start, then):
    """The first step is at start + (1 − start)/steps, step `steps` at 1."""
    up = s.LinearLR(o, start_factor=start + (1 - start) / steps, total_iters=steps - 1)
    return s.SequentialLR(o, [up, then(o)], milestones=[steps])


cases = []


def add(name, schedule, args, make):
    cases.append({'name': f'{schedule}/{name}', 'schedule': schedule, 'args': args, 'rates': rates(make) if callable(make) else make})


add('for ever', 'constantRate', [0.25], lambda o: s.LambdaLR(o, lambda e: 0.25))
add('some steps', 'constantRate', [0.25, 7], lambda o: s.ConstantLR(o, factor=0.25, total_iters=7))
add('up', 'linearRate', [0.25, 1, 20], lambda o: s.LinearLR(o, start_factor=0.25, end_factor=1, total_iters=20))
add('down', 'linearRate', [1, 0, 40], lambda o: s.LinearLR(o, start_factor=1, end_factor=0, total_iters=40))
add('default', 'stepDecay', [10], lambda o: s.StepLR(o, step_size=10))
add('gamma', 'stepDecay', [7, 0.5], lambda o: s.StepLR(o, step_size=7, gamma=0.5))
add('default', 'multiStepDecay', [[5, 20, 45]], lambda o: s.MultiStepLR(o, milestones=[5, 20, 45]))
add('gamma', 'multiStepDecay', [[1, 2, 50], 0.5], lambda o: s.MultiStepLR(o, milestones=[1, 2, 50], gamma=0.5))
add('every step', 'exponentialDecay', [0.95], lambda o: s.ExponentialLR(o, gamma=0.95))
add('ten steps', 'exponentialDecay', [0.5, 10], lambda o: s.LambdaLR(o, lambda e: 0.5 ** (e / 10)))
add('default', 'cosineDecay', [60], lambda o: s.CosineAnnealingLR(o, T_max=60))
add('floor', 'cosineDecay', [60, {'floor': 0.1}], lambda o: s.CosineAnnealingLR(o, T_max=60, eta_min=0.1 * BASE))
add('default', 'cosineRestarts', [13], lambda o: s.CosineAnnealingWarmRestarts(o, T_0=13))
add('longer', 'cosineRestarts', [4, {'longer': 2, 'floor': 0.1}], lambda o: s.CosineAnnealingWarmRestarts(o, T_0=4, T_mult=2, eta_min=0.1 * BASE))
add('three times longer', 'cosineRestarts', [3, {'longer': 3}], lambda o: s.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=3))
for name, ours, theirs in (
    ('default', {}, {}), ('line', {'shape': 'line'}, {'anneal_strategy': 'linear'}), ('three phases', {'threePhases': True}, {'three_phase': True}),
    ('all', {'rising': 0.4, 'divideFirst': 10, 'divideLast': 100, 'threePhases': True, 'shape': 'line'}, {'pct_start': 0.4, 'div_factor': 10, 'final_div_factor': 100, 'three_phase': True, 'anneal_strategy': 'linear'}),
):
    # it allows no step beyond its last
    add(name, 'oneCycle', [COUNT + 1, ours], lambda o: s.OneCycleLR(o, max_lr=BASE, total_steps=COUNT + 1, cycle_momentum=False, **theirs))
add('line', 'polynomialDecay', [40], lambda o: s.PolynomialLR(o, total_iters=40))
add('power', 'polynomialDecay', [60, {'power': 0.9}], lambda o: s.PolynomialLR(o, total_iters=60, power=0.9))
add('default', 'warmup', [10], lambda o: warm(o, 10, 0, lambda o: s.ConstantLR(o, factor=1)))
add('then cosine', 'warmup', [10, ['cosineDecay', 50]], lambda o: warm(o, 10, 0, lambda o: s.CosineAnnealingLR(o, T_max=50)))
add('then steps', 'warmup', [5, ['stepDecay', 20], {'from': 0.2}], lambda o: warm(o, 5, 0.2, lambda o: s.StepLR(o, step_size=20)))
add('default', 'noam', [64, 16], [number(BASE * 64 ** -0.5 * min(t ** -0.5, t * 16 ** -1.5)) for t in range(1, COUNT + 1)])

random = generator('plateau')
figures = [number(round(float(v), 4)) for v in 1 / (1 + torch.arange(60.0)) + torch.tensor(random.rand(60)) * 0.1]
plateaus = []
for name, ours, theirs in (
    ('default', {}, {}),
    ('patience', {'patience': 2, 'factor': 0.5}, {'patience': 2, 'factor': 0.5}),
    ('cooldown', {'patience': 1, 'factor': 0.5, 'cooldown': 4}, {'patience': 1, 'factor': 0.5, 'cooldown': 4}),
    ('absolute', {'patience': 2, 'threshold': 0.05, 'thresholdMode': 'absolute'}, {'patience': 2, 'threshold': 0.05, 'threshold_mode': 'abs'}),
    ('relative', {'patience': 1, 'threshold': 0.2, 'factor': 0.5}, {'patience': 1, 'threshold': 0.2, 'factor': 0.5}),
    ('least rate', {'patience': 0, 'minRate': 0.01}, {'patience': 0, 'min_lr': 0.01}),
    ('more is better', {'patience': 3, 'mode': 'max', 'factor': 0.5}, {'patience': 3, 'mode': 'max', 'factor': 0.5}),
):
    o = optimizer()
    scheduler = s.ReduceLROnPlateau(o, eps=0, **theirs)
    after = []
    for figure in figures:
        scheduler.step(figure)
        after.append(number(o.param_groups[0]['lr']))
    plateaus.append({'name': name, 'options': ours, 'rates': after})
write('schedules.json', {'torch': TORCH, 'base': BASE, 'figures': figures}, cases=cases, plateaus=plateaus)
