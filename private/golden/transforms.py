"""Pictures as Pillow, torchvision and grid_sample change them, for packages/data/src/transform. Run: /usr/bin/python3 private/golden/transforms.py (torchvision 0.14.1, Pillow 9.4.0)"""
import numpy
import PIL
import torch
import torchvision
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms import InterpolationMode

from golden import generator, write

MODES = {'nearest': InterpolationMode.NEAREST, 'bilinear': InterpolationMode.BILINEAR, 'bicubic': InterpolationMode.BICUBIC}
cases = []


def picture(name, channels, height, width, smooth=False):
    random = generator(name)
    if smooth:  # rounding decides little where neighbours are alike
        y, x = numpy.mgrid[0:height, 0:width]
        waves = [127 + 100 * numpy.sin(0.35 * x * (c + 1) / 2 + 0.5 * y + c) for c in range(channels)]
        return numpy.stack(waves, -1).astype(numpy.uint8)
    pixels = random.randint(0, 256, (height, width, channels)).astype(numpy.uint8)
    pixels[0, :3] = [[255] * channels, [0] * channels, [128] * channels]  # no colour at all
    return pixels


def pil(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def planes(image):
    array = numpy.asarray(image)
    return (array[None] if array.ndim == 2 else array.transpose(2, 0, 1))


def add(name, recipe, pixels, result):
    result = numpy.asarray(result)
    digits = result.reshape(-1).tolist()
    cases.append({
        'name': name, 'recipe': recipe,
        'input': {'shape': list(planes(pixels).shape), 'data': planes(pixels).reshape(-1).tolist()},
        'output': {'shape': list(result.shape), 'data': digits if result.dtype == numpy.uint8 else [round(v, 6) for v in digits]},
    })


# Resizing: equal to the byte.
for channels in (3, 1):
    for size in ((5, 6), (13, 6), (29, 17), (24, 40), (3, 51)):
        for mode in MODES:
            name = f'resize {channels} {size} {mode}'
            a = picture(name, channels, 13, 17)
            add(name, [['resize', list(size), {'interpolation': mode}]], a, planes(F.resize(pil(a), size, MODES[mode])))
            floats = [Image.fromarray(plane.astype(numpy.float32)).resize(size[::-1], getattr(Image.Resampling, mode.upper())) for plane in planes(a)]
            if channels == 1:
                add(f'float {name}', [['resize', list(size), {'interpolation': mode}]], a, numpy.stack(floats).astype(numpy.float64))
for size in (7, 20):
    for shape in ((13, 17), (19, 11), (12, 12)):
        name = f'resize shorter side {size} of {shape}'
        a = picture(name, 3, *shape)
        add(name, [['resize', size]], a, planes(F.resize(pil(a), size)))
name = 'resize, much smaller'
a = picture(name, 3, 61, 47)
add(name, [['resize', [4, 3]]], a, planes(F.resize(pil(a), (4, 3))))
for top, left, height, width in ((0, 0, 5, 7), (3, 4, 10, 6), (8, 9, 5, 8)):
    name = f'crop at {top},{left} and resize'
    a = picture(name, 3, 13, 17)
    window = {'top': top, 'left': left, 'height': height, 'width': width}
    add(name, [['crop', window], ['resize', [8, 8]]], a, planes(F.resized_crop(pil(a), top, left, height, width, [8, 8])))

# Crops, borders and flips: equal to the byte.
for size in ((5, 6), (6, 5), (13, 17), (20, 9), (19, 24), (7, 12)):
    name = f'centerCrop {size}'
    a = picture(name, 3, 13, 17)
    add(name, [['centerCrop', list(size)]], a, planes(F.center_crop(pil(a), size)))
for ours, theirs in (('constant', 'constant'), ('nearest', 'edge'), ('reflect', 'symmetric')):
    name = f'pad {ours}'
    a = picture(name, 3, 7, 9)
    options = {'fill': ours, 'value': 9} if ours == 'constant' else {'fill': ours}
    add(name, [['pad', {'left': 1, 'top': 2, 'right': 3, 'bottom': 5}, options]], a, planes(F.pad(pil(a), [1, 2, 3, 5], 9, theirs)))
a = picture('flip', 3, 7, 9)
add('horizontalFlip', [['horizontalFlip']], a, planes(F.hflip(pil(a))))
add('verticalFlip', [['verticalFlip']], a, planes(F.vflip(pil(a))))

# Colours: equal to the byte.
for channels in (3, 1):
    for name, function, amounts in (
        ('brightness', F.adjust_brightness, (0, 0.3, 1, 1.7)), ('contrast', F.adjust_contrast, (0, 0.4, 1.6)),
        ('saturation', F.adjust_saturation, (0, 0.6, 2.5)), ('hue', F.adjust_hue, (-0.5, -0.23, 0, 0.1, 0.5)),
    ):
        for amount in amounts:
            a = picture(f'{name} {amount}', channels, 16, 16)
            add(f'{name} {channels} {amount}', [['adjustColor', {name: amount}]], a, planes(function(pil(a), amount)))
for channels in (3, 1):
    a = picture('grayscale', channels, 16, 16)
    add(f'grayscale {channels}', [['randomGrayscale', {'p': 1}]], a, planes(F.rgb_to_grayscale(pil(a), channels)))

mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
a = picture('normalize', 3, 5, 6)
add('normalize', [['normalize', {'mean': mean, 'std': std}]], a, F.normalize(F.to_tensor(pil(a)), mean, std).double().numpy())

# Moves: Pillow's nearest pixels, and grid_sample in float64 for what lies between.
moves = {
    'rotate': {'rotate': 21},
    'shift': {'shift': [3 / 17, -2 / 13]},
    'shear': {'shear': [17, 0]},
    'shear both': {'shear': [11, -7]},
    'zoom in': {'zoom': [1.7, 1.7]},
    'zoom out': {'zoom': [0.45, 0.45]},
    'all': {'rotate': -34, 'shift': [2 / 17, 1 / 13], 'shear': [9, 5], 'zoom': [0.8, 0.8]},
}
for name, move in moves.items():
    angle, zoom = move.get('rotate', 0), move.get('zoom', [1, 1])[0]
    shift = [round(s * n) for s, n in zip(move.get('shift', [0, 0]), (17, 13))]
    shear = [float(s) for s in move.get('shear', [0, 0])]
    a = picture(name, 3, 13, 17)
    result = F.affine(pil(a), angle, shift, zoom, shear, InterpolationMode.NEAREST, fill=7)
    add(f'affine {name}, whole pixels', [['affine', {**move, 'interpolation': 'nearest', 'value': 7}]], a, planes(result))
    s = picture(name, 3, 13, 17, smooth=True)
    m = F._get_inverse_affine_matrix([0.0, 0.0], angle, [float(t) for t in shift], zoom, shear)
    y, x = numpy.mgrid[0:13, 0:17]
    u, v = x + 0.5 - 8.5, y + 0.5 - 6.5
    grid = numpy.stack([(m[0] * u + m[1] * v + m[2]) / 8.5, (m[3] * u + m[4] * v + m[5]) / 6.5], -1)
    for fill, padding, value in (('constant', 'zeros', 40), ('nearest', 'border', 0), ('reflect', 'reflection', 0)):
        x64 = torch.from_numpy(planes(s).astype(numpy.float64))[None] - value
        y64 = torch.nn.functional.grid_sample(x64, torch.from_numpy(grid)[None], 'bilinear', padding, align_corners=False)[0] + value
        add(f'affine {name}, {fill}', [['affine', {**move, 'fill': fill, 'value': value}]], s, y64.numpy())
    # Pillow takes the fill for whole pixels only: compared where the picture is. It cuts what it should round.
    inner = numpy.asarray(F.affine(Image.fromarray(numpy.full((13, 17), 255, numpy.uint8)), angle, shift, zoom, shear, InterpolationMode.BILINEAR))
    blurred = planes(F.affine(pil(s), angle, shift, zoom, shear, InterpolationMode.BILINEAR)).astype(numpy.float64)
    add(f'affine {name}, Pillow', [['affine', {**move, 'fill': 'nearest'}]], s, numpy.where(inner == 255, blurred, -1))

write('transforms.json', {'torchvision': torchvision.__version__, 'pillow': PIL.__version__}, cases=cases)
