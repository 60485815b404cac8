"""Geometry kernels: distances to cells and their borders, on arrays alone."""
