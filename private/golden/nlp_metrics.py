"""nlp_metrics.json: BLEU, edits between words and F1 of entities, 100 cases of each, by other ways than those of packages/nlp: texts are parted character by character, matches counted one by one, edits found by recursion. Run: /usr/bin/python3 private/golden/nlp_metrics.py"""
import functools
import math

from golden import generator, number, write

SIGNS = set(chr(c) for c in [*range(0x7B, 0x7F), *range(0x5B, 0x61), *range(0x20, 0x27), *range(0x28, 0x2C), *range(0x3A, 0x41), 0x2F])


def parted(text):
    """mteval-v13a: signs alone; a dot or comma alone unless digits stand on both sides; a hyphen alone behind a digit."""
    for entity, sign in (('&quot;', '"'), ('&amp;', '&'), ('&lt;', '<'), ('&gt;', '>')):
        text = text.replace(entity, sign)
    out = []
    for i, c in enumerate(text):
        before, after = text[i - 1] if i else ' ', text[i + 1] if i + 1 < len(text) else ' '
        if c in SIGNS or c == '-' and before in '0123456789' or c in '.,' and not (before in '0123456789' and after in '0123456789'):
            out += [' ', c, ' ']
        else:
            out.append(c)
    return ''.join(out).split()


def bleu(pairs):
    matches, totals, hyp_length, ref_length = [0] * 4, [0] * 4, 0, 0
    for hypothesis, references in pairs:
        h, refs = parted(hypothesis), [parted(r) for r in references]
        hyp_length += len(h)
        ref_length += sorted((abs(len(r) - len(h)), len(r)) for r in refs)[0][1]
        for n in range(1, 5):
            grams = lambda tokens: [tuple(tokens[i:i + n]) for i in range(len(tokens) - n + 1)]
            left = [grams(r) for r in refs]
            totals[n - 1] += len(grams(h))
            for gram in grams(h):
                found = [r for r in left if gram in r]
                matches[n - 1] += bool(found)
                for r in found:
                    r.remove(gram)
    precisions, halves = [], 0
    for m, t in zip(matches, totals):
        if not any(matches) or t == 0:
            precisions.append(0.0)
        elif m == 0:
            halves += 1
            precisions.append(100 / (2 ** halves * t))
        else:
            precisions.append(100 * m / t)
    penalty = 1.0 if hyp_length >= ref_length else math.exp(1 - ref_length / hyp_length) if hyp_length else 0.0
    score = penalty * math.prod(p ** 0.25 for p in precisions)
    return {'score': number(score), 'precisions': [number(p) for p in precisions], 'brevityPenalty': number(penalty), 'hypothesisLength': hyp_length, 'referenceLength': ref_length}


def edits(reference, hypothesis):
    """The fewest edits, of these the ways with most substitutions."""
    @functools.lru_cache(None)
    def best(i, j):
        if i == 0 or j == 0:
            return i + j, 0, i, j
        ways = []
        c, s, d, a = best(i - 1, j - 1)
        wrong = int(reference[i - 1] != hypothesis[j - 1])
        ways.append((c + wrong, s + wrong, d, a))
        c, s, d, a = best(i - 1, j)
        ways.append((c + 1, s, d + 1, a))
        c, s, d, a = best(i, j - 1)
        ways.append((c + 1, s, d, a + 1))
        return min(ways, key=lambda w: (w[0], -w[1]))
    _, s, d, a = best(len(reference), len(hypothesis))
    return {'substitutions': s, 'deletions': d, 'insertions': a}


def spans(tags):
    found, i = [], 0
    while i < len(tags):
        if tags[i] == 'O':
            i += 1
            continue
        kind, j = tags[i][2:], i + 1
        while j < len(tags) and tags[j] == 'I-' + kind:
            j += 1
        found.append((kind, i, j))
        i = j
    return found


words = 'the a cat sat on mat. dog, 3.5 1,000 10-12 well-known "yes" isn\'t (ok) & &amp; x/y end.'.split()
texts = generator('nlp metrics')
sentence = lambda low=1, high=9: ' '.join(texts.choice(words, texts.randint(low, high)))


def near(text):
    """A text with some words lost, changed or doubled."""
    out = []
    for word in text.split():
        chance = texts.random_sample()
        out += [] if chance < 0.1 else [texts.choice(words)] if chance < 0.2 else [word, word] if chance < 0.25 else [word]
    return ' '.join(out)


bleus, distances, entities = [], [], []
for case in range(100):
    pairs = []
    for _ in range(texts.randint(1, 5)):
        references = [sentence(1, 14) for _ in range(texts.randint(1, 4))]
        pairs.append([near(references[0]) if case % 10 else sentence(0, 4), references])
    bleus.append({'pairs': pairs, 'tokens': parted(pairs[0][1][0]), **bleu(pairs)})
    reference = sentence(0, 12)
    hypothesis = near(reference) if case % 5 else sentence(0, 12)
    distances.append({'reference': reference, 'hypothesis': hypothesis, **edits(reference.split(), hypothesis.split())})
    tags = lambda n: [str(t) for t in texts.choice(['O', 'B-a', 'I-a', 'B-b', 'I-b'], n, p=[0.4, 0.15, 0.2, 0.1, 0.15])]
    n = texts.randint(1, 12)
    expected = tags(n)
    predicted = [t if texts.random_sample() < 0.8 else u for t, u in zip(expected, tags(n))]
    right = len([s for s in spans(predicted) if s in spans(expected)])
    counts = [right, len(spans(expected)), len(spans(predicted))]
    f1 = 2 * right / (counts[1] + counts[2]) if right else 0
    entities.append({'expected': expected, 'predicted': predicted, 'precision': number(right / counts[2] if counts[2] else 0), 'recall': number(right / counts[1] if counts[1] else 0), 'f1': number(f1)})
write('nlp_metrics.json', {}, bleu=bleus, edits=distances, entities=entities)
