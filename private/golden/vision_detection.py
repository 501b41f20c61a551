"""vision_detection.json: matching, encoding and the loss of torchvision's SSD; average precision by COCO's rules, written anew. Run: /usr/bin/python3 private/golden/vision_detection.py (PyTorch 1.13.1, torchvision 0.14.1)

`losses`: anchors, pictures of boxes and labels (from 0), scores and offsets; the labels (0: nothing) and offsets that anchors are to
give, the two parts of the loss, gradients of their sum, and the boxes that the offsets are. `precisions`: pictures with what was found
and what is there, and the average precision by threshold and class (null: nothing to be found), with 101 recalls and as an area.
"""
import types

import numpy
import torch
from torchvision.models.detection import _utils as det_utils
from torchvision.models.detection.ssd import SSD
from torchvision.ops import box_iou

from golden import TORCH, generator, number, write

THRESHOLDS = [(50 + 5 * i) / 100 for i in range(10)]


def numbers(array):
    return [number(v) for v in numpy.asarray(array, numpy.float64).reshape(-1).tolist()]


def random_boxes(random, count, side=96, least=6, most=50):
    at, size = random.uniform(0, side - least, (count, 2)), random.uniform(least, most, (count, 2))
    return numpy.round(numpy.concatenate([at, at + size], 1), 2).astype(numpy.float32).astype(numpy.float64)


def loss_case(name, counts, classes):
    random = generator(f'detection {name}')
    grid = [(x, y, s, r) for y in range(8, 96, 16) for x in range(8, 96, 16) for s in (16, 32) for r in (0.5, 1, 2)]
    anchors = torch.tensor([[x - s * r ** 0.5 / 2, y - s / r ** 0.5 / 2, x + s * r ** 0.5 / 2, y + s / r ** 0.5 / 2] for x, y, s, r in grid], dtype=torch.float64)
    coder, matcher = det_utils.BoxCoder(weights=(10.0, 10.0, 5.0, 5.0)), det_utils.SSDMatcher(0.5)
    targets = [{'boxes': torch.from_numpy(random_boxes(random, n)), 'labels': torch.from_numpy(random.randint(1, classes + 1, n))} for n in counts]
    matched = [matcher(box_iou(t['boxes'], anchors)) if len(t['boxes']) else torch.full((len(anchors),), -1) for t in targets]
    draw = lambda *shape: torch.from_numpy(numpy.round(random.standard_normal(shape), 3).astype(numpy.float32).astype(numpy.float64)).requires_grad_()
    scores, offsets = draw(len(counts), len(anchors), classes + 1), draw(len(counts), len(anchors), 4)
    ssd = types.SimpleNamespace(box_coder=coder, neg_to_pos_ratio=3)
    loss = SSD.compute_loss(ssd, targets, {'bbox_regression': offsets, 'cls_logits': scores}, [anchors] * len(counts), matched)
    grads = torch.autograd.grad(loss['bbox_regression'] + loss['classification'], [scores, offsets])
    label = [[int(t['labels'][i]) if i >= 0 else 0 for i in m.tolist()] for t, m in zip(targets, matched)]
    offset = [torch.where((m >= 0)[:, None], coder.encode_single(t['boxes'][m.clamp(min=0)], anchors) if len(t['boxes']) else torch.zeros_like(anchors), torch.zeros_like(anchors)) for t, m in zip(targets, matched)]
    boxes = [coder.decode_single(o, anchors) for o in offsets.detach()]
    return {
        'name': name, 'anchors': numbers(anchors), 'truths': [{'boxes': numbers(t['boxes']), 'labels': (t['labels'] - 1).tolist()} for t in targets],
        'scores': numbers(scores.detach()), 'offsets': numbers(offsets.detach()), 'label': label, 'offset': numbers(torch.stack(offset)),
        'places': number(loss['bbox_regression'].item()), 'classes': number(loss['classification'].item()), 'grads': [numbers(g) for g in grads], 'boxes': numbers(torch.stack(boxes)),
    }


def ious(found, there, crowd):
    """[found, there]; in a crowd by the area of what was found."""
    table = numpy.zeros((len(found), len(there)))
    for i, (a, b, c, d) in enumerate(found):
        for k, (e, f, g, h) in enumerate(there):
            inside = max(0.0, min(c, g) - max(a, e)) * max(0.0, min(d, h) - max(b, f))
            own, other = (c - a) * (d - b), (g - e) * (h - f)
            table[i, k] = inside / (own if crowd[k] else own + other - inside)
    return table


def average_precision(pictures, label, threshold, area, most=100):
    """As pycocotools evaluates and accumulates, all areas."""
    scores, hits, total = [], [], 0
    for p in pictures:
        d = [i for i in range(len(p['found']['labels'])) if p['found']['labels'][i] == label]
        d = [d[i] for i in numpy.argsort([-p['found']['scores'][i] for i in d], kind='mergesort')][:most]
        g = [k for k in range(len(p['there']['labels'])) if p['there']['labels'][k] == label]
        g = [g[k] for k in numpy.argsort([p['there']['crowd'][k] for k in g], kind='mergesort')]
        crowd = [p['there']['crowd'][k] for k in g]
        table = ious([p['found']['boxes'][i] for i in d], [p['there']['boxes'][k] for k in g], crowd)
        total += crowd.count(False)
        taken = [False] * len(g)
        for i, index in enumerate(d):
            match, best = -1, min(threshold, 1 - 1e-10)
            for k in range(len(g)):
                if taken[k] and not crowd[k]:
                    continue
                if match > -1 and not crowd[match] and crowd[k]:
                    break
                if table[i, k] < best:
                    continue
                match, best = k, table[i, k]
            if match > -1:
                taken[match] = True
                if crowd[match]:
                    continue
            scores.append(p['found']['scores'][index])
            hits.append(match > -1)
    if total == 0:
        return None
    order = numpy.argsort(-numpy.array(scores), kind='mergesort')
    right = numpy.cumsum(numpy.array(hits, dtype=float)[order]) if len(order) else numpy.zeros(0)
    recall, precision = right / total, right / numpy.arange(1, len(right) + 1)
    precision = numpy.maximum.accumulate(precision[::-1])[::-1]
    if area:
        return float(numpy.sum(numpy.diff(numpy.concatenate([[0], recall])) * precision))
    at = numpy.searchsorted(recall, numpy.linspace(0, 1, 101), side='left')
    return float(numpy.mean([precision[i] if i < len(precision) else 0.0 for i in at]))


def precision_case(name, pictures, classes):
    table = lambda area: [[None if v is None else number(v) for v in (average_precision(pictures, c, t, area) for c in range(classes))] for t in THRESHOLDS]
    return {'name': name, 'classes': classes, 'pictures': pictures, 'coco': table(False), 'area': table(True)}


def random_pictures(name, count, classes, crowds):
    """Things found more or less where they are, some twice, some where nothing is; scores to one decimal, so that some are equal."""
    random = generator(f'detection {name}')
    pictures = []
    for _ in range(count):
        n = random.randint(0, 7)
        boxes, labels = random_boxes(random, n), random.randint(0, classes - 1, n)  # nothing of the last class
        seen = [i for i in range(n) for _ in range(random.randint(0, 3))]
        moved = numpy.array([boxes[i] + random.uniform(-5, 5, 4) for i in seen]).reshape(-1, 4)
        moved[:, 2:] = numpy.maximum(moved[:, 2:], moved[:, :2] + 1)
        extra = random.randint(0, 4)
        found = numpy.round(numpy.concatenate([moved, random_boxes(random, extra)]), 2)
        said = numpy.concatenate([[labels[i] if random.uniform() < 0.85 else random.randint(0, classes) for i in seen], random.randint(0, classes, extra)]).astype(int)
        pictures.append({
            'found': {'boxes': found.tolist(), 'labels': said.tolist(), 'scores': numpy.round(random.uniform(0, 1, len(found)), 1).tolist()},
            'there': {'boxes': boxes.tolist(), 'labels': labels.tolist(), 'crowd': [bool(crowds and random.uniform() < 0.2) for _ in range(n)]},
        })
    return pictures


if __name__ == '__main__':
    write(
        'vision_detection.json', {'torch': TORCH, 'thresholds': THRESHOLDS},
        losses=[loss_case('three pictures, one of nothing', [4, 0, 9], 3), loss_case('nothing at all', [0], 2)],
        precisions=[
            precision_case('some', random_pictures('some', 8, 3, False), 3),
            precision_case('many, with crowds', random_pictures('many', 30, 4, True), 4),
        ],
    )
