"""Generators of six kinds, trained on 8 x 8 digits, to be checked side by side."""
