"""Partitions of a Gaussian latent space, estimates with finite-sample intervals, and verdicts."""

# What is named in __init__.pyi loads at its first use: a command's --help loads none of it.
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
