"""Partitions of a Gaussian latent space, estimates with finite-sample intervals, and verdicts."""

import lazy_loader

from bounds.support.interrupts import leave_quietly

leave_quietly()

# What is named in __init__.pyi loads at its first use: a command's --help loads none of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
