"""How sharp the bounds are as the classes become many; y is log K."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Identity, Limit, Positive, Squeeze
from bounds.proof.steps.rewrite import LOWER, TAIL, UPPER

MANY = "y -> oo"
PRODUCT = "radius(t)*sqrt(2*entropy(t))"
LOW, HIGH = f"t/(t^2 + 2)*sqrt(2*({LOWER}))", f"sqrt(2*({UPPER}))/t"

STEP = Step(
    "asymptotics",
    (
        lemma(
            "below",
            "radius(t) < 1/t",
            "t in (0, oo)",
            Positive("H", {"H": "derivatives.hazard_below"}),
        ),
        lemma(
            "low",
            f"{PRODUCT} > {LOW}",
            TAIL,
            Positive(
                "R*sqrt(2*entropy(t)) + 2*t*S/((t^2 + 2)*(sqrt(2*entropy(t)) + sqrt(2*L)))",
                {
                    "R": "derivatives.radius_above",
                    "S": "rewrite.entropy_above",
                    "L": "rewrite.lower_positive",
                },
            ),
        ),
        lemma(
            "high",
            f"{PRODUCT} < {HIGH}",
            TAIL,
            Positive(
                "B*sqrt(2*entropy(t)) + 2*S/(t*(sqrt(2*entropy(t)) + sqrt(2*(S + entropy(t)))))",
                {"B": "below", "S": "rewrite.entropy_most"},
            ),
        ),
        lemma("low_limit", f"{LOW} -> 1", "t -> oo", Limit()),
        lemma("high_limit", f"{HIGH} -> 1", "t -> oo", Limit()),
        said(
            "radius",
            f"{PRODUCT} -> 1",
            "t -> oo",
            Squeeze(
                {
                    "low": "low",
                    "low_limit": "low_limit",
                    "high": "high",
                    "high_limit": "high_limit",
                }
            ),
        ),
        said("gamma", "Gamma(u)*sqrt(2*u) -> oo", "u -> oo", Limit()),
        lemma(
            "maximum",
            "Phi(t)^3*Q(t) = Phi(t)^3*phi(t)/hazard(t)",
            "t in (-oo, oo)",
            Identity(),
        ),
        # Q(a) = (log K)^2/K and Q(b) = 1/(K log K): the maximum is almost surely in [a, b].
        lemma("start", "(y - 2*log(y))/y -> 1", MANY, Limit()),
        lemma("end", "(y + log(y))/y -> 1", MANY, Limit()),
        lemma("beyond", "exp(y)*1/(exp(y)*y) -> 0", MANY, Limit()),
        lemma("before", "2*y*exp(y - y^2*(1 - 2*exp(-y))) -> 0", MANY, Limit()),
        said(
            "argmax",
            "E r / g(1/K) -> 1/sqrt(2) for the argmax partition",
            "K -> oo",
            ByHand(
                "E r = E[Z_(K) - Z_(K-1)]/sqrt 2 = (K/sqrt 2) int Phi^(K-1) Q = E[R(M)]/sqrt 2, M "
                "the maximum and R = 1/hazard; R(b) P[M <= b] <= E R(M) <= R(a) + E[R(M); M < a], "
                "the last at most K (a + 1) Phi(a)^(K-2), and a, b ~ sqrt(2 log K)",
                {
                    "radius": "radius",
                    "maximum": "maximum",
                    "start": "start",
                    "end": "end",
                    "beyond": "beyond",
                    "before": "before",
                },
            ),
        ),
    ),
    hypotheses=(),
    source="our derivation",
)
