import torch
import torch.nn.functional as F
from torch import nn


class Seq2seq(nn.Module):
    def __init__(self, words, e, hidden):
        super().__init__()
        self.source, self.target = nn.Embedding(words, e), nn.Embedding(words, e)
        self.encoder = nn.GRU(e, hidden, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.key, self.query = nn.Linear(2 * hidden, hidden), nn.Linear(hidden, hidden, bias=False)
        self.energy = nn.Linear(hidden, 1, bias=False)
        self.cell = nn.GRUCell(e + 2 * hidden, hidden)
        self.out = nn.Linear(hidden, words)

    def forward(self, source, target):  # [n, s], [n, t] -> [n, t, words]
        memory, ends = self.encoder(self.source(source.t()))
        memory = memory.transpose(0, 1).contiguous()  # [n, s, 2·hidden]
        keys = self.key(memory)
        h = torch.tanh(self.bridge(torch.cat([ends[0], ends[1]], 1)))
        states = []
        for word in self.target(target.t()):
            energies = self.energy(torch.tanh(keys + self.query(h).unsqueeze(1)))  # [n, s, 1]
            context = (torch.softmax(energies.squeeze(2), 1).unsqueeze(1) @ memory).squeeze(1)
            h = self.cell(torch.cat([word, context], 1), h)
            states.append(h)
        return self.out(torch.stack(states, 1))


def teacher_forcing(model, adam):
    optimizer = adam(model.parameters(), lr=1e-3)

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        logits = model(batch['source'], batch['target'][:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), batch['target'][:, 1:].flatten())
        loss.backward()
        optimizer.step()
        return {'loss': loss}

    return step


def seq2seq(sizes):
    return Seq2seq(sizes['words'], sizes['e'], sizes['hidden']), teacher_forcing
