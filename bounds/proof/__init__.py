"""The steps of the theorem, each with its proof; `python -m bounds` runs them all."""
