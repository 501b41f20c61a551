import torch.nn.functional as F


def classifier(model, adam):
    optimizer = adam(model.parameters(), lr=1e-3)

    def step(batch):
        optimizer.zero_grad(set_to_none=True)
        logits = model(batch['x'])
        loss = F.cross_entropy(logits.flatten(0, -2), batch['y'].flatten())
        loss.backward()
        optimizer.step()
        return {'loss': loss}

    return step
