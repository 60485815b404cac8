"""Reports and how they print: `simulations.checking.report` under its public name."""

from simulations.checking.report import Report, print_report

__all__ = ["Report", "print_report"]
