"""nlp/: the models of packages/nlp in plain PyTorch, with random weights, what they give, and the gradients of sum(output * w). Run: /usr/bin/python3 private/golden/nlp_models.py (PyTorch 1.13.1)

Without arguments: small ones, beside this file, of which it keeps 24 numbers of each gradient. With a folder and names (bert, gpt2): BERT base and GPT-2 small as published, in shape, 256 numbers of each. Half of them are the largest, half any. Computed in float64 from weights that are float16 (the large ones: float32) numbers.
"""
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F
from torch import nn

import safetensors
from golden import HERE, generator

Words = lambda count, d: nn.Embedding(count, d, padding_idx=0)


def lengths_of(ids):
    return (ids != 0).sum(1)


class Recurrent(nn.Module):
    """The packed sequences of PyTorch itself."""
    def __init__(self, kind, name, vocab, classes, dim, hidden, layers, bidirectional):
        super().__init__()
        self.embedding = Words(vocab, dim)
        self.add_module(name, kind(dim, hidden, layers, batch_first=True, bidirectional=bidirectional))
        self.name, self.directions = name, 2 if bidirectional else 1
        self.fc = nn.Linear(hidden * self.directions, classes)

    def forward(self, ids):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths_of(ids), batch_first=True, enforce_sorted=False)
        _, state = getattr(self, self.name)(packed)
        h = state[0] if isinstance(state, tuple) else state
        return self.fc(torch.cat(list(h[-self.directions:]), 1))


class TextCNN(nn.Module):
    """One text at a time, at its own length, with zeros around."""
    def __init__(self, vocab, classes, dim, widths, filters):
        super().__init__()
        self.embedding = Words(vocab, dim)
        self.convs = nn.ModuleList(nn.Conv1d(dim, filters, k, padding=k - 1) for k in widths)
        self.fc = nn.Linear(filters * len(widths), classes)

    def forward(self, ids):
        rows = []
        for row, n in zip(ids, lengths_of(ids)):
            x = self.embedding(row[:n]).t()[None]
            rows.append(torch.cat([F.relu(conv(x)).amax(2)[0] for conv in self.convs]))
        return self.fc(torch.stack(rows))


def waves(t, d):
    place, i = torch.arange(t, dtype=torch.float64)[:, None], torch.arange(0, d, 2, dtype=torch.float64)
    angle = place * 10000 ** (-i / d)
    return torch.stack([angle.sin(), angle.cos()], 2).reshape(t, d)


class TransformerClassifier(nn.Module):
    def __init__(self, vocab, classes, dim, heads, layers, ff):
        super().__init__()
        self.embedding = Words(vocab, dim)
        layer = nn.TransformerEncoderLayer(dim, heads, ff, 0.0, 'gelu', batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(dim))
        self.fc = nn.Linear(dim, classes)

    def forward(self, ids):
        x = self.embedding(ids) * math.sqrt(self.fc.in_features) + waves(ids.shape[1], self.fc.in_features).to(self.fc.weight.dtype)
        y = self.encoder(x, src_key_padding_mask=ids == 0) * (ids != 0)[..., None]
        return self.fc(y.sum(1) / lengths_of(ids)[:, None])


class LSTMLanguageModel(nn.Module):
    def __init__(self, vocab, dim, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.lstm = nn.LSTM(dim, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def forward(self, ids):
        return self.fc(self.lstm(self.embedding(ids))[0])


class Conv1D(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.weight, self.bias = nn.Parameter(0.02 * torch.randn(a, b)), nn.Parameter(torch.zeros(b))

    def forward(self, x):
        return x @ self.weight + self.bias


def attend(q, k, v, heads, mask):
    """q, k, v: [n, t, dim]; mask: True where a place may be seen."""
    split = lambda x: x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)
    scores = split(q) @ split(k).transpose(2, 3) / math.sqrt(q.shape[2] // heads)
    y = scores.masked_fill(~mask, -torch.inf).softmax(-1) @ split(v)
    return y.transpose(1, 2).reshape(q.shape)


class GPTBlock(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = nn.ModuleDict({'c_attn': Conv1D(dim, 3 * dim), 'c_proj': Conv1D(dim, dim)})
        self.mlp = nn.ModuleDict({'c_fc': Conv1D(dim, 4 * dim), 'c_proj': Conv1D(4 * dim, dim)})

    def forward(self, x):
        t = x.shape[1]
        q, k, v = self.attn['c_attn'](self.ln_1(x)).chunk(3, -1)
        x = x + self.attn['c_proj'](attend(q, k, v, self.heads, torch.ones(t, t).tril() == 1))
        return x + self.mlp['c_proj'](F.gelu(self.mlp['c_fc'](self.ln_2(x)), approximate='tanh'))


class GPT2(nn.Module):
    def __init__(self, vocab=50257, context=1024, dim=768, layers=12, heads=12):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, dim), nn.Embedding(context, dim)
        self.h = nn.ModuleList(GPTBlock(dim, heads) for _ in range(layers))
        self.ln_f = nn.LayerNorm(dim)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe.weight[:ids.shape[1]]
        for block in self.h:
            x = block(x)
        return self.ln_f(x) @ self.wte.weight.t()


def norm(dim):
    return nn.LayerNorm(dim, eps=1e-12)


class BertLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        output = lambda a: nn.ModuleDict({'dense': nn.Linear(a, dim), 'LayerNorm': norm(dim)})
        projections = nn.ModuleDict({name: nn.Linear(dim, dim) for name in ('query', 'key', 'value')})
        self.attention = nn.ModuleDict({'self': projections, 'output': output(dim)})
        self.intermediate = nn.ModuleDict({'dense': nn.Linear(dim, 4 * dim)})
        self.output = output(4 * dim)

    def forward(self, x, mask):
        own, out = self.attention['self'], self.attention['output']
        y = attend(own['query'](x), own['key'](x), own['value'](x), self.heads, mask)
        x = out['LayerNorm'](x + out['dense'](y))
        return self.output['LayerNorm'](x + self.output['dense'](F.gelu(self.intermediate['dense'](x))))


class Bert(nn.Module):
    def __init__(self, vocab=30522, context=512, dim=768, layers=12, heads=12):
        super().__init__()
        tables = {'word_embeddings': Words(vocab, dim), 'position_embeddings': nn.Embedding(context, dim), 'token_type_embeddings': nn.Embedding(2, dim)}
        self.embeddings = nn.ModuleDict({**tables, 'LayerNorm': norm(dim)})
        self.encoder = nn.ModuleDict({'layer': nn.ModuleList(BertLayer(dim, heads) for _ in range(layers))})

    def forward(self, ids, segments):
        e = self.embeddings
        x = e['LayerNorm'](e['word_embeddings'](ids) + e['token_type_embeddings'](segments) + e['position_embeddings'].weight[:ids.shape[1]])
        for layer in self.encoder['layer']:
            x = layer(x, (ids != 0)[:, None, None])
        return x


class Bias(nn.Module):
    def __init__(self, dim, vocab):
        super().__init__()
        self.transform = nn.ModuleDict({'dense': nn.Linear(dim, dim), 'LayerNorm': norm(dim)})
        self.bias = nn.Parameter(torch.zeros(vocab))


class BertForMaskedLM(nn.Module):
    def __init__(self, vocab=30522, context=512, dim=768, layers=12, heads=12):
        super().__init__()
        self.bert = Bert(vocab, context, dim, layers, heads)
        self.cls = nn.ModuleDict({'predictions': Bias(dim, vocab)})

    def forward(self, ids, segments):
        p = self.cls['predictions']
        x = p.transform['LayerNorm'](F.gelu(p.transform['dense'](self.bert(ids, segments))))
        return x @ self.bert.embeddings['word_embeddings'].weight.t() + p.bias


class BertForSequenceClassification(nn.Module):
    def __init__(self, classes, dim, **options):
        super().__init__()
        self.bert = Bert(dim=dim, **options)
        self.bert.pooler = nn.ModuleDict({'dense': nn.Linear(dim, dim)})
        self.classifier = nn.Linear(dim, classes)

    def forward(self, ids, segments):
        return self.classifier(torch.tanh(self.bert.pooler['dense'](self.bert(ids, segments)[:, 0])))


class AttentionTranslator(nn.Module):
    """One step after another, one sentence at a time over its own length."""
    def __init__(self, source, target, dim, hidden, first):
        super().__init__()
        self.source_embedding, self.target_embedding = Words(source, dim), Words(target, dim)
        self.encoder = nn.LSTM(dim, hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(hidden, hidden)
        self.decoder = nn.LSTMCell(dim + hidden, hidden) if first else nn.LSTM(dim, hidden, batch_first=True)
        self.key = nn.Linear(hidden, hidden, bias=False)
        if first:
            self.query, self.energy = nn.Linear(hidden, hidden), nn.Linear(hidden, 1, bias=False)
        self.combine, self.out = nn.Linear(2 * hidden, hidden), nn.Linear(hidden, target)

    def one(self, source, target):
        read, (h, c) = self.encoder(self.source_embedding(source)[None])
        h, c = self.bridge(torch.cat([h[0], h[1]], 1)).tanh(), torch.cat([c[0], c[1]], 1)
        words, keys = self.target_embedding(target)[None], self.key(read)[0]
        logits = []
        if isinstance(self.decoder, nn.LSTM):
            states = self.decoder(words, (h[None], c[None]))[0][0]
        for t in range(len(target)):
            if isinstance(self.decoder, nn.LSTM):
                h = states[t:t + 1]
                seen = (keys @ h[0]).softmax(0) @ read[0]
            else:
                scores = self.energy(torch.tanh(self.query(h) + keys))[:, 0]
                seen = scores.softmax(0) @ read[0]
                h, c = self.decoder(torch.cat([words[:, t], seen[None]], 1), (h, c))
            logits.append(self.out(self.combine(torch.cat([seen[None], h], 1)).tanh()))
        return torch.cat(logits)

    def forward(self, source, target):
        return torch.stack([self.one(s[s != 0], t) for s, t in zip(source, target)])


class TransformerTranslator(nn.Module):
    def __init__(self, source, target, dim, heads, layers, ff):
        super().__init__()
        self.source_embedding, self.target_embedding = Words(source, dim), Words(target, dim)
        self.transformer = nn.Transformer(dim, heads, layers, layers, ff, 0.0, batch_first=True, norm_first=True)

    def forward(self, source, target):
        placed = lambda table, ids: table(ids) * math.sqrt(table.embedding_dim) + waves(ids.shape[1], table.embedding_dim)
        hidden = torch.ones(target.shape[1], target.shape[1]).triu(1) == 1
        y = self.transformer(placed(self.source_embedding, source), placed(self.target_embedding, target), tgt_mask=hidden, src_key_padding_mask=source == 0, memory_key_padding_mask=source == 0)
        return y @ self.target_embedding.weight.t()


class ChannelLinear(nn.Module):
    """As many linear layers as channels."""
    def __init__(self, channels, inside, outside):
        super().__init__()
        layers = [nn.Linear(inside, outside) for _ in range(channels)]
        self.weight = nn.Parameter(torch.stack([l.weight.detach() for l in layers]))
        self.bias = nn.Parameter(torch.stack([l.bias.detach() for l in layers]))

    def forward(self, x):
        return torch.stack([F.linear(x[:, c], w, b) for c, (w, b) in enumerate(zip(self.weight, self.bias))], 1)


class LinearForecaster(nn.Module):
    """The decomposition of the DLinear paper: the border repeated, then an average."""
    def __init__(self, history, horizon, window, channels=None):
        super().__init__()
        layer = (lambda: ChannelLinear(channels, history, horizon)) if channels else (lambda: nn.Linear(history, horizon))
        self.trend, self.seasonal, self.window = layer(), layer(), window

    def forward(self, x):
        side = (self.window - 1) // 2
        around = torch.cat([x[:, :1].repeat(1, side, 1), x, x[:, -1:].repeat(1, side, 1)], 1)
        average = torch.stack([around[:, i:i + self.window].mean(1) for i in range(x.shape[1])], 1)
        maps = lambda layer, y: layer(y.transpose(1, 2)).transpose(1, 2)
        return maps(self.trend, average) + maps(self.seasonal, x - average)


class LSTMForecaster(nn.Module):
    def __init__(self, channels, horizon, hidden, layers):
        super().__init__()
        self.lstm, self.fc, self.horizon = nn.LSTM(channels, hidden, layers, batch_first=True), nn.Linear(hidden, horizon * channels), horizon

    def forward(self, x):
        y, _ = self.lstm(x - x[:, -1:])
        return x[:, -1:] + self.fc(y[:, -1]).reshape(len(x), self.horizon, -1)


class MatrixFactorization(nn.Module):
    def __init__(self, users, items, dim):
        super().__init__()
        self.register_buffer('mean', torch.tensor([3.5]))
        self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)
        self.user_factors, self.item_factors = nn.Embedding(users, dim), nn.Embedding(items, dim)

    def forward(self, user, item):
        return self.mean + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0] + (self.user_factors(user) * self.item_factors(item)).sum(1)


class NeuralCollaborativeFiltering(nn.Module):
    def __init__(self, users, items, dim, layers):
        super().__init__()
        self.gmf_user, self.gmf_item = nn.Embedding(users, dim), nn.Embedding(items, dim)
        self.mlp_user, self.mlp_item = nn.Embedding(users, layers[0] // 2), nn.Embedding(items, layers[0] // 2)
        self.mlp = nn.ModuleList(nn.Linear(a, b) for a, b in zip(layers, layers[1:]))
        self.out = nn.Linear(dim + layers[-1], 1)

    def forward(self, user, item):
        x = torch.cat([self.mlp_user(user), self.mlp_item(item)], 1)
        for layer in self.mlp:
            x = layer(x).relu()
        return self.out(torch.cat([self.gmf_user(user) * self.gmf_item(item), x], 1))[:, 0]


class SpokenDigitClassifier(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        c = [1, width, 2 * width, 4 * width]
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in zip(c, c[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in c[1:])
        self.fc = nn.Linear(c[3] * (features // 8), 10)

    def forward(self, x):
        x = x[:, None]
        for conv, norm in zip(self.convs, self.norms):
            x = F.max_pool2d(norm(conv(x)).relu(), 2)
        return self.fc(x.mean(3).flatten(1))


class SpeechRecognizer(nn.Module):
    """One sound at a time, at its own length; what stands behind it is scored as nothing was heard."""
    def __init__(self, classes, features, filters, hidden, layers):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, filters, 3, 2, 1), nn.Conv2d(filters, filters, 3, 2, 1)
        self.gru = nn.GRU(filters * ((features + 3) // 4), hidden, layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, classes)

    def forward(self, x, lengths):
        rows = []
        for sound, n in zip(x, lengths):
            y = self.conv2(self.conv1(sound[None, None, :, :n]).relu()).relu()
            y = self.gru(y.permute(0, 3, 1, 2).flatten(2))[0][0]
            rows.append(self.fc(F.pad(y, (0, 0, 0, (x.shape[2] + 3) // 4 - len(y)))))
        return torch.stack(rows)


def numbers(random, *shape):
    return torch.from_numpy(random.standard_normal(shape).astype(numpy.float32))


def pairs(random):
    return [torch.from_numpy(random.randint(0, n, 9)) for n in (7, 11)]


def sentences(random):
    return [texts(random, 3, 7, 20), texts(random, 3, 6, 15)]


def texts(random, n, t, vocab, shortest=1):
    """Texts of several lengths, the first one whole, filled up with 0."""
    ids = random.randint(1, vocab, (n, t))
    for row, length in zip(ids[1:], random.randint(shortest, t + 1, n - 1)):
        row[length:] = 0
    return torch.from_numpy(ids)


def segments(ids):
    return (torch.arange(ids.shape[1]) > ids.shape[1] // 2).long().expand(ids.shape)


def with_segments(ids):
    return [ids, segments(ids)]


small = dict(vocab=20, context=12, dim=8, layers=2, heads=2)
# model, its inputs
SMALL = {
    'text_lstm': (lambda: Recurrent(nn.LSTM, 'lstm', 20, 3, 6, 5, 2, False), lambda r: [texts(r, 4, 9, 20)]),
    'text_gru': (lambda: Recurrent(nn.GRU, 'gru', 20, 3, 6, 5, 1, True), lambda r: [texts(r, 4, 9, 20)]),
    'text_cnn': (lambda: TextCNN(20, 3, 6, (3, 4, 5), 4), lambda r: [texts(r, 4, 9, 20)]),
    'transformer_classifier': (lambda: TransformerClassifier(20, 3, 8, 2, 2, 16), lambda r: [texts(r, 4, 9, 20)]),
    'lstm_language_model': (lambda: LSTMLanguageModel(20, 6, 5, 2), lambda r: [texts(r, 3, 8, 20, 8)]),
    'gpt2': (lambda: GPT2(**small), lambda r: [texts(r, 3, 10, 20, 10)]),
    'bert_masked': (lambda: BertForMaskedLM(**small), lambda r: with_segments(texts(r, 3, 10, 20))),
    'bert_classifier': (lambda: BertForSequenceClassification(3, **small), lambda r: with_segments(texts(r, 3, 10, 20))),
    'luong_translator': (lambda: AttentionTranslator(20, 15, 6, 8, False), sentences),
    'bahdanau_translator': (lambda: AttentionTranslator(20, 15, 6, 8, True), sentences),
    'transformer_translator': (lambda: TransformerTranslator(20, 15, 8, 2, 2, 16), sentences),
    'linear_forecaster': (lambda: LinearForecaster(12, 4, 5), lambda r: [numbers(r, 3, 12, 2)]),
    'linear_forecaster_per_channel': (lambda: LinearForecaster(12, 4, 5, channels=2), lambda r: [numbers(r, 3, 12, 2)]),
    'lstm_forecaster': (lambda: LSTMForecaster(2, 4, 5, 2), lambda r: [numbers(r, 3, 12, 2)]),
    'matrix_factorization': (lambda: MatrixFactorization(7, 11, 4), pairs),
    'neural_collaborative_filtering': (lambda: NeuralCollaborativeFiltering(7, 11, 4, (8, 6, 4)), pairs),
    'digit_classifier': (lambda: SpokenDigitClassifier(16, 2), lambda r: [numbers(r, 3, 16, 20)]),
    'speech_recognizer': (lambda: SpeechRecognizer(5, 9, 3, 4, 2), lambda r: [numbers(r, 3, 9, 22), torch.tensor([22, 13, 7])]),
}
REAL = {
    'gpt2': (GPT2, lambda r: [texts(r, 1, 32, 50257, 32)]),
    'bert': (BertForMaskedLM, lambda r: with_segments(texts(r, 2, 32, 30522))),
}


def save(folder, name, make, inputs, kept, kind):
    torch.manual_seed(1)
    random = generator(f'nlp {name}')
    model = make()
    with torch.no_grad():
        for p in model.parameters():  # what starts at one number shows nothing
            if p.dim() == 1 or kind == numpy.float16:
                p.add_(0.1 * torch.from_numpy(random.standard_normal(tuple(p.shape)).astype(numpy.float32)))
            p.copy_(torch.from_numpy(p.numpy().astype(kind).astype(numpy.float32)))
        for m in model.modules():
            if isinstance(m, nn.Embedding) and m.padding_idx is not None:
                m.weight[m.padding_idx] = 0
    weights = {k: v.clone().numpy().astype(kind if v.is_floating_point() else numpy.int64) for k, v in model.state_dict().items()}
    model = model.double()
    given = inputs(random)
    output = model(*[x.double() if x.is_floating_point() else x for x in given])
    w = torch.from_numpy(random.standard_normal(tuple(output.shape)).astype(numpy.float32)).double() / math.sqrt(output.numel())
    grads = torch.autograd.grad((output * w).sum(), list(model.parameters()))
    single = lambda x: x.detach().numpy().astype(numpy.int32 if not x.is_floating_point() else numpy.float32)
    expected = {f'input/{i}': single(x) for i, x in enumerate(given)}
    expected['output'], expected['w'] = single(output), single(w)
    for (path, _), g in zip(model.named_parameters(), grads):
        g = g.reshape(-1)
        order = torch.argsort(-g.abs()).numpy()
        at = numpy.concatenate([order[:kept // 2], random.permutation(order[kept // 2:])[:kept // 2]]).astype(numpy.int32)
        expected[f'at/{path}'], expected[f'grad/{path}'] = at, g.float().numpy()[at]
    folder.mkdir(parents=True, exist_ok=True)
    for part, tensors in (('expected', expected), ('weights', weights)):  # whoever finds the weights finds all of both
        file = folder / f'{name}.part'
        safetensors.save(file, tensors)
        file.replace(folder / f'{name}.{part}.safetensors')
    print(f'{name}: {sum(p.numel() for p in model.parameters()):,} parameters', flush=True)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        for name in sys.argv[2:]:
            save(pathlib.Path(sys.argv[1]), name, *REAL[name], 256, numpy.float32)
    else:
        for name, case in SMALL.items():
            save(HERE / 'nlp', name, *case, 24, numpy.float16)
