"""vision/: the classifiers of packages/vision as torchvision makes them, with random weights, their scores, and the loss and gradients of one step of training. Run: /usr/bin/python3 private/golden/vision_models.py (PyTorch 1.13.1, torchvision 0.14.1)

Without arguments: narrow ones, beside this file, of which it keeps 24 numbers of each gradient. With a folder and names: the real ones, 256 numbers of each. Half of them are the largest, half any. The real ones' batch norms keep to their running statistics: with those of the batch, PyTorch's own float32 ends a hundredth from its float64. Where a gradient is nothing, as that of a bias before a batch norm, there is none.
"""
import copy
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

import safetensors
from golden import HERE, generator

CLASSES = 5
ZERO = 1e-10  # the gradient of a bias before a batch norm, and of nothing else


def narrowed(model, factor):
    """Every number of channels divided, but for the picture's and the classes'."""
    part = lambda n, ends=(3,): n if n in ends else math.ceil(n / factor)
    for owner in list(model.modules()):
        for name, m in list(owner.named_children()):
            if isinstance(m, nn.Conv2d):
                setattr(owner, name, nn.Conv2d(part(m.in_channels), part(m.out_channels), m.kernel_size, m.stride, m.padding, bias=m.bias is not None))
            elif isinstance(m, nn.BatchNorm2d):
                setattr(owner, name, nn.BatchNorm2d(part(m.num_features), eps=m.eps))
            elif isinstance(m, nn.Linear):
                setattr(owner, name, nn.Linear(part(m.in_features), part(m.out_features, (CLASSES,))))
    return model


def narrow_resnet(layers, block, width):
    model = models.ResNet(block, layers, num_classes=CLASSES)
    model.inplanes = width
    model.conv1, model.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
    for i, count in enumerate(layers):
        setattr(model, f'layer{i + 1}', model._make_layer(block, width * 2 ** i, count, stride=1 if i == 0 else 2))
    model.fc = nn.Linear(8 * width * block.expansion, CLASSES)
    return model


class CifarBlock(models.resnet.BasicBlock):
    """With the shortcut that has no parameters."""
    def forward(self, x):
        h = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        more = h.shape[1] - x.shape[1]
        return F.relu(h + (F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, more // 2, more - more // 2)) if more else x))


class CifarResNet(nn.Module):
    """He et al., 2015, section 4.2."""
    def __init__(self, depth, w=16):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, w, 3, padding=1, bias=False), nn.BatchNorm2d(w)
        stage = lambda a, b: nn.Sequential(*[CifarBlock(b if i else a, b, 1 if i or a == b else 2) for i in range((depth - 2) // 6)])
        self.layer1, self.layer2, self.layer3 = stage(w, w), stage(w, 2 * w), stage(2 * w, 4 * w)
        self.fc = nn.Linear(4 * w, CLASSES)

    def forward(self, x):
        h = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(h.mean((2, 3)))


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, CLASSES)

    def forward(self, x):
        h = F.avg_pool2d(self.conv2(F.avg_pool2d(self.conv1(x).tanh(), 2)).tanh(), 2)
        return self.fc3(self.fc2(self.fc1(h.flatten(1)).tanh()).tanh())


narrow_vit = lambda: models.VisionTransformer(image_size=8, patch_size=4, num_layers=2, num_heads=2, hidden_dim=8, mlp_dim=12, num_classes=CLASSES)
many = {'num_classes': CLASSES}
# model, shape of the pictures, how often a picture is laid out along its sides, weight of the auxiliary heads
SMALL = {
    'lenet5': (LeNet5, (3, 1, 28, 28), 1, 0),
    'alexnet': (lambda: narrowed(models.alexnet(**many), 32), (2, 3, 64, 64), 1, 0),
    'vgg16': (lambda: narrowed(models.vgg16(**many), 32), (2, 3, 32, 32), 1, 0),
    'vgg11_bn': (lambda: narrowed(models.vgg11_bn(**many), 32), (3, 3, 64, 64), 1, 0),
    'googlenet': (lambda: narrowed(models.googlenet(init_weights=True, **many), 8), (3, 3, 64, 64), 1, 0.3),
    'inception_v3': (lambda: narrowed(models.inception_v3(init_weights=True, **many), 16), (4, 3, 23, 23), 13, 0.4),
    'resnet34': (lambda: narrow_resnet([3, 4, 6, 3], models.resnet.BasicBlock, 2), (4, 3, 64, 64), 1, 0),
    'resnet50': (lambda: narrow_resnet([3, 4, 6, 3], models.resnet.Bottleneck, 4), (4, 3, 64, 64), 1, 0),
    'cifar_resnet20': (lambda: CifarResNet(20, 4), (2, 3, 16, 16), 1, 0),
    'vit_b_16': (narrow_vit, (2, 3, 8, 8), 1, 0),
}
REAL = {
    'alexnet': (models.alexnet, (2, 3, 224, 224), 1, 0),
    'vgg16': (models.vgg16, (1, 3, 224, 224), 1, 0),
    'googlenet': (lambda: models.googlenet(init_weights=True), (2, 3, 96, 96), 1, 0.3),
    'inception_v3': (lambda: models.inception_v3(init_weights=True), (2, 3, 299, 299), 1, 0.4),
    'resnet50': (models.resnet50, (2, 3, 96, 96), 1, 0),
    'vit_b_16': (models.vit_b_16, (1, 3, 224, 224), 1, 0),
}


def batch_norms(model):
    return [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]


def step(model, x, label, auxiliary, frozen):
    """The loss in training, and the gradient of each parameter."""
    model.train()
    for m in batch_norms(model):
        m.train(not frozen)
    output = model(x)
    heads = [output] if isinstance(output, torch.Tensor) else [t for t in output if t is not None]
    loss = sum(F.cross_entropy(head, label) * (auxiliary if i else 1) for i, head in enumerate(heads))
    return loss.detach(), torch.autograd.grad(loss, list(model.parameters()))


def draw_model(name, make, shape, tiles, seed, half):
    torch.manual_seed(seed)
    model = make()
    random = generator(f'vision {name} {seed}')
    draw = lambda t: torch.from_numpy(random.standard_normal(tuple(t.shape)).astype(numpy.float32))
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0  # what is dropped is another stream's matter
    shift, scale = (0.7, 0.3) if half else (1, 0.2)
    norms = {f'{path}.{part}' for path, m in model.named_modules() if isinstance(m, nn.BatchNorm2d) for part in ('weight', 'bias')}
    with torch.no_grad():
        for path, t in model.state_dict().items():  # what starts at one number shows nothing
            if path in norms and name in ('googlenet', 'inception_v3', 'resnet50'):  # few ReLUs near their bend: in a net this deep roundings turn some others on or off
                t.copy_((shift if path.endswith('bias') else scale) * (1 + 0.1 * draw(t)))
            elif path.endswith('running_var'):
                t.copy_(1 + 0.3 * draw(t).abs())
            elif path.endswith('running_mean') or t.dtype == torch.float32 and t.dim() == 1:
                t.add_(0.1 * draw(t))
            elif path in ('class_token', 'heads.head.weight'):
                t.add_(0.1 * draw(t))
            elif path.startswith('classifier') and name == 'vgg16' and t.dim() == 2:
                t.mul_(4)  # else hardly anything comes through
            if half and t.dtype == torch.float32:
                t.copy_(t.half().float())
    x = torch.from_numpy(random.standard_normal(shape).astype(numpy.float16).astype(numpy.float32)).repeat(1, 1, tiles, tiles)
    if not half and batch_norms(model):  # running statistics that are those of the pictures
        with torch.no_grad():
            for m in batch_norms(model):
                m.momentum = 1.0
            model.train()(x)
    label = torch.from_numpy(random.randint(0, CLASSES if half else 1000, shape[0]))
    return model, x, label, random


def jolted(model, random):
    """A model whose weights are changed by a few roundings."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        for p in other.parameters():
            p.mul_(torch.from_numpy((1 + 5e-7 * random.standard_normal(tuple(p.shape))).astype(numpy.float32)))
    return other


def distance(model, grads, x, label, auxiliary, frozen):
    _, single = step(model, x, label, auxiliary, frozen)
    return max(((a - b).norm() / b.norm()).item() for a, b in zip(single, grads) if b.norm() > ZERO)


def save(folder, name, make, shape, tiles, auxiliary, kept, half):
    """Takes the first seed with which PyTorch's own float32 follows its float64, from weights some roundings away too: else a rounding decides which way a ReLU turns."""
    for seed in range(1, 30):
        model, x, label, random = draw_model(name, make, shape, tiles, seed, half)
        weights = {k: v.clone().numpy() for k, v in model.state_dict().items()}
        exact = copy.deepcopy(model).double()
        loss, grads = step(copy.deepcopy(exact), x.double(), label, auxiliary, not half)
        apart = max(distance(jolted(model, random) if n else model, grads, x, label, auxiliary, not half) for n in range(5 if half else 1))
        if apart < (3e-4 if half else 3e-4):
            break
        print(f'{name}: with seed {seed} float32 and float64 are {apart:.1e} apart', flush=True)
    else:
        raise SystemExit(f'{name}: no seed')
    print(f'{name}: seed {seed}, loss {loss.item():.4f}, float32 is within {apart:.1e}', flush=True)
    with torch.no_grad():
        logits = exact.eval()(x.double())
    place = x[:, :, :shape[2], :shape[3]]
    expected = {'input': place.half().numpy(), 'tiles': numpy.array([tiles], numpy.int32), 'label': label.numpy().astype(numpy.int32), 'logits': logits.float().numpy(), 'loss': loss.float().reshape(1).numpy()}
    for (path, _), g in zip(exact.named_parameters(), grads):
        if g.norm() < ZERO:
            continue
        g = g.reshape(-1)
        order = torch.argsort(-g.abs()).numpy()
        at = numpy.concatenate([order[:kept // 2], random.permutation(order[kept // 2:])[:kept // 2]]).astype(numpy.int32)
        expected[f'at/{path}'], expected[f'grad/{path}'] = at, g.float().numpy()[at]
    if half:
        weights = {k: v.astype(numpy.float16) if v.dtype == numpy.float32 else v for k, v in weights.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for kind, tensors in (('expected', expected), ('weights', weights)):  # whoever finds the weights finds all of both
        part = folder / f'{name}.part'
        safetensors.save(part, tensors)
        part.replace(folder / f'{name}.{kind}.safetensors')


if __name__ == '__main__':
    if len(sys.argv) > 1:
        for name in sys.argv[2:]:
            save(pathlib.Path(sys.argv[1]), name, *REAL[name], 256, False)
    else:
        for name, small in SMALL.items():
            save(HERE / 'vision', name, *small, 24, True)
