"""Latents of other laws: the scaled bounds and the library's constants."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Identity, Join, Positive, Primitive, Slope, Sturm

LEFT, RIGHT = "t in (-oo, 0]", "t in [0, oo)"
BOX = "D(Phi(t) - 1/2, t) <= box(1)"
MASS = "(1 - 2*Q(tau))*Phi(t) + Q(tau)"
CUT = "tau in (0, oo); t in [0, oo)"
DIMENSIONS = (1, 2, 3)

STEP = Step(
    "latents",
    (
        said(
            "integral",
            "integral(Phi(a - eta/l), eta, 0, oo) = l*f(Phi(a))",
            "a in (-oo, oo); eta in [0, oo); l in (0, oo)",
            Primitive("-l*((a - eta/l)*Phi(a - eta/l) + phi(a - eta/l))"),
        ),
        lemma("box_right", BOX, RIGHT, Slope("0", "t*phi(t)")),
        lemma("left", "t <= 0", LEFT, Sturm()),
        lemma("box_left", BOX, LEFT, Slope("0", "N*phi(t)", {"N": "left"})),
        said("box", BOX, "t in (-oo, oo)", Join({"left": "box_left", "right": "box_right"})),
        said("box_attained", "box(1) = phi(0)", "", Identity()),
        said("box_scales", "box(w) = w*box(1)", "w in (0, oo)", Identity()),
        # T = Phi^-1(m Phi + Q(tau)), m = 1 - 2 Q(tau): T' = m phi/phi(T), and 0 <= T(t) <= t for
        # t >= 0, so that phi(T) >= phi(t).
        lemma("upper_half", "2*Phi(t) >= 1", RIGHT, Slope("0", "2*phi(t)")),
        said(
            "truncated_below",
            f"{MASS} <= Phi(t)",
            CUT,
            Positive("Q(tau)*H", {"H": "upper_half"}),
        ),
        lemma("truncated_mass", "2*Q(tau) < 1", "tau in (0, oo)", Slope("0", "2*phi(tau)")),
        said(
            "truncated_above",
            f"2*({MASS}) >= 1",
            CUT,
            Positive("M*H", {"M": "truncated_mass", "H": "upper_half"}),
        ),
        said(
            "truncated_slope",
            f"D({MASS}, t) = truncated_normal(tau)*phi(t)",
            CUT,
            Identity(),
        ),
        said("sphere", "sphere(6, r) = r/2", "r in (0, oo)", Identity()),
        *(
            said(f"ball_{d}", f"ball({d}, r) = sphere({d + 2}, r)", "r in (0, oo)", Identity())
            for d in DIMENSIONS
        ),
        said(
            "theorem",
            "every bound holds with r/L for r",
            "latents x = T(z) with an L-Lipschitz T, or whose law has the isoperimetric constant L",
            ByHand(
                "the preimages of the classes have their masses, and r(T(z)) <= L r(z); by "
                "coordinates the constant is the largest slope: w phi(0) for a box; m phi(t)/phi(T)"
                " <= m for N(0, I) cut at tau, as |T| <= |t|; the largest eigenvalue's root for "
                "N(m, Sigma)",
                {
                    "integral": "integral",
                    "box": "box",
                    "below": "truncated_below",
                    "above": "truncated_above",
                    "slope": "truncated_slope",
                },
            ),
        ),
        said(
            "curved",
            "L = R/sqrt(d - 2) on the sphere, R/sqrt(d) on the ball",
            "d >= 3 for the sphere, d >= 1 for the ball in R^d",
            ByHand(
                "Levy and Gromov's inequality, Ric = (d - 2)/R^2 (cited); chords are no longer "
                "than arcs; the ball's law is a projection of the sphere's in R^(d + 2)",
                {"sphere": "sphere", "ball": "ball_1"},
            ),
        ),
    ),
    hypotheses=("Levy-Gromov on the sphere (cited, not proved)",),
    source="our derivation",
)
