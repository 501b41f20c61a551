"""
optimizers.json: parameters every 10 of 50 steps of torch.optim; of NAdam, Lion and LAMB by their formulas, in float64.
Run: /usr/bin/python3 private/golden/optimizers.py (PyTorch 1.13.1)
"""
import torch

from golden import TORCH, generator, normal, plain, write

# y = x·w + b; the loss is the mean of (y − target)², whose curvature differs a hundredfold between the inputs
random = generator('optimizers')
x = normal(8, 3)(random) * torch.tensor([2.0, 1.0, 0.25])
target, w, b = normal(8, 2)(random), normal(3, 2)(random), normal(2)(random)


class Nadam(torch.optim.Optimizer):
    """The formula of PyTorch's page on NAdam. Its code in 1.13 multiplies by the momentum of the step twice; later ones don't."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group['betas']
            momentum = lambda t: b1 * (1 - 0.5 * 0.96 ** (t * group['momentum_decay']))
            for p in group['params']:
                state = self.state[p]
                g = p.grad + group['weight_decay'] * p
                t = state['t'] = state.get('t', 0) + 1
                state['m'] = b1 * state.get('m', 0) + (1 - b1) * g
                state['v'] = b2 * state.get('v', 0) + (1 - b2) * g ** 2
                product = 1
                for i in range(1, t + 1):
                    product *= momentum(i)
                m = momentum(t + 1) * state['m'] / (1 - product * momentum(t + 1)) + (1 - momentum(t)) * g / (1 - product)
                p.sub_(group['lr'] * m / ((state['v'] / (1 - b2 ** t)).sqrt() + group['eps']))


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2. Refuses a direction so small that float32 might turn its sign."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), lr = group['betas'], group['lr']
            for p in group['params']:
                m = self.state[p].setdefault('m', torch.zeros_like(p))
                c = b1 * m + (1 - b1) * p.grad
                assert c.abs().min() > 1e-5, c
                p.sub_(lr * (c.sign() + group['weight_decay'] * p))
                self.state[p]['m'] = b2 * m + (1 - b2) * p.grad


class Lamb(torch.optim.Optimizer):
    """You et al. 2020, algorithm 2, with φ(z) = z."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-6, weight_decay=0):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group['betas']
            for p in group['params']:
                state = self.state[p]
                t = state['t'] = state.get('t', 0) + 1
                state['m'] = b1 * state.get('m', 0) + (1 - b1) * p.grad
                state['v'] = b2 * state.get('v', 0) + (1 - b2) * p.grad ** 2
                r = (state['m'] / (1 - b1 ** t)) / ((state['v'] / (1 - b2 ** t)).sqrt() + group['eps'])
                u = r + group['weight_decay'] * p
                p.sub_(group['lr'] * p.norm() / u.norm() * u)


DECAY = {'weight decay': {'weight_decay': 0.1}}
OPTIMIZERS = [
    ('sgd', torch.optim.SGD, 0.05, {
        'plain': {}, 'momentum': {'momentum': 0.9}, 'dampening': {'momentum': 0.9, 'dampening': 0.5}, 'nesterov': {'momentum': 0.9, 'nesterov': True}, **DECAY,
        'momentum and weight decay': {'momentum': 0.8, 'weight_decay': 0.05}, 'nesterov and weight decay': {'momentum': 0.9, 'nesterov': True, 'weight_decay': 0.1},
    }),
    ('adam', torch.optim.Adam, 0.05, {
        'default': {}, 'betas': {'betas': (0.8, 0.99)}, 'epsilon': {'eps': 0.01}, **DECAY, 'amsgrad': {'amsgrad': True}, 'amsgrad and weight decay': {'amsgrad': True, 'betas': (0.8, 0.9), 'weight_decay': 0.1},
    }),
    ('adamW', torch.optim.AdamW, 0.05, {'default': {}, **DECAY, 'amsgrad': {'amsgrad': True, 'betas': (0.8, 0.9)}}),
    ('rmsprop', torch.optim.RMSprop, 0.02, {'default': {}, 'alpha': {'alpha': 0.9, 'eps': 0.01}, 'centered': {'centered': True, 'alpha': 0.9}, 'momentum': {'momentum': 0.9}, 'all': {'centered': True, 'alpha': 0.9, 'eps': 0.01, 'momentum': 0.5, 'weight_decay': 0.1}}),
    ('adagrad', torch.optim.Adagrad, 0.2, {'default': {}, 'lr decay': {'lr_decay': 0.1}, 'start': {'initial_accumulator_value': 0.5}, **DECAY}),
    ('adadelta', torch.optim.Adadelta, 1.0, {'default': {}, 'rho': {'rho': 0.95, 'eps': 1e-4}, **DECAY}),
    ('adamax', torch.optim.Adamax, 0.05, {'default': {}, 'betas': {'betas': (0.8, 0.9)}, **DECAY}),
    ('nadam', Nadam, 0.05, {'default': {}, 'momentum decay': {'momentum_decay': 0.1, 'betas': (0.8, 0.99)}, **DECAY}),
    ('radam', torch.optim.RAdam, 0.05, {'default': {}, 'betas': {'betas': (0.8, 0.9)}, 'long': {'betas': (0.9, 0.9999)}, **DECAY}),
    ('lion', Lion, 0.02, {'default': {}, 'betas': {'betas': (0.8, 0.9)}, **DECAY}),
    ('lamb', Lamb, 0.05, {'default': {}, 'betas': {'betas': (0.8, 0.9)}, **DECAY}),
]
OURS = {'weight_decay': 'weightDecay', 'eps': 'epsilon', 'lr_decay': 'lrDecay', 'initial_accumulator_value': 'initialAccumulator', 'momentum_decay': 'momentumDecay'}
STEPS = 50


def loss_of(params, rows=slice(None)):
    return ((x[rows] @ params[0] + params[1] - target[rows]) ** 2).mean()


def trajectory(make, clip=lambda params: None, calls=(slice(None),)):
    """`make` gives the optimizer of [w, b]. Each step is made of the mean gradient of `calls`, parts of the batch."""
    params = [t.clone().requires_grad_() for t in (w, b)]
    optimizer = make(params)
    points, losses = [], []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        losses.append(loss_of(params))
        for rows in calls:
            (loss_of(params, rows) / len(calls)).backward()
        clip(params)
        optimizer.step()
        if step % 10 == 0:
            points.append({'step': step, 'w': plain(params[0].detach().clone()), 'b': plain(params[1].detach().clone())})
    return {'points': points, 'losses': plain(torch.stack(losses))['data']}


cases = []
for kind, make, lr, table in OPTIMIZERS:
    for name, options in table.items():
        ours = {OURS.get(k, k): list(v) if isinstance(v, tuple) else v for k, v in options.items()}
        cases.append({'name': f'{kind}/{name}', 'optimizer': kind, 'lr': lr, 'options': ours, **trajectory(lambda params: make(params, lr=lr, **options))})


# What every optimizer takes: two groups with options of their own, clipping, a schedule, steps of several calls
def grouped(params):
    return torch.optim.AdamW([{'params': [params[1]], 'weight_decay': 0, 'lr': 0.2 * 0.05}, {'params': [params[0]]}], lr=0.05, weight_decay=0.1)


def momentum(params):
    return torch.optim.SGD(params, lr=0.05, momentum=0.9)


class Scheduled(torch.optim.SGD):
    def __init__(self, params):
        super().__init__(params, lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self, T_max=STEPS, eta_min=0.01)

    def step(self, closure=None):
        super().step(closure)
        if hasattr(self, 'scheduler'):
            self.scheduler.step()


halves = (slice(0, 4), slice(4, 8))
by_norm = lambda params: torch.nn.utils.clip_grad_norm_(params, 0.5)
by_value = lambda params: torch.nn.utils.clip_grad_value_(params, 0.1)


def by_both(params):
    torch.nn.utils.clip_grad_value_(params, 0.1)
    torch.nn.utils.clip_grad_norm_(params, 0.2)


shared = [
    ('groups', trajectory(grouped)), ('clipNorm', trajectory(momentum, by_norm)), ('clipValue', trajectory(momentum, by_value)), ('clipBoth', trajectory(momentum, by_both)),
    ('schedule', trajectory(Scheduled)), ('accumulate', trajectory(momentum, by_norm, halves)),
]
write('optimizers.json', {'torch': TORCH, 'x': plain(x), 'target': plain(target), 'w': plain(w), 'b': plain(b)}, cases=cases, shared=[{'name': name, **t} for name, t in shared])
