"""A checkpoint that no draws can have given is refused, whatever its digest says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bounds.support.errors import InvalidValueError
from simulations import Balls, Halfspace, Plan, Tally, Wedges, check
from simulations.checking import checkpoint as checkpoints
from simulations.checking.checkpoint import Checkpoint
from simulations.checking.estimation import NET, Moments, Sampling
from simulations.partitions.protocol import Partition

BLOCK = 2 * NET
HALVES = Halfspace(0.3)
HOLES = Balls([[-1.0, 0.0], [1.5, 0.0]], [0.8, 1.2])
SAMPLINGS: list[Sampling] = ["independent", "antithetic", "quasi"]


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("partition", [HALVES, HOLES, Wedges([1.0])], ids=lambda one: one.name)
def test_what_a_check_has_written_is_read(
    tmp_path: Path, sampling: Sampling, partition: Partition
) -> None:
    file = tmp_path / "state.npz"
    for samples in (BLOCK + 100, 2 * BLOCK):
        kept = check(partition, samples, sampling=sampling, block=BLOCK, checkpoint=file)
        again = check(partition, samples, sampling=sampling, block=BLOCK, checkpoint=file)
        assert again.expected_radius == kept.expected_radius


def test_what_a_check_until_something_has_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "state.npz"
    options: dict[str, Any] = {"block": 512, "until": 0.3, "checkpoint": file}
    first = check(HALVES, 20_000, **options)
    assert 512 <= first.samples < 20_000
    assert check(HALVES, 20_000, **options).expected_radius == first.expected_radius


SAMPLES = 2 * 512 + 100


PLAN = Plan.of(SAMPLES, 0, block=512)


@pytest.fixture(name="kept", scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint of two blocks and an end."""
    file = tmp_path_factory.mktemp("kept") / "state.npz"
    check(HALVES, SAMPLES, block=512, checkpoint=file)
    return file.read_bytes()


def written(path: Path, kept: bytes, edit: Callable[[Checkpoint], None]) -> Path:
    """The checkpoint, edited, with its digest."""
    file = path / "state.npz"
    file.write_bytes(kept)
    state = checkpoints.load(file, HALVES, PLAN)
    edit(state)
    checkpoints.save(file, HALVES, PLAN, state)
    return file


def whole(**changed: Any) -> Callable[[Checkpoint], None]:
    """Change some members of the tally of the full blocks, as functions of it."""

    def edit(state: Checkpoint) -> None:
        one = state.whole
        state.whole = replace(one, **{name: change(one) for name, change in changed.items()})

    return edit


def moments(**changed: Any) -> Callable[[Checkpoint], None]:
    def change(tally: Tally) -> Moments:
        return replace(tally.single, **changed)

    return whole(single=change, units=change)


def added(array: Any, place: tuple[int, ...], by: int) -> Any:
    result = array.copy()
    result[place] += by
    return result


def counts(change: Callable[[Any], Any]) -> Callable[[Checkpoint], None]:
    return whole(classes=lambda one: replace(one.classes, counts=change(one.classes.counts)))


def cells(**changed: Callable[[Any], Any]) -> Callable[[Checkpoint], None]:
    return whole(
        radii=lambda one: replace(
            one.radii,
            **{name: change(getattr(one.radii, name)) for name, change in changed.items()},
        )
    )


def looks(planned: tuple[int, ...], others: list[int]) -> Callable[[Checkpoint], None]:
    def edit(state: Checkpoint) -> None:
        state.looks.others[:] = others
        object.__setattr__(state.looks, "planned", planned)

    return edit


def no_growth(state: Checkpoint) -> None:
    assert state.ended is not None
    state.ended = replace(state.ended, tail=state.whole.tail * 0)


EDITS: dict[str, Callable[[Checkpoint], None]] = {
    "a negative count": counts(lambda array: added(array, (0, 0), -1000)),
    "one draw more": counts(lambda array: added(array, (0, 0), 1)),
    "a draw in the other half": counts(lambda array: added(added(array, (0, 0), 1), (1, 0), -1)),
    "a count near 2^63": counts(lambda array: added(array, (0, 0), 2**62)),
    "counts as floats": counts(lambda array: array.astype(float)),
    "counts of NaN": counts(lambda array: array * np.nan),
    "counts of 32 bits": counts(lambda array: array.astype(np.int32)),
    "another number of classes": counts(lambda array: np.pad(array, ((0, 0), (0, 1)))),
    "one axis": counts(lambda array: array[0]),
    "fewer draws": whole(classes=lambda one: replace(one.classes, draws=(500, 500))),
    "more samples": whole(samples=lambda one: 5120),
    "more blocks": whole(blocks=lambda one: 3),
    "2^40 blocks": whole(blocks=lambda one: 2**40, samples=lambda one: 512 * 2**40),
    "part of a block": whole(samples=lambda one: one.samples - 1),
    "a tail that grows": whole(tail=lambda one: one.tail[::-1].copy()),
    "another tail": whole(tail=lambda one: np.minimum(one.tail, one.tail.max() - 1)),
    "a shorter tail": whole(tail=lambda one: one.tail[1:]),
    "an infinite radius": whole(infinite=lambda one: 1),
    "a mean of NaN": moments(mean=float("nan")),
    "an infinite mean": moments(mean=float("inf")),
    "a negative mean": moments(mean=-0.5),
    "a mean beyond the cells": moments(mean=2.0),
    "a mean a tenth less": moments(mean=0.5),
    "a negative variance": moments(centred=-1.0),
    "no variance": moments(centred=0.0),
    "ten times the variance": moments(centred=3000.0),
    "fewer radii": moments(count=1000),
    "units that are not the draws": whole(units=lambda one: replace(one.units, mean=0.4)),
    "a radius elsewhere": cells(
        counts=lambda array: added(added(array, (1, 900), 1), (1, int(array[1].argmax())), -1)
    ),
    "a radius more": cells(counts=lambda array: added(array, (1, 900), 1)),
    "a larger pilot": cells(
        counts=lambda array: np.stack([array[0] + array[1], array[1] - array[1]])
    ),
    "places beyond": cells(places=lambda array: array + 2**40),
    "a negative place": cells(places=lambda array: added(array, (1, 900), -(2**50))),
    "no cells": cells(counts=lambda array: array[:, :-1]),
    "no looks": looks((), []),
    "looks at will": looks((100, 700, SAMPLES), []),
    "a look twice": looks((SAMPLES,), [512, 512]),
    "a look that was planned": looks((SAMPLES,), [SAMPLES]),
    "a look at nothing": looks((SAMPLES,), [0]),
    "a tail that falls": no_growth,
}


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_what_no_draws_can_give_is_refused_though_its_digest_is_right(
    tmp_path: Path, kept: bytes, edit: str
) -> None:
    file = written(tmp_path, kept, EDITS[edit])
    with pytest.raises(InvalidValueError, match=r"^checkpoint='.*state\.npz': not a checkpoint"):
        checkpoints.load(file, HALVES, PLAN)


def test_without_an_edit_the_same_file_is_read(tmp_path: Path, kept: bytes) -> None:
    file = written(tmp_path, kept, lambda state: None)
    again = check(HALVES, SAMPLES, block=512, checkpoint=file)
    assert again.expected_radius == check(HALVES, SAMPLES, block=512).expected_radius


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("planned", [1.5]),
        ("planned", [True]),
        ("planned", "x"),
        ("planned", None),
        ("others", [-5]),
        ("others", [10**30]),
        ("sizes", [3]),
        ("sizes", []),
        ("sizes", [10**9, -4]),
    ],
)
def test_a_header_that_no_check_writes_is_refused(
    tmp_path: Path, kept: bytes, name: str, value: Any
) -> None:
    file = written(tmp_path, kept, lambda state: None)
    with np.load(file) as archive:
        parts = dict(archive)
    line, _, rest = parts["content"].tobytes().partition(b"\n")
    content = json.dumps({**json.loads(line), name: value}).encode() + b"\n" + rest
    parts["content"] = np.frombuffer(content, dtype=np.uint8)
    parts["digest"] = np.array(hashlib.sha256(content).hexdigest())
    np.savez(file, **parts)
    with pytest.raises(InvalidValueError, match=r"^checkpoint='.*state\.npz': not a checkpoint"):
        checkpoints.load(file, HALVES, PLAN)


@pytest.mark.parametrize("wrong", [b"", b"x", None, 3, "text"], ids=repr)
def test_a_tally_of_other_bytes_is_refused(wrong: Any) -> None:
    with pytest.raises((InvalidValueError, TypeError), match=r"^data"):
        Tally.from_bytes(wrong)
