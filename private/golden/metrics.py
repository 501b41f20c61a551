"""metrics.json: what a classifier's metrics are by their definitions, in exact fractions. Run: /usr/bin/python3 private/golden/metrics.py"""
from fractions import Fraction

from golden import generator, number, write


def ratio(a, b):
    """A ratio without a denominator is 0."""
    return Fraction(a, b) if b else Fraction(0)


def scores(tp, fp, fn):
    precision, recall = ratio(tp, tp + fp), ratio(tp, tp + fn)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else Fraction(0)
    return precision, recall, f1


def metrics(name, classes, labels, predictions):
    pairs = list(zip(labels, predictions))
    counts = [(sum(p == (k, k) for p in pairs), sum(t != k == p for t, p in pairs), sum(t == k != p for t, p in pairs)) for k in range(classes)]
    each = [scores(*c) for c in counts]
    support = [labels.count(k) for k in range(classes)]
    macro = [sum(column) / classes for column in zip(*each)]
    weighted = [sum(v * n for v, n in zip(column, support)) / len(labels) for column in zip(*each)]
    micro = scores(*(sum(column) for column in zip(*counts)))
    named = lambda triple: {k: number(float(v)) for k, v in zip(('precision', 'recall', 'f1'), triple)}
    return {
        'name': name, 'classes': classes, 'labels': labels, 'predictions': predictions,
        'accuracy': number(float(ratio(sum(t == p for t, p in pairs), len(pairs)))),
        # [true class][predicted class]
        'confusion': [[sum(p == (i, j) for p in pairs) for j in range(classes)] for i in range(classes)],
        'support': support, 'perClass': [named(e) for e in each], 'macro': named(macro), 'weighted': named(weighted), 'micro': named(micro),
    }


random = generator('metrics')
noisy = random.randint(0, 4, 60).tolist()
guesses = [t if keep else g for t, keep, g in zip(noisy, random.rand(60) < 0.7, random.randint(0, 4, 60).tolist())]
write('metrics.json', {}, cases=[
    metrics('binary', 2, [1, 0, 1, 1, 0, 0, 1, 0], [1, 0, 0, 1, 1, 0, 1, 0]),
    metrics('three classes', 3, [0, 1, 2, 2, 1, 0, 2, 1, 0, 2], [0, 2, 2, 1, 1, 0, 2, 0, 1, 2]),
    metrics('sixty of four classes', 4, noisy, guesses),
    metrics('all right', 3, [0, 1, 2], [0, 1, 2]),
    metrics('all wrong', 2, [0, 1, 0], [1, 0, 1]),
    metrics('a class never predicted', 3, [0, 1, 2, 2], [0, 1, 1, 0]),
    metrics('a class without examples', 3, [0, 1, 1, 0], [0, 1, 2, 2]),
    metrics('a class neither there nor predicted', 3, [0, 1, 1, 0], [0, 1, 0, 0]),
])
