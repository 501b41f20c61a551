"""
bench.json: losses of 20 steps of the benchmark's models, small; bench/*.safetensors: the weights they start from and their batches.
The models are those that the benchmark races against: private/bench/peers/torch_models.
Run: /usr/bin/python3 private/golden/bench.py (PyTorch 1.13.1, torchvision 0.14.1)
"""
import copy
import sys

import numpy
import torch

from golden import HERE, TORCH, generator, number, write
from safetensors import save

sys.dont_write_bytecode = True
sys.path.append(str(HERE.parent / 'bench/peers'))
from torch_models import MODELS

STEPS = 20
torch.set_num_threads(1)

images = lambda n, c, size, classes: {'x': ((n, c, size, size), None), 'y': ((n,), classes)}
texts = lambda n, t, words: {'x': ((n, t), words), 'y': ((n,), 2)}
reader = {'n': 4, 't': 7, 'words': 20, 'e': 6, 'hidden': 8}
# sizes, shapes of the inputs and below what their whole numbers stay, how many batches, a seed far from kinks (see below)
SMALL = {
    'mlp': ({'n': 8, 'widths': [8, 16, 4]}, {'x': ((8, 8), None), 'y': ((8,), 4)}, 4, 0),
    'cnn': ({'n': 4, 'size': 14, 'channels': [1, 4, 16], 'hidden': 8}, images(4, 1, 14, 10), 4, 0),
    'cifar': ({'n': 4, 'size': 18, 'channels': [3, 4, 16, 16], 'hidden': 8}, images(4, 3, 18, 10), 4, 0),
    'lstm': (reader, texts(4, 7, 20), 4, 0),
    'gpt': ({'n': 3, 't': 6, 'words': 11, 'd': 8, 'heads': 2, 'depth': 2}, {'x': ((3, 6), 11), 'y': ((3, 6), 11)}, 4, 0),
    'resnet': ({'n': 4, 'size': 12, 'widths': [8, 16, 16]}, images(4, 3, 12, 10), 4, 4),
    'resnet18': ({'n': 8, 'size': 32, 'width': 4, 'classes': 5}, images(8, 3, 32, 5), 2, 5),
    'vit': ({'n': 4, 'size': 8, 'patch': 4, 'd': 8, 'heads': 2, 'depth': 2}, images(4, 3, 8, 10), 4, 3),
    'bigru': (reader, texts(4, 7, 20), 4, 0),
    'seq2seq': ({'n': 3, 'source': 5, 'target': 4, 'words': 11, 'e': 6, 'hidden': 8}, {'source': ((3, 5), 11), 'target': ((3, 5), 11)}, 4, 0),
    'dcgan': ({'n': 4, 'size': 8, 'z': 6, 'width': 8}, {'image': ((4, 1, 8, 8), None), 'z': ((4, 6), None)}, 4, 0),
    'dqn': ({'n': 8, 'observation': 4, 'actions': 2, 'hidden': 16}, {
        'state': ((8, 4), None), 'action': ((8,), 2), 'reward': ((8,), None), 'next': ((8, 4), None), 'done': ((8,), 2),
    }, 4, 0),
}


def train(model, make_step, batches, dtype):
    """The losses of each step by name."""
    losses = {}
    step = make_step(model.to(dtype), torch.optim.Adam)
    typed = lambda array: torch.from_numpy(array).to(dtype if array.dtype == numpy.float32 else torch.int64)
    count = len(next(iter(batches.values())))
    for i in range(STEPS):
        for key, loss in step({k: typed(v[i % count]) for k, v in batches.items()}).items():
            losses.setdefault(key, []).append(loss.item())
    return losses


def shaken(model, seed):
    """A copy whose weights differ by about two roundings."""
    other, noise = copy.deepcopy(model), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in other.parameters():
            p.mul_(1 + 2e-7 * torch.randn(p.shape, generator=noise))
    return other


def attempt(name, sizes, inputs, count, seed):
    random = generator(f'bench/{name}/{seed}')
    torch.manual_seed(seed)
    model, make_step = MODELS[name](sizes)
    if name == 'dqn':
        model['target'].load_state_dict(model['online'].state_dict())
    draw = lambda shape, below: random.standard_normal((count, *shape)).astype(numpy.float32) if below is None else random.randint(0, below, (count, *shape)).astype(numpy.int32)
    batches = {k: draw(*spec) for k, spec in inputs.items()}
    exact, trained = copy.deepcopy(model).double(), copy.deepcopy(model)
    truth, losses = train(exact, make_step, batches, torch.float64), train(trained, make_step, batches, torch.float32)
    # Where a ReLU's input or a first gradient is nearly 0, rounding decides its sign, and two right engines part.
    trials = [losses] + [train(shaken(model, i), make_step, batches, torch.float32) for i in range(10)]
    worst = max(abs(a - b) for t in trials for k in truth for a, b in zip(t[k], truth[k]))
    return model, batches, exact, truth, losses, worst


def main():
    entries = []
    (HERE / 'bench').mkdir(exist_ok=True)
    for name, (sizes, inputs, count, seed) in SMALL.items():
        model, batches, exact, truth, losses, worst = attempt(name, sizes, inputs, count, seed)
        parameters = sum(p.numel() for p in model.parameters())
        print(f'{name:8} {parameters:6} parameters, loss', {k: (round(v[0], 3), round(v[-1], 3)) for k, v in truth.items()}, f'worst {worst:.1e}', flush=True)
        assert worst < 4e-6, 'choose another seed'
        save(HERE / f'bench/{name}.weights.safetensors', {k: v.numpy() for k, v in model.state_dict().items() if v.is_floating_point()})
        save(HERE / f'bench/{name}.batches.safetensors', batches)
        rounded = lambda table: {k: [number(v) for v in column] for k, column in table.items()}
        entries.append({'name': name, 'sizes': sizes, 'parameters': parameters, 'losses': rounded(losses), 'float64': rounded(truth)})
    write('bench.json', {'torch': TORCH, 'steps': STEPS}, models=entries)


if __name__ == '__main__':
    main()
