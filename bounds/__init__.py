"""Bounds on the expected class radius of a Gaussian latent space, in four arithmetics.

For z ~ N(0, I_d) and classes of masses p_i, r(z) is the distance from z to the nearest point of
another class. The public functions bound E r, its tail, and the entropies of p.
"""

import lazy_loader

from bounds.support.interrupts import leave_quietly

leave_quietly()

# What is named in __init__.pyi loads at its first use: a command's --help loads none of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
