"""g is concave exactly up to p*; the sharp theorem, its threshold s-hat and the majorant.

g(Q(t)) = radius(t), and g'' has the sign of the library's curvature(t).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import (
    AfterCrossing,
    Boxes,
    Crossing,
    Jensen,
    Join,
    Majorant,
    Positive,
    Slope,
    Sturm,
    Tangent,
    Through,
    Value,
)

U = "laplace(t, 3)"
FAR = "t in [8, oo)"
LEFT = "t in (-oo, -1]"
RIGHT = "t in (0, oo)"
ROOT = "sqrt(t^2 + 4)"
SCALE = "1048576"
"""2^20; t* = 0.60340920... is between the ends of the slope's interval."""

STEP = Step(
    "sharp_theorem",
    (
        # t <= -1: lambda < (t + r)/2 < -t.
        lemma("square", "8*t^2 > 4", LEFT, Sturm()),
        lemma("negative", "t <= 0", LEFT, Sturm()),
        lemma(
            "root",
            f"-3*t > {ROOT}",
            LEFT,
            Positive(f"E/({ROOT} + 3*N)", {"E": "square", "N": "negative"}),
        ),
        lemma(
            "convex_left",
            "curvature(t) > 0",
            LEFT,
            Positive(
                "B + D/2 + 2*hazard(t)^2*R",
                {"B": "derivatives.birnbaum", "D": "root", "R": "derivatives.above_threshold"},
            ),
        ),
        lemma("convex_boxes", "curvature(t) > 0", f"t in [-1, 632718/{SCALE}]", Boxes()),
        lemma(
            "convex",
            "curvature(t) > 0",
            f"t in (-oo, 632718/{SCALE}]",
            Join({"left": "convex_left", "boxes": "convex_boxes"}),
        ),
        lemma(
            "falls",
            "D(curvature(t), t) < 0",
            f"t in [632716/{SCALE}, 632724/{SCALE}]",
            Boxes(),
        ),
        lemma("concave_boxes", "curvature(t) < 0", f"t in [632722/{SCALE}, 8]", Boxes()),
        # t >= 8: lambda < U, a convergent of Laplace's continued fraction; the curvature is a
        # polynomial in lambda that rises with it, and negative at U.
        lemma("laplace_slope", f"D(1/{U}, t) + 1 > t/{U}", RIGHT, Sturm()),
        lemma("laplace_positive", f"{U} > 0", RIGHT, Sturm()),
        lemma(
            "laplace_mills",
            f"Q(t) > phi(t)/{U}",
            RIGHT,
            Slope("oo", "phi(t)*S", {"S": "laplace_slope"}),
        ),
        lemma(
            "laplace",
            f"hazard(t) < {U}",
            RIGHT,
            Positive("M*U/Q(t)", {"M": "laplace_mills", "U": "laplace_positive"}),
        ),
        lemma("at_laplace", f"{U} + t > 2*{U}^2*({U} - t)", FAR, Sturm()),
        lemma("product", f"2*{U}*t > 1", FAR, Sturm()),
        lemma("laplace_above", f"{U} > t", FAR, Sturm()),
        lemma(
            "concave_far",
            "curvature(t) < 0",
            FAR,
            Positive(
                "N + L*(W + 2*U*Z + 2*hazard(t)*R + 2*U*R)",
                {
                    "N": "at_laplace",
                    "L": "laplace",
                    "W": "product",
                    "U": "laplace_positive",
                    "Z": "laplace_above",
                    "R": "derivatives.above_threshold",
                },
            ),
        ),
        lemma(
            "concave_part",
            "curvature(t) < 0",
            f"t in [632722/{SCALE}, oo)",
            Join({"boxes": "concave_boxes", "far": "concave_far"}),
        ),
        said(
            "inflection",
            "curvature(t) has the sign of t_star - t",
            "t in (-oo, oo)",
            Crossing({"before": "convex", "near": "falls", "after": "concave_part"}),
        ),
        said("p_star", "abs(p_star - Q(t_star)) < 1/2^150", "", Value()),
        lemma(
            "curvature_negative",
            "curvature(t) < 0",
            "t in (t_star, oo)",
            AfterCrossing({"crossing": "inflection"}),
        ),
        said(
            "concave",
            "Dp(Dp(radius(t))) < 0",
            "t in (t_star, oo)",
            Positive("C/phi(t)^2", {"C": "curvature_negative"}),
        ),
        lemma(
            "curvature_positive",
            "curvature(t) > 0",
            "t in (-oo, t_star)",
            AfterCrossing({"crossing": "inflection"}),
        ),
        said(
            "convex_beyond",
            "Dp(Dp(radius(t))) > 0",
            "t in (-oo, t_star)",
            Positive("C/phi(t)^2", {"C": "curvature_positive"}),
        ),
        said(
            "jensen",
            "total(f(p)) <= radius(-quantile(total(p^2)))",
            "p masses, max p <= p_star",
            Jensen("radius(-quantile(x))", "Q(t)", {"concave": "concave"}, largest="p_star"),
        ),
        # s = Q(t): does the tangent to g at s lie above g(sqrt(s))?
        lemma("below", "tangent_gap(t) < 0", "t in [5/8, 13/16]", Boxes()),
        lemma("gap_rises", "D(tangent_gap(t), t) > 0", "t in [13/16, 7/8]", Boxes()),
        lemma("above", "tangent_gap(t) > 0", "t in [7/8, 3/2]", Boxes()),
        said(
            "tangent",
            "tangent_gap(t) has the sign of t - t_hat",
            "t in [5/8, 3/2]",
            Crossing({"before": "below", "near": "gap_rises", "after": "above"}),
        ),
        said("s_hat", "abs(s_hat - Q(t_hat)) < 1/2^150", "", Value()),
        said(
            "assumption_free",
            "total(f(p)) <= radius(-quantile(total(p^2)))",
            "p masses, ||p||^2 <= s_hat",
            Tangent(
                "radius(-quantile(x))",
                {"concave": "concave", "convex": "convex_beyond", "tangent": "tangent"},
            ),
        ),
        said(
            "majorant",
            "total(f(p)) <= the least concave majorant of radius(-quantile(x)) on (0, max p] at "
            "total(p^2)",
            "p masses",
            Majorant(),
        ),
        said(
            "theorem",
            "E r <= radius(-quantile(total(p^2)))",
            "classes of masses p that partition R^d, max p <= p_star or ||p||^2 <= s_hat",
            Through(
                {
                    "first": "tail_to_expectation.expectation",
                    "jensen": "jensen",
                    "free": "assumption_free",
                }
            ),
        ),
    ),
    hypotheses=(),
    source="our derivation",
)
