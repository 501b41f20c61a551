from torch import nn

from .classifier import classifier


def convolutional(size, channels, hidden):
    """Conv, ReLU and pooling for each width but a third, which is not pooled."""
    layers = []
    for i, (c, width) in enumerate(zip(channels, channels[1:])):
        layers += [nn.Conv2d(c, width, 3), nn.ReLU()] + ([nn.MaxPool2d(2)] if i < 2 else [])
        size = (size - 2) // 2 if i < 2 else size - 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * size * size, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def cnn(sizes):
    return convolutional(sizes['size'], sizes['channels'], sizes['hidden']), classifier


cifar = cnn
