"""The formulas of the theory, each written once over an arithmetic."""
