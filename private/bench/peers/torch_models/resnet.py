import torch.nn.functional as F
from torch import nn
from torchvision.models import resnet as torchvision

from .classifier import classifier


class BasicBlock(nn.Module):
    def __init__(self, c, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(c, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.downsample = nn.Sequential(nn.Conv2d(c, width, 1, stride, bias=False), nn.BatchNorm2d(width)) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


def resnet(sizes):
    a, b, c = sizes['widths']
    stem = [nn.Conv2d(3, a, 3, 1, 1, bias=False), nn.BatchNorm2d(a), nn.ReLU()]
    blocks = [BasicBlock(a, a, 1), BasicBlock(a, b, 2), BasicBlock(b, c, 2)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10)), classifier


def resnet18(sizes):
    """torchvision's; of another width, made of its parts."""
    width, classes = sizes['width'], sizes['classes']
    model = torchvision.resnet18(num_classes=classes)
    if width != 64:
        model.inplanes = width
        model.conv1, model.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        for i in range(4):
            setattr(model, f'layer{i + 1}', model._make_layer(torchvision.BasicBlock, width * 2 ** i, 2, stride=1 if i == 0 else 2))
        model.fc = nn.Linear(8 * width, classes)
    return model, classifier
