"""Laws of latents: sampling, support, and checks in their own units against exact radii."""

import numpy as np
import pytest
import scipy.integrate
import scipy.special

import bounds
from simulations.checking.estimation import ETA_GRID
from simulations.generators.arrays import sample_report
from simulations.generators.generator import check_generator
from simulations.generators.latents import (
    Ball,
    Normal,
    Projected,
    Sphere,
    TruncatedNormal,
    Uniform,
    latent_law,
    least_probability,
    repeated_rows,
    resembled,
    resembles,
    supported,
)

LAWS = [Normal(), Normal(2.0), Uniform(), Uniform(0, 3), TruncatedNormal(0.5), Sphere(2), Ball(3)]
every_law = pytest.mark.parametrize("law", LAWS, ids=str)


def normal(size, dim, seed=0):
    return np.random.default_rng(seed).standard_normal((size, dim))


def halves(x):
    """Classes by the sign of the first coordinate."""
    return np.eye(2)[(x[:, 0] > 0).astype(int)]


def identity(x):
    return x


@every_law
@pytest.mark.parametrize("dim", [3, 64])
def test_draws_are_of_the_law_and_of_no_other(law, dim):
    x = law.from_normal(normal(4000, dim))
    assert supported(x, law).all()
    assert [one for one in LAWS if resembles(x, one)] == [law]
    assert resembles(x.astype(np.float32).astype(float), law)
    assert not supported(x + 10, law).any() or isinstance(law, Normal)


@every_law
def test_what_lies_outside_is_moved_to_the_nearest_point_of_the_support(law):
    rng = np.random.default_rng(1)
    x = 4 * rng.standard_normal((200, 3))
    moved = law.project(x)
    assert np.allclose(law.project(moved), moved)
    # No point of the support is nearer.
    others = law.from_normal(rng.standard_normal((5000, 3)))
    distance = np.linalg.norm(x - moved, axis=1)
    assert (np.linalg.norm(x[:, None] - others, axis=2) >= distance[:, None] - 1e-9).all()
    torch = pytest.importorskip("torch")
    assert np.allclose(law.project(torch.from_numpy(x)).numpy(), moved)


@every_law
@pytest.mark.parametrize("dim", [3, 8])
def test_a_lipschitz_function_has_the_law_of_one_of_a_normal_number(law, dim):
    """h = F^-1 o Phi of the first coordinate over L has slopes of at most 1, in fact up to it."""
    n = 400_000
    found = np.sort(law.from_normal(normal(n, dim))[:, 0]) / law.scale(dim)
    places = np.linspace(-1.5, 1.5, 61)
    h = found[(scipy.special.ndtr(places) * n).astype(int)]
    slopes = np.diff(h) / np.diff(places)
    assert slopes.max() < 1.1
    # Not vacuous: a constant half as large would be refuted.
    assert slopes.max() > 0.6


def exact(law, dim):
    """E r of the halves: the mean distance from the hyperplane within the support."""
    if isinstance(law, Normal):
        return law.sigma * np.sqrt(2 / np.pi)
    if isinstance(law, Uniform):
        return 0.5
    if isinstance(law, TruncatedNormal):
        density = scipy.stats.norm.pdf
        return 2 * (density(0) - density(law.limit)) / scipy.special.erf(law.limit / np.sqrt(2))
    if isinstance(law, Ball):
        # The first coordinate of a ball in R^2: 4 R / (3 pi).
        assert dim == 2
        return 4 * law.radius / (3 * np.pi)
    assert dim == 3  # Archimedes: the first coordinate is uniform; r is the chord to the equator.
    chord = scipy.integrate.quad(lambda u: 2 * law.radius * np.sin(np.arcsin(u) / 2), 0, 1)
    return chord[0]


@pytest.mark.parametrize(
    ("law", "dim"),
    [
        (Normal(2.0), 2),
        (Uniform(), 2),
        (TruncatedNormal(0.5), 2),
        (Sphere(2.0), 3),
        (Ball(3.0), 2),
    ],
    ids=str,
)
def test_radii_and_bounds_are_in_the_laws_own_units(law, dim):
    report = check_generator(
        identity, halves, dim, law=law, threshold=0, samples=1500, mass_samples=4000
    ).argmax
    truth = exact(law, dim)
    assert report.expected_radius.estimate == pytest.approx(truth, rel=0.06)
    assert report.expected_radius.high >= truth
    # About 5 % for the sample, a tenth of the unit for the interval.
    assert report.expected_radius.high < truth + 0.25 * law.scale(dim)
    # Where the masses are 1/2 its derivative vanishes, so that a sample's masses do no harm.
    isoperimetric = report.bounds["isoperimetric"]
    expected = float(bounds.isoperimetric_bound([0.5] * 2, scale=law.scale(dim)))
    assert isoperimetric.value == pytest.approx(expected, rel=1e-3)
    assert isoperimetric.low < isoperimetric.value < report.bounds["sharp"].value
    assert truth <= expected * (1 + 1e-12)
    assert report.parameters["latents"] == law.describe(dim)
    assert report.as_claimed
    tail = report.bounds["tail"]
    assert tail.eta is not None
    assert np.isclose(ETA_GRID * law.scale(dim), tail.eta, rtol=1e-12, atol=0).sum() == 1


def test_a_class_outside_the_support_is_no_class():
    def classify(x):
        return np.eye(2)[(x[:, 0] > 1.5).astype(int)]

    options = {"threshold": 0, "samples": 200, "mass_samples": 500}
    box = check_generator(identity, classify, 2, law=Uniform(), **options).argmax
    assert np.isnan(box.expected_radius.estimate)
    # Negative control: under N(0, I) it is one.
    assert check_generator(identity, classify, 2, **options).argmax.expected_radius.estimate > 1


def test_the_same_generator_in_normal_coordinates_has_the_same_masses():
    law = Uniform()
    options = {"threshold": 0, "samples": 50, "mass_samples": 500}
    own = check_generator(identity, halves, 2, law=law, **options)
    mapped = check_generator(law.from_normal, halves, 2, **options)
    assert np.array_equal(own.masses, mapped.masses)


def test_modules_are_found_behind_a_projection():
    torch = pytest.importorskip("torch")
    from simulations.generators.contract import modules

    layer = torch.nn.Linear(2, 2)
    assert modules(Projected(layer, Uniform())) == (layer,)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("normal", Normal()),
        ("normal=0.5", Normal(0.5)),
        ("Uniform", Uniform()),
        ("uniform=0,1", Uniform(0, 1)),
        ("truncated=0.5", TruncatedNormal(0.5)),
        ("sphere", Sphere()),
        ("sphere=8", Sphere(8)),
        ("ball=2", Ball(2)),
    ],
)
def test_laws_have_names(text, law):
    assert latent_law(text) == law


NO_LAWS = (
    *(
        "",
        "gauss",
        "truncated",
        "truncated=0",
        "normal=-1",
        "normal=inf",
        "normal=nan",
        "uniform=1",
    ),
    *("uniform=1,0", "uniform=nan,1", "sphere=1,2", "ball=x"),
)


@pytest.mark.parametrize("text", NO_LAWS)
def test_what_is_no_law_is_refused(text):
    with pytest.raises(ValueError, match="latent="):
        latent_law(text)


def test_a_sphere_needs_three_dimensions():
    with pytest.raises(ValueError, match="dimension=2"):
        check_generator(identity, halves, 2, law=Sphere())


def test_the_law_that_fits_is_named():
    x = Uniform().from_normal(normal(2000, 5))
    assert resembled(x) == ["uniform"]
    assert resembled(Sphere(np.sqrt(5)).from_normal(normal(2000, 5))) == ["sphere=2.23607"]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda z: 1.1 * z,
        lambda z: z + 0.15,
        lambda z: np.column_stack([z[:, 0], z[:, 0]]),
        lambda z: np.column_stack([z[:, 0], 0.2 * z[:, 0] + 0.96**0.5 * z[:, 1]]),
    ],
    ids=["wider", "shifted", "one coordinate twice", "correlated"],
)
def test_what_is_nearly_the_law_is_told_from_it(spoilt):
    z = normal(3000, 2)
    assert resembles(z, Normal())
    assert not resembles(spoilt(z), Normal())
    with pytest.raises(ValueError, match="no independent draws"):
        sample_report(spoilt(z), (z[:, 0] > 0).astype(int))


def test_draws_that_are_rounded_or_sorted_are_of_the_law():
    z = normal(3000, 2)
    for same in (z.round(1), z.astype(np.float16).astype(float), z[np.argsort(z[:, 0])]):
        assert resembles(same, Normal())
        assert repeated_rows(same) == 0


def test_the_law_is_denied_as_seldom_as_is_said():
    rng = np.random.default_rng(1)
    found = [least_probability(rng.random((40, 3))) for _ in range(1000)]
    assert 0.02 < np.mean(np.array(found) < 0.1) < 0.1 + 4 * 0.0095


@pytest.mark.parametrize("classes", [1, 3])
def test_repeated_latents_are_no_independent_draws(classes):
    """Whether each has the same label again, or another."""
    z = normal(400, 2)
    labels = np.arange(800) % (2 * classes) // 2
    with pytest.raises(ValueError, match=r"^latents: 400 pairs of rows are equal"):
        sample_report(np.concatenate([z, z]), labels)
