"""Latents of other laws: the scaled bounds and the library's constants."""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Identity, Join, Positive, Primitive, Slope, Sturm

LEFT, RIGHT = "t in (-oo, 0]", "t in [0, oo)"
BOX = "D(Phi(t) - 1/2, t) <= box(1)"
MASS = "(1 - 2*Q(tau))*Phi(t) + Q(tau)"
CUT = "tau in (0, oo); t in [0, oo)"
BELOW = "s, d in [0, oo)"
FALL = "(s + d)*phi(s + d)"
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
        said(
            "box_density",
            "phi(t)/D(w*(Phi(t) - 1/2), t) = 1/w",
            "t in (-oo, oo); w in (0, oo)",
            Identity(),
        ),
        said("box_scales", "box(w) = w*box(1)", "w in (0, oo)", Identity()),
        # T = Phi^-1(m Phi + Q(tau)), m = 1 - 2 Q(tau): T' = m phi/phi(T), and 0 <= T(t) <= t for
        # t >= 0, so that phi(T) >= phi(t); s is T(t) and s + d is t.
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
        lemma("density_falls", "phi(s + d) <= phi(s)", BELOW, Slope("0", FALL, variable="d")),
        said(
            "truncated",
            "truncated_normal(tau)*phi(s + d)/phi(s) <= truncated_normal(tau)",
            f"tau in (0, oo); {BELOW}",
            Positive("M*F/phi(s)", {"M": "truncated_mass", "F": "density_falls"}),
        ),
        said(
            "truncated_odd",
            f"(1 - 2*Q(tau))*Phi(-t) + Q(tau) = 1 - ({MASS})",
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
                "u(T(z))/L is 1-Lipschitz for 1-Lipschitz u, so P[u(x) > tau] <= "
                "Phi(Phi^-1(P[u(x) > 0]) - tau/L), whose integral is L times that for L = 1; T's "
                "constant is the largest slope if T acts by coordinates, the norm if it is linear",
                {
                    "isoperimetry": "gaussian_isoperimetry.isoperimetry",
                    "integral": "integral",
                    "box": "box",
                    "truncated": "truncated",
                },
            ),
        ),
        lemma(
            "chord",
            "2*r*sin(theta/2) <= r*theta",
            "r in (0, oo); theta in [0, oo)",
            Slope("0", "2*r*sin(theta/4)^2", variable="theta"),
        ),
        # Above a point of the unit ball at rho the sphere has a circle of radius sqrt(1 - rho^2),
        # in a band as wide as the second factor's root: the area is the same everywhere.
        lemma(
            "projection",
            "(1 - rho^2)*(1 + D(sqrt(1 - rho^2), rho)^2) = 1",
            "rho in [0, 1)",
            Identity(),
        ),
        said(
            "curved",
            "L = R/sqrt(d - 2) on the sphere, R/sqrt(d) on the ball",
            "d >= 3 for the sphere, d >= 1 for the ball in R^d",
            ByHand(
                "cited, not proved: Levy and Gromov's inequality, Ric = (d - 2)/R^2, gives the "
                "sphere's L by arcs; chords are no longer; the ball's law is the projection, which "
                "is 1-Lipschitz, of the sphere's in R^(d + 2)",
                {
                    "sphere": "sphere",
                    "ball": "ball_1",
                    "chord": "chord",
                    "projection": "projection",
                    "theorem": "theorem",
                },
            ),
        ),
    ),
    hypotheses=("Levy-Gromov on the sphere (cited, not proved)",),
    source="our derivation",
)
