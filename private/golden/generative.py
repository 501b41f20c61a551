"""generative/: the models of packages/generative in plain PyTorch: weights, inputs, what comes out and the gradients of a loss. Run: /usr/bin/python3 private/golden/generative.py (PyTorch 1.13.1)

NAME.weights.safetensors is a state_dict(); NAME.expected.safetensors has its inputs (`input/…`), numbers (`output/…`) and gradients (`grad/PARAMETER`, for the GANs after one of the two players' names). Computed in float64 from weights and inputs that are float16 numbers.
"""
import math

import numpy
import torch
import torch.nn.functional as F
from torch import nn

import safetensors
from golden import HERE, generator

FOLDER = HERE / 'generative'


def half(random, *shape, scale=1.0):
    return torch.from_numpy((scale * random.standard_normal(shape)).astype(numpy.float16).astype(numpy.float64))


def prepared(model, name, scale=1.0):
    """Random weights, the same in float16; batch norms that are not at their start."""
    random = generator(name)
    model = model.double()
    with torch.no_grad():
        for key, p in model.named_parameters():
            fan = p[0].numel() if p.dim() > 1 else 1
            p.copy_(half(random, *p.shape, scale=scale / math.sqrt(fan)) if p.dim() > 1 else half(random, *p.shape, scale=0.2) + (1 if 'bn' in key and key.endswith('weight') or 'norm' in key and key.endswith('weight') else 0))
            p.copy_(p.half().double())
    return model


def kept(tensors):
    kind = lambda t: torch.int32 if t.dtype == torch.int64 else torch.float32
    return {k: v.detach().to(kind(v)).contiguous().numpy() for k, v in tensors.items()}


def save(name, model, found):
    weights = {k: v.to(torch.float16 if k in dict(model.named_parameters()) else torch.float32).numpy() for k, v in model.state_dict().items() if not k.endswith('num_batches_tracked')}
    safetensors.save(FOLDER / f'{name}.weights.safetensors', weights)
    safetensors.save(FOLDER / f'{name}.expected.safetensors', kept(found))


def dense(sizes, open=False):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if open or i < len(sizes) - 2 else [])
    return nn.Sequential(*layers)


class VAE(nn.Module):
    def __init__(self, size, hidden, latents):
        super().__init__()
        self.encoder = dense([size, *hidden], open=True)
        self.mean, self.log_variance = nn.Linear(hidden[-1], latents), nn.Linear(hidden[-1], latents)
        self.decoder = dense([latents, *reversed(hidden), size])


def vae(name, hidden, latents, beta):
    """The bound written with torch.distributions."""
    random = generator(f'{name} inputs')
    model = prepared(VAE(36, hidden, latents), name, scale=1.5)
    x = torch.from_numpy(random.randint(0, 2, (5, 1, 6, 6)).astype(numpy.float64))
    noise = half(random, 5, latents)
    h = model.encoder(x.flatten(1))
    q = torch.distributions.Normal(model.mean(h), (0.5 * model.log_variance(h)).exp())
    z = q.loc + q.scale * noise
    logits = model.decoder(z).reshape(x.shape)
    reconstruction = -torch.distributions.Bernoulli(logits=logits).log_prob(x).flatten(1).sum(1).mean()
    kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
    loss = reconstruction + beta * kl
    grads = torch.autograd.grad(loss, list(model.parameters()))
    found = {'input/x': x, 'input/noise': noise, 'output/loss': loss, 'output/reconstruction': reconstruction, 'output/kl': kl, 'output/logits': logits}
    save(name, model, found | {f'grad/{k}': g for (k, _), g in zip(model.named_parameters(), grads)})


class Generator(nn.Module):
    def __init__(self, latents, width, side, classes):
        super().__init__()
        self.classes, self.width, self.side = classes, width, side
        self.fc = nn.Linear(latents + classes, 4 * width * side * side, bias=False)
        self.bn0, self.bn1 = nn.BatchNorm2d(4 * width), nn.BatchNorm2d(2 * width)
        self.up1 = nn.ConvTranspose2d(4 * width, 2 * width, 5, 2, 2, 1, bias=False)
        self.up2 = nn.ConvTranspose2d(2 * width, 1, 5, 2, 2, 1)

    def forward(self, z, label=None):
        z = torch.cat([z, F.one_hot(label, self.classes)], 1) if self.classes else z
        x = self.fc(z).reshape(-1, 4 * self.width, self.side, self.side)
        x = self.up1(F.leaky_relu(self.bn0(x), 0.2))
        return self.up2(F.leaky_relu(self.bn1(x), 0.2)).tanh()


class Discriminator(nn.Module):
    def __init__(self, width, side, classes):
        super().__init__()
        self.classes = classes
        self.conv1, self.conv2 = nn.Conv2d(1, width, 3, 2, 1), nn.Conv2d(width, 2 * width, 3, 2, 1)
        self.fc = nn.Linear(2 * width * side * side, 1)
        if classes:
            self.class_vectors = nn.Linear(classes, 2 * width * side * side, bias=False)

    def forward(self, x, label=None):
        h = F.leaky_relu(self.conv2(F.leaky_relu(self.conv1(x), 0.2)), 0.2).flatten(1)
        score = self.fc(h)
        return score + (self.class_vectors.weight.t()[label] * h).sum(1, keepdim=True) if self.classes else score


def named(model, loss, prefix):
    params = dict(model.named_parameters())
    return {f'grad/{prefix}.{k}': g for k, g in zip(params, torch.autograd.grad(loss, list(params.values()), retain_graph=True))}


def gan(name, classes):
    """One step of both players by plain SGD, so that the second gradient shows that the first update was made."""
    random = generator(f'{name} inputs')
    pair = prepared(nn.ModuleDict({'generator': Generator(6, 2, 3, classes), 'discriminator': Discriminator(2, 3, classes)}), name)
    state = {k: v.clone() for k, v in pair.state_dict().items()}
    g, d = pair['generator'], pair['discriminator']
    x, z = half(random, 6, 1, 12, 12, scale=0.5), half(random, 6, 6)
    label = torch.from_numpy(random.randint(0, classes, 6)) if classes else None
    told = (label,) if classes else ()
    real, fake = d(x, *told), d(g(z, *told).detach(), *told)
    d_loss = F.binary_cross_entropy_with_logits(real, torch.ones_like(real)) + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    found = {'input/x': x, 'input/z': z, 'output/discriminator': d_loss} | named(d, d_loss, 'discriminator')
    if classes:
        found['input/label'] = label
    with torch.no_grad():
        for k, p in d.named_parameters():
            p -= 0.1 * found[f'grad/discriminator.{k}']
    made = g(z, *told)
    fake = d(made, *told)
    g_loss = F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
    found |= {'output/generator': g_loss, 'output/made': made} | named(g, g_loss, 'generator')
    pair.load_state_dict(state)
    save(name, pair, found)


def penalty():
    random = generator('penalty inputs')
    critic = prepared(Discriminator(2, 3, 0), 'penalty')
    real, fake = half(random, 4, 1, 12, 12), half(random, 4, 1, 12, 12)
    mix = torch.from_numpy(random.uniform(0, 1, 4).astype(numpy.float16).astype(numpy.float64))
    share = mix.reshape(4, 1, 1, 1)
    x = (share * real + (1 - share) * fake).requires_grad_()
    slope, = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    value = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
    params = dict(critic.named_parameters())
    grads = torch.autograd.grad(value, list(params.values()), allow_unused=True)
    found = {'input/real': real, 'input/fake': fake, 'input/mix': mix, 'output/penalty': value}
    # the last bias moves no slope
    save('penalty', critic, found | {f'grad/{k}': torch.zeros_like(params[k]) if g is None else g for k, g in zip(params, grads)})


class ToldBlock(nn.Module):
    def __init__(self, a, b, d):
        super().__init__()
        self.norm1, self.conv1, self.told = nn.GroupNorm(8, a), nn.Conv2d(a, b, 3, padding=1), nn.Linear(d, b)
        self.norm2, self.conv2 = nn.GroupNorm(8, b), nn.Conv2d(b, b, 3, padding=1)
        self.shortcut = nn.Conv2d(a, b, 1) if a != b else nn.Identity()

    def forward(self, x, told):
        h = self.conv1(F.silu(self.norm1(x))) + self.told(F.silu(told))[:, :, None, None]
        return self.conv2(F.silu(self.norm2(h))) + self.shortcut(x)


class PlaceAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm, self.attention = nn.GroupNorm(8, c), nn.MultiheadAttention(c, max(1, c // 32), batch_first=True)

    def forward(self, x):
        places = self.norm(x).flatten(2).transpose(1, 2)
        return x + self.attention(places, places, places, need_weights=False)[0].transpose(1, 2).reshape(x.shape)


class DiffusionUNet(nn.Module):
    def __init__(self, width, multipliers, patch, classes):
        super().__init__()
        self.width, self.patch, d = width, patch, 4 * width
        at = [m * width for m in multipliers]
        pairs = list(zip(at, at[1:]))
        self.time1, self.time2 = nn.Linear(width, d), nn.Linear(d, d)
        if classes:
            self.class_vectors = nn.Embedding(classes, d)
        self.first = nn.Conv2d(patch ** 2, at[0], 3, padding=1)
        self.down = nn.ModuleList(ToldBlock(c, c, d) for c in at)
        self.halve = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairs)
        self.middle1, self.attention, self.middle2 = ToldBlock(at[-1], at[-1], d), PlaceAttention(at[-1]), ToldBlock(at[-1], at[-1], d)
        self.twice = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in pairs)
        self.up = nn.ModuleList(ToldBlock(2 * c, c, d) for c in at)
        self.norm, self.last = nn.GroupNorm(8, at[0]), nn.Conv2d(at[0], patch ** 2, 3, padding=1)

    def forward(self, x, t, label=None):
        angle = t[:, None] * 10000 ** (-torch.arange(self.width // 2, dtype=x.dtype) / (self.width // 2))
        told = self.time2(F.silu(self.time1(torch.cat([angle.sin(), angle.cos()], 1))))
        told = told if label is None else told + self.class_vectors(label)
        h = self.first(F.pixel_unshuffle(x, self.patch))
        seen = []
        for i, block in enumerate(self.down):
            h = block(self.halve[i - 1](h) if i else h, told)
            seen.append(h)
        h = self.middle2(self.attention(self.middle1(h, told)), told)
        for i in reversed(range(len(self.up))):
            h = self.up[i](torch.cat([h, seen[i]], 1), told)
            h = self.twice[i - 1](F.interpolate(h, scale_factor=2, mode='nearest')) if i else h
        return F.pixel_shuffle(self.last(F.silu(self.norm(h))), self.patch)


def denoiser(name, multipliers, patch, classes):
    random = generator(f'{name} inputs')
    model = prepared(DiffusionUNet(8, multipliers, patch, classes), name)
    x, t, noise = half(random, 3, 1, 8, 8), torch.tensor([0, 57, 99]), half(random, 3, 1, 8, 8)
    told = (torch.tensor([2, 0, 1]),) if classes else ()
    alpha = torch.cumprod(1 - torch.linspace(1e-3, 0.2, 100, dtype=torch.float64), 0)[t].reshape(3, 1, 1, 1)
    said = model(alpha.sqrt() * x + (1 - alpha).sqrt() * noise, t, *told)
    loss = F.mse_loss(said, noise)
    params = dict(model.named_parameters())
    found = {'input/x': x, 'input/t': t, 'input/noise': noise, 'output/said': said, 'output/loss': loss}
    if classes:
        found['input/label'] = told[0]
    save(name, model, found | {f'grad/{k}': g for k, g in zip(params, torch.autograd.grad(loss, list(params.values())))})


def schedules():
    """Steps back, from the definitions: the posterior of a step as the product of two normal distributions, and a draw of DDIM."""
    random = generator('diffusion steps')
    beta = {'linear': torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)}
    f = lambda t: math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2
    beta['cosine'] = torch.tensor([min(0.999, 1 - f(t + 1) / f(t)) for t in range(1000)], dtype=torch.float64)
    found = {}
    for name, b in beta.items():
        a = torch.cumprod(1 - b, 0)
        x, noise, fresh = (half(random, 4, 2, 3) for _ in range(3))
        t, to = torch.tensor([0, 1, 500, 999]), torch.tensor([-1, -1, 480, 979])
        wide = lambda v: v.reshape(4, 1, 1)
        now, before = wide(a[t]), wide(torch.where(t > 0, a[(t - 1).clamp(min=0)], torch.ones(())))
        then = wide(torch.where(to >= 0, a[to.clamp(min=0)], torch.ones(())))
        found |= {f'{name}/alpha_bars': a, f'{name}/x': x, f'{name}/noise': noise, f'{name}/fresh': fresh, f'{name}/t': t, f'{name}/to': to}
        found[f'{name}/noisy'] = now.sqrt() * x + (1 - now).sqrt() * noise
        for clip in (False, True):
            x0 = (x - (1 - now).sqrt() * noise) / now.sqrt()
            x0 = x0.clamp(-1, 1) if clip else x0
            mark = '/clip' if clip else ''
            # N(x; sqrt(1 - b) y, b) N(y; sqrt(before) x0, 1 - before) as a distribution of y: precisions add
            back = (1 - wide(b[t])) / wide(b[t]) + 1 / (1 - before).clamp(min=1e-300)
            mean = ((1 - wide(b[t])).sqrt() * x / wide(b[t]) + before.sqrt() * x0 / (1 - before).clamp(min=1e-300)) / back
            found[f'{name}/ddpm{mark}'] = torch.where(wide(t) > 0, mean + fresh / back.sqrt(), x0)
            said = (x - now.sqrt() * x0) / (1 - now).sqrt()
            for eta in (0.0, 0.5):
                sigma = eta * ((1 - then) / (1 - now) * (1 - now / then)).sqrt()
                found[f'{name}/ddim{mark}/{eta}'] = then.sqrt() * x0 + (1 - then - sigma ** 2).sqrt() * said + sigma * fresh
    safetensors.save(FOLDER / 'diffusion.safetensors', kept(found))


def gram():
    """Gatys' style loss: half the squared distance of Gram matrices, of features divided by their number."""
    random = generator('gram')
    a, b = half(random, 2, 5, 4, 3).requires_grad_(), half(random, 1, 5, 6, 2)
    of = lambda f: torch.einsum('nchw,ndhw->ncd', f, f) / f[0].numel()
    loss = ((of(a) - of(b)) ** 2).mean()
    g, = torch.autograd.grad(loss, a)
    safetensors.save(FOLDER / 'gram.safetensors', kept({'a': a, 'b': b, 'gram': of(a), 'loss': loss, 'grad': g}))


def style_transfer():
    """A few steps of torch.optim.Adam on the pixels of a picture, kept within 0 … 1."""
    random = generator('style transfer')
    net = prepared(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 5, 3, 2, 1), nn.ReLU()), 'style transfer', scale=2)
    content, style = (torch.from_numpy(random.uniform(0, 1, (1, 3, *size)).astype(numpy.float16).astype(numpy.float64)) for size in ((8, 6), (6, 10)))

    def maps(x):
        low = net[:2](x)
        return low, net[2:](low)

    of = lambda f: torch.einsum('nchw,ndhw->ncd', f, f) / f[0].numel()
    aims = [f.detach() for f in maps(content)], [of(f).detach() for f in maps(style)]
    x = content.clone().requires_grad_()
    rule = torch.optim.Adam([x], lr=0.05)
    found = {'content': content, 'style': style} | {f'weights/{k}': p for k, p in net.named_parameters()}
    losses = []
    for step in range(6):
        low, high = maps(x)
        of_content = 2 * F.mse_loss(high, aims[0][1])
        of_style = 30 * F.mse_loss(of(low), aims[1][0]) + 50 * F.mse_loss(of(high), aims[1][1])
        rough = (x[:, :, 1:] - x[:, :, :-1]).abs().mean() + (x[..., 1:] - x[..., :-1]).abs().mean()
        rule.zero_grad()
        (of_content + of_style + 0.3 * rough).backward()
        rule.step()
        x.data.clamp_(0, 1)
        losses.append([of_content.item(), of_style.item()])
    safetensors.save(FOLDER / 'style_transfer.safetensors', kept(found | {'losses': torch.tensor(losses, dtype=torch.float64), 'picture': x}))


FOLDER.mkdir(exist_ok=True)
denoiser('diffusion_unet', [1, 2], 1, 0)
denoiser('diffusion_patches', [1, 3], 2, 3)
schedules()
gram()
style_transfer()
vae('vae', [16, 8], 3, 1.0)
vae('vae_two', [20, 12, 10, 8, 6], 2, 0.5)
gan('gan', 0)
gan('conditional_gan', 3)
penalty()
