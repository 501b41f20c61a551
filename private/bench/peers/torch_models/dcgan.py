import torch
import torch.nn.functional as F
from torch import nn


def generator(size, z, width):
    twice = {'kernel_size': 5, 'stride': 2, 'padding': 2, 'output_padding': 1}
    return nn.Sequential(
        nn.Linear(z, 4 * width * (size // 4) ** 2, bias=False), nn.Unflatten(1, (4 * width, size // 4, size // 4)),
        nn.BatchNorm2d(4 * width), nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(4 * width, 2 * width, bias=False, **twice), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(2 * width, 1, **twice), nn.Tanh(),
    )


def discriminator(size, width):
    return nn.Sequential(
        nn.Conv2d(1, width, 3, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 2 * width, 3, 2, 1), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(2 * width * (size // 4) ** 2, 1),
    )


def both_updates(model, adam):
    """The generator's loss sees the discriminator already updated."""
    g_optimizer, d_optimizer = (adam(model[m].parameters(), lr=2e-4, betas=(0.5, 0.999)) for m in ('generator', 'discriminator'))
    g, d, bce = model['generator'], model['discriminator'], F.binary_cross_entropy_with_logits

    def step(batch):
        image, z = batch['image'], batch['z']
        d_optimizer.zero_grad(set_to_none=True)
        real, fake = d(image), d(g(z).detach())
        d_loss = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad(set_to_none=True)
        fake = d(g(z))
        g_loss = bce(fake, torch.ones_like(fake))
        g_loss.backward()
        g_optimizer.step()
        return {'d': d_loss, 'g': g_loss}

    return step


def dcgan(sizes):
    size, z, width = (sizes[k] for k in ('size', 'z', 'width'))
    return nn.ModuleDict({'generator': generator(size, z, width), 'discriminator': discriminator(size, width)}), both_updates
