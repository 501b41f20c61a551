"""losses.json: every loss. Run: /usr/bin/python3 private/golden/losses.py (PyTorch 1.13.1, torchvision 0.14)"""
import math

import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

from golden import Cases, booleans, floats, integers, normal, uniform

cases = Cases('losses')


def cross_entropy(logits, labels, weight=None, **options):
    """PyTorch wants the classes second; here they are last."""
    c = logits.shape[-1]
    soft = labels.dtype == torch.float64
    return F.cross_entropy(logits.reshape(-1, c), labels.reshape(-1, c) if soft else labels.reshape(-1), weight=weight, **options)


for name, shape in {'matrix': (4, 5), 'rank 3': (2, 3, 4), 'rank 4': (2, 2, 2, 3), 'vector': (6,), 'one class': (3, 1), 'one row': (1, 3)}.items():
    cases.add(name, 'crossEntropy', {}, [normal(*shape), integers(0, shape[-1], *shape[:-1])], cross_entropy)
large = floats([1000, 0, -1000, 0, 1e4, 500], 2, 3)
cases.add('large logits', 'crossEntropy', {}, [large, torch.tensor([2, 1])], cross_entropy)
cases.add('sum', 'crossEntropy', {'reduction': 'sum'}, [normal(4, 3), integers(0, 3, 4)], lambda z, y: cross_entropy(z, y, reduction='sum'))
cases.add('none', 'crossEntropy', {'reduction': 'none'}, [normal(4, 3), integers(0, 3, 4)], lambda z, y: cross_entropy(z, y, reduction='none'))
cases.add('label smoothing', 'crossEntropy', {'labelSmoothing': 0.1}, [normal(4, 5), integers(0, 5, 4)], lambda z, y: cross_entropy(z, y, label_smoothing=0.1))
cases.add('ignored labels', 'crossEntropy', {'ignoreIndex': 0}, [normal(2, 3, 4), torch.tensor([[0, 1, 3], [2, 0, 0]])], lambda z, y: cross_entropy(z, y, ignore_index=0))
weights = lambda random: uniform(0.2, 3, 4)(random)
cases.add('class weights', 'crossEntropy', {}, [normal(5, 4), torch.tensor([0, 3, 1, 1, 2]), weights], cross_entropy, no_grad=[2])
soft = lambda random: torch.tensor([[0.5, 0.25, 0.25], [0, 1, 0]], dtype=torch.float64)
cases.add('probabilities', 'crossEntropy', {}, [normal(2, 3), soft], cross_entropy, no_grad=[1])

logits = F.binary_cross_entropy_with_logits
for name, shape in {'vector': (5,), 'column': (4, 1), 'rank 3': (2, 2, 3), 'scalar': ()}.items():
    cases.add(name, 'binaryCrossEntropyWithLogits', {}, [normal(*shape, scale=2), uniform(0, 1, *shape)], logits)
    cases.add(name, 'binaryCrossEntropy', {}, [uniform(0.1, 0.9, *shape), uniform(0, 1, *shape)], F.binary_cross_entropy, no_grad=[1])
cases.add('hard targets', 'binaryCrossEntropyWithLogits', {}, [normal(6), floats([0, 1, 1, 0, 1, 0])], logits, no_grad=[1])
cases.add('large logits', 'binaryCrossEntropyWithLogits', {}, [floats([1000, -1000, 1000, -1000, 0]), floats([1, 1, 0, 0, 0.5])], logits, no_grad=[1])
# each logarithm is at least −100
cases.add('certain', 'binaryCrossEntropy', {}, [floats([0, 1, 0, 1, 0.25]), floats([0, 1, 1, 0, 0.5])], F.binary_cross_entropy, no_grad=[0, 1])

for name, shape in {'vector': (5,), 'matrix': (3, 4), 'rank 4': (1, 2, 3, 2), 'scalar': ()}.items():
    cases.add(name, 'mse', {}, [normal(*shape), normal(*shape)], F.mse_loss)

# The third input of each pairwise loss, if any, weighs: broadcast, and the mean still divides by how many numbers there are.
def weighed(loss, x, y, w, **options):
    return (loss(x, y, reduction='none', **options) * w).mean()


def log_cosh(x, y):
    d = x - y
    return (d + F.softplus(-2 * d) - math.log(2)).mean()


PAIRS = {'mae': F.l1_loss, 'huber': F.huber_loss, 'smoothL1': F.smooth_l1_loss}
for op, loss in PAIRS.items():
    for name, shape in {'vector': (5,), 'matrix': (3, 4), 'scalar': ()}.items():
        cases.add(name, op, {}, [normal(*shape, scale=2), normal(*shape)], loss)
    for reduction in ('sum', 'none'):
        cases.add(reduction, op, {'reduction': reduction}, [normal(3, 4, scale=2), normal(3, 4)], lambda x, y: loss(x, y, reduction=reduction))
    cases.add('weight', op, {}, [normal(3, 4, scale=2), normal(3, 4), uniform(0, 2, 3, 1)], lambda x, y, w: weighed(loss, x, y, w), no_grad=[2])
    cases.add('large', op, {}, [floats([1e4, -1e4, 1e4, 0]), floats([-1e4, 1e4, 1e4, 0])], loss)
cases.add('delta', 'huber', {'delta': 0.5}, [floats([0.5, -0.5, 2, 0.25, 0]), floats([0, 0, 0, 0, 0])], lambda x, y: F.huber_loss(x, y, delta=0.5))
cases.add('beta', 'smoothL1', {'beta': 0.5}, [floats([0.5, -0.5, 2, 0.25, 0]), floats([0, 0, 0, 0, 0])], lambda x, y: F.smooth_l1_loss(x, y, beta=0.5))
cases.add('beta 0', 'smoothL1', {'beta': 0}, [normal(5), normal(5)], lambda x, y: F.smooth_l1_loss(x, y, beta=0))
cases.add('weight', 'mse', {}, [normal(3, 4), normal(3, 4), uniform(0, 2, 4)], lambda x, y, w: weighed(F.mse_loss, x, y, w), no_grad=[2])
cases.add('sum', 'mse', {'reduction': 'sum'}, [normal(3, 4), normal(3, 4)], lambda x, y: F.mse_loss(x, y, reduction='sum'))
cases.add('none', 'mse', {'reduction': 'none'}, [normal(3, 4), normal(3, 4)], lambda x, y: F.mse_loss(x, y, reduction='none'))
cases.add('large', 'mse', {}, [floats([1e4, -1e4, 0]), floats([-1e4, 1e4, 0])], F.mse_loss)
cases.add('matrix', 'logCosh', {}, [normal(3, 4, scale=2), normal(3, 4)], log_cosh)
cases.add('large', 'logCosh', {}, [floats([1e4, -1e4, 0, 20]), floats([0, 0, 0, -20])], log_cosh)

# huge scores, certain probabilities, a weight for positives and weights for all
right = floats([1, 0, 0, 1, 0.25, 0.5])
cases.add('extremes', 'binaryCrossEntropyWithLogits', {}, [floats([1e4, -1e4, 1e4, -1e4, 1e4, 0]), right], logits, no_grad=[1])
cases.add('extremes', 'binaryCrossEntropy', {}, [floats([1, 0, 1, 0, 0, 1]), right], F.binary_cross_entropy, no_grad=[1])
for op, x, loss in (('binaryCrossEntropyWithLogits', normal(4, 3, scale=2), logits), ('binaryCrossEntropy', uniform(0.1, 0.9, 4, 3), F.binary_cross_entropy)):
    for reduction in ('sum', 'none'):
        cases.add(reduction, op, {'reduction': reduction}, [x, uniform(0, 1, 4, 3)], lambda x, y: loss(x, y, reduction=reduction), no_grad=[1])
    cases.add('weight', op, {}, [x, uniform(0, 1, 4, 3), uniform(0, 2, 3)], lambda x, y, w: loss(x, y, weight=w), no_grad=[1, 2])
cases.add('positives', 'binaryCrossEntropyWithLogits', {'posWeight': 3}, [normal(4, 3), uniform(0, 1, 4, 3)], lambda x, y: logits(x, y, pos_weight=torch.tensor(3.0).double()))
cases.add('huge positives', 'binaryCrossEntropyWithLogits', {'posWeight': 3}, [floats([1e4, -1e4, 1e4, -1e4, 1e4, 0]), right], lambda x, y: logits(x, y, pos_weight=torch.tensor(3.0).double()), no_grad=[1])

ids = lambda random: integers(0, 4, 6)(random)
every = dict(label_smoothing=0.2, ignore_index=1)
some = torch.tensor([0, 1, 3, 2, 1, 3])
for reduction in ('mean', 'sum', 'none'):
    cases.add(f'class weights, {reduction}', 'crossEntropy', {'reduction': reduction}, [normal(6, 4), ids, weights], lambda z, y, w: cross_entropy(z, y, w, reduction=reduction), no_grad=[2])
    cases.add(f'class weights, smoothing, ignored labels, {reduction}', 'crossEntropy', {'labelSmoothing': 0.2, 'ignoreIndex': 1, 'reduction': reduction}, [normal(6, 4), some, weights], lambda z, y, w: cross_entropy(z, y, w, reduction=reduction, **every), no_grad=[2])
    cases.add(f'probabilities, class weights, smoothing, {reduction}', 'crossEntropy', {'labelSmoothing': 0.2, 'reduction': reduction}, [normal(2, 3), soft, lambda random: uniform(0.2, 3, 3)(random)], lambda z, y, w: cross_entropy(z, y, w, reduction=reduction, label_smoothing=0.2), no_grad=[2])
cases.add('smoothing, ignored labels', 'crossEntropy', {'labelSmoothing': 0.2, 'ignoreIndex': 1}, [normal(6, 4), some], lambda z, y: cross_entropy(z, y, **every))
cases.add('a label beyond the classes ignored', 'crossEntropy', {'ignoreIndex': -100}, [normal(4, 3), torch.tensor([0, -100, 2, -100])], cross_entropy)
cases.add('all of one probability', 'crossEntropy', {}, [floats([1e4, -1e4, 0, -1e4, 1e4, -1e4], 2, 3), torch.tensor([1, 1])], cross_entropy)
cases.add('ruled-out classes', 'crossEntropy', {}, [floats([1, -math.inf, 0.5, -math.inf, 2, 1], 2, 3), torch.tensor([2, 1])], cross_entropy)
cases.add('matrix', 'nll', {}, [lambda random: normal(4, 3)(random).log_softmax(1), integers(0, 3, 4)], F.nll_loss)
for reduction in ('mean', 'sum', 'none'):
    cases.add(f'class weights, ignored labels, {reduction}', 'nll', {'ignoreIndex': 1, 'reduction': reduction}, [normal(6, 4), some, weights], lambda z, y, w: F.nll_loss(z, y, w, reduction=reduction, ignore_index=1), no_grad=[2])
cases.add('class numbers', 'categoricalCrossEntropy', {}, [uniform(0.1, 0.9, 4, 3), integers(0, 3, 4)], lambda p, y: F.nll_loss(p.log(), y))
cases.add('class weights', 'categoricalCrossEntropy', {}, [uniform(0.1, 0.9, 6, 4), some, weights], lambda p, y, w: F.nll_loss(p.log(), y, w), no_grad=[2])
cases.add('probabilities', 'categoricalCrossEntropy', {}, [uniform(0.1, 0.9, 2, 3), soft], lambda p, y: -(y * p.log()).sum(-1).mean(), no_grad=[1])
cases.add('certain', 'categoricalCrossEntropy', {'reduction': 'none'}, [floats([0, 1, 0, 1, 0, 0], 2, 3), torch.tensor([0, 0])], lambda p, y: -p.gather(1, y[:, None])[:, 0].log().clamp(min=-100), no_grad=[0])

for name, alpha, gamma in (('default', 0.25, 2), ('no alpha', None, 2), ('gamma 0', 0.25, 0), ('gamma 1', 0.75, 1), ('gamma below 1', 0.25, 0.5)):
    f = lambda x, y: sigmoid_focal_loss(x, y, -1 if alpha is None else alpha, gamma, 'mean')
    cases.add(name, 'focal', {'alpha': alpha, 'gamma': gamma}, [normal(4, 3, scale=2), uniform(0, 1, 4, 3)], f)
cases.add('large scores', 'focal', {}, [floats([1e4, -1e4, 1e4, -1e4, 0]), floats([1, 1, 0, 0, 1])], lambda x, y: sigmoid_focal_loss(x, y, reduction='mean'), no_grad=[1])

log_q = lambda *shape: lambda random: normal(*shape)(random).log_softmax(-1)
p = lambda *shape: lambda random: normal(*shape)(random).softmax(-1)
cases.add('matrix', 'klDivergence', {}, [log_q(4, 3), p(4, 3)], lambda q, p: F.kl_div(q, p, reduction='batchmean'))
cases.add('rank 3, none', 'klDivergence', {'reduction': 'none'}, [log_q(2, 2, 3), p(2, 2, 3)], lambda q, p: F.kl_div(q, p, reduction='none').sum(-1))
cases.add('sum', 'klDivergence', {'reduction': 'sum'}, [log_q(4, 3), p(4, 3)], lambda q, p: F.kl_div(q, p, reduction='sum'))
cases.add('logarithms', 'klDivergence', {'logTarget': True}, [log_q(4, 3), log_q(4, 3)], lambda q, p: F.kl_div(q, p, reduction='batchmean', log_target=True))
cases.add('no probability', 'klDivergence', {}, [log_q(2, 3), soft], lambda q, p: F.kl_div(q, p, reduction='batchmean'), no_grad=[1])

signs = floats([1, -1, 1, -1, 1])
cases.add('vector', 'hinge', {}, [floats([0.5, 0.5, 2, -2, -3]), signs], lambda x, y: F.relu(1 - x * y).mean())
cases.add('squared', 'hinge', {'squared': True, 'margin': 2}, [floats([0.5, 0.5, 2, -3, -3]), signs], lambda x, y: (F.relu(2 - x * y) ** 2).mean())
for name, options, ours in (('matrix', {}, {}), ('squared', {'p': 2}, {'squared': True}), ('margin', {'margin': 0.5}, {'margin': 0.5}), ('none', {'reduction': 'none'}, {'reduction': 'none'})):
    cases.add(name, 'multiClassHinge', ours, [normal(5, 4), integers(0, 4, 5)], lambda x, y: F.multi_margin_loss(x, y, **options))
cases.add('class weights', 'multiClassHinge', {}, [normal(5, 4), torch.tensor([0, 3, 1, 1, 2]), weights], lambda x, y, w: F.multi_margin_loss(x, y, weight=w), no_grad=[2])

cases.add('matrix', 'cosineEmbedding', {'margin': 0.1}, [normal(5, 3), normal(5, 3), signs], lambda a, b, y: F.cosine_embedding_loss(a, b, y, margin=0.1), no_grad=[2])
cases.add('a zero vector', 'cosineEmbedding', {'reduction': 'none'}, [floats([0, 0, 1, 2], 2, 2), floats([1, 1, 1, 2], 2, 2), floats([1, 1])], lambda a, b, y: F.cosine_embedding_loss(a, b, y, reduction='none'), no_grad=[0, 1, 2])
for name, options in {'default': {}, 'p 1': {'p': 1}, 'p 3': {'p': 3}, 'swap': {'swap': True}, 'margin, sum': {'margin': 0.2, 'reduction': 'sum'}, 'none': {'reduction': 'none'}}.items():
    cases.add(name, 'tripletMargin', options, [normal(6, 3), normal(6, 3), normal(6, 3)], lambda a, p, n: F.triplet_margin_loss(a, p, n, **options))


def info_nce(q, k, negatives=None, temperature=0.1, symmetric=False):
    q, k = F.normalize(q), F.normalize(k)
    among = k if negatives is None else torch.cat([k, F.normalize(negatives)])
    own = torch.arange(len(q))
    loss = F.cross_entropy(q @ among.T / temperature, own)
    return (loss + F.cross_entropy(k @ q.T / temperature, own)) / 2 if symmetric else loss


cases.add('default', 'infoNce', {}, [normal(4, 3), normal(4, 3)], info_nce)
cases.add('temperature', 'infoNce', {'temperature': 0.5, 'symmetric': True}, [normal(4, 3), normal(4, 3)], lambda q, k: info_nce(q, k, temperature=0.5, symmetric=True))
cases.add('negatives', 'infoNce', {'temperature': 0.5}, [normal(3, 4), normal(3, 4), normal(5, 4)], lambda q, k, n: info_nce(q, k, n, 0.5))


def dice(p, y, smooth=1.0):
    space = tuple(range(2, p.ndim))
    return (1 - (2 * (p * y).sum(space) + smooth) / (p.sum(space) + y.sum(space) + smooth)).mean()


cases.add('images', 'dice', {}, [uniform(0, 1, 2, 2, 3, 3), lambda random: booleans(2, 2, 3, 3)(random).double()], dice)
cases.add('smooth', 'dice', {'smooth': 0.1}, [uniform(0, 1, 1, 3, 4), uniform(0, 1, 1, 3, 4)], lambda p, y: dice(p, y, 0.1))
cases.add('nothing there', 'dice', {}, [floats([0, 0, 0, 0, 1, 1, 0, 0], 2, 1, 4), floats([0, 0, 0, 0, 1, 1, 0, 0], 2, 1, 4)], dice)

for name, options in {'default': {}, 'full': {'full': True}, 'epsilon': {'eps': 0.5}, 'none': {'reduction': 'none'}}.items():
    cases.add(name, 'gaussianNll', {'epsilon' if k == 'eps' else k: v for k, v in options.items()}, [normal(3, 2), normal(3, 2), uniform(0.1, 2, 3, 2)], lambda m, y, v: F.gaussian_nll_loss(m, y, v, **options))
cases.add('no variance', 'gaussianNll', {'epsilon': 0.01}, [floats([1, 2, 3]), floats([1.5, 2, 3]), floats([0, 0, 0.005])], lambda m, y, v: F.gaussian_nll_loss(m, y, v, eps=0.01))


# Through the logarithms of the softmax: PyTorch's gradient for its input is right only behind one.
def ctc(z, y, inputs=None, labels=None, **options):
    t, n = z.shape[:2]
    inputs = torch.full((n,), t) if inputs is None else inputs
    labels = torch.full((n,), y.shape[1]) if labels is None else labels
    return F.ctc_loss(z.log_softmax(-1), y, inputs, labels, **options)


for name, t, y, inputs, labels, options in (
    ('default', 6, [[1, 2, 3], [2, 2, 1]], None, None, {}),
    ('sum', 6, [[1, 2, 3], [2, 2, 1]], None, None, {'reduction': 'sum'}),
    ('none', 6, [[1, 2, 3], [2, 2, 1]], None, None, {'reduction': 'none'}),
    ('lengths', 7, [[1, 2, 3], [2, 2, 1], [3, 0, 0], [1, 1, 2]], [7, 5, 3, 6], [3, 3, 1, 2], {}),
    ('another blank', 5, [[0, 1], [3, 3]], None, None, {'blank': 2}),
    ('no labels', 4, [[1, 2], [3, 1]], None, [0, 2], {}),
    ('just long enough', 3, [[1, 2, 3], [1, 1, 0]], None, [3, 2], {}),
    ('one step', 1, [[2], [1]], None, None, {}),
    ('impossible, zero', 3, [[1, 1, 2], [1, 2, 3]], None, None, {'zero_infinity': True}),
):
    ints = lambda v: None if v is None else torch.tensor(v)
    cases.add(name, 'ctc', {'zeroInfinity' if k == 'zero_infinity' else k: v for k, v in options.items()}, [normal(t, len(y), 4), torch.tensor(y), ints(inputs), ints(labels)], lambda z, y, i, l: ctc(z, y, i, l, **options))
cases.add('large logits', 'ctc', {}, [lambda random: normal(5, 2, 4)(random) * 1e4, torch.tensor([[1, 2], [3, 3]])], ctc)
cases.add('impossible', 'ctc', {'reduction': 'none'}, [normal(3, 2, 4), torch.tensor([[1, 1, 2], [1, 2, 3]])], lambda z, y: ctc(z, y, reduction='none'), no_grad=[0])
cases.add('long', 'ctc', {}, [normal(60, 2, 6), integers(1, 6, 2, 20), None, torch.tensor([20, 11])], ctc)

cases.write()
