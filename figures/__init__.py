"""Drawings of the theory, the simulations and the experiment: arrays in, a matplotlib Figure out.

One module a figure. Its docstring is the caption; `compute` asks `bounds` and `simulations` for
arrays, `draw` turns arrays into a Figure, and `claims` says what the caption promises of the
arrays, each claim with its slack. `python -m figures` regenerates all of them.
"""

from bounds.support.interrupts import leave_quietly

leave_quietly()
