"""layers.json: Linear, Embedding, BatchNorm, Dropout, LSTM, MultiHeadAttention. Run: /usr/bin/python3 private/golden/layers.py (PyTorch 1.13.1)"""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.stateless import functional_call

from golden import Cases, booleans, normal, uniform

cases = Cases('layers')

for name, shape in {'vector': (3,), 'matrix': (4, 3), 'rank 3': (2, 4, 3), 'empty': (0, 3)}.items():
    cases.add(name, 'Linear', {}, [normal(*shape), normal(5, 3), normal(5)], F.linear)
cases.add('no bias', 'Linear', {}, [normal(4, 3), normal(5, 3)], F.linear)

for name, index in {'duplicates': [[1, 1, 3], [3, 1, 0]], 'one row': [2, 2, 2, 2], 'all rows': [0, 1, 2, 3, 4]}.items():
    cases.add(name, 'Embedding', {}, [normal(5, 3), torch.tensor(index)], lambda w, i: F.embedding(i, w))


def batch_norm(x, weight, bias, mean, var, a):
    """y and the running statistics after it; F.batch_norm changes them in place."""
    mean, var = mean.clone(), var.clone()
    y = F.batch_norm(x, mean, var, weight, bias, a['training'], a['momentum'], a['epsilon'])
    return y, mean, var


def add_batch_norm(name, shape, momentum=0.1, epsilon=1e-5, offset=0.0):
    c = shape[1]
    for training in (True, False):
        a = {'training': training, 'momentum': momentum, 'epsilon': epsilon}
        inputs = [normal(*shape, scale=2, offset=offset), normal(c, offset=1), normal(c), normal(c), uniform(0.5, 2, c)]
        cases.add(f'{name}, {"training" if training else "eval"}', 'BatchNorm', a, inputs, lambda *x: batch_norm(*x, a), no_grad=[3, 4])


add_batch_norm('matrix', (4, 3))
add_batch_norm('rank 3', (2, 3, 4))
add_batch_norm('images', (2, 3, 4, 5))
add_batch_norm('one image', (1, 2, 3, 3))
add_batch_norm('momentum and epsilon', (3, 2, 2, 2), momentum=0.3, epsilon=0.1)
add_batch_norm('far from zero', (2, 2, 3, 3), offset=32)


def twice(x, weight, bias, mean, var):
    """x [calls, n, c, h, w]: the running statistics go from one call to the next."""
    a = {'training': True, 'momentum': 0.1, 'epsilon': 1e-5}
    first, mean, var = batch_norm(x[0], weight, bias, mean, var, a)
    second, mean, var = batch_norm(x[1], weight, bias, mean, var, a)
    return torch.stack([first, second]), mean, var


start = [normal(2, offset=1), normal(2), lambda _: torch.zeros(2, dtype=torch.float64), lambda _: torch.ones(2, dtype=torch.float64)]
cases.add('two calls', 'BatchNorm', {'training': True, 'momentum': 0.1, 'epsilon': 1e-5, 'calls': 2}, [normal(2, 3, 2, 3, 3, scale=2, offset=1), *start], twice, no_grad=[3, 4])

for p in (0.25, 0.5):
    cases.add(f'p {p}', 'Dropout', {'p': p}, [normal(3, 4), booleans(3, 4)], lambda x, kept: x * kept / (1 - p))


def lstm(x, h, c, *parameters):
    """x [n, t, e], h and c [layers, n, hidden] (None: zeros), weight_ih, weight_hh, bias_ih, bias_hh of each layer → every h [n, t, hidden], the last h and c."""
    layers, hidden = len(parameters) // 4, parameters[1].shape[1]
    start = [x.new_zeros(layers, len(x), hidden) if s is None else s for s in (h, c)]
    # what nn.LSTM calls; functional_call does not reach the module's own list of weights
    return torch.lstm(x, start, parameters, has_biases=True, num_layers=layers, dropout=0.0, train=False, bidirectional=False, batch_first=True)


def add_lstm(name, n, t, e, hidden, layers=1, start=False):
    shapes = [s for k in range(layers) for s in [(4 * hidden, hidden if k else e), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,)]]
    state = [normal(layers, n, hidden)] * 2 if start else [None, None]
    cases.add(name, 'LSTM', {'layers': layers}, [normal(n, t, e), *state, *(normal(*s, scale=0.7) for s in shapes)], lstm)


add_lstm('zero start', 3, 4, 2, 3)
add_lstm('given start', 2, 4, 3, 4, start=True)
add_lstm('one step', 2, 1, 3, 2)
add_lstm('one unit', 1, 4, 1, 1)
add_lstm('two layers', 2, 4, 3, 2, layers=2)
add_lstm('two layers, given start', 2, 3, 2, 3, layers=2, start=True)


def attention(heads):
    def f(query, key, value, in_weight, in_bias, out_weight, out_bias, blocked, padding):
        """query [n, t, e], key and value [n, s, e] (None: the query) → y [n, t, e] and the heads' mean weights [n, t, s]."""
        module = nn.MultiheadAttention(query.shape[2], heads, batch_first=True).double()
        parameters = {'in_proj_weight': in_weight, 'in_proj_bias': in_bias, 'out_proj.weight': out_weight, 'out_proj.bias': out_bias}
        keys = query if key is None else key
        values = keys if value is None else value
        y, weights = functional_call(module, parameters, (query, keys, values), {'attn_mask': blocked, 'key_padding_mask': padding})
        return y, weights.detach()
    return f


def add_attention(name, n, t, e, heads, s=None, causal=False, padding=None):
    other = [None, None] if s is None else [normal(n, s, e), normal(n, s, e)]
    parameters = [normal(3 * e, e, scale=0.5), normal(3 * e), normal(e, e, scale=0.5), normal(e)]
    mask = torch.ones(t, t).triu(1).bool() if causal else None
    padded = None if padding is None else torch.tensor(padding)
    cases.add(name, 'MultiHeadAttention', {'heads': heads}, [normal(n, t, e), *other, *parameters, mask, padded], attention(heads))


T, S = [[False, False, False, True], [False, True, True, True]], [[False, False, True], [False, False, False]]
add_attention('self', 2, 3, 4, 2)
add_attention('one head', 1, 3, 3, 1)
add_attention('causal', 2, 4, 4, 2, causal=True)
add_attention('key padding', 2, 4, 4, 2, padding=T)
add_attention('causal and key padding', 2, 4, 6, 3, causal=True, padding=T)
add_attention('cross', 2, 3, 4, 2, s=5)
add_attention('cross, key padding', 2, 2, 4, 4, s=3, padding=S)
add_attention('one position', 2, 1, 4, 2)

cases.write()
