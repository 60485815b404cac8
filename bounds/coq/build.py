"""Compile the Coq part and ask Coq what its theorems assume.

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

from bounds.support.errors import MissingError

INSTALL = "apt-get install coq libcoq-coquelicot libcoq-interval libcoq-mathcomp-ssreflect"
"""How Debian installs what the Coq part needs."""

THEOREMS: Mapping[str, tuple[str, ...]] = {
    "gaussian_isoperimetry": (
        "GaussianExpectation.stein",
        "Bobkov.bobkov_inequality",
        "Timelike.timelike_step",
        "GaussianSpace.expect_coordinate_mean",
        "GaussianSpace.expect_coordinate_square",
        "GaussianSpace.halfspace_mass",
        "GaussianIsoperimetry.gaussian_isoperimetry",
        "Unconditional.isoperimetric_theorem_unconditional",
        "TwoHalfspaces.two_halfspaces",
        "Sets.distance_to_like",
        "Sets.class_radius_member",
    ),
    "gamma_concave": (
        "Gamma.gamma_strictly_concave",
        "Gamma.gamma_increasing",
        "Gamma.gamma_decreasing",
        "Gamma.gamma_tangent",
    ),
    "tail_to_expectation": (
        "Normal.gaussian_integral",
        "Normal.lam_upper",
        "Tail.tail_to_expectation",
        "Tail.integrated_tail_ratio",
    ),
    "rewrite": (
        "Rewrite.rewrite_fifth",
        "Rewrite.rewrite_exact",
        "Rewrite.rewrite_threshold_bounds",
    ),
    "talk_theorem": (
        "Gamma.jensen_gamma",
        "TalkThreshold.talk_threshold_bounds",
        "TalkThreshold.halfspaces_exact",
        "TalkThreshold.sum_le_gamma",
        "TalkTheorem.isoperimetric_theorem",
        "TalkTheorem.talk_theorem",
        "TalkTheorem.talk_theorem_exact",
        "Unconditional.talk_theorem_unconditional",
        "Unconditional.talk_theorem_collision",
        "Sets.talk_theorem_sets",
        "TwoHalfspaces.talk_hypothesis_exact",
    ),
    "sharp_theorem": (
        "Curvature.curvature_sign",
        "HalfspaceRadius.halfspace_radius_derivative",
        "HalfspaceRadius.halfspace_radius_second_derivative",
        "HalfspaceRadius.concavity_exact",
        "HalfspaceRadius.concavity_threshold_bounds",
        "HalfspaceRadius.halfspace_radius_concave",
        "HalfspaceRadius.halfspace_radius_tangent_free",
        "HalfspaceRadius.sum_le_halfspace_radius",
        "HalfspaceRadius.sum_le_halfspace_radius_free",
        "HalfspaceRadius.sum_le_line",
        "SharpTheorem.sharp_theorem",
        "Unconditional.sharp_theorem_unconditional",
        "Unconditional.sharp_theorem_collision",
        "Unconditional.majorant_theorem",
        "Sets.sharp_theorem_sets",
        "Sets.sharp_theorem_collision_sets",
    ),
    "holes_theorem": (
        "Holes.holes_theorem",
        "Holes.holes_equality",
        "HolesUnconditional.holes_theorem_unconditional",
    ),
    "filling_theorem": (
        "Filling.cell_mass_bounds",
        "Filling.radius_on_le",
        "Filling.filling_theorem",
        "Filling.filling_term_le",
        "Filling.filling_theorem_cells",
        "Filling.filling_theorem_sharp",
    ),
}
"""The final theorems by the step of the ledger that they prove."""

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
    """A source does not compile."""


@dataclass(frozen=True, slots=True)
class CoqTheorem:
    """A theorem that Coq checked.

    Attributes
    ----------
    step : str
        The step of the ledger.
    name : str
        File and name of the theorem.
    assumptions : tuple of str
        The axioms that the theorems of its step rest on together.
    """

    step: str
    name: str
    assumptions: tuple[str, ...]

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Assumptions beyond the classical reals and the machine's numbers."""
        return tuple(
            one
            for one in self.assumptions
            if not CLASSICAL_REALS.fullmatch(one) and not MACHINE_NUMBERS.fullmatch(one)
        )


def sources() -> list[tuple[str, str]]:
    """Return names and texts of the Coq files, in the order of compilation."""
    folder = resources.files("bounds") / "coq"
    lines = (folder / "_CoqProject").read_text().split("\n")
    return [(line, (folder / line).read_text()) for line in lines if line.endswith(".v")]


def default_cache() -> Path:
    """Return the folder that keeps compiled files between runs."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "class-radius" / "coq"


def check_all(cache: Path | None = None) -> tuple[tuple[CoqTheorem, ...], float]:
    """Compile what is stale and print what every final theorem assumes.

    Parameters
    ----------
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
        If a file does not compile.
    """
    start = time.perf_counter()
    coqc = shutil.which("coqc")
    if coqc is None:
        raise CoqMissingError(f"coqc is not installed; on Debian: {INSTALL}")
    folder = default_cache() if cache is None else cache
    folder.mkdir(parents=True, exist_ok=True)
    files = [*sources(), ("Assumptions.v", _assumptions_source())]
    # A file's key covers the files before it, so that a change makes the later ones stale too.
    key = hashlib.sha256(subprocess.run([coqc, "-v"], capture_output=True, check=True).stdout)
    for name, text in files:
        key.update(text.encode())
        _compile(coqc, folder, name, text, key.hexdigest())
    return _parse((folder / "Assumptions.v.out").read_text()), time.perf_counter() - start


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


def _assumptions_source() -> str:
    """A file that prints what the theorems of each step assume together.

    Coq walks through all that a theorem rests on, which takes seconds; so it walks once a step.
    """
    files = sorted({name.split(".")[0] for group in THEOREMS.values() for name in group})
    lines = [f"From ClassRadius Require {' '.join(files)}."]
    for step, group in THEOREMS.items():
        lines += [
            f"Definition all_{step} := ltac:(let l := constr:(({', '.join(group)})) in exact l).",
            f'Goal True. idtac "step {step}". Abort.',
            f"Print Assumptions all_{step}.",
        ]
    return "\n".join(lines) + "\n"


def _parse(output: str) -> tuple[CoqTheorem, ...]:
    """Read the answers of Print Assumptions, each behind the step's name."""
    parts = re.split(r"^step (\S+)$", output, flags=re.MULTILINE)[1:]
    answers = dict(zip(parts[::2], parts[1::2], strict=True))
    if set(answers) != set(THEOREMS):
        raise CoqError(f"no assumptions printed for {sorted(set(THEOREMS) - set(answers))}")
    assumed = {
        step: tuple(re.findall(r"^(?!Axioms:)([\w.]+)\s*:", answer, flags=re.M))
        for step, answer in answers.items()
    }
    return tuple(
        CoqTheorem(step, name, assumed[step]) for step, group in THEOREMS.items() for name in group
    )
