"""Each argument of each entry point is refused by name where it is of the wrong kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import bounds
import simulations as s
import simulations.extremal
import simulations.gallery
import simulations.generator
from bounds.support.errors import shown
from simulations.generators import (
    arrays,
    comparison,
    diversity,
    generator,
    latents,
    printing,
    references,
    search,
    smoothing,
    surrogate,
)
from simulations.generators.comparison import ReadRadius
from simulations.generators.generator import GeneratorPartition, check_generator
from simulations.partitions import argmax, balls, prescribed_masses
from simulations.studies import extremal, gallery
from tests.wrong import WRONG, Entry, Unprintable, cases, faults, public

HALVES = s.Halfspace(0.3, 2)
REPORT = s.check(HALVES, samples=100)
PLAN = s.Plan.of(1000, 0, block=64)
SMALL = {"samples": 100, "workers": 1}

ENTRIES: dict[str, Entry] = {
    "check": Entry(
        s.check,
        {"partition": HALVES, **SMALL},
        {
            "partition": "object",
            "samples": "count",
            "confidence": "probability",
            "workers": "count or None",
            "sampling": "text",
            "until": "number or None",
            "checkpoint": "path",
            "dask": "text or None",
            "chunk": "count or None",
            "block": "count",
            "labels": "integers or None",
            "progress": "callback",
            "partial": "flag",
        },
    ),
    "print_report": Entry(
        s.print_report, {"report": REPORT}, {"report": "object", "console": "object or None"}
    ),
    "Plan.of": Entry(
        s.Plan.of,
        {"samples": 9, "rng": 0},
        {"samples": "count", "sampling": "text", "block": "count", "until": "flag"},
    ),
    "Plan.draws": Entry(PLAN.draws, {}, {"points": "count"}),
    "Plan.size": Entry(PLAN.size, {}, {"block": "count"}),
    "Plan.generator": Entry(PLAN.generator, {}, {"block": "count"}),
    "Moments.of": Entry(s.Moments.of, {}, {"values": "vector"}),
    "Tally.empty": Entry(s.Tally.empty, {}, {"classes": "count"}),
    "Interval": Entry(
        s.Interval,
        {"estimate": 0.5, "low": 0.4, "high": 0.6, "method": ""},
        {"estimate": "estimate", "low": "number", "high": "number"},
    ),
    "Halfspace": Entry(s.Halfspace, {"mass": 0.5}, {"mass": "probability", "dim": "count"}),
    "OpposedHalfspaces": Entry(
        s.OpposedHalfspaces,
        {"low": 0.2, "high": 0.5},
        {"low": "number", "high": "number", "dim": "count"},
    ),
    "Orthants": Entry(s.Orthants, {}, {"dim": "count"}),
    "CoordinateArgmax": Entry(s.CoordinateArgmax, {}, {"classes": "count"}),
    "Slabs": Entry(s.Slabs, {"cuts": [0.0]}, {"cuts": "vector", "dim": "count"}),
    "Shells": Entry(s.Shells, {"cuts": [1.0]}, {"cuts": "vector", "dim": "count"}),
    "Grid": Entry(s.Grid, {}, {"cuts": "points"}),
    "Voronoi": Entry(s.Voronoi, {}, {"centres": "points"}),
    "Voronoi.random": Entry(
        s.Voronoi.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed"},
    ),
    "PowerCells.random": Entry(
        s.PowerCells.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed", "spread": "number"},
    ),
    "LinearArgmax.random": Entry(
        s.LinearArgmax.random,
        {"dim": 2, "classes": 3},
        {"dim": "count", "classes": "count", "seed": "seed"},
    ),
    "Arrangement.random": Entry(
        s.Arrangement.random,
        {"dim": 2, "hyperplanes": 3},
        {"dim": "count", "hyperplanes": "count", "seed": "seed", "spread": "number"},
    ),
    "NearestNeighbour": Entry(
        s.NearestNeighbour,
        {"centres": [[0.0], [1.0]], "labels": [0, 1]},
        {"centres": "points", "labels": "integers"},
    ),
    "NearestNeighbour.random": Entry(
        s.NearestNeighbour.random,
        {"dim": 2, "classes": 3, "centres": 5},
        {"dim": "count", "classes": "count", "centres": "count", "seed": "seed"},
    ),
    "Balls": Entry(
        s.Balls, {"centres": [[0.0]], "radii": [1.0]}, {"centres": "points", "radii": "vector"}
    ),
    "TruncatedVoronoi": Entry(
        s.TruncatedVoronoi, {"centres": [[0.0]], "cut": 1.0}, {"centres": "points", "cut": "number"}
    ),
    "Wedges": Entry(s.Wedges, {}, {"p": "masses"}),
    "Wedges.equal": Entry(s.Wedges.equal, {}, {"classes": "count"}),
    "classify": Entry(HALVES.classify, {}, {"z": "points"}),
    "counts": Entry(bounds.estimate_collision_probability, {}, {"counts": "integers"}),
    "constants": Entry(bounds.constants, {}, {"arithmetic": "object"}),
    "balls": Entry(bounds.balls, {}, {"bits": "count"}),
    "masses of balls": Entry(
        lambda p: bounds.sharp_bound(p, arithmetic=bounds.balls(64)), {}, {"p": "masses"}
    ),
    "masses of floats": Entry(bounds.sharp_bound, {}, {"p": "masses"}),
    "masses of symbols": Entry(
        lambda p: bounds.sharp_bound(p, arithmetic=bounds.SYMBOLIC),
        {},
        {"p": "symbols"},
    ),
}


def decoder(z: Any) -> Any:
    return z


def classifier(images: Any) -> Any:
    return np.eye(2)[(images[:, 0] > 0).astype(int)]


Z = np.random.default_rng(0).standard_normal((30, 2))
LABELS = np.arange(30) % 3
CONSOLE = Console(quiet=True)
PARTITION = GeneratorPartition(decoder, classifier, 2, pool=2048)
GENERATED = check_generator(decoder, classifier, 2, samples=20, mass_samples=2048)
FOUND = extremal.read_record()[:1]
RADIUS = ReadRadius(0.25, 1.0, s.Interval(0.4, 0.3, 0.5, "known"), 0.99)
BRIEF = smoothing.Smoothing(0.5, 4, 10, 5)

ENTRIES |= {
    "extremal.maximise": Entry(
        extremal.maximise,
        {"classes": 2, "dim": 2, "effective": None, "start": np.array([[1.0, 0, 0], [-1, 0, 0]])},
        {"classes": "count", "dim": "count", "effective": "count or None", "start": "points"},
    ),
    "extremal.climb_on_sample": Entry(
        extremal.climb_on_sample,
        {
            "classes": 3,
            "dim": 4,
            "effective": None,
            "generator": np.random.default_rng(0),
            "steps": 1,
        },
        {
            "classes": "count",
            "dim": "count",
            "effective": "count or None",
            "generator": "generator",
            "steps": "count",
        },
    ),
    "extremal.search": Entry(
        extremal.search,
        {"classes": 2, "dim": 2, "starts": 1},
        {
            "classes": "count",
            "dim": "count",
            "effective": "count or None",
            "starts": "count",
            "seed": "seed",
        },
    ),
    "extremal.survey": Entry(
        extremal.survey, {"folder": Path("absent")}, {"folder": "path", "seed": "seed"}
    ),
    "extremal.read_record": Entry(extremal.read_record, {}, {"folder": "path"}),
    "extremal.outdated": Entry(extremal.outdated, {}, {"folder": "path"}),
    "extremal.to_json": Entry(extremal.to_json, {}, {"found": "sequence"}),
    "extremal.print_table": Entry(
        extremal.print_table,
        {"found": FOUND, "console": CONSOLE},
        {"found": "sequence", "console": "object"},
    ),
    "gallery.gallery": Entry(lambda seed: list(gallery.gallery(seed)), {}, {"seed": "seed"}),
    "gallery.tightness": Entry(gallery.tightness, {}, {"report": "object"}),
    "gallery.to_json": Entry(gallery.to_json, {}, {"reports": "sequence"}),
    "gallery.print_table": Entry(
        gallery.print_table,
        {"reports": [REPORT], "console": CONSOLE},
        {"reports": "sequence", "console": "object"},
    ),
    "GeneratorPartition": Entry(
        generator.GeneratorPartition,
        {"decoder": decoder, "classifier": classifier, "dim": 2, "pool": 2048},
        {
            "decoder": "callable",
            "classifier": "callable",
            "dim": "count",
            "threshold": "share",
            "pool": "count",
            "seed": "seed",
            "name": "text",
        },
    ),
    "labels_at": Entry(
        generator.labels_at,
        {"probabilities": [[0.5, 0.5]], "threshold": 0.5},
        {"probabilities": "probabilities", "threshold": "share"},
    ),
    "prepared": Entry(
        generator.prepared,
        {"decoder": decoder, "classifier": classifier, "dim": 2, "mass_samples": 2048},
        {
            "decoder": "callable",
            "classifier": "callable",
            "dim": "count",
            "law": "object",
            "mass_samples": "count",
            "seed": "seed",
            "name": "text",
        },
    ),
    "check_generator": Entry(
        generator.check_generator,
        {
            "decoder": decoder,
            "classifier": classifier,
            "dim": 2,
            "mass_samples": 2048,
            "samples": 20,
        },
        {
            "decoder": "callable",
            "classifier": "callable",
            "dim": "count",
            "threshold": "share",
            "samples": "count",
            "mass_samples": "count",
            "confidence": "probability",
            "seed": "seed",
            "workers": "count or None",
            "progress": "callback",
            "partial": "flag",
            "law": "object",
            "smoothing": "object or None",
            "verify": "flag",
        },
    ),
    "check_prepared": Entry(
        generator.check_prepared,
        {"plain": PARTITION, "samples": 20},
        {
            "plain": "object",
            "law": "object",
            "threshold": "share",
            "samples": "count",
            "confidence": "probability",
            "seed": "seed",
            "workers": "count or None",
            "progress": "callback",
            "partial": "flag",
            "smoothing": "object or None",
        },
    ),
    "compare_radii": Entry(
        comparison.compare_radii,
        {"first": RADIUS, "second": RADIUS},
        {"first": "object", "second": "object"},
    ),
    "read_radius": Entry(
        comparison.read_radius, {"path": Path("absent"), "option": "path"}, {"path": "path"}
    ),
    "read_labels": Entry(
        arrays.read_labels,
        {"path": Path("absent"), "option": "path", "threshold": 0.5},
        {"path": "path", "threshold": "share"},
    ),
    "sampled_radii": Entry(
        arrays.sampled_radii, {"x": Z, "labels": LABELS}, {"x": "points", "labels": "labels"}
    ),
    "sample_report": Entry(
        arrays.sample_report,
        {"x": Z, "labels": LABELS},
        {
            "x": "points",
            "labels": "labels",
            "classes": "count or None",
            "law": "object",
            "confidence": "probability",
            "name": "text",
            "holes": "flag or None",
        },
    ),
    "class_diversity": Entry(
        diversity.class_diversity,
        {"labels": LABELS, "classes": 3},
        {"labels": "labels with holes", "classes": "count", "confidence": "probability"},
    ),
    "compare": Entry(
        diversity.compare,
        {"labels_a": LABELS, "labels_b": LABELS, "classes": 3},
        {
            "labels_a": "labels with holes",
            "labels_b": "labels with holes",
            "classes": "count",
            "radius_a": "object or None",
            "radius_b": "object or None",
            "radius_is_exact": "flag",
            "confidence": "probability",
            "radius_confidence": "share or None",
        },
    ),
    "birthday_samples": Entry(diversity.birthday_samples, {}, {"labels": "labels with holes"}),
    "birthday_interval": Entry(
        diversity.birthday_interval,
        {"labels": LABELS},
        {"labels": "labels with holes", "confidence": "probability"},
    ),
    "power": Entry(
        diversity.power,
        {
            "masses_a": [0.5, 0.5],
            "masses_b": [0.5, 0.5],
            "draws_a": 9,
            "draws_b": 9,
            "repetitions": 2,
            "rng": np.random.default_rng(0),
        },
        {
            "masses_a": "masses",
            "masses_b": "masses",
            "draws_a": "count",
            "draws_b": "count",
            "repetitions": "count",
            "rng": "generator",
            "confidence": "probability",
        },
    ),
    "draws_needed": Entry(
        diversity.draws_needed,
        {"masses_a": [0.5, 0.5], "masses_b": [0.6, 0.4]},
        {"masses_a": "masses", "masses_b": "masses", "confidence": "probability"},
    ),
    "Normal": Entry(latents.Normal, {}, {"sigma": "positive"}),
    "Uniform": Entry(latents.Uniform, {}, {"low": "number", "high": "number"}),
    "TruncatedNormal": Entry(latents.TruncatedNormal, {}, {"limit": "positive"}),
    "Sphere": Entry(latents.Sphere, {}, {"radius": "positive"}),
    "Ball": Entry(latents.Ball, {}, {"radius": "positive"}),
    "latent_law": Entry(lambda latent: latents.latent_law(latent), {}, {"latent": "text"}),
    "supported": Entry(
        latents.supported, {"x": Z, "law": latents.Normal()}, {"x": "points", "law": "object"}
    ),
    "resembles": Entry(
        latents.resembles, {"x": Z, "law": latents.Normal()}, {"x": "points", "law": "object"}
    ),
    "resembled": Entry(latents.resembled, {}, {"x": "points"}),
    "LatentPartition": Entry(
        latents.LatentPartition,
        {"partition": PARTITION, "law": latents.Normal()},
        {"partition": "object", "law": "object"},
    ),
    "print_generator": Entry(
        printing.print_generator,
        {"report": GENERATED},
        {"report": "object", "console": "object or None", "class_names": "sequence or None"},
    ),
    "Cells": Entry(
        references.Cells,
        {"features": decoder, "references": Z, "centres": Z},
        {"features": "callable", "references": "points", "centres": "points"},
    ),
    "WitnessSearch": Entry(
        search.WitnessSearch,
        {
            "classify": lambda z: (z[:, 0] > 0).astype(int),
            "pool": Z,
            "labels": (Z[:, 0] > 0).astype(int),
        },
        {"classify": "callable", "pool": "points", "labels": "labels"},
    ),
    "witness_pool": Entry(
        search.witness_pool, {"size": 5, "dim": 2}, {"size": "count", "dim": "count", "rng": "rng"}
    ),
    "Smoothing": Entry(
        smoothing.Smoothing,
        {},
        {
            "sigma": "positive or None",
            "samples": "count",
            "votes": "count",
            "choosing": "count",
            "error": "probability",
        },
    ),
    "smoothing_of": Entry(
        smoothing.smoothing_of,
        {"sigma": None, "votes": None, "samples": 10},
        {"sigma": "positive or None", "votes": "count or None", "samples": "count"},
    ),
    "smoothed_radius": Entry(
        smoothing.smoothed_radius,
        {"partition": PARTITION, "smoothing": BRIEF},
        {
            "partition": "object",
            "smoothing": "object or None",
            "confidence": "probability",
            "seed": "seed",
            "law": "object",
            "progress": "callback",
        },
    ),
    "smoothed_coverage": Entry(
        smoothing.smoothed_coverage,
        {"partition": PARTITION, "smoothing": BRIEF},
        {
            "partition": "object",
            "smoothing": "object or None",
            "confidence": "probability",
            "seed": "seed",
            "law": "object",
        },
    ),
    "surrogate": Entry(
        surrogate.surrogate,
        {"dim": 2, "masses": np.array([0.5, 0.5])},
        {"dim": "count", "masses": "masses", "seed": "seed"},
    ),
    "argmax_expected_radius": Entry(argmax.argmax_expected_radius, {}, {"classes": "count"}),
    "ring_of_balls": Entry(
        balls.ring_of_balls,
        {"classes": 4, "dim": 2, "distance": 1.5, "fill": 0.8},
        {"classes": "count", "dim": "count", "distance": "positive", "fill": "positive"},
    ),
    "biased_argmax": Entry(prescribed_masses.biased_argmax, {}, {"bias": "vector"}),
    "argmax_with_masses": Entry(prescribed_masses.argmax_with_masses, {}, {"p": "masses"}),
    "LinearArgmax": Entry(
        s.LinearArgmax, {"weights": np.eye(2)}, {"weights": "points", "bias": "vector or None"}
    ),
    "Arrangement": Entry(
        s.Arrangement,
        {"normals": np.eye(2), "offsets": [0, 0]},
        {"normals": "points", "offsets": "vector"},
    ),
    "PowerCells": Entry(
        s.PowerCells,
        {"centres": np.eye(2), "weights": [0, 0]},
        {"centres": "points", "weights": "vector"},
    ),
    "OpposedHalfspaces of a dimension": Entry(
        s.OpposedHalfspaces, {"low": -1.0, "high": 1.0}, {"dim": "count"}
    ),
    "Voronoi of a device": Entry(s.Voronoi, {"centres": np.eye(2)}, {"device": "text or None"}),
    "Plan of a seed": Entry(s.Plan.of, {"samples": 9, "rng": 0}, {"rng": "rng"}),
}

RIGHT: dict[str, Any] = {
    "x": 0.1,
    "h": 1.0,
    "y": 0.5,
    "s": 0.1,
    "eta": 1.0,
    "alpha": 2.0,
    "expected_radius": 0.3,
    "lipschitz": 2.0,
    "classes": 7,
    "counts": [3, 4],
    "width": 2.0,
    "limit": 1.0,
    "dimension": 9,
    "radius": 1.0,
    "covariance": [[1.0]],
    "digits": 20,
    "bits": 64,
    "q": [0.4, 0.4],
    "v": [0.5, 0.5],
}
KINDS: dict[str, str] = {
    **dict.fromkeys(("x", "h", "y", "s", "eta"), "numbers"),
    **dict.fromkeys(("alpha", "expected_radius", "lipschitz", "scale", "coverage"), "number"),
    **dict.fromkeys(("width", "limit", "radius"), "number"),
    **dict.fromkeys(("classes", "dimension", "digits", "bits"), "count"),
    "counts": "integers",
    "covariance": "points",
    "q": "raw masses",
    "v": "masses",
    "arithmetic": "object",
}
OF_A_MASS = ("halfspace_radius", "integrated_tail")


def of_bounds(name: str, call: Callable[..., Any]) -> Entry:
    """A row of a function of `bounds`, whose arguments have one name for one kind."""
    kinds, right = dict(KINDS), dict(RIGHT)
    kinds["p"], right["p"] = ("numbers", 0.1) if name in OF_A_MASS else ("masses", [0.5, 0.5])
    taken = inspect.signature(call).parameters
    asked = {one for one, of in taken.items() if of.default is of.empty}
    return Entry(
        call, {one: right[one] for one in taken if one in asked}, {one: kinds[one] for one in taken}
    )


FUNCTIONS = {
    **{name: getattr(bounds, name) for name in bounds.__all__},
    **{f"latents.{name}": getattr(bounds.latents, name) for name in sorted(public(bounds.latents))},
}
ENTRIES |= {
    f"bounds.{name}": of_bounds(name, call)
    for name, call in FUNCTIONS.items()
    if inspect.isfunction(call)
}


@pytest.mark.parametrize("case", cases(ENTRIES))
def test_what_is_of_the_wrong_kind_is_refused_by_name(case: str) -> None:
    name, _, argument = case.rpartition(".")
    assert faults(ENTRIES[name], argument) == []


@pytest.mark.parametrize(
    "value",
    [10**5000, Unprintable(), "\ud800", [[]] * 10**5],
    ids=["digits", "failing", "surrogate", "long"],
)
def test_whatever_a_value_is_its_text_is_short(value: Any) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()


def test_every_public_callable_has_a_row() -> None:
    """A class made of others' numbers, and a protocol, take none from a user."""
    made = {"RadiusTest", "GeneratorReport", "SmoothedReport", "Report", "BoundCheck", "Found"}
    made |= {"Partition", "Tally", "Moments"}
    rows = {part for name in ENTRIES for part in name.replace(" ", ".").split(".")}
    doors = (s, simulations.generator, simulations.gallery, simulations.extremal)
    found = {name for door in doors for name in door.__all__ if callable(getattr(door, name))}
    found |= {name for module in (extremal, gallery) for name in public(module)}
    assert found - rows <= made
    assert {"search", "check_generator", "Voronoi", "tightness"} <= found & rows


def test_a_callable_without_a_row_and_a_value_that_is_taken_are_seen() -> None:
    assert "maximise" in public(extremal)
    taken = Entry(lambda dim: dim, {}, {"dim": "count"})
    assert len(faults(taken, "dim")) == len(WRONG["count"])
