"""From the tail to the expectation: E r <= sum f(p_i), and what f is."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, said
from bounds.proof.rules import ByHand, Identity, Limit, Positive, Primitive

REAL = "t in (-oo, oo)"

STEP = Step(
    "tail_to_expectation",
    (
        said(
            "integral",
            "integral(Phi(a - eta), eta, 0, oo) = a*Phi(a) + phi(a)",
            "a in (-oo, oo); eta in [0, oo)",
            Primitive("-((a - eta)*Phi(a - eta) + phi(a - eta))"),
        ),
        said("f", "f(Q(t)) = -t*Phi(-t) + phi(t)", REAL, Identity()),
        said("f_at_zero", "f(Q(t)) -> 0", "t -> oo", Limit()),
        said("f_slope", "Dp(f(Q(t))) = Phi(-t)/phi(t)", REAL, Identity()),
        said(
            "f_convex",
            "Dp(Dp(f(Q(t)))) > 0",
            REAL,
            Positive("Q(t)*A/phi(t)^2", {"A": "derivatives.above_threshold"}),
        ),
        said(
            "expectation",
            "E r <= total(f(p))",
            "classes of masses p that partition R^d",
            ByHand(
                "E r = sum_i int P[z in K_i, r >= eta] d eta, and K_i eroded by eta has at most "
                "the mass Phi(Phi^-1(p_i) - eta)",
                {"tail": "gaussian_isoperimetry.isoperimetry", "integral": "integral", "f": "f"},
            ),
        ),
    ),
    hypotheses=(),
    source="the talk, slide Some Details; Fawzi, Fawzi & Fawzi, arXiv 1802.08686, Theorem 1",
)
