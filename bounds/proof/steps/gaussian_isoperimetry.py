"""The symbolic core of the Gaussian isoperimetric inequality; Coq proves the whole of it.

The chain of `bounds/coq/README.md`: the interpolation between f and E f decreases
E sqrt(I(f)^2 + f'^2) because a bracket is a perfect square; a family that grows at least by the
Lorentz distance keeps doing so under expectation; and N u + sqrt(1 + N^2) s is such a family.

I = phi o Phi^-1 is written in x = Phi^-1, so that d/du is D(., x)/phi(x); v is f' and w is f''.
"""

from __future__ import annotations

from bounds.proof.conjuncts import Step, lemma, said
from bounds.proof.rules import ByHand, Identity, Positive

PSI = "sqrt(phi(x)^2 + v^2)"
POINT = "(x*cos(theta) + y*sin(theta))"
REAL = "in (-oo, oo)"

STEP = Step(
    "gaussian_isoperimetry",
    (
        lemma("profile_slope", "D(phi(x), x)/D(Phi(x), x) = -x", f"x {REAL}", Identity()),
        lemma("profile_curvature", "D(-x, x)/D(Phi(x), x) = -1/phi(x)", f"x {REAL}", Identity()),
        said(
            "bracket",
            f"D(D({PSI}, x)/phi(x), x)/phi(x)*v^2 + 2*D(D({PSI}, x)/phi(x), v)*v*w + "
            f"D({PSI}, v, 2)*w^2 + D({PSI}, v)*v = (x*v^2 + phi(x)*w)^2/{PSI}^3",
            f"x, v, w {REAL}",
            Identity(),
        ),
        lemma(
            "interpolation_slope",
            f"D(exp(a*{POINT}), theta) = (-x*sin(theta) + y*cos(theta))*a*exp(a*{POINT})",
            f"a, x, y, theta {REAL}",
            Identity(),
        ),
        lemma(
            "by_parts",
            f"D(a*exp(a*{POINT}), y) = sin(theta)*a^2*exp(a*{POINT})",
            f"a, x, y, theta {REAL}",
            Identity(),
        ),
        lemma(
            "shift_slope",
            "D(Phi(x - c), x)/phi(x) = exp(c*x - c^2/2)",
            f"c in (0, oo); x {REAL}",
            Identity(),
        ),
        said(
            "shift_convex",
            "D(D(Phi(x - c), x)/phi(x), x) > 0",
            f"c in (0, oo); x {REAL}",
            Positive("c*exp(c*x - c^2/2)"),
        ),
        said(
            "lorentz",
            "(k*sqrt(1 + n^2) - n*r)^2 >= k^2 - r^2",
            f"k, n, r {REAL}",
            Positive("(n*k - sqrt(1 + n^2)*r)^2"),
        ),
        said(
            "isoperimetry",
            "P[u > tau] <= Phi(Phi^-1(P[u > 0]) - tau)",
            "every 1-Lipschitz u on R^d, tau >= 0, 0 < P[u > 0] < 1",
            ByHand(
                "from these identities by interpolation, averaging and induction on d: the chain "
                "of bounds/coq/README.md, where a machine checks it",
                {
                    "bracket": "bracket",
                    "slope": "profile_slope",
                    "curvature": "profile_curvature",
                    "interpolation": "interpolation_slope",
                    "parts": "by_parts",
                    "shift": "shift_convex",
                    "lorentz": "lorentz",
                },
            ),
        ),
    ),
    hypotheses=(),
    source="Sudakov and Tsirel'son 1974; Borell 1975; by Bobkov's inequality, our derivation",
)
