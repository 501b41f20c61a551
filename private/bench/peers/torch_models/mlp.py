from torch import nn

from .classifier import classifier


def linears(*widths):
    layers = [layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def mlp(sizes):
    return linears(*sizes['widths']), classifier
