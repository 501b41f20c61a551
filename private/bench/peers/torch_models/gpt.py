import math

import torch
import torch.nn.functional as F
from torch import nn

from .classifier import classifier


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.norm2 = nn.LayerNorm(d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask):  # [n, t, d]
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q * (1 / math.sqrt(d // self.heads)) @ k.transpose(-1, -2) + mask, -1)
        x = x + self.proj((weights @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, words, t, d, heads, depth):
        super().__init__()
        self.token, self.position = nn.Embedding(words, d), nn.Embedding(t, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, words)
        self.register_buffer('mask', torch.full((t, t), -1e9).triu(1), persistent=False)

    def forward(self, ids):  # [n, t]
        x = self.token(ids) + self.position.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def gpt(sizes):
    return Gpt(*(sizes[k] for k in ('words', 't', 'd', 'heads', 'depth'))), classifier
