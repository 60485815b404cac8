"""The formulas of the theory, each written once over an arithmetic."""

from bounds.formulas import latents as latents
