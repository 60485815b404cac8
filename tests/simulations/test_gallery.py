"""The gallery's table and JSON."""

import json

import pytest

import simulations.gallery
from simulations.gallery import gallery, main


def test_every_row_comes_out_as_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(samples=4096, json=True) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert captured.err == ""
    assert result["as_claimed"]
    assert len(result["partitions"]) == len(list(gallery()))
    for row in result["partitions"]:
        ratio = row["radius_over_sharp"]
        # Halfspaces attain the isoperimetric sum, so nothing exceeds 1 but by sampling error.
        assert ratio is None or 0 < ratio < 1.3
    assert {
        row["partition"] for row in result["partitions"] if row["radius_over_sharp"] is None
    } == {
        "opposed halfspaces",
        "balls",
        "truncated voronoi",
    }


def test_the_table_names_each_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(samples=1000) == 0
    text = capsys.readouterr().out
    for family in ("slabs", "argmax", "balls", "wedges"):
        assert family in text


def test_the_module_stays_a_module_whatever_is_taken_from_it() -> None:
    for _ in range(2):
        assert simulations.gallery.gallery is gallery
    with pytest.raises(AttributeError, match="no attribute 'halls'"):
        simulations.gallery.halls  # noqa: B018 # pyright: ignore
