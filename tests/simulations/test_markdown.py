"""Sections of pages: placed where their marks are, and nowhere else."""

import pytest

from simulations.markdown import interval_cell, replace_sections

FIRST, SECOND = ("<!-- a -->", "<!-- end -->"), ("<!-- b -->", "<!-- end -->")
SECTIONS = {FIRST: "one \\1", SECOND: "two"}


def test_each_text_stands_between_its_own_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- b -->\nold\n<!-- end -->\nkept\n<!-- a -->\n<!-- end -->\n")
    for _ in range(2):
        replace_sections(page, SECTIONS)
        assert page.read_text() == (
            "<!-- b -->\n\ntwo\n<!-- end -->\nkept\n<!-- a -->\n\none \\1\n<!-- end -->\n"
        )


def test_a_page_may_have_some_of_the_marks_but_not_none(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n<!-- end -->\n")
    replace_sections(page, SECTIONS)
    assert page.read_text() == "<!-- a -->\n\none \\1\n<!-- end -->\n"
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match=r"page\.md: .*<!-- a --> and .* or <!-- b -->"):
        replace_sections(page, SECTIONS)
    assert page.read_text() == "nothing\n"
    with pytest.raises(ValueError, match=r"rewrite=.*absent\.md: no such file"):
        replace_sections(tmp_path / "absent.md", SECTIONS)


def test_a_cell_has_what_was_found_and_no_more():
    assert interval_cell({"mean": 1.26}, 1) == "1.3"
    assert interval_cell({"mean": -1.26, "low": -2.0, "high": -0.5}, 1) == "-1.3 [-2.0, -0.5]"
