"""gamma is strictly concave on (0, 1); its maximum, monotone range and sign, in u = log(1/x).

gamma'' = -h(u)/(x^2 u^2 sqrt(2u)) with the library's margin h = w (u - 3/2) + 1/2,
w = log(4 pi u)/2 - 1: on (0, 1/2] and on [3/2, oo) both factors have one sign.
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import Boxes, Identity, Jensen, Join, Positive, Slope, Sturm, Value

PEAK = "exp(2)/(4*pi)"
ZERO = "1/(4*pi)"
NARROW = "1/2^150"

STEP = Step(
    "gamma_concave",
    (
        lemma("w_left", "log(4*pi*u) < 2", "u in (0, 1/2]", Slope("1/2", "1/u")),
        lemma("u_left", "u < 3/2", "u in (0, 1/2]", Sturm()),
        lemma(
            "margin_left",
            "margin(u) > 0",
            "u in (0, 1/2]",
            Positive("W/2*U + 1/2", {"W": "w_left", "U": "u_left"}),
        ),
        lemma("margin_between", "margin(u) > 0", "u in [1/2, 3/2]", Boxes()),
        lemma("w_right", "log(4*pi*u) > 2", "u in [3/2, oo)", Slope("3/2", "1/u")),
        lemma("u_right", "u >= 3/2", "u in [3/2, oo)", Sturm()),
        lemma(
            "margin_right",
            "margin(u) > 0",
            "u in [3/2, oo)",
            Positive("W/2*U + 1/2", {"W": "w_right", "U": "u_right"}),
        ),
        lemma(
            "margin",
            "margin(u) > 0",
            "u in (0, oo)",
            Join({"left": "margin_left", "between": "margin_between", "right": "margin_right"}),
        ),
        said(
            "concave",
            "Dx(Dx(Gamma(u))) < 0",
            "u in (0, oo)",
            Positive("M*exp(2*u)/(u^2*sqrt(2*u))", {"M": "margin"}),
        ),
        lemma("above_peak", "log(4*pi*u) >= 2", f"u in [{PEAK}, oo)", Slope(PEAK, "1/u")),
        lemma("below_peak", "log(4*pi*u) <= 2", f"u in (0, {PEAK}]", Slope(PEAK, "1/u")),
        said(
            "rises",
            "Dx(Gamma(u)) >= 0",
            f"u in [{PEAK}, oo)",
            Positive("W*exp(u)/(2*u*sqrt(2*u))", {"W": "above_peak"}),
        ),
        said(
            "falls",
            "Dx(Gamma(u)) <= 0",
            f"u in (0, {PEAK}]",
            Positive("W*exp(u)/(2*u*sqrt(2*u))", {"W": "below_peak"}),
        ),
        said("maximum", f"Gamma({PEAK}) = 2*sqrt(2*pi)/exp(1)", "", Identity()),
        said("maximum_constant", f"abs(gamma_maximum - Gamma({PEAK})) < {NARROW}", "", Value()),
        said("argmax_constant", f"abs(x_0 - exp(-{PEAK})) < {NARROW}", "", Value()),
        lemma("above_zero", "log(4*pi*u) >= 0", f"u in [{ZERO}, oo)", Slope(ZERO, "1/u")),
        lemma("below_zero", "log(4*pi*u) < 0", f"u in (0, {ZERO})", Slope(ZERO, "1/u")),
        said(
            "nonnegative",
            "Gamma(u) >= 0",
            f"u in [{ZERO}, oo)",
            Positive("W/sqrt(2*u)", {"W": "above_zero"}),
        ),
        said(
            "negative",
            "Gamma(u) < 0",
            f"u in (0, {ZERO})",
            Positive("W/sqrt(2*u)", {"W": "below_zero"}),
        ),
        said("zero_constant", f"abs(gamma_zero - exp(-{ZERO})) < {NARROW}", "", Value()),
        said(
            "jensen",
            "total(p*gamma(p)) <= gamma(total(p^2))",
            "p masses",
            Jensen("gamma(x)", "exp(-u)", {"concave": "concave"}),
        ),
    ),
    hypotheses=(),
    source="the talk, slide Some Details (concavity claimed); our proof",
)
