"""Renyi entropies: their order, and the sandwich of sum f(p_i) by G.

G(h) = g(exp(-h)); in the threshold t of the mass exp(-h) it is radius(t), h = entropy(t).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import (
    Identity,
    Instance,
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
POWERS = "total(exp(a*log(p)))"
ENTROPY = f"log({POWERS})/(1 - a)"
EXP = "exp(y) >= 1 + y"
ORDER, BEFORE, AFTER = "a in [0, oo)", "a in [0, 1)", "a in (1, oo)"
EVERY = "p in (0, 1]; S in (0, oo)"
LARGEST_AFTER = f"{AFTER}; {LARGEST}"

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
        lemma("exp_rises", "exp(y) >= 1", "y in [0, oo)", Slope("0", "exp(y)")),
        lemma("exp_falls", "exp(y) <= 1", "y in (-oo, 0]", Slope("0", "exp(y)")),
        lemma("exp_right", EXP, "y in [0, oo)", Slope("0", "E", {"E": "exp_rises"})),
        lemma("exp_left", EXP, "y in (-oo, 0]", Slope("0", "E", {"E": "exp_falls"})),
        lemma("exp", EXP, "y in (-oo, oo)", Join({"left": "exp_left", "right": "exp_right"})),
        lemma("before_one", "a < 1", BEFORE, Sturm()),
        lemma("after_one", "a > 1", AFTER, Sturm()),
        said(
            "entropy",
            f"H(p, a) = {ENTROPY}",
            f"{AFTER}; {THREE}",
            Identity(),
        ),
        # The relative entropy of the masses p^a/S, S = total(p^a), with respect to p.
        lemma(
            "relative",
            "exp((1 - a)*log(p))*S >= 1 + (1 - a)*log(p) + log(S)",
            f"{EVERY}; {ORDER}",
            Instance("y", "(1 - a)*log(p) + log(S)", {"every": "exp"}),
        ),
        lemma(
            "relative_sum",
            f"1 >= ({POWERS} + (1 - a)*total(exp(a*log(p))*log(p)) + log(S)*{POWERS})/S",
            f"S in (0, oo); {ORDER}; p masses",
            Positive("total(exp(a*log(p))*R)/S", {"R": "relative"}),
        ),
        lemma(
            "relative_entropy",
            f"(1 - a)*D(log({POWERS}), a) + log({POWERS}) <= 0",
            f"{ORDER}; p masses",
            Instance("S", POWERS, {"every": "relative_sum"}),
        ),
        said(
            "falls_before_one",
            f"D({ENTROPY}, a) <= 0",
            f"{BEFORE}; p masses",
            Positive("R/A^2", {"R": "relative_entropy", "A": "before_one"}),
        ),
        said(
            "falls_after_one",
            f"D({ENTROPY}, a) <= 0",
            f"{AFTER}; p masses",
            Positive("R/A^2", {"R": "relative_entropy", "A": "after_one"}),
        ),
        lemma(
            "powers",
            "exp((a - 1)*log(p))/S >= 1 + (a - 1)*log(p) - log(S)",
            f"{EVERY}; {ORDER}",
            Instance("y", "(a - 1)*log(p) - log(S)", {"every": "exp"}),
        ),
        lemma(
            "powers_sum",
            f"{POWERS}/S >= 1 + (a - 1)*total(p*log(p)) - log(S)",
            f"S in (0, oo); {ORDER}; p masses",
            Positive("total(p*P)", {"P": "powers"}),
        ),
        lemma(
            "powers_above",
            f"log({POWERS}) >= (a - 1)*total(p*log(p))",
            f"{ORDER}; p masses",
            Instance("S", POWERS, {"every": "powers_sum"}),
        ),
        said(
            "above_shannon",
            f"{ENTROPY} >= total(-p*log(p))",
            f"{BEFORE}; p masses",
            Positive("P/A", {"P": "powers_above", "A": "before_one"}),
        ),
        said(
            "below_shannon",
            f"{ENTROPY} <= total(-p*log(p))",
            f"{AFTER}; p masses",
            Positive("P/A", {"P": "powers_above", "A": "after_one"}),
        ),
        said("support", "total(exp(0*log(p))) = K", "p masses of K classes", Identity()),
        lemma(
            "ratio_of_powers",
            "exp((a - 1)*log(1 + (m - p)/p)) >= 1",
            LARGEST_AFTER,
            Instance("y", "A*log(1 + (m - p)/p)", {"every": "exp_rises", "A": "after_one"}),
        ),
        lemma(
            "powers_of_largest",
            "exp((a - 1)*log(m)) >= exp((a - 1)*log(p))",
            LARGEST_AFTER,
            Positive("exp((a - 1)*log(p))*L", {"L": "ratio_of_powers"}),
        ),
        # H_a tends to -log m as a -> oo: it is between -log m and a/(a - 1) times that.
        said(
            "above_least",
            f"{ENTROPY} >= -log(m)",
            LARGEST_AFTER,
            Positive(
                "log(1 + total(p*L)/total(exp(a*log(p))))/A",
                {"L": "powers_of_largest", "A": "after_one"},
            ),
        ),
        said(
            "below_least",
            "log(exp(a*log(m)) + total(exp(a*log(q))))/(1 - a) <= -a/(a - 1)*log(m)",
            f"{AFTER}; m in (0, 1); q masses of the others",
            Positive("log(1 + total(exp(a*log(q)))/exp(a*log(m)))/A", {"A": "after_one"}),
        ),
        said("at_infinity", "a/(a - 1) -> 1", "a -> oo", Limit()),
        said(
            "uniform",
            "log(K*exp(-a*log(K))) = (1 - a)*log(K)",
            "K in [1, oo); a in [0, oo)",
            Identity(),
        ),
        said(
            "only_uniform",
            "total(p^2) - 1/K = total((p - 1/K)^2)",
            "p masses of K classes",
            Identity(),
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
