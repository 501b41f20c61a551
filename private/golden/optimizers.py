"""optimizers.json: parameters every 10 of 50 steps of torch.optim. Run: /usr/bin/python3 private/golden/optimizers.py (PyTorch 1.13.1)"""
import torch

from golden import TORCH, generator, normal, plain, write

# y = x·w + b; the loss is the mean of (y − target)², whose curvature differs a hundredfold between the inputs
random = generator('optimizers')
x = normal(8, 3)(random) * torch.tensor([2.0, 1.0, 0.25])
target, w, b = normal(8, 2)(random), normal(3, 2)(random), normal(2)(random)

SGD = {
    'plain': {}, 'momentum': {'momentum': 0.9}, 'dampening': {'momentum': 0.9, 'dampening': 0.5}, 'nesterov': {'momentum': 0.9, 'nesterov': True},
    'weight decay': {'weight_decay': 0.1}, 'momentum and weight decay': {'momentum': 0.8, 'weight_decay': 0.05}, 'nesterov and weight decay': {'momentum': 0.9, 'nesterov': True, 'weight_decay': 0.1},
}
ADAM = {'default': {}, 'betas': {'betas': (0.8, 0.99)}, 'epsilon': {'eps': 0.01}, 'weight decay': {'weight_decay': 0.1}}
OURS = {'weight_decay': 'weightDecay', 'eps': 'epsilon'}


def trajectory(make, lr, options):
    params = [t.clone().requires_grad_() for t in (w, b)]
    optimizer = make(params, lr=lr, **options)
    points, losses = [], []
    for step in range(1, 51):
        optimizer.zero_grad()
        loss = ((x @ params[0] + params[1] - target) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss)
        if step % 10 == 0:
            points.append({'step': step, 'w': plain(params[0].detach().clone()), 'b': plain(params[1].detach().clone())})
    return points, plain(torch.stack(losses))['data']


cases = []
for kind, make, lr, table in [('sgd', torch.optim.SGD, 0.05, SGD), ('adam', torch.optim.Adam, 0.05, ADAM), ('adamw', torch.optim.AdamW, 0.05, {'weight decay': {'weight_decay': 0.1}})]:
    for name, options in table.items():
        points, losses = trajectory(make, lr, options)
        ours = {OURS.get(k, k): list(v) if isinstance(v, tuple) else v for k, v in options.items()}
        cases.append({'name': f'{kind}/{name}', 'optimizer': kind, 'lr': lr, 'options': ours, 'points': points, 'losses': losses})
write('optimizers.json', {'torch': TORCH, 'x': plain(x), 'target': plain(target), 'w': plain(w), 'b': plain(b)}, cases=cases)
