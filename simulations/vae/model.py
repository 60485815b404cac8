"""A DCGAN-like variational autoencoder for square grey images."""

import torch
from torch import Tensor, nn

from bounds.support.validation import count


class VariationalAutoencoder(nn.Module):
    """Encoder q(z | x) = N(mean(x), diag(exp(log_variance(x)))) and decoder of images from z.

    Strided convolutions halve the image until its side is at most 4, transposed convolutions
    undo them in reverse; batch normalisation everywhere but at the first and the last layer,
    leaky rectifiers in the encoder and rectifiers in the decoder (DCGAN, arXiv 1511.06434;
    8 × 8, 28 × 28 and 32 × 32 images take 1, 3 and 3 halvings).

    Parameters
    ----------
    size : int
        Side of the images, at least 5.
    latent_dimension : int
        Dimension d of z.
    channels : int
        Channels after the first convolution; each further one doubles them.

    Examples
    --------
    >>> model = VariationalAutoencoder(size=8, latent_dimension=2)
    >>> mean, log_variance = model.encode(torch.zeros(3, 8, 8))
    >>> mean.shape, model.decode(mean).shape
    (torch.Size([3, 2]), torch.Size([3, 8, 8]))
    """

    def __init__(self, size: int, latent_dimension: int, channels: int = 16) -> None:
        super().__init__()
        count(size, "size", 5, 2**12)
        count(latent_dimension, "latent_dimension", 1, 2**20)
        count(channels, "channels", 1, 2**12)
        sizes, widths = [size], [1]
        while sizes[-1] > 4:
            sizes.append((sizes[-1] + 1) // 2)
            widths.append(channels * 2 ** (len(widths) - 1))
        steps = len(sizes) - 1

        encoder: list[nn.Module] = []
        for step in range(steps):
            batch_norm = step > 0
            encoder.append(
                nn.Conv2d(
                    widths[step],
                    widths[step + 1],
                    # An even side needs an even kernel to be halved exactly and back.
                    kernel_size=4 - sizes[step] % 2,
                    stride=2,
                    padding=1,
                    bias=not batch_norm,
                )
            )
            if batch_norm:
                encoder.append(nn.BatchNorm2d(widths[step + 1]))
            encoder.append(nn.LeakyReLU(0.2))
        self.encoder = nn.Sequential(*encoder, nn.Flatten())
        features = widths[-1] * sizes[-1] ** 2
        self.mean = nn.Linear(features, latent_dimension)
        self.log_variance = nn.Linear(features, latent_dimension)

        decoder: list[nn.Module] = [
            nn.ConvTranspose2d(latent_dimension, widths[-1], kernel_size=sizes[-1], bias=False),
            nn.BatchNorm2d(widths[-1]),
            nn.ReLU(),
        ]
        for step in reversed(range(steps)):
            last = step == 0
            decoder.append(
                nn.ConvTranspose2d(
                    widths[step + 1],
                    widths[step],
                    kernel_size=4 - sizes[step] % 2,
                    stride=2,
                    padding=1,
                    bias=last,
                )
            )
            if not last:
                decoder.extend([nn.BatchNorm2d(widths[step]), nn.ReLU()])
        self.decoder = nn.Sequential(*decoder)
        self.size = size
        self.latent_dimension = latent_dimension

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z | x), each (n, d), for images (n, size, size)."""
        features = self.encoder(images.unsqueeze(1))
        return self.mean(features), self.log_variance(features)

    def decode_logits(self, latents: Tensor) -> Tensor:
        """Logits of the pixels, (n, size, size), for latents (n, d)."""
        return self.decoder(latents[:, :, None, None]).squeeze(1)

    def forward(self, latents: Tensor) -> Tensor:
        """The generator: `decode`."""
        return self.decode(latents)

    def decode(self, latents: Tensor) -> Tensor:
        """Grey levels in [0, 1], (n, size, size), for latents (n, d)."""
        return torch.sigmoid(self.decode_logits(latents))
