"""``python -m simulations.vae``: train the talk's autoencoder and check its latent space."""

from bounds.support.console import launch
from simulations.vae.commands.all import app

if __name__ == "__main__":
    launch(app)
