from .arithmetic.balls import (
    balls as balls,
)
from .arithmetic.base import (
    Arithmetic as Arithmetic,
)
from .arithmetic.float64 import (
    FLOAT64 as FLOAT64,
)
from .arithmetic.multiprecision import (
    multiprecision as multiprecision,
)
from .arithmetic.symbolic import (
    SYMBOLIC as SYMBOLIC,
)
from .formulas import (
    latents as latents,
)
from .formulas.bounds import (
    Bound as Bound,
)
from .formulas.bounds import (
    EntropyBound as EntropyBound,
)
from .formulas.bounds import (
    RadiusBounds as RadiusBounds,
)
from .formulas.bounds import (
    entropy_bound as entropy_bound,
)
from .formulas.bounds import (
    isoperimetric_bound as isoperimetric_bound,
)
from .formulas.bounds import (
    lipschitz_bound as lipschitz_bound,
)
from .formulas.bounds import (
    radius_bounds as radius_bounds,
)
from .formulas.bounds import (
    sharp_bound as sharp_bound,
)
from .formulas.bounds import (
    sharp_bound_of_collision_probability as sharp_bound_of_collision_probability,
)
from .formulas.bounds import (
    talk_bound as talk_bound,
)
from .formulas.constants import (
    Constants as Constants,
)
from .formulas.constants import (
    constants as constants,
)
from .formulas.entropy import (
    CollisionEstimate as CollisionEstimate,
)
from .formulas.entropy import (
    collision_probability as collision_probability,
)
from .formulas.entropy import (
    estimate_collision_probability as estimate_collision_probability,
)
from .formulas.entropy import (
    hill_number as hill_number,
)
from .formulas.entropy import (
    renyi_entropy as renyi_entropy,
)
from .formulas.holes import (
    filling_bound as filling_bound,
)
from .formulas.holes import (
    holes_bound as holes_bound,
)
from .formulas.radius import (
    gamma as gamma,
)
from .formulas.radius import (
    gamma_inverse as gamma_inverse,
)
from .formulas.radius import (
    gamma_inverse_of_entropy as gamma_inverse_of_entropy,
)
from .formulas.radius import (
    gamma_of_entropy as gamma_of_entropy,
)
from .formulas.radius import (
    halfspace_radius as halfspace_radius,
)
from .formulas.radius import (
    halfspace_radius_inverse_of_entropy as halfspace_radius_inverse_of_entropy,
)
from .formulas.radius import (
    halfspace_radius_of_entropy as halfspace_radius_of_entropy,
)
from .formulas.radius import (
    integrated_tail as integrated_tail,
)
from .formulas.radius import (
    refined_gamma as refined_gamma,
)
from .formulas.tails import (
    equal_masses_tail_bound as equal_masses_tail_bound,
)
from .formulas.tails import (
    half_mass_tail_bound as half_mass_tail_bound,
)
from .formulas.tails import (
    tail_bound as tail_bound,
)
from .support.version import (
    __version__ as __version__,
)
