"""Renyi entropies: their order, and the sandwich of sum f(p_i) by G.

G(h) = g(exp(-h)); in the threshold t of the mass exp(-h) it is radius(t), h = entropy(t).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import (
    ByHand,
    Identity,
    Jensen,
    Join,
    Limit,
    Positive,
    Slope,
    Sturm,
    Value,
)

LEFT, RIGHT = "t in (-oo, 0]", "t in [0, oo)"
ROOT = "sqrt(t^2 + 8)"
SLOPE = "D(radius(t), t)/D(entropy(t), t)"
CONVEX = f"D({SLOPE}, t)/D(entropy(t), t) > 0"
THREE = "p masses of three classes"
LARGEST = "m in (0, 1]; p masses, max p <= m"
VARIANCE = "D(log(exp(a*x) + exp(a*y) + exp(a*z)), a, 2)"

STEP = Step(
    "renyi",
    (
        said("shannon", "H(p, 1) = total(-p*log(p))", THREE, Identity()),
        said("collision", "H(p, 2) = -log(total(p^2))", THREE, Identity()),
        lemma("log_convex", "D(-log(x), x, 2) > 0", "x in (0, 1)", Positive("1/x^2")),
        said(
            "shannon_above_collision",
            "total(-p*log(p)) >= -log(total(p^2))",
            "p masses",
            Jensen("-log(x)", "x", {"convex": "log_convex"}),
        ),
        # m is the largest mass; H_inf = -log m.
        lemma("collision_most", "total(p^2) <= m", LARGEST, Positive("total(p*(m - p))")),
        said(
            "collision_above_least",
            "-log(m) <= -log(total(p^2))",
            LARGEST,
            Positive("log(1 + M/total(p^2))", {"M": "collision_most"}),
        ),
        said(
            "collision_below_twice_least",
            "-log(m^2 + total(q^2)) <= -2*log(m)",
            "m in (0, 1); q masses of the others",
            Positive("log(1 + total(q^2)/m^2)"),
        ),
        lemma(
            "power_sums",
            f"{VARIANCE} = (exp(a*x + a*y)*(x - y)^2 + exp(a*x + a*z)*(x - z)^2 + "
            "exp(a*y + a*z)*(y - z)^2)/(exp(a*x) + exp(a*y) + exp(a*z))^2",
            "a, x, y, z in (-oo, oo)",
            Identity(),
        ),
        said(
            "order",
            "H_alpha falls in alpha, from log K (all alpha iff p is uniform)",
            "p masses, alpha in [0, oo]",
            ByHand(
                "psi(alpha) = log sum p_i^alpha is convex, its second derivative the variance of "
                "log p_i, a sum over pairs of classes as for K = 3; H_alpha is minus the slope of "
                "its chord from 1",
                {"variance": "power_sums"},
            ),
        ),
        said(
            "falls",
            f"{SLOPE} < 0",
            "t in (-oo, oo)",
            Positive("V/hazard(t)", {"V": "derivatives.variance"}),
        ),
        lemma("left", "t <= 0", LEFT, Sturm()),
        lemma(
            "convex_left",
            CONVEX,
            LEFT,
            Positive("R + N/hazard(t)^2", {"R": "derivatives.above_threshold", "N": "left"}),
        ),
        # Sampford: lambda > b = (3t + r)/4, r = sqrt(t^2 + 8), for t >= 0; and b^2 (b - t) > t.
        lemma(
            "squares",
            f"{ROOT}*(t^2 + 2) > t^3 + 6*t",
            RIGHT,
            Positive(f"32/({ROOT}*(t^2 + 2) + t^3 + 6*t)"),
        ),
        lemma(
            "mills",
            f"Q(t) < 4*phi(t)/(3*t + {ROOT})",
            RIGHT,
            Slope("oo", f"2*phi(t)*S/({ROOT}*(3*t + {ROOT})^2)", {"S": "squares"}),
        ),
        said(
            "sampford",
            f"hazard(t) > (3*t + {ROOT})/4",
            RIGHT,
            Positive(f"M*(3*t + {ROOT})/(4*Q(t))", {"M": "mills"}),
        ),
        lemma(
            "convex_right",
            CONVEX,
            RIGHT,
            Positive(
                f"(S*(hazard(t)*R + R*(3*t + {ROOT})/4 + (3*t + {ROOT})^2/16)"
                f" + 4/(({ROOT} + t)*(t^2 + 4 + {ROOT}*t)))/hazard(t)^2",
                {"S": "sampford", "R": "derivatives.above_threshold"},
            ),
        ),
        said(
            "convex",
            CONVEX,
            "t in (-oo, oo)",
            Join({"left": "convex_left", "right": "convex_right"}),
        ),
        said(
            "sandwich_below",
            "total(f(p)) >= G(total(-p*log(p)))",
            "p masses",
            Jensen("G(x)", "entropy(t)", {"convex": "convex"}, point="-log(p)", mass="Q(t)"),
        ),
        said("vanishes", "Gamma(u) -> 0", "u -> oo", Limit()),
        said("two_classes", "log(2) > exp(2)/(4*pi)", "", Value()),
    ),
    hypotheses=("the right half of the sandwich is sharp_theorem.jensen",),
    source="the talk, slides ||p||^2 as a Measure of Diversity; our derivation (sandwich)",
)
