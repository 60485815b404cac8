"""The blocks finished so far, in a file that a killed run continues from."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.files import write_atomically
from bounds.support.records import code_digests
from simulations.checking.estimation import Plan, Tally, block_tally
from simulations.partitions.protocol import Partition


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


def load(path: str | os.PathLike[str], partition: Partition, plan: Plan) -> Tally:
    """Read the tally of the finished blocks; an empty one if there is no file.

    Raises
    ------
    ValueError
        If the file is no checkpoint, or one of another partition, seed, sampling or block, or if
        it ends with a partial block that this plan does not have.
    """
    file = Path(path)
    if not file.exists():
        return Tally.empty(partition.classes)
    try:
        with np.load(file, allow_pickle=False) as archive:
            found = str(archive["fingerprint"])
            tally = Tally.from_bytes(archive["tally"].tobytes())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InvalidValueError(f"checkpoint={str(path)!r}: not a checkpoint ({error})") from error
    if found != fingerprint(partition, plan):
        raise InvalidValueError(
            f"checkpoint={str(path)!r}: made with another partition, seed, sampling, block or "
            "version of the code; give the parameters it was made with, or another file"
        )
    if tally.samples != min(tally.blocks * plan.block, plan.samples):
        raise InvalidValueError(
            f"checkpoint={str(path)!r}: holds {tally.samples} samples, which does not continue to "
            f"samples={plan.samples}: expected whole blocks of {plan.block}"
        )
    return tally


def save(path: str | os.PathLike[str], partition: Partition, plan: Plan, tally: Tally) -> None:
    """Write the tally whole or not at all.

    A tally is always one of the blocks 0..b-1, so nothing can be counted twice: the next run
    starts at block b.
    """
    buffer = io.BytesIO()
    content = np.frombuffer(tally.to_bytes(), dtype=np.uint8)
    np.savez(buffer, fingerprint=np.array(fingerprint(partition, plan)), tally=content)
    write_atomically(path, buffer.getvalue())
