"""torchvision/: whole models with random weights, their logits and gradients, as safetensors. Run: /usr/bin/python3 private/golden/torchvision_models.py (PyTorch 1.13.1, torchvision 0.14.1)

Without arguments: small ones of the same make, beside this file. With a folder and names: the real ones, of which it keeps 512 numbers of each gradient, of the small ones 48: half the largest, half any.
"""
import pathlib
import sys

import numpy
import torch
from torch import nn
from torchvision import models
from torchvision.models.resnet import BasicBlock
from torchvision.ops.misc import Conv2dNormActivation

import safetensors
from golden import HERE, generator


def narrow_resnet18(width):
    model = models.resnet18(num_classes=5)
    model.inplanes = width
    model.conv1, model.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
    for i in range(4):
        setattr(model, f'layer{i + 1}', model._make_layer(BasicBlock, width * 2 ** i, 2, stride=1 if i == 0 else 2))
    model.fc = nn.Linear(8 * width, 5)
    return model


def narrow_vgg11_bn(width, hidden):
    plan = [v if v == 'M' else v * width // 64 for v in models.vgg.cfgs['A']]
    model = models.vgg.VGG(models.vgg.make_layers(plan, batch_norm=True), num_classes=5)
    model.classifier = nn.Sequential(nn.Linear(8 * width * 49, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, 5))
    return model


def narrow_mobilenet_v2(last):
    model = models.MobileNetV2(num_classes=5, width_mult=0.0625, round_nearest=2)
    model.features[-1] = Conv2dNormActivation(model.features[-1][0].in_channels, last, kernel_size=1, activation_layer=nn.ReLU6)
    model.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, 5))
    return model


class Whole(nn.Module):
    """A layer whose answer has several parts: the first."""
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


SMALL = {
    'resnet18': (lambda: narrow_resnet18(2), (2, 3, 32, 32)),
    'vgg11_bn': (lambda: narrow_vgg11_bn(2, 8), (2, 3, 32, 32)),
    'mobilenet_v2': (lambda: narrow_mobilenet_v2(16), (2, 3, 32, 32)),
    'vit_b_16': (lambda: models.VisionTransformer(image_size=8, patch_size=4, num_layers=2, num_heads=2, hidden_dim=8, mlp_dim=12, num_classes=5), (2, 3, 8, 8)),
    'lstm': (lambda: Whole(nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)), (2, 5, 3)),
    'transformer_encoder': (lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2, nn.LayerNorm(8)), (2, 4, 8)),
}
REAL = {
    'resnet18': (models.resnet18, (2, 3, 64, 64)),
    'vgg11_bn': (models.vgg11_bn, (1, 3, 64, 64)),
    'mobilenet_v2': (models.mobilenet_v2, (2, 3, 64, 64)),
    'vit_b_16': (models.vit_b_16, (1, 3, 224, 224)),
}


def save(folder, name, make, shape, kept):
    torch.manual_seed(7)
    model = make()
    random = generator(f'torchvision {name}')
    draw = lambda t: torch.from_numpy(random.standard_normal(tuple(t.shape)).astype(numpy.float32))
    with torch.no_grad():
        for path, t in model.state_dict().items():  # what starts at one number shows nothing
            if path.endswith('running_var'):
                t.copy_(1 + 0.3 * draw(t).abs())
            elif path.endswith('running_mean') or t.dtype == torch.float32 and t.dim() == 1:
                t.add_(0.1 * draw(t))
            elif path in ('class_token', 'heads.head.weight'):
                t.add_(0.1 * draw(t))
    weights = {k: v.clone().numpy() for k, v in model.state_dict().items()}
    x = torch.from_numpy(random.standard_normal(shape).astype(numpy.float32))
    model = model.double().eval()
    logits = model(x.double())
    cotangent = torch.from_numpy(random.standard_normal(tuple(logits.shape)).astype(numpy.float32))
    (logits * cotangent).sum().backward()
    expected = {'input': x.numpy(), 'logits': logits.detach().float().numpy(), 'cotangent': cotangent.numpy()}
    for path, p in model.named_parameters():
        g = p.grad.reshape(-1)
        order = torch.argsort(-g.abs()).numpy()  # the largest, and some of the others
        at = numpy.concatenate([order[:kept // 2], random.permutation(order[kept // 2:])[:kept // 2]]).astype(numpy.int32)
        expected[f'at/{path}'], expected[f'grad/{path}'] = at, g.float().numpy()[at]
    folder.mkdir(parents=True, exist_ok=True)
    owner = 'layer.' if isinstance(model, Whole) else ''
    strip = lambda tensors: {k.replace(f'/{owner}', '/').removeprefix(owner) if owner else k: v for k, v in tensors.items()}
    for kind, tensors in (('expected', expected), ('weights', weights)):  # whoever finds the weights finds all of both
        part = folder / f'{name}.part'
        safetensors.save(part, strip(tensors))
        part.replace(folder / f'{name}.{kind}.safetensors')


if len(sys.argv) > 1:
    for name in sys.argv[2:]:
        save(pathlib.Path(sys.argv[1]), name, *REAL[name], 512)
else:
    for name, small in SMALL.items():
        save(HERE / 'torchvision', name, *small, 48)
