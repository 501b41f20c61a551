"""detection.json: roiAlign and nonMaxSuppression. Run: /usr/bin/python3 private/golden/detection.py (PyTorch 1.13.1, torchvision 0.14.1)"""
import torch
from torchvision.ops import batched_nms, nms, roi_align

from golden import Cases, floats, normal, uniform

cases = Cases('detection')


def boxes(low, high, k):
    """Boxes between two limits, with corners in order."""
    def draw(random):
        a, b = uniform(low, high, k, 2)(random), uniform(low, high, k, 2)(random)
        return torch.cat([torch.minimum(a, b), torch.maximum(a, b)], 1)
    return draw


images = lambda n, k: lambda random: torch.from_numpy(random.randint(0, n, k))
BOXES = {
    'inside': (boxes(0.5, 4.5, 4), 4), 'over the edge': (boxes(-3, 8, 5), 5), 'outside': (floats([-9, -9, -4, -5, 8, 8, 12, 11], 2, 4), 2), 'a point': (floats([2, 1.5, 2, 1.5], 1, 4), 1),
    'smaller than a pixel': (floats([1.2, 2.1, 1.7, 2.3], 1, 4), 1), 'on whole pixels': (floats([0, 0, 4, 4, 1, 1, 3, 5], 2, 4), 2), 'corners in no order': (floats([4, 3, 1, 1], 1, 4), 1), 'no boxes': (floats([], 0, 4), 0),
}
for name, (numbers, k) in BOXES.items():
    for aligned in (True, False):
        for samples, size, scale in ((1, [2, 2], 1), (2, [2, 3], 1), (3, [1, 2], 0.5)):
            a = {'size': size, 'samples': samples, 'scale': scale, 'aligned': aligned}
            f = lambda x, b, i: roi_align(x, torch.cat([i[:, None].double(), b], 1), size, scale, samples, aligned)
            cases.add(f'{name}, {samples} samples{"" if aligned else ", not aligned"}', 'roiAlign', a, [normal(2, 2, 5, 6), numbers, images(2, k)], f, [1])
cases.add('one pixel', 'roiAlign', {'size': 2, 'samples': 2, 'aligned': True}, [normal(1, 3, 1, 1), boxes(-0.5, 1.5, 3), images(1, 3)], lambda x, b, i: roi_align(x, torch.cat([i[:, None].double(), b], 1), 2, 1, 2, True), [1])


def suppressed(b, s, limit, threshold, least=None, classes=None):
    keep = nms(b, s, threshold) if classes is None else batched_nms(b, s, classes, threshold)
    if least is not None:
        keep = keep[s[keep] > least]
    keep = keep[:limit]
    return torch.cat([keep, keep.new_zeros(limit - len(keep))]), torch.tensor(len(keep))


def crowd(k, spread):
    """Boxes of like size around a few places: many overlap."""
    def draw(random):
        centre = uniform(2, 2 + spread, k, 2)(random)
        half = uniform(0.5, 1.5, k, 2)(random)
        return torch.cat([centre - half, centre + half], 1)
    return draw


scores = lambda k: uniform(0, 1, k)
# boxes, scores, how many at most, threshold, least score
for k, spread, limit, threshold, least in (
    (1, 1, 3, 0.5, None), (6, 2, 6, 0.5, None), (12, 3, 5, 0.3, None), (12, 3, 20, 0.3, None), (20, 4, 10, 0.1, 0.4), (20, 2, 8, 0.7, 0.2), (30, 5, 30, 0, None), (8, 1, 8, 1, None), (40, 6, 16, 0.45, 0.05), (10, 3, 4, 0.5, 2), (16, 2, 1, 0.5, None),
):
    a = {'maxOutput': limit, 'iouThreshold': threshold} | ({} if least is None else {'scoreThreshold': least})
    cases.add(f'{k} boxes, {limit} kept at {threshold}{"" if least is None else f", above {least}"}', 'nonMaxSuppression', a, [crowd(k, spread), scores(k)], lambda b, s: suppressed(b, s, limit, threshold, least), [0, 1])
    cases.add(f'{k} boxes of classes, {limit} kept at {threshold}{"" if least is None else f", above {least}"}', 'nonMaxSuppression', a, [crowd(k, spread), scores(k), images(3, k)], lambda b, s, c: suppressed(b, s, limit, threshold, least, c), [0, 1])
EXACT = {
    'exactly at the threshold': [0, 0, 2, 2, 0, 0, 2, 1, 0, 0, 1, 1], 'the same box again': [1, 1, 3, 3] * 3, 'touching': [0, 0, 1, 1, 1, 0, 2, 1, 0, 1, 1, 2], 'one in another': [0, 0, 4, 4, 1, 1, 2, 2, 0, 0, 4, 3.5],
    'empty boxes': [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 2],
}
for name, numbers in EXACT.items():
    cases.add(name, 'nonMaxSuppression', {'maxOutput': 4}, [floats(numbers, 3, 4), floats([0.9, 0.8, 0.7])], lambda b, s: suppressed(b, s, 4, 0.5), [0, 1])
    cases.add(f'{name}, equal scores', 'nonMaxSuppression', {'maxOutput': 2}, [floats(numbers, 3, 4), floats([0.5, 0.5, 0.5])], lambda b, s: suppressed(b, s, 2, 0.5), [0, 1])
cases.add('no boxes', 'nonMaxSuppression', {'maxOutput': 3}, [floats([], 0, 4), floats([], 0)], lambda b, s: suppressed(b, s, 3, 0.5), [0, 1])
cases.add('no boxes of classes', 'nonMaxSuppression', {'maxOutput': 2}, [floats([], 0, 4), floats([], 0), torch.zeros(0, dtype=torch.int64)], lambda b, s, c: suppressed(b, s, 2, 0.5, None, c), [0, 1])

cases.write()
