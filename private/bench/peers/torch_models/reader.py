import torch
from torch import nn

from .classifier import classifier


class LstmReader(nn.Module):
    def __init__(self, words, e, hidden):
        super().__init__()
        self.embed = nn.Embedding(words, e)
        self.lstm = nn.LSTM(e, hidden)
        self.out = nn.Linear(hidden, 2)

    def forward(self, ids):  # [n, t]
        _, (h, _) = self.lstm(self.embed(ids.t()))
        return self.out(h[0])


class GruReader(nn.Module):
    def __init__(self, words, e, hidden):
        super().__init__()
        self.embed = nn.Embedding(words, e)
        self.gru = nn.GRU(e, hidden, bidirectional=True)
        self.out = nn.Linear(2 * hidden, 2)

    def forward(self, ids):  # [n, t]
        _, h = self.gru(self.embed(ids.t()))
        return self.out(torch.cat([h[0], h[1]], 1))


def lstm(sizes):
    return LstmReader(sizes['words'], sizes['e'], sizes['hidden']), classifier


def bigru(sizes):
    return GruReader(sizes['words'], sizes['e'], sizes['hidden']), classifier
