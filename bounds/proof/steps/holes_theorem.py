"""The bound for classes that leave holes, and its case of equality.

a = Phi^-1(q_i) and a + d = Phi^-1(1 - c + q_i), d >= 0; term(a, b) is the library's contribution of
a class, q_i b + phi(a).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, said
from bounds.proof.rules import ByHand, Identity, Primitive, Value

WHERE = "a in (-oo, oo); d, eta in [0, oo)"

STEP = Step(
    "holes_theorem",
    (
        said("term", "term(a, a + d) = Phi(a)*(a + d) + phi(a)", WHERE, Identity()),
        said(
            "integral",
            "integral(min(Phi(a), Phi(a + d - eta)), eta, 0, oo) = term(a, a + d)",
            WHERE,
            Primitive("-((a + d - eta)*Phi(a + d - eta) + phi(a + d - eta))", switch="d"),
        ),
        said("no_holes", "term(a, a) = f(Phi(a))", "a in (-oo, oo)", Identity()),
        said(
            "opposed_halfspaces",
            "term(-t, t)/Q(t) = hazard(t) + t",
            "t in (-oo, oo)",
            Identity(),
        ),
        said("violation", "hazard(1) + 1 > gamma(1/2)", "", Value()),
        said(
            "theorem",
            "E[r | covered] <= (1/c) total(term)",
            "disjoint classes of masses q, c = sum q_i",
            ByHand(
                "{z in K_i: r >= eta} is in K_i and in the erosion by eta of the complement of the "
                "other classes, whose mass is 1 - c + q_i; for {x < -t}, {x > t} it is the erosion",
                {"isoperimetry": "gaussian_isoperimetry.isoperimetry", "integral": "integral"},
            ),
        ),
    ),
    hypotheses=(),
    source="our derivation",
)
