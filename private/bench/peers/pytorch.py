"""
PyTorch as a peer of the benchmark: pytorch.py MODEL THREADS WARMUPS [channels_last] [foreach]
Says READY and what it runs, then answers each line with a number n by a JSON list of the milliseconds of n training steps.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def linears(*sizes):
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def convolutional(channels, widths, flat, hidden):
    """Conv, ReLU and pooling for each width but a third, which is not pooled."""
    layers, c = [], channels
    for i, width in enumerate(widths):
        layers += [nn.Conv2d(c, width, 3), nn.ReLU()] + ([nn.MaxPool2d(2)] if i < 2 else [])
        c = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, hidden), nn.ReLU(), nn.Linear(hidden, 10))


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10000, 64)
        self.lstm = nn.LSTM(64, 128)
        self.out = nn.Linear(128, 2)

    def forward(self, ids):  # [n, t]
        _, (h, _) = self.lstm(self.embed(ids.t()))
        return self.out(h[0])


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask):  # [n, t, d]
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q * (1 / math.sqrt(d // self.heads)) @ k.transpose(-1, -2) + mask, -1)
        x = x + self.proj((weights @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, words=65, t=64, d=128, heads=4, depth=4):
        super().__init__()
        self.token, self.position = nn.Embedding(words, d), nn.Embedding(t, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, words)
        self.register_buffer('mask', torch.full((t, t), -1e9).triu(1), persistent=False)

    def forward(self, ids):  # [n, t]
        x = self.token(ids) + self.position.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x)).flatten(0, 1)


class BasicBlock(nn.Module):
    def __init__(self, c, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(c, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.downsample = nn.Sequential(nn.Conv2d(c, width, 1, stride, bias=False), nn.BatchNorm2d(width)) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


def resnet():
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    blocks = [BasicBlock(16, 16, 1), BasicBlock(16, 32, 2), BasicBlock(32, 64, 2)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


# model, x's shape, how many words where x is text, labels' shape, classes
MODELS = {
    'mlp': (lambda: linears(784, 512, 256, 10), (128, 784), None, (128,), 10),
    'cnn': (lambda: convolutional(1, (32, 64), 1600, 128), (128, 1, 28, 28), None, (128,), 10),
    'cifar': (lambda: convolutional(3, (32, 64, 64), 1024, 64), (64, 3, 32, 32), None, (64,), 10),
    'lstm': (Reader, (32, 80), 10000, (32,), 2),
    'gpt': (Gpt, (32, 64), 65, (32, 64), 65),
    'tiny': (lambda: linears(4, 64, 2), (32, 4), None, (32,), 2),
    'big': (lambda: linears(784, 2048, 4096, 10), (128, 784), None, (128,), 10),
    'resnet': (resnet, (64, 3, 32, 32), None, (64,), 10),
}


def main(name, threads, warmups, *options):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    make, x_shape, words, y_shape, classes = MODELS[name]
    model = make()
    draw = lambda: torch.randn(x_shape) * 0.5 if words is None else torch.randint(words, x_shape)
    batches = [(draw(), torch.randint(classes, y_shape).flatten()) for _ in range(4)]
    if 'channels_last' in options:
        model = model.to(memory_format=torch.channels_last)
        batches = [(x.contiguous(memory_format=torch.channels_last), y) for x, y in batches]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, foreach='foreach' in options)
    done = 0

    def step():
        nonlocal done
        x, y = batches[done % 4]
        done += 1
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(int(warmups)):
        loss = step()
    info = {'versions': {'torch': torch.__version__, 'python': sys.version.split()[0]}, 'parameters': sum(p.numel() for p in model.parameters()), 'loss': loss}
    print('READY', json.dumps(info), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        print(json.dumps(times), flush=True)


main(*sys.argv[1:])
