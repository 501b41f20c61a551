"""vision/explain.safetensors: saliency, integrated gradients and Grad-CAM of the narrow models beside it. Run: /usr/bin/python3 private/golden/vision_explain.py (PyTorch 1.13.1, torchvision 0.14.1), after vision_models.py

For each NAME.LAYER: `cam` (of the size of the layer) and `map` (of the pictures', the strongest place 1); for each NAME: `image`, `target`, `saliency`, and `attributions` and `gap` with 16 places on the way from `baseline`. Computed in float64.
"""
import numpy
import torch
import torch.nn.functional as F

import safetensors
from golden import HERE, generator
from vision_models import CLASSES, SMALL

STEPS = 16
CASES = {'vgg16': ['features.30', 'features.22'], 'resnet34': ['layer4', 'layer2.1']}


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


def explained(name, layers):
    model = load(name)
    for seed in range(50):  # a map of nothing shows nothing: pictures and classes that have one in every layer
        random = generator(f'explain {name} {seed}')
        draw = lambda: torch.from_numpy(random.standard_normal((2, 3, 64, 96)).astype(numpy.float16).astype(numpy.float64))
        x, baseline = draw(), 0.25 * draw()
        least = torch.stack([torch.stack([cam(model, layer, x, torch.full((2,), t)).amax((1, 2, 3)) for layer in layers]).amin(0) for t in range(CLASSES)])
        most, target = least.max(0)
        if (most > 0).all():
            break
    else:
        raise SystemExit(f'{name}: no map')
    score = lambda x: model(x).gather(1, target[:, None])[:, 0]

    def slope(x):
        x = x.clone().requires_grad_()
        return torch.autograd.grad(score(x).sum(), x)[0]

    found = {'image': x, 'baseline': baseline, 'target': target, 'saliency': slope(x).abs().amax(1)}
    found['attributions'] = (x - baseline) * sum(slope(baseline + (k + 0.5) / STEPS * (x - baseline)) for k in range(STEPS)) / STEPS
    with torch.no_grad():
        found['gap'] = score(x) - score(baseline) - found['attributions'].sum((1, 2, 3))
    for layer in layers:
        small = cam(model, layer, x, target)
        large = F.interpolate(small, x.shape[2:], mode='bilinear', align_corners=False)[:, 0]
        found[f'{layer}.cam'], found[f'{layer}.map'] = small[:, 0], large / large.amax((1, 2), keepdim=True)
    kind = lambda t: torch.int32 if t.dtype == torch.int64 else torch.float32
    return {f'{name}.{k}': (v.half() if k == 'image' else v.to(kind(v))).detach().numpy() for k, v in found.items()}


safetensors.save(HERE / 'vision' / 'explain.safetensors', {k: v for name, layers in CASES.items() for k, v in explained(name, layers).items()})
