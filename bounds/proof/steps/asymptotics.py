"""How sharp the bounds are as the classes become many; y is log K."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Identity, Instance, Limit, Positive, Slope, Squeeze
from bounds.proof.steps.rewrite import LOWER, TAIL, UPPER

MANY = "y -> oo"
PRODUCT = "radius(t)*sqrt(2*entropy(t))"
MILLS = "sqrt(2*entropy(t))/hazard(t)"
MILLS_LOW = f"t/(t^2 + 1)*sqrt(2*({LOWER}))"
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
        # R = Q/phi = 1/hazard, whose mean at the maximum of K coordinates is the mean spacing of
        # the two largest: the density of the maximum times R is K Phi^(K - 1) Q.
        lemma(
            "maximum",
            "D(exp(k*log(Phi(t))), t)/hazard(t) = k*exp((k - 1)*log(Phi(t)))*Q(t)",
            "k in (1, oo); t in (-oo, oo)",
            Identity(),
        ),
        lemma(
            "mills_falls",
            "D(1/hazard(t), t) < 0",
            "t in (-oo, oo)",
            Positive("A/hazard(t)", {"A": "derivatives.above_threshold"}),
        ),
        lemma(
            "mills_low",
            f"{MILLS} > {MILLS_LOW}",
            TAIL,
            Positive(
                "t*H*sqrt(2*entropy(t))/((t^2 + 1)*hazard(t)) + "
                "2*t*S/((t^2 + 1)*(sqrt(2*entropy(t)) + sqrt(2*L)))",
                {
                    "H": "derivatives.hazard_below",
                    "S": "rewrite.entropy_above",
                    "L": "rewrite.lower_positive",
                },
            ),
        ),
        lemma(
            "mills_high",
            f"{MILLS} < {HIGH}",
            TAIL,
            Positive(
                "A*sqrt(2*entropy(t))/(t*hazard(t)) + "
                "2*S/(t*(sqrt(2*entropy(t)) + sqrt(2*(S + entropy(t)))))",
                {"A": "derivatives.above_threshold", "S": "rewrite.entropy_most"},
            ),
        ),
        lemma("mills_low_limit", f"{MILLS_LOW} -> 1", "t -> oo", Limit()),
        said(
            "mills",
            f"{MILLS} -> 1",
            "t -> oo",
            Squeeze(
                {
                    "low": "mills_low",
                    "low_limit": "mills_low_limit",
                    "high": "mills_high",
                    "high_limit": "high_limit",
                }
            ),
        ),
        # Q(a) = (log K)^2/K and Q(b) = 1/(K log K): the maximum is almost surely in [a, b]. Below a
        # K Phi^(K - 1) Q adds at most K Phi(a)^(K - 2) times the integral of Phi, and
        # a < hazard(a) < sqrt(2 log K).
        lemma("start", "(y - 2*log(y))/y -> 1", MANY, Limit()),
        lemma("end", "(y + log(y))/y -> 1", MANY, Limit()),
        lemma("beyond", "exp(y)*1/(exp(y)*y) -> 0", MANY, Limit()),
        lemma("density", "phi(a) < 1", "a in [0, oo)", Slope("0", "a*phi(a)")),
        lemma(
            "integral_below",
            "a*Phi(a) + phi(a) < a + 1",
            "a in [0, oo)",
            Positive("a*Q(a) + D", {"D": "density"}),
        ),
        lemma(
            "power",
            "Phi(t) <= exp(-Q(t))",
            "t in (-oo, oo)",
            Instance("y", "-Q(t)", {"every": "renyi.exp"}),
        ),
        lemma(
            "before",
            "sqrt(2*y)*(sqrt(2*y) + 1)*exp(y - y^2*(1 - 2*exp(-y))) -> 0",
            MANY,
            Limit(),
        ),
        said(
            "argmax",
            "E r / g(1/K) -> 1/sqrt(2) for the argmax partition",
            "K -> oo",
            ByHand(
                "r is the spacing of the two largest of K coordinates over sqrt 2; exactly one of "
                "them exceeds t with probability K Phi^(K - 1) Q, so E r = E[R(M)]/sqrt 2, M the "
                "maximum and R = 1/hazard, which falls: R(b) P[M <= b] <= E R(M) <= R(a) + "
                "E[R(M); M < a], P[M > b] <= K Q(b); times sqrt(2 log K), the last tends to 0, and "
                "R(a), R(b) and g(1/K) to 1",
                {
                    "radius": "radius",
                    "maximum": "maximum",
                    "falls": "mills_falls",
                    "mills": "mills",
                    "start": "start",
                    "end": "end",
                    "beyond": "beyond",
                    "below": "integral_below",
                    "power": "power",
                    "hazard": "rewrite.hazard_square",
                    "before": "before",
                },
            ),
        ),
    ),
    hypotheses=(),
    source="our derivation",
)
