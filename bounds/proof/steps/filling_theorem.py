"""The bound for classes that leave holes, by what each has once the holes are filled.

a = Phi^-1(q_i) and a + d = Phi^-1(v_i), d >= 0.
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Primitive, Slope

WHERE = "a in (-oo, oo); d in [0, oo)"

STEP = Step(
    "filling_theorem",
    (
        said(
            "integral",
            "integral(min(Phi(a), Phi(a + d - eta/2)), eta, 0, oo) = 2*term(a, a + d)",
            "a in (-oo, oo); d, eta in [0, oo)",
            Primitive("-2*((a + d - eta/2)*Phi(a + d - eta/2) + phi(a + d - eta/2))", switch="2*d"),
        ),
        lemma("larger", "Phi(a) <= Phi(a + d)", WHERE, Slope("0", "phi(a + d)", variable="d")),
        said(
            "filled",
            "term(a, a + d) <= f(Phi(a + d))",
            WHERE,
            Slope("0", "L", {"L": "larger"}, variable="d"),
        ),
        said(
            "theorem",
            "E[r | covered] <= (2/c) total(term) <= (2/c) total(f(v))",
            "disjoint classes of masses q, c = sum q_i; v_i the mass of the points nearest to K_i",
            ByHand(
                "a boundary point of a filled class, at distance rho from z, is as near to another "
                "class as to z's own, so r(z) <= 2 rho; and {rho >= eta/2} is inside the filled "
                "class's erosion by eta/2",
                {
                    "isoperimetry": "gaussian_isoperimetry.isoperimetry",
                    "integral": "integral",
                    "filled": "filled",
                },
            ),
        ),
    ),
    hypotheses=(),
    source="our derivation",
)
