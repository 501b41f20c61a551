"""
metrics.json: what the metrics of classifiers, rankings and regressions are by their definitions, in exact fractions.
Run: /usr/bin/python3 private/golden/metrics.py
"""
import math
from decimal import Decimal, getcontext
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


def ranking(name, scores, labels):
    """The area from all pairs of a positive and a negative; the average precision from a list of thresholds."""
    yes, no = ([s for s, t in zip(scores, labels) if t == k] for k in (1, 0))
    won = sum(Fraction(1) if a > b else Fraction(1, 2) if a == b else 0 for a in yes for b in no)
    precision, recall = [], [Fraction(0)]
    for threshold in sorted(set(scores), reverse=True):
        called = [t for s, t in zip(scores, labels) if s >= threshold]
        precision.append(ratio(sum(called), len(called)))
        recall.append(ratio(sum(called), len(yes)))
    ap = sum((b - a) * p for a, b, p in zip(recall, recall[1:], precision))
    return {'name': name, 'scores': [number(s) for s in scores], 'labels': labels, 'rocAuc': number(float(won / (len(yes) * len(no)))), 'averagePrecision': number(float(ap))}


def regression(name, predictions, targets):
    getcontext().prec = 40
    x, y = ([Fraction(v) for v in values] for values in (predictions, targets))
    n, mean = len(y), sum(y) / len(y)
    square = sum((a - b) ** 2 for a, b in zip(x, y))
    root = (Decimal(square.numerator) / Decimal(square.denominator) / n).sqrt()
    return {
        'name': name, 'predictions': [number(v) for v in predictions], 'targets': [number(v) for v in targets],
        'mae': number(float(sum(abs(a - b) for a, b in zip(x, y)) / n)), 'rmse': number(float(root)), 'r2': number(float(1 - square / sum((b - mean) ** 2 for b in y))),
        'perplexity': number(math.exp(mean) if mean < 700 else math.inf),
    }


single = lambda values: [float(v) for v in values.astype('float32')]
write('metrics.json', {}, cases=[
    metrics('binary', 2, [1, 0, 1, 1, 0, 0, 1, 0], [1, 0, 0, 1, 1, 0, 1, 0]),
    metrics('three classes', 3, [0, 1, 2, 2, 1, 0, 2, 1, 0, 2], [0, 2, 2, 1, 1, 0, 2, 0, 1, 2]),
    metrics('sixty of four classes', 4, noisy, guesses),
    metrics('all right', 3, [0, 1, 2], [0, 1, 2]),
    metrics('all wrong', 2, [0, 1, 0], [1, 0, 1]),
    metrics('a class never predicted', 3, [0, 1, 2, 2], [0, 1, 1, 0]),
    metrics('a class without examples', 3, [0, 1, 1, 0], [0, 1, 2, 2]),
    metrics('a class neither there nor predicted', 3, [0, 1, 1, 0], [0, 1, 0, 0]),
], rankings=[
    ranking('four', [0.125, 0.5, 0.375, 0.75], [0, 0, 1, 1]),
    ranking('ties', [0.5, 0.5, 0.5, 0.25, 0.75, 0.75], [1, 0, 1, 0, 0, 1]),
    ranking('all equal', [1.0, 1.0, 1.0], [1, 0, 0]),
    ranking('perfect', [-1.0, -2.0, 3.0], [0, 0, 1]),
    ranking('the wrong way round', [3.0, 2.0, -1.0], [0, 0, 1]),
    ranking('eighty with many ties', [float(v) for v in random.randint(-6, 7, 80) / 4], random.randint(0, 2, 80).tolist()),
    ranking('eighty, few positives', single(random.standard_normal(80)), [int(v < 0.1) for v in random.rand(80)]),
], regressions=[
    regression('four', [2.5, 0.0, 2.0, 8.0], [3.0, -0.5, 2.0, 7.0]),
    regression('worse than the mean', [1.0, 5.0, 0.0], [2.0, 2.5, 3.0]),
    regression('far from zero', [100001.0, 100002.5, 100003.0, 100000.0], [100001.5, 100002.0, 100003.5, 100000.0]),
    regression('forty', single(random.standard_normal(40)), single(random.standard_normal(40))),
])
