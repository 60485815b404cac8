"""How a command ends, where that is not seen by running one."""

from __future__ import annotations

import pytest

from bounds.support.console import launch


class Dropped:
    def __del__(self):
        raise KeyboardInterrupt


def test_a_failure_for_want_of_what_ctrl_c_interrupted_is_an_interruption(capsys):
    def app(**options):
        Dropped()  # Python only prints what a destructor or a callback raises
        raise RuntimeError("no compiled object yet")

    with pytest.raises(SystemExit) as end:
        launch(app)
    assert end.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_failure_after_an_earlier_command_was_interrupted_is_a_bug(capsys):
    def app(**options):
        raise RuntimeError("no compiled object yet")

    test_a_failure_for_want_of_what_ctrl_c_interrupted_is_an_interruption(capsys)
    with pytest.raises(SystemExit) as end:
        launch(app)
    assert end.value.code == 70
    assert "this is a bug in class-radius" in capsys.readouterr().err
