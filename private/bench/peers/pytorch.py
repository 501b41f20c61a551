"""
PyTorch as a peer of the benchmark: pytorch.py JSON, which names the model, its sizes, a folder with its weights and batches,
threads, warmups, what it does (train, forward) and options (channels_last, foreach). Says READY and what it runs, then answers a line
with a number n by a JSON list of the milliseconds of n steps, and the line memory by the MiB that it holds now and held at most.
"""
import time

start = time.perf_counter()
import torch

import_ms = (time.perf_counter() - start) * 1e3
import functools
import json
import pathlib
import resource
import sys

import numpy

from torch_models import MODELS

KINDS = {'F32': numpy.float32, 'I32': numpy.int32}


def read(file):
    """The tensors of a safetensors file, in its order; whole numbers as int64."""
    data = memoryview(file.read_bytes())
    start = 8 + int.from_bytes(data[:8], 'little')
    header = json.loads(bytes(data[8:start]))
    array = lambda h: numpy.frombuffer(data[start:][slice(*h['data_offsets'])], KINDS[h['dtype']]).reshape(h['shape'])
    return {k: torch.from_numpy(array(h).astype(numpy.int64 if h['dtype'] == 'I32' else numpy.float32)) for k, h in header.items()}


def load(model, weights):
    """By order: both sides list the same tensors, but call some of them otherwise."""
    own = {k: t for k, t in model.state_dict().items() if not k.endswith('num_batches_tracked')}
    shapes = lambda tensors: [tuple(t.shape) for t in tensors.values()]
    assert shapes(own) == shapes(weights), f'the models differ:\n{[*zip(own, shapes(own))]}\n{[*zip(weights, shapes(weights))]}'
    for mine, given in zip(own.values(), weights.values()):
        mine.copy_(given)


def prepare(model, sizes, folder, does, options):
    """What a step is, and the model."""
    model, make_step = MODELS[model](sizes)
    folder = pathlib.Path(folder)
    load(model, read(folder / 'weights.safetensors'))
    stacked = read(folder / 'batches.safetensors')
    batches = [{k: t[i] for k, t in stacked.items()} for i in range(len(next(iter(stacked.values()))))]
    if 'channels_last' in options:
        model = model.to(memory_format=torch.channels_last)
        batches = [{k: t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for k, t in b.items()} for b in batches]
    if does == 'train':
        train = make_step(model, functools.partial(torch.optim.Adam, foreach='foreach' in options))
        run = lambda batch: [loss.item() for loss in train(batch).values()]
    else:
        model.eval()
        run = lambda batch: model(batch['x']).flatten()[:8].tolist()
    done = 0

    def step():
        nonlocal done
        done += 1
        with torch.set_grad_enabled(does == 'train'):
            return run(batches[(done - 1) % len(batches)])

    return step, model


def memory():
    pages = int(pathlib.Path('/proc/self/statm').read_text().split()[1])
    return {'resident': pages * resource.getpagesize() / 2**20, 'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main(model, sizes, folder, threads, warmups, does, options):
    torch.set_num_threads(threads)
    step, model = prepare(model, sizes, folder, does, options)
    figures = []

    def timed(keep=False):
        start = time.perf_counter()
        computed = step()
        if keep:
            figures.extend(computed)
        return (time.perf_counter() - start) * 1e3

    times = [timed(True) for _ in range(warmups)]
    print('READY', json.dumps({
        'versions': {'torch': torch.__version__, 'python': sys.version.split()[0]},
        'parameters': sum(p.numel() for p in model.parameters()),
        'figures': figures, 'warmups': warmups, 'firstMs': times[0], 'lastMs': times[-1], 'importMs': import_ms,
    }), flush=True)
    for line in sys.stdin:
        print(json.dumps(memory() if line.strip() == 'memory' else [timed() for _ in range(int(line))]), flush=True)


if __name__ == '__main__':
    main(**json.loads(sys.argv[1]))
