"""losses.json: cross-entropy, binary cross-entropy, mean squared error. Run: /usr/bin/python3 private/golden/losses.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F

from golden import Cases, floats, integers, normal, uniform

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

cases.write()
