"""What the generators share: inputs, cotangents and the JSON of README.md. PyTorch 1.13.1, numpy 1.24."""
import json
import math
import pathlib
import zlib

import numpy
import torch

HERE = pathlib.Path(__file__).parent
TORCH = torch.__version__.split('+')[0]
NAMED = {'float32': torch.float64, 'int32': torch.int64, 'uint8': torch.uint8, 'bool': torch.bool}
DTYPES = {dtype: name for name, dtype in NAMED.items()}


def generator(name):
    """Numbers that depend on the name of their case alone, so that a new case changes no other."""
    return numpy.random.RandomState(zlib.crc32(name.encode()))


def number(value):
    """The fewest digits that give a float32 back, for what is one; 9 digits else. JSON has no word for what is not finite."""
    if isinstance(value, (bool, int)):
        return int(value)
    if not math.isfinite(value):
        return 'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'
    single = numpy.float32(value)
    short = float(str(single)) if float(single) == value else float('%.9g' % value)
    return int(short) if short == int(short) and abs(short) < 1e9 else short


def numbers(tensor):
    return [number(v) for v in tensor.detach().reshape(-1).tolist()]


def plain(tensor):
    return None if tensor is None else {'shape': list(tensor.shape), 'dtype': DTYPES[tensor.dtype], 'data': numbers(tensor)}


class Cases:
    def __init__(self, topic):
        self.topic = topic
        self.cases = []

    def add(self, name, op, attrs, inputs, f, no_grad=()):
        """One case: `f` of `inputs` (None: left out), its values, and the gradients of sum(y * w) but for the inputs in `no_grad`."""
        name = f'{op}/{name}'
        assert name not in [c['name'] for c in self.cases], name
        random = generator(name)
        x = [t(random) if callable(t) else t for t in inputs]
        x = [t if t is None or i in no_grad or t.dtype != torch.float64 else t.clone().requires_grad_() for i, t in enumerate(x)]
        y = f(*x)
        y = list(y) if isinstance(y, (tuple, list)) else [y]
        wanted = [t for t in x if t is not None and t.requires_grad]
        w = [normal(*t.shape)(random) if wanted and t.requires_grad else None for t in y]
        loss = sum((t * v).sum() for t, v in zip(y, w) if v is not None)
        found = iter(torch.autograd.grad(loss, wanted) if any(v is not None for v in w) else [])
        grads = [next(found, None) if t is not None and t.requires_grad else None for t in x]
        self.cases.append({
            'name': name, 'op': op, 'attrs': attrs, 'inputs': [plain(t) for t in x], 'outputs': [plain(t) for t in y],
            'weights': [plain(t) for t in w], 'grads': [plain(t) for t in grads],
        })

    def write(self):
        write(f'{self.topic}.json', {'torch': TORCH}, cases=self.cases)


def write(file, head, **lists):
    """JSON with one entry of each list to a line, so that a change shows as one line."""
    dump = lambda v: json.dumps(v, separators=(',', ':'), allow_nan=False)
    parts = [f'{dump(k)}:{dump(v)}' for k, v in head.items()]
    parts += [f'{dump(k)}:[\n' + ',\n'.join(map(dump, v)) + '\n]' for k, v in lists.items()]
    text = '{' + ',\n'.join(parts) + '}\n'
    assert len(text) < 1_000_000, f'{file} is {len(text)} bytes'
    (HERE / file).write_text(text)


def rounded(array):
    """At most 4 decimals, as float32 holds them: short in the file, and the same number on both sides."""
    return torch.from_numpy(numpy.asarray(numpy.round(array, 4), dtype=numpy.float32).astype(numpy.float64))


def normal(*shape, scale=1.0, offset=0.0):
    return lambda random: rounded(random.standard_normal(shape) * scale + offset)


def uniform(low, high, *shape):
    return lambda random: rounded(random.uniform(low, high, shape))


def integers(low, high, *shape):
    return lambda random: torch.from_numpy(numpy.asarray(random.randint(low, high, shape), dtype=numpy.int64))


def booleans(*shape):
    return lambda random: torch.from_numpy(numpy.asarray(random.randint(0, 2, shape) == 1))


def floats(values, *shape):
    return torch.tensor(values, dtype=torch.float32).double().reshape(shape or (-1,))


def padded(x, pads, value=0.0):
    """`pads`: the beginnings of all spatial axes, then their ends. F.pad takes pairs, the last axis first."""
    half = len(pads) // 2
    return torch.nn.functional.pad(x, [p for i in reversed(range(half)) for p in (pads[i], pads[i + half])], value=value)
