"""The number systems in which a formula runs: float64, mpmath, SymPy, Arb balls, intervals."""
