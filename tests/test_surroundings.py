"""Every command in the surroundings in which people run it.

Where only the text matters, a command runs in this process; on a terminal each one truly runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

pytest.importorskip("pty")

from tests.commands import (
    COMMANDS,
    FORMER_PROGRESS,
    IMPORTING,
    PACKAGES,
    QUICK_JUDGES,
    RECORD_MODULES,
    ROOT,
    applications,
    cases,
    commands,
    environment,
    here,
    interrupted,
    needs_torch,
    on_terminal,
    piped,
    plain,
    read_only,
    startup,
    without,
)

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "utf-16")
HELP_MAY_LOAD = {
    *PACKAGES,
    *("cyclopts", "rich", "lazy_loader", "docstring_parser", "rich_rst", "docutils"),
    *("attr", "attrs", "typing_extensions", "pygments", "markdown_it", "mdurl", "packaging"),
}
"""Packages, the standard library's apart, that `--help` may load."""

every_command = pytest.mark.parametrize("module", COMMANDS)
every_case = pytest.mark.parametrize(
    ("module", "case"), [pytest.param(*one, id=" ".join(one).strip()) for one in cases()]
)


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Checkpoint and classifier of a tiny autoencoder."""
    from simulations.vae.classifier import save_classifier, train_classifier
    from simulations.vae.data import load

    folder = tmp_path_factory.mktemp("models")
    names = {"trained": str(folder / "trained.pt"), "classifier": str(folder / "classifier.pt")}
    few = ("--epochs", "1", "--channels", "2")
    assert here("simulations.vae", ("train", *few, "--output", names["trained"])).status == 0
    save_classifier(train_classifier(load("digits"), epochs=1), Path(names["classifier"]))
    return names


@pytest.fixture
def words(module, case, request):
    """Small-size arguments of a case."""
    needs_torch(module)
    found = COMMANDS[module][case]
    if any("{" in word for word in found):
        names = request.getfixturevalue("models")
        found = tuple(word.format(**names) for word in found)
    return found


def test_no_command_is_forgotten():
    assert commands() == sorted(COMMANDS)
    assert applications() == set(COMMANDS)
    # What --help calls a command has its own arguments here.
    pytest.importorskip("torch")
    block = re.search(r"Commands.*?(?=--help)", here("simulations.vae", ["--help"]).out, re.S)
    assert block is not None
    listed = set(re.findall(r"^\W*([a-z][a-z-]*) {2,}\S", block[0], re.M))
    assert listed == set(COMMANDS["simulations.vae"])


@every_case
def test_on_a_terminal(module, case, words, tmp_path):
    env = None
    if case == "objectives":
        env = environment(PYTHONPATH=startup(tmp_path / "startup", QUICK_JUDGES))
    ended = on_terminal(module, words, tmp_path, env)
    assert ended.faults() == []
    assert plain(ended.out).strip()


NARROW = [
    ("bounds", ""),
    ("figures", ""),
    ("figures", "list"),
    ("simulations.balls", ""),
    ("simulations.extremal", "recorded"),
    ("simulations.gallery", ""),
    ("simulations.vae", "check"),
    ("simulations.voronoi", ""),
]
"""One command for each layout of output."""


@pytest.mark.parametrize(
    ("module", "case"), [pytest.param(*one, id=" ".join(one).strip()) for one in NARROW]
)
def test_on_a_narrow_terminal(module, case, words, tmp_path):
    assert on_terminal(module, words, tmp_path, columns=60).faults() == []


@every_command
@pytest.mark.parametrize("columns", [60, 80])
def test_help_fits_a_terminal(module, columns, tmp_path):
    ended = on_terminal(module, ["--help"], tmp_path, columns=columns)
    assert ended.faults() == []
    assert "Usage" in ended.out


@pytest.mark.parametrize(
    ("module", "case"),
    # The studies of the autoencoder print theirs in the tests that resume them.
    [
        pytest.param(*one, id=" ".join(one).strip())
        for one in cases()
        if one[1] not in ("experiment", "objectives")
    ],
)
def test_json_is_one_ascii_object(module, case, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = here(module, (*words, "--json"))
    assert ended.faults() == []
    assert ended.out.isascii()
    assert isinstance(json.loads(ended.out), dict)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("module", "case"),
    # The autoencoder's commands print by the others' means, and are not quick.
    [pytest.param(*one, id=" ".join(one).strip()) for one in cases() if "vae" not in one[0]],
)
def test_a_stream_of_any_encoding(module, case, words, encoding, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = here(module, words, encoding)
    assert ended.faults() == []
    # The gallery's own mark of what is undecided is a question mark.
    assert module == "simulations.gallery" or "?" not in ended.out


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bounds", ("--step", "gaussian_isoperimetry")),
        ("simulations.halfspaces", ("--help",)),
        ("figures", ("-h",)),
    ],
)
def test_a_pipe_of_any_encoding(module, words, encoding, tmp_path):
    ended = piped(module, words, tmp_path, environment(PYTHONIOENCODING=encoding))
    assert ended.faults() == []
    assert ended.out


@pytest.mark.parametrize(("module", "case"), [("bounds", ""), ("simulations.voronoi", "")])
class TestColours:
    def test_a_dumb_terminal_gets_no_escapes(self, module, case, words, tmp_path):
        ended = on_terminal(module, words, tmp_path, environment(TERM="dumb"))
        assert ended.faults() == []
        assert "\x1b" not in ended.out

    def test_no_color_is_heeded(self, module, case, words, tmp_path):
        ended = on_terminal(module, words, tmp_path, environment(NO_COLOR="1"))
        assert ended.faults() == []
        assert not re.search(r"\x1b\[[0-9;]*\b[349][0-7]m", ended.out)

    def test_forced_colours_add_nothing_else(self, module, case, words, tmp_path):
        ended = piped(module, words, tmp_path, environment(FORCE_COLOR="1"))
        assert ended.faults() == []
        assert ended.err == ""


def spelled_out(folder):
    """The packages, copied to a folder whose name has spaces and letters beyond ASCII."""
    copy = folder / "größe & наука 数"
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            copy / package,
            ignore=shutil.ignore_patterns("__pycache__", "out", "images"),
        )
    return copy


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_nothing_but_the_folder_of_work_can_be_written(tmp_path):
    """HOME is a file, and the packages and Python's own folders are read-only."""
    work = tmp_path / "work"
    work.mkdir()
    copy = spelled_out(tmp_path)
    (home := tmp_path / "home").write_text("")
    path = startup(tmp_path / "site", read_only(copy, Path(sys.prefix), Path(sys.base_prefix)))
    # The kernels are compiled in memory, so few are called.
    changes = {"HOME": str(home), "PYTHONPATH": os.pathsep.join([path, str(copy)])}
    env = environment(**changes)
    env.pop("NUMBA_CACHE_DIR", None)
    env.pop("XDG_CACHE_HOME", None)
    # Stale, so that it is computed and can't be stored.
    (copy / "figures" / "data" / "chain.json").write_text("{}")
    before = digests(copy)
    for module, words in (
        (
            "simulations.wedges",
            ("--samples", "2000", "--plot", "größe 数.png", "--checkpoint", "é t.npz"),
        ),
        ("figures", ("--quick", "--only", "pareto", "--out", "a folder ü")),
        ("figures", ("--only", "chain", "--out", "a folder ü")),
        ("simulations.extremal", ("--recorded", "--output", "é t.json")),
    ):
        # Matplotlib warns of its own folder, at any length.
        assert piped(module, words, work, env).faults() == []
    assert digests(copy) == before
    assert {path.name for path in work.rglob("*") if path.is_file()} == {
        *("größe 数.png", "pareto.png", "pareto.pdf", "chain.png", "chain.pdf"),
        *("é t.json", "é t.npz"),
    }


MISSING = [
    ("torch", "simulations.vae", ("check", "x.pt"), "pip install"),
    ("sklearn", "simulations.vae", ("train", "--output", "x.pt"), "pip install"),
    ("torch", "simulations.examples", ("train", "vae", "--output", "x.pt2"), "pip install"),
    ("torch", "simulations.voronoi", ("--device", "cpu"), "pip install"),
    ("torch", "figures", ("--recompute", "--only", "architecture"), "pip install"),
    ("distributed", "simulations.halfspaces", ("--dask", "tcp://127.0.0.1:1"), "pip install"),
]


@pytest.mark.parametrize(("package", "module", "words", "way"), MISSING)
def test_what_is_not_installed_is_said(package, module, words, way, tmp_path):
    env = environment(PYTHONPATH=startup(tmp_path, without(package)))
    ended = on_terminal(module, words, tmp_path, env)
    assert ended.faults(3) == []
    assert package in ended.out
    assert way in ended.out


def test_help_needs_nothing_optional(tmp_path):
    names = ("torch", "sklearn", "distributed", "dask", "torchvision")
    env = environment(PYTHONPATH=startup(tmp_path, without(*names)))
    for module in ("figures", "simulations.vae"):
        assert piped(module, ["--help"], tmp_path, env).faults() == []
    assert piped("simulations.voronoi", ("--samples", "500"), tmp_path, env).faults() == []


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("simulations.voronoi", ("--samples", "500", "--device", "cuda")),
        ("simulations.vae", ("train", "--output", "x.pt", "--device", "cuda")),
    ],
)
def test_cuda_asked_for_and_absent(module, words, tmp_path):
    needs_torch("simulations.vae")
    # No card is shown to torch, also where there is one.
    ended = on_terminal(module, words, tmp_path, environment(CUDA_VISIBLE_DEVICES=""))
    assert ended.faults(3) == []
    assert "cuda" in ended.out
    assert not (tmp_path / "x.pt").exists()


def test_coq_asked_for_and_absent(tmp_path):
    ended = on_terminal(
        "bounds",
        ("--step", "gaussian_isoperimetry", "--coq"),
        tmp_path,
        environment(PATH=str(tmp_path)),
    )
    assert ended.faults(3) == []
    assert "coqc" in ended.out


BAD = [
    ("bounds", ("--step", "nonsense"), "nonsense"),
    ("bounds", ("--recheck", "absent.json"), "absent.json"),
    ("figures", ("--only", "nonsense"), "nonsense"),
    ("simulations.extremal", ("--classes", "1"), "classes"),
    ("simulations.gallery", ("--samples", "0"), "samples"),
    ("simulations.halfspaces", ("--samples", "many"), "samples"),
    ("simulations.halfspaces", ("--confidence", "2"), "confidence"),
    ("simulations.halfspaces", ("--plot", "absent/x.png"), "absent"),
    ("simulations.voronoi", ("--centres", "absent.csv"), "absent.csv"),
    ("simulations.vae", ("check", "absent.pt"), "absent.pt"),
    ("simulations.examples", ("train", "absent", "--output", "x.pt2"), "absent"),
    # Where nothing can be written is told before any work.
    ("bounds", ("--certificate", "absent/x.json"), "absent"),
    ("figures", ("--only", "pareto", "--out", "/dev/null/x"), "/dev/null/x"),
    ("simulations.extremal", ("--output", "/dev/null/x"), "/dev/null"),
    ("simulations.extremal", ("--survey", "--store", "/dev/null/x"), "/dev/null/x"),
    ("simulations.halfspaces", ("--checkpoint", "absent/x.npz"), "absent"),
    ("simulations.vae", ("train", "--output", "absent/x.pt"), "absent"),
    ("simulations.vae", ("experiment", "runs", "--output", "/dev/null/x"), "/dev/null/x"),
    ("simulations.vae", ("objectives", "/dev/null/x", "--output", "results"), "/dev/null/x"),
]


@pytest.mark.parametrize(("module", "words", "named"), BAD)
def test_bad_input_exits_with_2_and_is_named(module, words, named, tmp_path, monkeypatch):
    needs_torch(module)
    monkeypatch.chdir(tmp_path)
    ended = here(module, words)
    assert ended.faults(2) == []
    assert ended.out == ""
    assert named in ended.err


@every_command
def test_an_unknown_option_exits_with_2(module, tmp_path, monkeypatch):
    needs_torch(module)
    monkeypatch.chdir(tmp_path)
    ended = here(module, ["--no-such-option"])
    assert ended.faults(2) == []
    assert "--no-such-option" in ended.err


MOMENTS = random.Random(20261126)
INTERRUPTED = [
    (module, words, round(MOMENTS.uniform(0.02, latest), 3))
    for module, words, latest in (
        ("simulations.voronoi", ("--samples", "200_000_000", "--json"), 4.0),
        ("simulations.halfspaces", ("--samples", "1_000_000_000", "--workers", "1"), 4.0),
        ("simulations.gallery", ("--samples", "200_000_000"), 2.5),
        ("simulations.extremal", ("--survey", "--output", "kept.json"), 4.0),
        ("bounds", ("--certificate", "kept.json"), 2.5),
        ("simulations.vae", (), 6.0),
        ("figures", ("--recompute", "--only", "convergence"), 2.5),
        ("figures", ("--recompute", "--only", "convergence"), 5.0),
    )
]


@pytest.mark.parametrize(("module", "words", "seconds"), INTERRUPTED)
def test_ctrl_c_at_any_moment(module, words, seconds, tmp_path):
    needs_torch(module)
    copy = spelled_out(tmp_path)
    (copy / "kept.json").write_text("what was there")
    before = digests(copy)
    path = startup(tmp_path / "site", interrupted(seconds))
    env = environment(PYTHONPATH=os.pathsep.join([path, str(copy)]))
    ended = on_terminal(module, words, copy, env)
    # Python's own exit by the signal is what a shell shows as 130.
    assert ended.faults(130, -signal.SIGINT) == []
    assert digests(copy) == before


@every_command
def test_ctrl_c_while_a_command_is_imported(module, tmp_path):
    ended = piped(module, [], tmp_path, environment(PYTHONPATH=startup(tmp_path, IMPORTING)))
    assert (ended.status, ended.out, ended.err) == (130, "", "interrupted\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_streams_closed_before_the_start(closed, tmp_path):
    command = f"exec {sys.executable} -m simulations.halfspaces --samples 2000 {closed}"
    ended = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert ended.returncode == 0
    assert ended.stderr == b""


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "qtagg"])
def test_a_notebook_s_backend_is_not_needed(backend, tmp_path):
    env = environment(PYTHONPATH=startup(tmp_path, without("matplotlib_inline")))
    env["MPLBACKEND"] = backend
    words = ("--samples", "2000", "--plot", "x.png")
    assert piped("simulations.wedges", words, tmp_path, env).faults() == []
    assert (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bounds", ("--step", "gaussian_isoperimetry")),
        ("figures", ("--list",)),
        ("simulations.extremal", ("--recorded", "--json")),
        ("simulations.halfspaces", ("--samples", "2000")),
        ("simulations.orthants", ("--help",)),
    ],
)
def test_output_closed_early(module, words, tmp_path):
    lines = 0 if module == "simulations.halfspaces" else 1
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=tmp_path,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    for _ in range(lines):
        process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read().decode()
    assert process.wait(100) in ((141,) if lines == 0 else (0, 141))
    assert said == ""


IDLE_STARTS = 15
"""Starts of a bare interpreter that fit into 0.3 s on an idle machine of today."""


@every_command
def test_help_and_version_are_quick_and_load_little(module, tmp_path):
    loaded = tmp_path / "loaded"
    path = startup(tmp_path / "site", RECORD_MODULES)
    env = environment(PYTHONPATH=path, LOADED=str(loaded))
    ended = piped(module, ["--help"], tmp_path, env)
    assert ended.faults() == []
    others = set(loaded.read_text().split()) - set(sys.stdlib_module_names) - HELP_MAY_LOAD
    assert {name for name in others if not name.startswith(("_", "sitecustomize"))} == set()
    shown = piped(module, ["--version"], tmp_path)
    assert shown.out.strip() == version("class-radius")
    for option, first in (("--help", ended), ("--version", shown)):
        if first.cpu >= 0.3:
            # A loaded machine is slower; how much tells an interpreter that does nothing.
            runs = [piped(module, [option], tmp_path) for _ in range(3)]
            idle = min(piped("this", [], tmp_path).cpu for _ in range(3))
            assert min(one.cpu for one in runs) < max(0.3, IDLE_STARTS * idle)


def test_an_installed_copy_outside_the_repository(tmp_path):
    """A wheel built from the source distribution has all that the commands need."""
    pytest.importorskip("setuptools")
    tree = tmp_path / "tree"
    tree.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("needs the repository")
    for name in listed.stdout.split("\0")[:-1]:
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)

    def run(*command, folder=tree):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    build = "import setuptools.build_meta as b; b.build_sdist('dist')"
    run(sys.executable, "-c", build)
    (archive,) = (tree / "dist").glob("*.tar.gz")
    installed = tmp_path / "site packages é"
    quiet = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    run(*(sys.executable, "-m", "pip", "install"), *quiet, "--target", str(installed), str(archive))

    env = {**environment(), "PYTHONPATH": str(installed)}
    work = tmp_path / "work"
    work.mkdir()
    where = subprocess.run(
        [sys.executable, "-c", "import bounds; print(bounds.__file__)"],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed))
    for module, words in (
        ("bounds", ("--step", "gaussian_isoperimetry")),
        ("figures", ("--list",)),
        ("simulations.extremal", ("--recorded",)),
        ("simulations.wedges", ("--samples", "2000", "--plot", "x.svg")),
        ("simulations.vae", ("--version",)),
    ):
        ended = piped(module, words, work, env)
        assert ended.faults() == []
        assert "no stored results" not in ended.out
    assert ended.out.strip() == version("class-radius")
    coq = subprocess.run(
        [sys.executable, "-c", "from bounds.coq.build import sources; print(len(sources()))"],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(coq.stdout) == len(list((ROOT / "bounds" / "coq").glob("*.v")))


def test_the_readme_shows_what_its_first_command_prints(tmp_path):
    """To the digits that no processor changes; the time is the machine's."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command, told = re.findall(r"&& python -m (\S+)\n```.*?```\n(voronoi: .*?)```", readme, re.S)[0]
    number = re.compile(r"\d[\d,]*(?:\.\d+)?")

    def taken_apart(text):
        text = re.sub(r" in [\d.]+ s$", "", text, flags=re.M)
        numbers = [float(one.replace(",", "")) for one in number.findall(text)]
        return re.sub(r"[ ─━┏┓┳┗┛┡┩╇└┘┴│┃\n]+", " ", number.sub("#", text)), numbers

    words, numbers = taken_apart(piped(command, [], tmp_path).out)
    assert words == taken_apart(told)[0]
    assert numbers == pytest.approx(taken_apart(told)[1], rel=2e-4)
    # What the text quotes of it.
    quoted = re.search(r'"(at most \S+ effective classes)"', readme)
    assert quoted is not None
    assert quoted[1].split()[2] in told


FORMERLY = [
    ("simulations.halfspaces", ("--samples", "2000")),
    ("simulations.gallery", ("--samples", "500")),
    ("simulations.orthants", ("--samples", "2000")),
]


@pytest.mark.parametrize(("module", "words"), FORMERLY)
def test_the_terminal_cells_catch_a_bar_that_fails(module, words, tmp_path):
    """Negative control: as it once was, every command with a bar fails on a terminal alone."""
    env = environment(PYTHONPATH=startup(tmp_path, FORMER_PROGRESS))
    assert on_terminal(module, words, tmp_path, env).faults() != []
    if module == "simulations.halfspaces":
        assert piped(module, words, tmp_path, env).faults() == []
