"""vision/explain.safetensors: saliency, integrated gradients and Grad-CAM of the narrow models beside it. Run: /usr/bin/python3 private/golden/vision_explain.py (PyTorch 1.13.1, torchvision 0.14.1), after vision_models.py

For each NAME.LAYER: `cam` (of the size of the layer) and `map` (of the pictures', the strongest place 1); for each NAME: `image`, `target`, `saliency`, and `attributions` and `gap` with 16 places on the way from `baseline`. Computed in float64.
"""
import copy

import numpy
import torch
import torch.nn.functional as F

import safetensors
from golden import HERE, generator
from vision_models import CLASSES, SMALL

STEPS = 16
CASES = {'vgg11_bn': ['features.28', 'features.20'], 'resnet34': ['layer4', 'layer2.1']}


def load(name):
    model = SMALL[name][0]()
    state = safetensors.load(HERE / 'vision' / f'{name}.weights.safetensors')
    model.load_state_dict({k: torch.from_numpy(v.astype(v.dtype.name)) for k, v in state.items()})
    return model.double().eval()


def cam(model, layer, x, target):
    kept = []
    handle = model.get_submodule(layer).register_forward_hook(lambda m, i, y: kept.append(y))
    score = model(x).gather(1, target[:, None]).sum()
    handle.remove()
    g, = torch.autograd.grad(score, kept)
    return F.relu((kept[0] * g.mean((2, 3), keepdim=True)).sum(1, keepdim=True))


def score(model, x, target):
    return model(x).gather(1, target[:, None])[:, 0]


def slope(model, x, target):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(score(model, x, target).sum(), x)[0]


def attributed(model, x, baseline, target):
    return (x - baseline) * sum(slope(model, baseline + (k + 0.5) / STEPS * (x - baseline), target) for k in range(STEPS)) / STEPS


def explained(name, layers):
    model = load(name)
    best = None
    for seed in range(40):
        random = generator(f'explain {name} {seed}')
        draw = lambda: torch.from_numpy(random.standard_normal((2, 3, 64, 96)).astype(numpy.float16).astype(numpy.float64))
        x, baseline = draw(), 0.25 * draw()
        # a map of nothing shows nothing: pictures and classes that have one in every layer
        least = torch.stack([torch.stack([cam(model, layer, x, torch.full((2,), t)).amax((1, 2, 3)) for layer in layers]).amin(0) for t in range(CLASSES)])
        most, target = least.max(0)
        if (most > 0).all():
            # the slope of a ReLU jumps: of these, the pictures on whose way no number is so near a jump that rounding decides
            exact = attributed(model, x, baseline, target)
            spread = lambda: 1 + 1e-6 * torch.from_numpy(random.standard_normal(x.shape))
            others = [attributed(model, x * spread(), baseline * spread(), target) for _ in range(3)] + [attributed(copy.deepcopy(model).float(), x.float(), baseline.float(), target)]
            unsure = max((other - exact).abs().max() for other in others) / exact.abs().max()
            if best is None or unsure < best[0]:
                best = (unsure, x, baseline, target)
            if unsure < 3e-6:
                break
    unsure, x, baseline, target = best
    print(f'{name}: rounding changes {unsure:.1e} of the largest attribution')
    assert unsure < 2e-5
    found = {'image': x, 'baseline': baseline, 'target': target, 'saliency': slope(model, x, target).abs().amax(1), 'attributions': attributed(model, x, baseline, target)}
    with torch.no_grad():
        found['gap'] = score(model, x, target) - score(model, baseline, target) - found['attributions'].sum((1, 2, 3))
    for layer in layers:
        small = cam(model, layer, x, target)
        large = F.interpolate(small, x.shape[2:], mode='bilinear', align_corners=False)[:, 0]
        found[f'{layer}.cam'], found[f'{layer}.map'] = small[:, 0], large / large.amax((1, 2), keepdim=True)
    kind = lambda t: torch.int32 if t.dtype == torch.int64 else torch.float32
    return {f'{name}.{k}': (v.half() if k == 'image' else v.to(kind(v))).detach().numpy() for k, v in found.items()}


safetensors.save(HERE / 'vision' / 'explain.safetensors', {k: v for name, layers in CASES.items() for k, v in explained(name, layers).items()})
