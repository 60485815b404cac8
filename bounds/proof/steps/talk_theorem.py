"""Jensen for gamma, the theorem with its exact hypothesis, and what happens without it.

Two halfspaces of masses p = Q(t) and 1 - p have E r = f(p) + f(1 - p); the library's excess is
E r - gamma(||p||^2).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import (
    AfterCrossing,
    Boxes,
    Crossing,
    Identity,
    LargestMass,
    Positive,
    Primitive,
    Slope,
    Sums,
    Through,
    Value,
)

LARGE = "t in (-oo, -1/2]"
COLLISION = "(Q(t)^2 + Q(-t)^2)"

STEP = Step(
    "talk_theorem",
    (
        said(
            "small_masses",
            "total(f(p)) <= gamma(total(p^2))",
            "p masses, max p <= p_c",
            Sums(
                "Q(t)",
                {"terms": "rewrite.rewrite", "then": "gamma_concave.jensen"},
                weight="p",
                inverse="-quantile(p)",
                largest="p_c",
            ),
        ),
        said(
            "halfspace",
            "integral(Q(t + eta), eta, 0, oo) = f(Q(t))",
            "t in (-oo, oo); eta in [0, oo)",
            Primitive("(t + eta)*Q(t + eta) - phi(t + eta)"),
        ),
        said(
            "excess",
            f"excess(Q(t)) = f(Q(t)) + f(Q(-t)) - gamma({COLLISION})",
            "t in (-oo, oo)",
            Identity(),
        ),
        lemma("more_than_half", "2*Q(t) > 1", LARGE, Slope("-1/2", "2*phi(t)")),
        lemma(
            "collision_entropy",
            f"-log({COLLISION}) > 0",
            LARGE,
            Positive(f"log(1 + 2*Q(t)*Q(-t)/{COLLISION})"),
        ),
        lemma(
            "beyond_peak",
            f"log(4*pi*(-log({COLLISION}))) < 2",
            LARGE,
            Slope(
                "-1/2",
                f"2*phi(t)*A/({COLLISION}*H)",
                {"A": "more_than_half", "H": "collision_entropy"},
            ),
        ),
        lemma(
            "excess_falls",
            "D(excess(Q(t)), t) < 0",
            LARGE,
            Positive(
                f"A + B/(2*H*sqrt(2*H))*2*phi(t)*A/{COLLISION}",
                {"A": "more_than_half", "B": "beyond_peak", "H": "collision_entropy"},
            ),
        ),
        lemma(
            "moderate",
            f"Q(t)*radius(t) + Q(-t)*radius(-t) < gamma({COLLISION})",
            "t in [-1/2, 0]",
            Boxes(),
        ),
        said(
            "two_halfspaces",
            "excess(Q(t)) has the sign of t_P - t",
            "t in (-oo, 0]",
            Crossing({"near": "excess_falls", "after": "moderate"}),
        ),
        said(
            "beyond",
            "excess(Q(t)) > 0",
            "t in (-oo, t_P)",
            AfterCrossing({"crossing": "two_halfspaces"}),
        ),
        said(
            "up_to",
            "excess(Q(t)) <= 0",
            "t in [t_P, 0]",
            AfterCrossing({"crossing": "two_halfspaces"}),
        ),
        said("P", "abs(P - Q(t_P)) < 1/2^150", "", Value()),
        said(
            "large_masses",
            "total(f(p)) <= gamma(total(p^2))",
            "p masses, p_c < max p <= P",
            LargestMass(
                "f(p)",
                "gamma(x)",
                {
                    "rises": "derivatives.radius_rises",
                    "two": "up_to",
                    "falls": "gamma_concave.falls",
                },
            ),
        ),
        said(
            "theorem",
            "E r <= gamma(total(p^2))",
            "classes of masses p that partition R^d, max p <= P or ||p||^2 <= P^2",
            Through(
                {
                    "first": "tail_to_expectation.expectation",
                    "small": "small_masses",
                    "large": "large_masses",
                }
            ),
        ),
    ),
    hypotheses=("P is exact: see two_halfspaces",),
    source="the talk, slide Class Radius to Diversity (p_i <= 1/5); our hypothesis",
)
