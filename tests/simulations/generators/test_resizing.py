"""Weights of resized images: torch's own in float64, and known ones."""

from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from simulations.generators.resizing import Resized, weights  # noqa: E402

SIZES = [(5, 5), (5, 7), (5, 10), (6, 4), (3, 1), (1, 4), (32, 50)]


def of_torch(count, new, mode, **options):
    rows = torch.eye(count, dtype=torch.float64)[:, None, :, None]
    return functional.interpolate(rows, size=(new, 1), mode=mode, **options)[:, 0, :, 0].T


@pytest.mark.parametrize(("count", "new"), SIZES)
def test_weights_are_those_of_torch(count, new):
    scale = Fraction(new, count)
    nearest = weights(count, new, scale, "nearest", "asymmetric", nearest="floor")
    assert (nearest == of_torch(count, new, "nearest")).all()
    exact = weights(count, new, scale, "nearest", "half_pixel", nearest="round_prefer_ceil")
    assert (exact == of_torch(count, new, "nearest-exact")).all()
    for mode, theirs in (("linear", "bilinear"), ("cubic", "bicubic")):
        for place, corners in (("half_pixel", False), ("align_corners", True)):
            ours = weights(count, new, scale, mode, place)
            assert np.allclose(
                ours, of_torch(count, new, theirs, align_corners=corners), rtol=0, atol=1e-14
            )


def test_other_settings_have_their_own_weights():
    cubic = weights(4, 8, Fraction(2), "cubic", "half_pixel", steepness=-0.5)
    # Of the pixel at 1.25, by Keys' formula with a = -1/2.
    assert np.allclose(cubic[3], [-0.0703125, 0.8671875, 0.2265625, -0.0234375], rtol=0, atol=0)
    inside = weights(4, 8, Fraction(2), "cubic", "half_pixel", steepness=-0.5, inside=True)
    assert (inside[3] == cubic[3]).all()
    # At -0.25, two of its four neighbours are outside.
    assert np.allclose(inside[0], np.array([0.8671875, -0.0703125, 0, 0]) / 0.796875, atol=1e-15)
    assert not torch.equal(inside[0], cubic[0])
    one = weights(5, 1, Fraction(1, 5), "linear", "pytorch_half_pixel")
    assert one.tolist() == [[1, 0, 0, 0, 0]]
    halves = weights(2, 5, Fraction(2), "nearest", "asymmetric", nearest="round_prefer_floor")
    assert halves.argmax(1).tolist() == [0, 0, 1, 1, 1]
    assert weights(2, 5, Fraction(2), "nearest", "asymmetric", nearest="ceil").argmax(
        1
    ).tolist() == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "options", [{"size": (7, 3)}, {"scale_factor": 1.5}, {"scale_factor": (1.5, 2.25)},
                {"scale_factor": 1.5, "recompute_scale_factor": True},
                {"size": 7, "align_corners": True}],
)  # fmt: skip
def test_images_are_resized_as_torch_does_by_cubics(options):
    module = nn.Upsample(mode="bicubic", **options)
    x = torch.randn(3, 2, 5, 6, generator=torch.Generator().manual_seed(0)).double()
    resized = Resized.like(module, (5, 6))
    assert np.allclose(resized(x), module(x), rtol=0, atol=1e-13)
    assert (resized.sizes(x.abs()) >= module(x).abs() - 1e-13).all()


@pytest.mark.parametrize(
    ("mode", "place", "nearest", "message"),
    [("linear", "tf_crop_and_resize", "floor", "coordinates tf_crop_and_resize"),
     ("lanczos", "half_pixel", "floor", "mode lanczos"),
     ("nearest", "half_pixel", "up", "mode nearest, up")],
)  # fmt: skip
def test_what_is_not_known_is_refused(mode, place, nearest, message):
    with pytest.raises(TypeError, match=message):
        weights(2, 4, Fraction(2), mode, place, nearest=nearest)
