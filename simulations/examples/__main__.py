"""``python -m simulations.examples``: train generators of six kinds on digits."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import (
    EXIT_OK,
    WholeNumber,
    application,
    launch,
    print_json,
    progress,
    stdout,
)
from bounds.support.errors import MissingError

app = application("simulations.examples", "Train generators of six kinds on 8 x 8 digits.")

Flag = Annotated[bool, Parameter(negative="")]


@app.command
def train(
    name: str,
    *,
    output: Path,
    seed: WholeNumber = 0,
    steps: WholeNumber | None = None,
    json: Flag = False,
) -> int:
    """Train an example, for python -m simulations.generator; nothing where the file holds it.

    Parameters
    ----------
    name
        vae, wae, aae, dcgan, flow or ddim; or judge, a classifier trained on other images.
    output
        File, .pt2 (torch.export).
    seed
        Of a generator's training; the judge has its own.
    steps
        Steps of the training, epochs of the judge's.
    json
        Print one JSON object on stdout.
    """
    _require()
    from simulations.examples.files import JUDGE, obtain

    with progress(name, "steps") as advance:
        kept = obtain(name, output, seed=seed, steps=steps, on_step=advance)
    if json:
        print_json({"file": str(output), "trained": kept.reason, "seconds": kept.seconds})
        return EXIT_OK
    said = f"trained in {kept.seconds:g} s" if kept.reason else "kept, as it is what training gives"
    stdout().print(f"{output}: {said}", markup=False, highlight=False)
    if name != JUDGE:
        stdout().print(
            f"python -m simulations.generator --decoder {output} --classifier judge.pt2",
            markup=False,
            highlight=False,
        )
    return EXIT_OK


def _require() -> None:
    missing = [name for name in ("torch", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingError(
            f"{', '.join(missing)} not found; install the extra: "
            "pip install -c constraints.txt -e '.[vae]'"
        )


if __name__ == "__main__":
    launch(app)
