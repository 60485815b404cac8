"""The rewrite f(p) <= p gamma(p): exactly for p <= p_c, and with gamma_2 for p <= Q(13/16) > 1/5.

p = Q(t), and f(p) <= p gamma(p) says radius(t) <= Gamma(entropy(t)).
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import AfterCrossing, Boxes, Crossing, Join, Positive, Slope, Sturm, Value

GAP = "Gamma(entropy(t)) - radius(t)"
FAR = "t in [16, oo)"
LEFT = "t in (-oo, -1/4]"
SMALL = "t in [13/16, oo)"
TAIL = "t in [3, oo)"
N = "log(4*pi*entropy(t))"
UPPER = "t^2/2 + log(2*pi)/2 + log(t + 1/t)"
LOWER = "t^2/2 + log(2*pi)/2 + log(t)"

STEP = Step(
    "rewrite",
    (
        # Left of the peak of Gamma the gap rises: radius falls and Gamma(entropy) rises.
        lemma("below_peak", f"{N} < 2", LEFT, Slope("-1/4", "hazard(t)/entropy(t)")),
        lemma(
            "gap_rises",
            f"D({GAP}, t) > 0",
            LEFT,
            Positive(
                "hazard(t)*W/(2*entropy(t)*sqrt(2*entropy(t))) + V",
                {"W": "below_peak", "V": "derivatives.variance"},
            ),
        ),
        lemma("boxes", f"{GAP} > 0", "t in [-1/4, 16]", Boxes()),
        # t >= 16: radius < 1/t, entropy < t^2, log(4 pi entropy) > sqrt 2.
        lemma("one_below", "t > 1/t", FAR, Sturm()),
        lemma(
            "entropy_below",
            "entropy(t) < t^2",
            FAR,
            Slope("16", "H + T", {"H": "derivatives.hazard_below", "T": "one_below"}),
        ),
        lemma("logarithm", f"{N} > sqrt(2)", FAR, Slope("16", "hazard(t)/entropy(t)")),
        lemma(
            "far",
            f"{GAP} > 0",
            FAR,
            Positive(
                "H + (W + sqrt(2)*B/(t*(t + sqrt(entropy(t)))))/sqrt(2*entropy(t))",
                {"H": "derivatives.hazard_below", "W": "logarithm", "B": "entropy_below"},
            ),
        ),
        lemma("after", f"{GAP} > 0", "t in [-1/4, oo)", Join({"near": "boxes", "far": "far"})),
        said(
            "crossing",
            f"{GAP} has the sign of t - t_c",
            "t in (-oo, oo)",
            Crossing({"near": "gap_rises", "after": "after"}),
        ),
        said(
            "rewrite",
            "radius(t) <= Gamma(entropy(t))",
            "t in [t_c, oo)",
            AfterCrossing({"crossing": "crossing"}),
        ),
        said("p_c", "abs(p_c - Q(t_c)) < 1/2^150", "", Value()),
        # gamma_2: lambda < sqrt(2u) and t > sqrt(2u - log(4 pi u)).
        lemma(
            "hazard_square",
            "hazard(t)^2 < 2*entropy(t)",
            "t in (-oo, oo)",
            Slope("-oo", "2*hazard(t)*V", {"V": "derivatives.variance"}),
        ),
        lemma("quantile_near", f"t^2 > 2*entropy(t) - {N}", "t in [13/16, 3]", Boxes()),
        lemma(
            "entropy_above",
            f"entropy(t) > {LOWER}",
            TAIL,
            Positive("log(1 + M/Q(t))", {"M": "mills_upper"}),
        ),
        lemma("mills_upper", "Q(t) < phi(t)/t", "t in (0, oo)", Slope("oo", "phi(t)/t^2")),
        lemma(
            "entropy_most",
            f"entropy(t) < {UPPER}",
            TAIL,
            Positive("log(1 + M*(t^2 + 1)/(phi(t)*t))", {"M": "derivatives.mills_first"}),
        ),
        lemma(
            "logarithms",
            "log(2*pi) + 2*log(t) > 2 + 1/t^2",
            TAIL,
            Slope("3", "2/t + 2/t^3"),
        ),
        lemma("lower_positive", f"{LOWER} > 0", TAIL, Slope("3", "t + 1/t")),
        lemma(
            "quantile_far",
            f"t^2 > 2*entropy(t) - {N}",
            TAIL,
            Positive(
                "2*U + log(1 + S/L) + log(1 + W/(t + 1/t)^2)",
                {
                    "U": "entropy_most",
                    "S": "entropy_above",
                    "L": "lower_positive",
                    "W": "logarithms",
                },
            ),
        ),
        lemma(
            "quantile",
            f"t^2 > 2*entropy(t) - {N}",
            SMALL,
            Join({"near": "quantile_near", "far": "quantile_far"}),
        ),
        lemma("entropy_half", "entropy(t) > 1/2", SMALL, Slope("13/16", "hazard(t)")),
        lemma(
            "root_real",
            f"2*entropy(t) > {N}",
            SMALL,
            Slope("13/16", "2*hazard(t)*E/entropy(t)", {"E": "entropy_half"}),
        ),
        said(
            "refined",
            "radius(t) < gamma_2(Q(t))",
            SMALL,
            Positive(
                "A/(sqrt(2*entropy(t)) + hazard(t)) + B/(t + sqrt(R))",
                {"A": "hazard_square", "B": "quantile", "R": "root_real"},
            ),
        ),
        lemma("logarithm_positive", f"{N} > 0", SMALL, Slope("13/16", "hazard(t)/entropy(t)")),
        said(
            "refined_below",
            "gamma_2(Q(t)) <= Gamma(entropy(t))",
            SMALL,
            Positive(
                "W*sqrt(R)/(sqrt(2*entropy(t))*(sqrt(2*entropy(t)) + sqrt(R)))",
                {"W": "logarithm_positive", "R": "root_real"},
            ),
        ),
        said("fifth", "Q(13/16) > 1/5", "", Value()),
    ),
    hypotheses=(),
    source="the talk, slide Some Details (p <= 1/5); our proof",
)
