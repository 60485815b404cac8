"""Examples as files of torch.export, each with what it is the result of, so that none is retrained.

Such a file is what `python -m simulations.generator` takes. Beside the program it holds its
identity: the seed, the steps, the data, the version of torch, and the text of every module that
trains it. Where all of that is as it was, the file is what training would give.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch

from bounds.support.errors import InvalidValueError
from bounds.support.files import check_writable, write_atomically
from bounds.support.records import Identity
from bounds.support.sealed import digest, sealed, unsealed
from bounds.support.validation import count
from simulations.examples.training import EXAMPLES
from simulations.threads import one_thread_each
from simulations.vae.data import Digits, load
from simulations.vae.judges import EPOCHS, split, train_judge

JUDGE: Final = "judge"
"""The name of the classifier, beside those of the generators."""

DATA: Final = "digits"

_IDENTITY = "identity.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of an example.

    Attributes
    ----------
    path : Path
    reason : str
        Why it was trained now; empty if the file was there.
    seconds : float
        Of the processor, that training took when it was done.
    """

    path: Path
    reason: str
    seconds: float


def obtain(
    name: str,
    path: Path,
    *,
    seed: int = 0,
    steps: int | None = None,
    on_step: Callable[[int, int], None] = lambda done, total: None,
) -> Kept:
    """Train an example or the judge and write it, unless the file already holds just that.

    Parameters
    ----------
    name : str
        One of `EXAMPLES`, or ``judge``.
    path : Path
        Ends in .pt2.
    seed : int
        Of a generator's training; the judge has its own.
    steps : int, optional
        Steps of a generator's training, epochs of the judge's.
    on_step : callable
        Called with (steps done, steps in all).

    Returns
    -------
    Kept

    Raises
    ------
    ValueError
        The name is unknown, or the path is that of another file, or of one that was edited.
    """
    if name not in (*EXAMPLES, JUDGE):
        raise InvalidValueError(f"name={name!r}: expected one of {', '.join((*EXAMPLES, JUDGE))}")
    seed = 0 if name == JUDGE else count(seed, "seed", 0)
    usual = EPOCHS[DATA] if name == JUDGE else EXAMPLES[name].steps
    steps = usual if steps is None else count(steps, "steps")
    if path.suffix != ".pt2":
        raise InvalidValueError(f"output={str(path)!r}: expected a name that ends in .pt2")
    check_writable(path, "output")
    digits = load(DATA)
    parameters = {
        "seed": seed,
        "steps": steps,
        "data": digits.sha256(),
        "torch": torch.__version__,
    }
    identity = Identity.of(name, __name__, parameters)
    reason = "new"
    if path.exists():
        manifest = _manifest(path)
        reason = identity.difference(manifest)
        if not reason:
            return Kept(path, "", manifest["seconds"])
    began = time.process_time()
    # Sums in another order round otherwise.
    with one_thread_each():
        module = _trained(name, digits, seed, steps, on_step)
    seconds = round(time.process_time() - began, 1)
    dim = (digits.size, digits.size) if name == JUDGE else (EXAMPLES[name].dim,)
    write_atomically(path, _exported(module, dim, {**asdict(identity), "seconds": seconds}))
    return Kept(path, reason, seconds)


def _trained(
    name: str, digits: Digits, seed: int, steps: int, on_step: Callable[[int, int], None]
) -> torch.nn.Module:
    seen, unseen = split(digits)
    if name == JUDGE:
        return train_judge(unseen, epochs=steps, on_step=on_step)
    return EXAMPLES[name].train(seen, seed, steps, on_step)


def _exported(module: torch.nn.Module, row: tuple[int, ...], manifest: dict[str, Any]) -> bytes:
    # An example of one row would make one row the only number that is taken.
    program: Any = torch.export.export(
        module,
        (torch.zeros(2, *row),),
        dynamic_shapes=({0: torch.export.Dim("rows", min=1)},),
    )
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    with zipfile.ZipFile(buffer, "a") as archive:
        folder = archive.namelist()[0].split("/")[0]
        sealed_manifest = sealed({**manifest, "program": _program(archive)})
        # Without the time of writing, which a file's own digest would tell.
        entry = zipfile.ZipInfo(f"{folder}/extra/{_IDENTITY}")
        archive.writestr(entry, json.dumps(sealed_manifest))
    return buffer.getvalue()


def _manifest(path: Path) -> dict[str, Any]:
    where = f"output={str(path)!r}"
    try:
        with zipfile.ZipFile(path) as archive:
            (entry,) = [one for one in archive.namelist() if one.endswith(f"/{_IDENTITY}")]
            found: Any = json.loads(archive.read(entry))
            program = _program(archive)
    except Exception as error:  # zipfile raises many kinds on a damaged file
        raise InvalidValueError(
            f"{where}: expected a file that this command wrote, or none yet"
        ) from error
    manifest = unsealed(found, where, "seconds", "program")
    if manifest["program"] != program:
        raise InvalidValueError(f"{where}: the program in it is not what was written")
    return manifest


def _program(archive: zipfile.ZipFile) -> str:
    """Digest of all entries but the identity, in any order."""
    names = [name for name in archive.namelist() if not name.endswith(f"/{_IDENTITY}")]
    return digest(json.dumps({name: digest(archive.read(name)) for name in sorted(names)}).encode())
