"""The blocks finished so far, and the looks taken, in a file that a later run continues from.

A digest in the file tells whether its content is whole. It is no signature: who edits the content
can compute the digest too. What no draws can have given is refused by itself (`consistency`), but
counts that another sample would give are believed. A file is as good as who keeps it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.records import code_digests
from bounds.support.validation import count
from simulations.checking.consistency import (
    contradiction,
    growth_contradiction,
    looks_contradiction,
)
from simulations.checking.estimation import Plan, Tally, block_tally
from simulations.checking.intervals import Looks
from simulations.partitions.protocol import Partition


@dataclass(slots=True)
class Checkpoint:
    """What a file keeps.

    Attributes
    ----------
    looks : Looks
        The sizes at which one meant to look when the file was begun, and those at which one did
        otherwise.
    whole : Tally
        Of the blocks 0..b-1, all of them full.
    ended : Tally or None
        Of these and the partial block that ended a run, if one did.
    """

    looks: Looks
    whole: Tally
    ended: Tally | None = None

    def keep(self, plan: Plan, tally: Tally) -> None:
        """Take over the tally after a block."""
        if tally.samples % plan.block:
            self.ended = tally
        else:
            self.whole, self.ended = tally, None

    def at(self, plan: Plan) -> Tally:
        """The most that is known of a plan: its end, or the full blocks to go on from."""
        if self.ended is not None and self.ended.samples == plan.samples:
            return self.ended
        return self.whole


def fingerprint(partition: Partition, plan: Plan) -> str:
    """Digest of all that a block's numbers depend on, but not of how many blocks there are."""
    entropy: Any = plan.seed.entropy
    identity = {
        "name": partition.name,
        "dim": partition.dim,
        "classes": partition.classes,
        "parameters": partition.parameters(),
        "code": code_digests(type(partition).__module__) | code_digests(block_tally.__module__),
        "entropy": str(entropy),
        "spawn_key": [int(key) for key in plan.seed.spawn_key],
        "sampling": plan.sampling,
        "block": plan.block,
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def load(path: str | os.PathLike[str], partition: Partition, plan: Plan) -> Checkpoint:
    """Read what is known; an empty checkpoint, begun with this plan, if there is no file.

    Raises
    ------
    ValueError
        If the file is no checkpoint or was altered, is one of another partition, seed, sampling or
        block, contradicts itself, or holds more samples than the plan.
    """
    file = Path(path)
    if not file.exists():
        return Checkpoint(Looks(plan.planned), Tally.empty(partition.classes))
    try:
        with np.load(file, allow_pickle=False) as archive:
            found = str(archive["fingerprint"])
            content = archive["content"].tobytes()
            digest = str(archive["digest"])
        if digest != hashlib.sha256(content).hexdigest():
            raise ValueError("its content is not what was written")
        state = _from_bytes(content)
    except Exception as error:  # zipfile and NumPy raise many kinds on a damaged file
        raise InvalidValueError(f"checkpoint={str(path)!r}: not a checkpoint ({error})") from error
    if found != fingerprint(partition, plan):
        raise InvalidValueError(
            f"checkpoint={str(path)!r}: made with another partition, seed, sampling, block or "
            "version of the code; give the parameters it was made with, or another file"
        )
    if wrong := _contradiction(state, partition, plan):
        raise InvalidValueError(
            f"checkpoint={str(path)!r}: not a checkpoint ({wrong}: no check has written that)"
        )
    if state.at(plan).samples > plan.samples:
        raise InvalidValueError(
            f"checkpoint={str(path)!r}: holds {state.whole.samples} samples: expected "
            f"samples={plan.samples} to be at least as many"
        )
    return state


def _contradiction(state: Checkpoint, partition: Partition, plan: Plan) -> str:
    if wrong := looks_contradiction(state.looks, plan):
        return wrong
    begun = replace(plan, planned=state.looks.planned)
    if state.whole.samples % plan.block:
        return f"{state.whole.samples:,} points in blocks of {plan.block:,}"
    wrong = contradiction(state.whole, partition, begun)
    if wrong or state.ended is None:
        return wrong
    return contradiction(state.ended, partition, begun) or growth_contradiction(
        state.whole, state.ended
    )


def save(path: str | os.PathLike[str], partition: Partition, plan: Plan, state: Checkpoint) -> None:
    """Write the state whole or not at all.

    A tally is always one of the blocks 0..b-1, so nothing can be counted twice: the next run
    starts at block b.
    """
    buffer = io.BytesIO()
    content = _to_bytes(state)
    np.savez(
        buffer,
        fingerprint=np.array(fingerprint(partition, plan)),
        content=np.frombuffer(content, dtype=np.uint8),
        digest=np.array(hashlib.sha256(content).hexdigest()),
    )
    write_atomically(path, buffer.getvalue())


def _to_bytes(state: Checkpoint) -> bytes:
    tallies = [state.whole] if state.ended is None else [state.whole, state.ended]
    parts = [tally.to_bytes() for tally in tallies]
    header = json.dumps(
        {
            "planned": state.looks.planned,
            "others": state.looks.others,
            "sizes": [len(part) for part in parts],
        }
    )
    return header.encode() + b"\n" + b"".join(parts)


def _from_bytes(content: bytes) -> Checkpoint:
    line, _, rest = content.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    planned, others = (
        [count(one, name, 0) for one in header[name]] for name in ("planned", "others")
    )
    tallies: list[Tally] = []
    for size in header["sizes"]:
        tallies.append(Tally.from_bytes(rest[:size]))
        rest = rest[size:]
    looks = Looks(tuple(planned), others)
    return Checkpoint(looks, tallies[0], tallies[1] if len(tallies) > 1 else None)
