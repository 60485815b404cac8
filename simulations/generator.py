"""Any generator against the bounds: `simulations.generators.generator` under its public name."""

from simulations.generators.generator import (
    GeneratorPartition,
    GeneratorReport,
    check_generator,
)

__all__ = ["GeneratorPartition", "GeneratorReport", "check_generator"]
