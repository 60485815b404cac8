"""Bounds on the expected class radius of a Gaussian latent space, in four arithmetics.

For z ~ N(0, I_d) and classes of masses p_i, r(z) is the distance from z to the nearest point of
another class. The public functions bound E r, its tail, and the entropies of p.
"""

from bounds.arithmetic.base import FLOAT64, SYMBOLIC, Arithmetic, balls, multiprecision
from bounds.formulas.bounds import (
    Bound,
    EntropyBound,
    RadiusBounds,
    entropy_bound,
    equal_masses_tail_bound,
    half_mass_tail_bound,
    holes_bound,
    isoperimetric_bound,
    lipschitz_bound,
    radius_bounds,
    sharp_bound,
    sharp_bound_of_collision_probability,
    tail_bound,
    talk_bound,
)
from bounds.formulas.constants import Constants, constants
from bounds.formulas.entropy import (
    CollisionEstimate,
    collision_probability,
    estimate_collision_probability,
    hill_number,
    renyi_entropy,
)
from bounds.formulas.radius import (
    gamma,
    gamma_inverse,
    gamma_inverse_of_entropy,
    gamma_of_entropy,
    halfspace_radius,
    halfspace_radius_inverse_of_entropy,
    halfspace_radius_of_entropy,
    integrated_tail,
)

__all__ = [
    "FLOAT64",
    "SYMBOLIC",
    "Arithmetic",
    "Bound",
    "CollisionEstimate",
    "Constants",
    "EntropyBound",
    "RadiusBounds",
    "balls",
    "collision_probability",
    "constants",
    "entropy_bound",
    "equal_masses_tail_bound",
    "estimate_collision_probability",
    "gamma",
    "gamma_inverse",
    "gamma_inverse_of_entropy",
    "gamma_of_entropy",
    "half_mass_tail_bound",
    "halfspace_radius",
    "halfspace_radius_inverse_of_entropy",
    "halfspace_radius_of_entropy",
    "hill_number",
    "holes_bound",
    "integrated_tail",
    "isoperimetric_bound",
    "lipschitz_bound",
    "multiprecision",
    "radius_bounds",
    "renyi_entropy",
    "sharp_bound",
    "sharp_bound_of_collision_probability",
    "tail_bound",
    "talk_bound",
]
