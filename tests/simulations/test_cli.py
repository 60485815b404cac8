"""What all family commands share: exit statuses, and where output goes."""

from __future__ import annotations

import copy
import io
import json
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest
from rich.cells import cell_len
from rich.table import Table

from bounds.support.console import (
    EXIT_BUG,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    Terminal,
    application,
    launch,
)
from simulations.command import CheckOptions, run_family
from simulations.partitions.halfspaces import Halfspace


@dataclass(frozen=True)
class TooLarge(Halfspace):
    """Two halfspaces whose radius is 5 % too large."""

    def _locate(self, z):
        labels, radii = super()._locate(z)
        return labels, 1.05 * radii


def test_a_failed_check_exits_with_1(capsys):
    options = CheckOptions(samples=200_000, json=True)
    assert run_family(Halfspace(0.3), options) == EXIT_OK
    assert json.loads(capsys.readouterr().out)["as_claimed"] is True
    assert run_family(TooLarge(0.3), options) == EXIT_FAILED
    result = json.loads(capsys.readouterr().out)
    assert result["as_claimed"] is False
    assert result["bounds"]["isoperimetric"]["verdict"] == "violated"
    # The table says so too.
    assert run_family(TooLarge(0.3), CheckOptions(samples=200_000)) == EXIT_FAILED
    printed = capsys.readouterr()
    assert "outside its interval" in printed.out
    assert "violated" in printed.out
    assert printed.err == ""


def test_options_reach_the_check(tmp_path, capsys):
    file = tmp_path / "state.npz"
    options = CheckOptions(
        samples=40_000,
        confidence=0.9,
        seed=7,
        workers=1,
        sampling="antithetic",
        until=10.0,
        checkpoint=file,
        json=True,
    )
    assert run_family(Halfspace(0.5), options) == EXIT_OK
    result = json.loads(capsys.readouterr().out)
    assert (result["samples"], result["confidence"], result["seed"]) == (40_000, 0.9, 7)
    assert result["sampling"] == "antithetic"
    assert result["sampling_gain"] == pytest.approx(0.5)
    assert result["anytime"] is True
    assert file.exists()


def test_a_drawing_needs_the_plane(tmp_path):
    options = CheckOptions(samples=10, plot=tmp_path / "x.png")
    with pytest.raises(ValueError, match="dimension 2"):
        run_family(Halfspace(0.5, dim=3), options)
    assert run_family(Halfspace(0.5, dim=2), options) == EXIT_OK
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_our_own_bug_is_no_bad_usage(capsys, monkeypatch):
    app = application("nothing", "Fail by a bug.")

    @app.default
    def main() -> int:
        return len(3)  # type: ignore[arg-type]

    monkeypatch.setattr("sys.argv", ["nothing"])
    with pytest.raises(SystemExit) as end:
        launch(app)
    assert end.value.code == EXIT_BUG
    said = capsys.readouterr().err
    assert "TypeError" in said
    assert "Traceback" in said
    assert "report it" in said


LOST_INTERRUPT = """
import time
from bounds.support.console import application, launch

class Finalised:
    def __del__(self):
        raise KeyboardInterrupt

app = application("nothing", "Lose an interrupt in a destructor.")

@app.default
def main() -> int:
    Finalised()
    time.sleep(60)
    return 0

launch(app)
"""


def interrupted(program):
    """What Python leaves behind that runs a program which is interrupted."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


def test_an_interrupt_that_falls_into_a_destructor_ends_the_command():
    ended = interrupted(LOST_INTERRUPT)
    assert ended.returncode == EXIT_INTERRUPTED, ended.stderr
    assert ended.stderr == "interrupted\n"


FAMILIES = Table("family", "E r exact", "E r estimated", "verdicts", title="Gallery")
FAMILIES.add_row("halfspaces", "1.37623792", "1.3496 ± 0.1156", "✓ ?")
FAMILIES.add_row("slabs", "–", "0.3", "[red]✗")
CLAIMS = Table("claim", "measured", "bound", "at least", "slack", "verdict", title="Bounds")
CLAIMS.add_row("E r ≤ γ(‖p‖²)", "0.11487", "1.4259", "1.4218", "1.311", "[dim]not established *")
CLAIMS.add_row("H₂ ≤ log 1/γ⁻¹(E r)", "3.5441", "2.4906e+05", "4280.75", "2.4905e+05", "holds")


@pytest.mark.parametrize("table", [FAMILIES, CLAIMS], ids=lambda table: table.title)
def test_a_table_of_any_width_breaks_no_number(table):
    words = [word for column in table.columns for cell in column.cells for word in cell.split()]
    plain = [re.sub(r"\[\w+\]", "", word) for word in words]
    for width in range(30, 121):
        stream = io.StringIO()
        Terminal(file=stream, width=width).print(copy.deepcopy(table))
        lines = stream.getvalue().splitlines()
        assert all(cell_len(line.rstrip()) <= width for line in lines), width
        printed = stream.getvalue().split()
        assert not [word for word in plain if word not in printed], width


UNDER_WAY = """
import atexit
from bounds.support.console import application, launch

ended = False

class UnderWay:
    def __del__(self):
        if not ended:
            print("destroyed too early")

@atexit.register
def end():
    global ended
    ended = True

app = application("nothing", "Be interrupted while an object must not be destroyed.")

@app.default
def main() -> int:
    compiled = UnderWay()
    raise KeyboardInterrupt

launch(app)
"""


def test_what_an_interrupt_leaves_half_done_is_not_destroyed_before_the_end():
    ended = interrupted(UNDER_WAY)
    assert ended.returncode == EXIT_INTERRUPTED, ended.stderr
    assert ended.stdout == ""
