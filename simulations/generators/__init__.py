"""Generators as partitions: what they must satisfy, the search for radii, diversity."""
