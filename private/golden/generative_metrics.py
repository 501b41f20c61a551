"""generative_metrics.json: features and pictures, and what judges them, computed in numpy from the definitions, by loops. Run: /usr/bin/python3 private/golden/generative_metrics.py (numpy 1.24)"""
import numpy

from golden import generator, number, write

listed = lambda a: [number(float(v)) for v in numpy.asarray(a).reshape(-1)]
field = lambda a: {'shape': list(a.shape), 'data': listed(a)}


def drawn(name, *shape, scale=1.0, offset=0.0):
    return numpy.round(generator(name).standard_normal(shape) * scale + offset, 3).astype(numpy.float32).astype(numpy.float64)


def root_of_product(a, b):
    """The trace of (a b)^(1/2) from the eigenvalues of the product itself, which is not symmetric."""
    values = numpy.linalg.eigvals(a @ b)
    assert numpy.abs(values.imag).max() < 1e-6 and values.real.min() > -1e-9
    return numpy.sqrt(values.real.clip(0)).sum()


def frechet(a, b):
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + numpy.trace(ca) + numpy.trace(cb) - 2 * root_of_product(ca, cb)


def manifold(points, others, k):
    """The share of others that lie in a ball around some point, each of the size of its k-th nearest neighbour."""
    distance = lambda p, q: numpy.sqrt(((p - q) ** 2).sum())
    radii = [sorted(distance(p, q) for j, q in enumerate(points) if j != i)[k - 1] for i, p in enumerate(points)]
    return numpy.mean([any(distance(p, o) <= r for p, r in zip(points, radii)) for o in others])


def ssim(a, b, span):
    """One channel; every window by itself."""
    window = numpy.exp(-((numpy.arange(11) - 5) ** 2) / (2 * 1.5 ** 2))
    window = numpy.outer(window, window)
    window /= window.sum()
    c1, c2, found = (0.01 * span) ** 2, (0.03 * span) ** 2, []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            p, q = a[y:y + 11, x:x + 11], b[y:y + 11, x:x + 11]
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq, vpq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum(), (window * (p - mp) * (q - mq)).sum()
            found.append((2 * mp * mq + c1) * (2 * vpq + c2) / ((mp ** 2 + mq ** 2 + c1) * (vp + vq + c2)))
    return numpy.mean(found)


features = []
for name, n, m, d, scale, offset in [('apart', 40, 30, 4, 1.3, 0.7), ('alike', 50, 50, 3, 1.0, 0.0), ('flat', 6, 7, 8, 0.8, 0.2)]:
    a, b = drawn(f'{name} a', n, d), drawn(f'{name} b', m, d, scale=scale, offset=offset)
    nearest = [min(numpy.sqrt(((p - q) ** 2).sum()) for q in a) for p in b]
    features.append({
        'name': name, 'real': field(a), 'made': field(b), 'frechet': number(float(frechet(a, b))), 'nearest': listed(nearest),
        'manifolds': [{'k': k, 'precision': number(float(manifold(a, b, k))), 'recall': number(float(manifold(b, a, k)))} for k in (1, 3)],
    })

pictures = []
for name, shape, span in [('grey', (2, 1, 14, 13), 1.0), ('colour', (2, 3, 12, 16), 2.0)]:
    a = numpy.cumsum(drawn(f'{name} a', *shape, scale=0.15), 3).clip(-1, 1).round(3)
    b = (a + drawn(f'{name} noise', *shape, scale=0.2)).round(3)
    a, b = a.astype(numpy.float32).astype(numpy.float64), b.astype(numpy.float32).astype(numpy.float64)
    pictures.append({
        'name': name, 'a': field(a), 'b': field(b), 'range': span,
        'psnr': listed([10 * numpy.log10(span ** 2 / ((p - q) ** 2).mean()) for p, q in zip(a, b)]),
        'ssim': listed([numpy.mean([ssim(p, q, span) for p, q in zip(u, v)]) for u, v in zip(a, b)]),
    })

write('generative_metrics.json', {'numpy': numpy.__version__}, features=features, pictures=pictures)
