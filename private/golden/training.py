"""
training.json: losses of 20 Adam steps of six models; training/*.safetensors: the weights they start from and their batches.
Run: /usr/bin/python3 private/golden/training.py (PyTorch 1.13.1)
"""
import copy

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from golden import HERE, TORCH, generator, number, numbers, write
from safetensors import save
from squares import Rng

STEPS, BATCHES, LR = 20, 4, 1e-2
torch.set_num_threads(1)


class Mlp(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(F.relu(x) if i else x)
        return x


class Dropout(nn.Module):
    """Keeps where a draw of the stream of seed 1 is below 1 − p."""

    def __init__(self, p):
        super().__init__()
        self.p, self.rng = p, Rng(1)

    def forward(self, x):
        kept = torch.from_numpy(self.rng.uniform(*x.shape) < numpy.float32(1 - self.p))
        return x * kept / (1 - self.p)


class Cnn(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=2)
        self.drop = Dropout(0.25)
        self.out = nn.Linear(width * 4, 10)

    def forward(self, x):  # [n, 1, 12, 12]
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)  # [n, 4, 6, 6]
        x = self.drop(F.relu(self.conv2(x)))  # [n, 4, 2, 2]
        return self.out(x.flatten(1))


class Reader(nn.Module):
    def __init__(self, words=20, e=6, hidden=8):
        super().__init__()
        self.embed = nn.Embedding(words, e)
        self.lstm = nn.LSTM(e, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, ids):  # [n, t]
        _, (h, _) = self.lstm(self.embed(ids.T))
        return self.out(h[0])


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(d)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(d)
        self.up = nn.Linear(d, 4 * d)
        self.down = nn.Linear(4 * d, d)

    def forward(self, x, blocked):  # [n, t, d]
        y = self.norm1(x)
        x = x + self.attn(y, y, y, attn_mask=blocked, need_weights=False)[0]
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, words=11, t=6, d=8, heads=2, depth=2):
        super().__init__()
        self.token = nn.Embedding(words, d)
        self.position = nn.Embedding(t, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, words)

    def forward(self, ids):  # [n, t]
        blocked = torch.ones(ids.shape[1], ids.shape[1]).triu(1).bool()
        x = self.token(ids) + self.position.weight
        for block in self.blocks:
            x = block(x, blocked)
        return self.head(self.norm(x))


class BasicBlock(nn.Module):
    def __init__(self, c, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(c, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride > 1:
            self.downsample = nn.Sequential(nn.Conv2d(c, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if hasattr(self, 'downsample') else x))


class ResNet8(nn.Module):
    """The names are torchvision's."""

    def __init__(self, widths=(8, 16, 32)):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.layer1 = nn.Sequential(BasicBlock(widths[0], widths[0], 1))
        self.layer2 = nn.Sequential(BasicBlock(widths[0], widths[1], 2))
        self.layer3 = nn.Sequential(BasicBlock(widths[1], widths[2], 2))
        self.fc = nn.Linear(widths[2], 10)

    def forward(self, x):  # [n, 3, 16, 16]
        x = F.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = Mlp(4, 16, 6)
        self.d = Mlp(6, 16, 1)


def classifier_step(model, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def step(x, y):
        logits = model(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return {'loss': loss}

    return step


def gan_step(model, lr):
    """One z of the stream of seed 3 for both updates; the generator's loss sees the discriminator already updated."""
    rng = Rng(3)
    d_optimizer, g_optimizer = (torch.optim.Adam(m.parameters(), lr=lr) for m in (model.d, model.g))
    bce = F.binary_cross_entropy_with_logits

    def update(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    def step(x, _):
        z = torch.from_numpy(rng.normal(len(x), 4)).to(x.dtype)
        real, fake = model.d(x), model.d(model.g(z))
        d = update(d_optimizer, bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake)))
        fake = model.d(model.g(z))
        g = update(g_optimizer, bce(fake, torch.ones_like(fake)))
        return {'d': d, 'g': g}

    return step


# model, one step, x's shape, of how many words, y's shape, classes, a seed far from kinks (see below)
MODELS = {
    'mlp': (lambda: Mlp(8, 16, 4), classifier_step, (8, 8), None, (8,), 4, 54),
    'cnn': (Cnn, classifier_step, (4, 1, 12, 12), None, (4,), 10, 55),
    'lstm': (Reader, classifier_step, (4, 7), 20, (4,), 2, 1),
    'gpt': (Gpt, classifier_step, (3, 6), 11, (3, 6), 11, 1),
    'resnet8': (ResNet8, classifier_step, (4, 3, 16, 16), None, (4,), 10, 564),
    'gan': (Gan, gan_step, (8, 6), None, (8,), 2, 24),
}

def train(model, step_of, xs, ys, dtype):
    """The losses of each step by name."""
    losses = {}
    step = step_of(model.to(dtype), LR)
    for i in range(STEPS):
        x, y = torch.from_numpy(xs[i % BATCHES]), torch.from_numpy(ys[i % BATCHES]).long()
        for key, loss in step(x.to(dtype) if x.is_floating_point() else x.long(), y).items():
            losses.setdefault(key, []).append(loss.item())
    return losses


def shaken(model, seed):
    """A copy whose weights differ by about one rounding."""
    other, noise = copy.deepcopy(model), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in other.parameters():
            p.mul_(1 + 1e-7 * torch.randn(p.shape, generator=noise))
    return other


entries = []
for name, (make, step_of, x_shape, words, y_shape, classes, seed) in MODELS.items():
    random = generator(f'training/{name}/{seed}')
    torch.manual_seed(seed)
    model = make()
    xs = random.standard_normal((BATCHES, *x_shape)).astype(numpy.float32) if words is None else random.randint(0, words, (BATCHES, *x_shape)).astype(numpy.int32)
    ys = random.randint(0, classes, (BATCHES, *y_shape)).astype(numpy.int32)
    save(HERE / f'training/{name}.weights.safetensors', {k: v.numpy() for k, v in model.state_dict().items()})
    save(HERE / f'training/{name}.batches.safetensors', {'x': xs, 'y': ys})

    exact, trained = copy.deepcopy(model).double(), copy.deepcopy(model)
    truth, losses = train(exact, step_of, xs, ys, torch.float64), train(trained, step_of, xs, ys, torch.float32)
    # Where a ReLU's input or a first gradient is nearly 0, rounding decides its sign, and two right engines part by 1e-3.
    trials = [losses] + [train(shaken(model, i), step_of, xs, ys, torch.float32) for i in range(10)]
    worst = max(abs(a - b) for t in trials for k in truth for a, b in zip(t[k], truth[k]))
    parameters = sum(p.numel() for p in model.parameters())
    print(f'{name:8} {parameters:6} parameters, loss', {k: (round(v[0], 3), round(v[-1], 3)) for k, v in truth.items()}, f'worst of {len(trials)} trials {worst:.1e}')
    assert worst < 1e-6, 'choose another seed'
    # the mean that the CNN's norm follows contains a bias without gradient, which Adam moves by rounding errors
    buffers = {k: numbers(v) for k, v in exact.named_buffers() if v.is_floating_point() and k != 'norm.running_mean'}
    rounded = lambda table: {k: [number(v) for v in column] for k, column in table.items()}
    entries.append({'name': name, 'lr': LR, 'parameters': parameters, 'losses': rounded(losses), 'float64': rounded(truth), 'buffers': buffers})
write('training.json', {'torch': TORCH, 'optimizer': 'adam', 'steps': STEPS, 'batches': BATCHES}, models=entries)
