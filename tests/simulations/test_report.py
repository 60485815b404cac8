"""A report on one line, and as a table in a notebook."""

import simulations


def test_a_report_is_one_line_and_a_table():
    report = simulations.check(simulations.Halfspace(0.3), samples=5000)
    text = repr(report)
    assert "\n" not in text
    assert text.startswith("<Report on halfspaces: d = 1, K = 2, 5,000 points; E r = ")
    page = report._repr_html_()
    assert "collision probability" in page
    assert "holds" in page
    assert "<pre" in page


def test_one_line_says_that_limits_are_asymptotic():
    for sampling in ("independent", "antithetic", "quasi"):
        report = simulations.check(simulations.Halfspace(0.3), samples=16_384, sampling=sampling)
        assert ("] (asymptotic);" in repr(report)) == (sampling == "quasi")


def test_effective_classes_are_counted_where_float64_can():
    few, many = (
        simulations.check(
            simulations.Voronoi.random(dim=2, classes=classes), samples=2000
        )._repr_html_()
        for classes in (10, 3000)
    )
    assert "effective classes" in few
    assert "∞" not in many
    assert "effective classes" not in many
    assert "implies H₂ ≤" in " ".join(many.split())
