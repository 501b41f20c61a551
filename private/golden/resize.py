"""resize.json: resize and gridSample, whose attributes are their options. Run: /usr/bin/python3 private/golden/resize.py (PyTorch 1.13.1)"""
import numpy
import torch
import torch.nn.functional as F

from golden import Cases, floats, normal, rounded

cases = Cases('resize')

LINEAR = {1: 'linear', 2: 'bilinear', 3: 'trilinear'}


def interpolate(x, size=None, scale=None, mode='nearest', alignCorners=False):
    names = {'nearest': 'nearest', 'nearestExact': 'nearest-exact', 'linear': LINEAR[x.ndim - 2], 'cubic': 'bicubic'}
    given = {'align_corners': alignCorners} if mode in ('linear', 'cubic') else {}
    return F.interpolate(x, size, scale, names[mode], **given)


# PyTorch computes places in float32: these sizes have no place that rounding takes to another pixel
SIZES = {
    1: ((2, 2, 5), [dict(size=[10]), dict(size=[7]), dict(size=[3]), dict(size=[1]), dict(size=[5]), dict(scale=2), dict(scale=1.5), dict(scale=0.5)]),
    2: ((1, 2, 4, 3), [dict(size=[8, 6]), dict(size=[7, 5]), dict(size=[3, 2]), dict(size=[2, 7]), dict(size=[1, 1]), dict(size=[4, 3]), dict(size=[12, 3]), dict(scale=2), dict(scale=[3, 1]), dict(scale=[1.25, 2.5]), dict(scale=[0.5, 1])]),
    3: ((1, 2, 2, 3, 2), [dict(size=[4, 6, 4]), dict(size=[3, 2, 5]), dict(size=[1, 4, 2]), dict(scale=2), dict(scale=[1, 1.5, 2])]),
}
for n, (shape, sizes) in SIZES.items():
    for options in sizes:
        for mode in ('nearest', 'nearestExact', 'linear', *(('cubic',) if n == 2 else ())):
            for align in (False, True) if mode in ('linear', 'cubic') else (False,):
                a = options | {'mode': mode} | ({'alignCorners': True} if align else {})
                scale = tuple(options['scale']) if isinstance(options.get('scale'), list) else options.get('scale')
                what = f'to {options["size"]}' if 'size' in options else f'times {options["scale"]}'
                cases.add(f'{n}-d {mode}{", aligned" if align else ""}, {what}', 'resize', a, [normal(*shape)], lambda x: interpolate(x, options.get('size'), scale, mode, align))
for mode in ('nearest', 'linear', 'cubic'):
    cases.add(f'{mode}, one pixel', 'resize', {'size': [3, 2], 'mode': mode}, [normal(2, 1, 1, 1)], lambda x: interpolate(x, [3, 2], None, mode))
    # PyTorch 1.13 resizes no images to none of the wrong size
    cases.add(f'{mode}, no batch', 'resize', {'size': [3, 2], 'mode': mode}, [normal(0, 2, 2, 2)], lambda x: x.new_zeros(0, 2, 3, 2) + 0 * x.sum(), [0])


def grid_sample(x, grid, mode='linear', padding='zeros', alignCorners=False):
    return F.grid_sample(x, grid, {'linear': 'bilinear', 'nearest': 'nearest'}[mode], {'zeros': 'zeros', 'border': 'border', 'reflection': 'reflection'}[padding], alignCorners)


def places(reach, *shape):
    """Inside and outside, and not near halves of pixels or their edges, where a gradient jumps."""
    return lambda random: rounded(random.uniform(-reach, reach, shape))


identity = lambda h, w: lambda random: torch.stack([t for t in reversed(torch.meshgrid(torch.linspace(-1, 1, h).double(), torch.linspace(-1, 1, w).double(), indexing='ij'))], -1)[None]
for mode in ('linear', 'nearest'):
    for padding in ('zeros', 'border', 'reflection'):
        for align in (False, True):
            a = {'mode': mode, 'padding': padding, 'alignCorners': align}
            f = lambda x, grid: grid_sample(x, grid, mode, padding, align)
            name = f'{mode}, {padding}{", aligned" if align else ""}'
            cases.add(name, 'gridSample', a, [normal(2, 3, 4, 5), places(1.5, 2, 3, 4, 2)], f)
            cases.add(f'{name}, 3-d', 'gridSample', a, [normal(1, 2, 3, 2, 4), places(1.4, 1, 2, 2, 3, 3)], f)
            cases.add(f'{name}, far away', 'gridSample', a, [normal(1, 2, 3, 4), places(9, 1, 3, 3, 2)], f)
            cases.add(f'{name}, centres and edges', 'gridSample', a, [normal(1, 1, 3, 5), identity(3, 5)], f)
            cases.add(f'{name}, one pixel', 'gridSample', a, [normal(2, 2, 1, 1), places(1.5, 2, 2, 2, 2)], f)
cases.add('nothing said', 'gridSample', {}, [normal(1, 2, 3, 3), places(1, 1, 2, 2, 2)], grid_sample)
cases.add('no places', 'gridSample', {}, [normal(1, 2, 3, 3), places(1, 1, 0, 2, 2)], lambda x, grid: x.new_zeros(1, 2, 0, 2) + 0 * x.sum(), [0, 1])
cases.add('no batch', 'gridSample', {}, [normal(0, 2, 3, 3), places(1, 0, 2, 2, 2)], lambda x, grid: x.new_zeros(0, 2, 2, 2) + 0 * x.sum(), [0, 1])

cases.write()
