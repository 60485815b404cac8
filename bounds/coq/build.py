"""Compile the Coq part, and ask Coq what its theorems say and what they assume.

Compiled files are kept in a cache folder, keyed by the sources, never beside the sources.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from filelock import FileLock

from bounds.coq.statements import Statements, differences, printed, query, recorded
from bounds.support.errors import MissingError

INSTALL = "apt-get install coq libcoq-coquelicot libcoq-interval libcoq-mathcomp-ssreflect"
"""How Debian installs what the Coq part needs."""

THEOREMS: Mapping[str, tuple[str, ...]] = {
    "gaussian_isoperimetry.isoperimetry": (
        "GaussianIsoperimetry.gaussian_isoperimetry",
        "GaussianExpectation.stein",
        "Bobkov.bobkov_inequality",
        "Timelike.timelike_step",
        "GaussianSpace.expect_coordinate_mean",
        "GaussianSpace.expect_coordinate_square",
        "GaussianSpace.halfspace_mass",
    ),
    "tail_to_expectation.integral": ("Tail.tail_to_expectation",),
    "tail_to_expectation.expectation": (
        "Unconditional.isoperimetric_theorem_unconditional",
        "TalkTheorem.isoperimetric_theorem",
        "TwoHalfspaces.two_halfspaces",
        "Sets.distance_to_like",
        "Sets.class_radius_member",
    ),
    "derivatives.survival": ("Normal.Q_d",),
    "derivatives.survival_at_infinity": (
        "Normal.Q_lim",
        "Normal.gaussian_integral",
    ),
    "derivatives.integrated_tail": ("Tail.integrated_tail_ratio",),
    "derivatives.gamma_slope": ("Gamma.gamma_derivative",),
    "derivatives.gamma_curvature": ("Gamma.gamma_second_derivative",),
    "derivatives.hazard_slope": ("Normal.lam_d",),
    "derivatives.radius_slope": ("HalfspaceRadius.halfspace_radius_derivative",),
    "derivatives.radius_curvature": ("HalfspaceRadius.halfspace_radius_second_derivative",),
    "derivatives.above_threshold": ("Normal.lam_gt",),
    "derivatives.birnbaum": ("Normal.lam_upper",),
    "derivatives.variance": ("Normal.lam_excess_lt_1",),
    "derivatives.radius_falls": ("Normal.g_of_t_decr",),
    "gamma_concave.concave": (
        "Gamma.gamma_d2_neg",
        "Gamma.gamma_strictly_concave",
        "Gamma.gamma_tangent",
    ),
    "gamma_concave.rises": ("Gamma.gamma_increasing",),
    "gamma_concave.falls": ("Gamma.gamma_decreasing",),
    "gamma_concave.jensen": ("Gamma.jensen_gamma",),
    "rewrite.rewrite": (
        "Rewrite.rewrite_exact",
        "Rewrite.rewrite_threshold_bounds",
        "Rewrite.rewrite_fifth",
    ),
    "talk_theorem.small_masses": ("TalkThreshold.sum_le_gamma",),
    "talk_theorem.large_masses": ("TalkThreshold.sum_le_gamma",),
    "talk_theorem.two_halfspaces": (
        "TalkThreshold.halfspaces_exact",
        "TalkThreshold.talk_threshold_bounds",
    ),
    "talk_theorem.beyond": ("TwoHalfspaces.talk_hypothesis_exact",),
    "talk_theorem.theorem": (
        "Sets.talk_theorem_sets",
        "Unconditional.talk_theorem_unconditional",
        "Unconditional.talk_theorem_collision",
        "TalkTheorem.talk_theorem_exact",
        "TalkTheorem.talk_theorem",
    ),
    "sharp_theorem.inflection": ("Curvature.curvature_sign",),
    "sharp_theorem.concave": (
        "HalfspaceRadius.concavity_exact",
        "HalfspaceRadius.concavity_threshold_bounds",
        "HalfspaceRadius.halfspace_radius_concave",
    ),
    "sharp_theorem.jensen": ("HalfspaceRadius.sum_le_halfspace_radius",),
    "sharp_theorem.tangent": (
        "HalfspaceRadius.tangency_exact",
        "HalfspaceRadius.assumption_free_threshold_bounds",
    ),
    "sharp_theorem.assumption_free": (
        "HalfspaceRadius.sum_le_halfspace_radius_free",
        "HalfspaceRadius.halfspace_radius_tangent_free",
    ),
    "sharp_theorem.majorant": (
        "HalfspaceRadius.sum_le_line",
        "Unconditional.majorant_theorem",
    ),
    "sharp_theorem.theorem": (
        "Sets.sharp_theorem_sets",
        "Sets.sharp_theorem_collision_sets",
        "Unconditional.sharp_theorem_unconditional",
        "Unconditional.sharp_theorem_collision",
        "SharpTheorem.sharp_theorem",
    ),
    "holes_theorem.no_holes": ("Holes.holes_term_without_holes",),
    "holes_theorem.opposed_halfspaces": ("Holes.holes_equality",),
    "holes_theorem.theorem": (
        "HolesUnconditional.holes_theorem_unconditional",
        "Holes.holes_theorem",
    ),
    "filling_theorem.filled": ("Filling.filling_term_le",),
    "filling_theorem.theorem": (
        "Filling.filling_theorem",
        "Filling.filling_theorem_cells",
        "Filling.filling_theorem_sharp",
        "Filling.radius_on_le",
        "Filling.cell_mass_bounds",
    ),
    "latents.box": (
        "Latents.phi_le_phi_0",
        "Latents.box_map_d",
        "Latents.box_isoperimetric",
        "Latents.box_mass",
    ),
    "latents.truncated": (
        "Latents.truncated_slope",
        "Latents.truncated_map_d",
        "Latents.truncated_isoperimetric",
        "Latents.truncated_mass",
    ),
    "latents.theorem": (
        "Latents.latents_talk_theorem",
        "Latents.latents_talk_theorem_collision",
        "Latents.latents_sharp_theorem",
        "Latents.latents_sharp_theorem_collision",
        "Latents.latents_majorant_theorem",
        "Latents.latents_isoperimetric_theorem",
        "HolesUnconditional.law_holes_theorem",
        "Filling.law_filling_theorem",
        "Filling.law_filling_theorem_cells",
        "Filling.law_filling_theorem_sharp",
        "LayerCake.gaussian_law",
        "LayerCake.gaussian_isoperimetric",
        "Latents.image_law",
        "Latents.image_isoperimetric",
        "Latents.latents_theorem",
        "Latents.scaled_halfspace_mass",
        "Latents.by_coordinates_lipschitz",
        "Latents.linear_lipschitz",
        "Latents.increasing_mass",
    ),
}
"""Theorems by the conjunct of the ledger, "step.conjunct", that they settle.

The first says what the conjunct says; the others are on the way to it, or show that its words mean
what they should.
"""

WHOLE = frozenset(
    {
        "gaussian_isoperimetry.isoperimetry",
        "tail_to_expectation.expectation",
        "holes_theorem.theorem",
        "filling_theorem.theorem",
        "latents.theorem",
    }
)
"""Conjuncts that the ledger joins by hand and of which a theorem says the whole."""

WITHOUT_INTERVAL = ("gaussian_isoperimetry", "tail_to_expectation", "holes_theorem")
"""Steps whose theorems rest on nothing that Interval computed."""

CLASSICAL_REALS = re.compile(
    r"ClassicalDedekindReals\.sig_(not_dec|forall_dec)|Classical_Prop\.classic|"
    r"FunctionalExtensionality\.functional_extensionality_dep"
)
"""Axioms of Coq's classical reals."""

MACHINE_NUMBERS = re.compile(
    r"(PrimInt63|PrimFloat|Uint63Axioms|FloatAxioms|Uint63|FloatOps|Sint63Axioms)\.\w+"
)
"""The primitive integers and floats that Interval computes with, and their specifications."""


class CoqMissingError(MissingError):
    """Coq is not installed."""


class CoqError(RuntimeError):
    """A source does not compile, or a theorem does not say what is recorded."""


@dataclass(frozen=True, slots=True)
class CoqTheorem:
    """A theorem that Coq checked.

    Attributes
    ----------
    conjunct : str
        The conjunct of the ledger that it settles, "step.conjunct".
    name : str
        File and name of the theorem.
    statement : str
        What it says, as Coq prints it; it is the recorded one.
    assumptions : tuple of str
        The axioms that it rests on, with those asked along with it.
    """

    conjunct: str
    name: str
    statement: str
    assumptions: tuple[str, ...]

    @property
    def step(self) -> str:
        """The step of the ledger."""
        return step_of(self.conjunct)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Assumptions beyond the classical reals and the machine's numbers."""
        return tuple(
            one
            for one in self.assumptions
            if not CLASSICAL_REALS.fullmatch(one) and not MACHINE_NUMBERS.fullmatch(one)
        )


def step_of(conjunct: str) -> str:
    """Return the step of a conjunct."""
    return conjunct.partition(".")[0]


def sources() -> list[tuple[str, str]]:
    """Return names and texts of the Coq files, in the order of compilation."""
    folder = resources.files("bounds") / "coq"
    lines = (folder / "_CoqProject").read_text().split("\n")
    return [(line, (folder / line).read_text()) for line in lines if line.endswith(".v")]


def default_cache() -> Path:
    """Return the folder that keeps compiled files between runs."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "class-radius" / "coq"


def check_all(
    sentences: Mapping[str, str], cache: Path | None = None
) -> tuple[tuple[CoqTheorem, ...], float]:
    """Compile what is stale, and compare what the final theorems say with the record.

    Parameters
    ----------
    sentences : mapping of str to str
        The conjuncts of the ledger, "step.conjunct", and what they say.
    cache : Path, optional
        Folder for compiled files; `default_cache()` if not given.

    Returns
    -------
    tuple
        The theorems, and the seconds spent.

    Raises
    ------
    CoqMissingError
        If there is no `coqc`.
    CoqError
        If a file does not compile, a theorem is missing, or it, a definition that it rests on or
        the conjunct that it settles is not what is recorded.
    """
    start = time.perf_counter()
    coqc = shutil.which("coqc")
    if coqc is None:
        raise CoqMissingError(f"coqc is not installed; on Debian: {INSTALL}")
    folder = default_cache() if cache is None else cache
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        found, assumptions = _checked(coqc, folder, sentences)
    theorems = tuple(
        CoqTheorem(conjunct, name, found.theorems[name], assumptions[conjunct])
        for conjunct, group in THEOREMS.items()
        for name in group
    )
    return theorems, time.perf_counter() - start


def _checked(
    coqc: str, folder: Path, sentences: Mapping[str, str]
) -> tuple[Statements, dict[str, tuple[str, ...]]]:
    """What Coq's theorems say, and what they assume by conjunct."""
    texts = sources()
    names = dict.fromkeys(name for group in THEOREMS.values() for name in group)
    files = [
        *texts,
        ("Statements.v", query(names, texts)),
        ("Assumptions.v", _assumptions_source()),
    ]
    # A file's key covers the files before it, so that a change makes the later ones stale too.
    key = hashlib.sha256(subprocess.run([coqc, "-v"], capture_output=True, check=True).stdout)
    for name, text in files:
        key.update(text.encode())
        _compile(coqc, folder, name, text, key.hexdigest())
    settled = {one: sentences[one] for one in THEOREMS if one in sentences}
    found = printed((folder / "Statements.v.out").read_text(), settled)
    if wrong := differences(found, recorded()):
        raise CoqError("Coq's theorems or the ledger are not as recorded:\n" + "\n".join(wrong))
    return found, _parse((folder / "Assumptions.v.out").read_text())


def _compile(coqc: str, folder: Path, name: str, text: str, key: str) -> None:
    stamp = folder / f"{name}.key"
    if stamp.exists() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    (folder / name).write_text(text)
    (folder / f"{name}.out").write_text(compile_file(coqc, folder, name))
    stamp.write_text(key)


def compile_file(coqc: str, folder: Path, name: str) -> str:
    """Compile one file of a folder and return what Coq printed.

    Raises
    ------
    CoqError
        If it does not compile, with Coq's message.
    """
    done = subprocess.run(
        [coqc, "-R", ".", "ClassRadius", name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CoqError(f"{name} does not compile:\n{done.stderr.strip()}")
    return done.stdout


def _walks() -> dict[str, tuple[str, ...]]:
    """Conjuncts by the walk that finds what their theorems assume.

    Coq walks through all that a theorem rests on, seconds for Interval's proofs; so it walks twice.
    """
    apart = tuple(one for one in THEOREMS if step_of(one) in WITHOUT_INTERVAL)
    return {"apart": apart, "together": tuple(one for one in THEOREMS if one not in apart)}


def _assumptions_source() -> str:
    """A file that prints what the theorems of each walk assume."""
    files = sorted({name.split(".")[0] for group in THEOREMS.values() for name in group})
    lines = [f"From ClassRadius Require {' '.join(files)}."]
    for walk, conjuncts in _walks().items():
        names = ", ".join(name for one in conjuncts for name in THEOREMS[one])
        lines += [
            f"Definition {walk} := ltac:(let l := constr:(({names})) in exact l).",
            f'Goal True. idtac "walk {walk}". Abort.',
            f"Print Assumptions {walk}.",
        ]
    return "\n".join(lines) + "\n"


def _parse(output: str) -> dict[str, tuple[str, ...]]:
    """Read the answers of Print Assumptions, each behind the walk's name, by conjunct."""
    parts = re.split(r"^walk (\S+)$", output, flags=re.MULTILINE)[1:]
    answers = dict(zip(parts[::2], parts[1::2], strict=True))
    if set(answers) != set(_walks()):
        raise CoqError(f"no assumptions printed for {sorted(set(_walks()) - set(answers))}")
    found = {
        walk: tuple(re.findall(r"^(?!Axioms:)([\w.]+)\s*:", answer, flags=re.M))
        for walk, answer in answers.items()
    }
    return {one: found[walk] for walk, conjuncts in _walks().items() for one in conjuncts}
