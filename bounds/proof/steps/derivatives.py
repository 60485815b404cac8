"""The library's formulas are those of the theory; their derivatives; the bounds on Mills' ratio."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import Identity, Join, Limit, Positive, Slope, Sturm

REAL = "t in (-oo, oo)"
ENTROPY = "u in (0, oo)"
ROOT = "sqrt(t^2 + 4)"

STEP = Step(
    "derivatives",
    (
        said("density", "phi(t) = exp(-t^2/2)/sqrt(2*pi)", REAL, Identity()),
        said("survival", "D(Q(t), t) = -phi(t)", REAL, Identity()),
        said("survival_at_infinity", "Q(t) -> 0", "t -> oo", Limit()),
        said("hazard", "hazard(t) = phi(t)/Q(t)", REAL, Identity()),
        said("entropy", "entropy(t) = -log(Q(t))", REAL, Identity()),
        said("radius", "radius(t) = hazard(t) - t", REAL, Identity()),
        said("integrated_tail", "f(Q(t)) = Q(t)*radius(t)", REAL, Identity()),
        said(
            "gamma",
            "gamma(x) = log(4*pi*log(1/x))/sqrt(2*log(1/x))",
            "x in (0, 1)",
            Identity(),
        ),
        said("gamma_of_entropy", "gamma(exp(-u)) = Gamma(u)", ENTROPY, Identity()),
        said(
            "refined_gamma",
            "gamma_2(exp(-u)) = sqrt(2*u) - sqrt(2*u - log(4*pi*u))",
            # The second root is real from u = 1.45197... on.
            "u in [363/250, oo)",
            Identity(),
        ),
        said("margin", "margin(u) = (log(4*pi*u)/2 - 1)*(u - 3/2) + 1/2", ENTROPY, Identity()),
        said(
            "curvature",
            "curvature(t) = -(hazard(t) + t) + 2*hazard(t)^2*(hazard(t) - t)",
            REAL,
            Identity(),
        ),
        said(
            "gamma_slope",
            "Dx(Gamma(u)) = (log(4*pi*u)/2 - 1)*exp(u)/(u*sqrt(2*u))",
            ENTROPY,
            Identity(),
        ),
        said(
            "gamma_curvature",
            "Dx(Dx(Gamma(u))) = -margin(u)*exp(2*u)/(u^2*sqrt(2*u))",
            ENTROPY,
            Identity(),
        ),
        said("hazard_slope", "D(hazard(t), t) = hazard(t)*(hazard(t) - t)", REAL, Identity()),
        said("radius_slope", "Dp(radius(t)) = slope(t)", REAL, Identity()),
        said(
            "slope",
            "slope(t) = (1 - hazard(t)*(hazard(t) - t))/phi(t)",
            REAL,
            Identity(),
        ),
        said("radius_curvature", "Dp(Dp(radius(t))) = curvature(t)/phi(t)^2", REAL, Identity()),
        # phi - t Q falls to 0.
        lemma("integral_positive", "phi(t) > t*Q(t)", REAL, Slope("oo", "Q(t)")),
        said(
            "above_threshold", "radius(t) > 0", REAL, Positive("A/Q(t)", {"A": "integral_positive"})
        ),
        # Birnbaum: Q - phi (r - t)/2, r = sqrt(t^2 + 4), falls to 0 because r (t^2 + 1) exceeds
        # t (t^2 + 3), whose squares differ by 4.
        lemma("nonpositive", "t <= 0", "t in (-oo, 0]", Sturm()),
        lemma(
            "birnbaum_left",
            f"{ROOT}*(t^2 + 1) > t*(t^2 + 3)",
            "t in (-oo, 0]",
            Positive(f"{ROOT}*(t^2 + 1) + N*(t^2 + 3)", {"N": "nonpositive"}),
        ),
        lemma(
            "birnbaum_right",
            f"{ROOT}*(t^2 + 1) > t*(t^2 + 3)",
            "t in [0, oo)",
            Positive(f"4/({ROOT}*(t^2 + 1) + t*(t^2 + 3))"),
        ),
        lemma(
            "birnbaum_slope",
            f"{ROOT}*(t^2 + 1) > t*(t^2 + 3)",
            REAL,
            Join({"left": "birnbaum_left", "right": "birnbaum_right"}),
        ),
        lemma(
            "mills_above",
            f"Q(t) > phi(t)*({ROOT} - t)/2",
            REAL,
            Slope("oo", f"phi(t)*A/(2*{ROOT})", {"A": "birnbaum_slope"}),
        ),
        lemma(
            "root_above_left",
            f"{ROOT} > t",
            "t in (-oo, 0]",
            Positive(f"{ROOT} + N", {"N": "nonpositive"}),
        ),
        lemma("root_above_right", f"{ROOT} > t", "t in [0, oo)", Positive(f"4/({ROOT} + t)")),
        lemma(
            "root_above",
            f"{ROOT} > t",
            REAL,
            Join({"left": "root_above_left", "right": "root_above_right"}),
        ),
        said(
            "birnbaum",
            f"hazard(t) < (t + {ROOT})/2",
            REAL,
            Positive("2*M/(Q(t)*R)", {"M": "mills_above", "R": "root_above"}),
        ),
        # 1 - lambda (lambda - t) = ((t + r)/2 - lambda) (lambda + (r - t)/2).
        said(
            "variance",
            "hazard(t)*(hazard(t) - t) < 1",
            REAL,
            Positive("B*(hazard(t) + R/2)", {"B": "birnbaum", "R": "root_above"}),
        ),
        said("radius_falls", "D(radius(t), t) < 0", REAL, Positive("V", {"V": "variance"})),
        said("radius_rises", "slope(t) > 0", REAL, Positive("V/phi(t)", {"V": "variance"})),
        # Two more bounds for t > 0, from Laplace's continued fraction.
        lemma(
            "mills_first",
            "Q(t) > phi(t)*t/(t^2 + 1)",
            "t in (0, oo)",
            Slope("oo", "2*phi(t)/(t^2 + 1)^2"),
        ),
        said(
            "hazard_below",
            "hazard(t) < t + 1/t",
            "t in (0, oo)",
            Positive("M*(t^2 + 1)/(t*Q(t))", {"M": "mills_first"}),
        ),
        lemma(
            "mills_second",
            "Q(t) < phi(t)*(t^2 + 2)/(t*(t^2 + 3))",
            "t in (0, oo)",
            Slope("oo", "6*phi(t)/(t^2*(t^2 + 3)^2)"),
        ),
        said(
            "radius_above",
            "radius(t) > t/(t^2 + 2)",
            "t in (0, oo)",
            Positive("M*t*(t^2 + 3)/((t^2 + 2)*Q(t))", {"M": "mills_second"}),
        ),
    ),
    hypotheses=(),
    source="our derivation; Birnbaum 1942",
)
