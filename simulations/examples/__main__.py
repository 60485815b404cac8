"""``python -m simulations.examples``: train generators of six kinds on digits."""

from __future__ import annotations

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
from bounds.support.errors import InvalidValueError

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


@app.command
def table(
    folder: Path | None = None,
    *,
    output: Path | None = None,
    rewrite: Path | None = None,
    steps: WholeNumber | None = None,
    samples: WholeNumber = 1_000,
    mass_samples: WholeNumber = 20_000,
    smoothed: WholeNumber = 100,
    votes: WholeNumber = 200,
    json: Flag = False,
) -> int:
    """Compare all examples in a table, by a record; the one of the package, without a folder.

    Parameters
    ----------
    folder
        Folder of the models, made if it does not exist: what it lacks is trained and measured, and
        a stopped command goes on.
    output
        Folder of the record that is written, generators.npz and .json; FOLDER if not given.
    rewrite
        A Markdown file in which the text between the two marks becomes the table.
    steps
        Of each training, and epochs of the judge's; each has its own number if not given.
    samples
        Latents at which the radius is searched.
    mass_samples
        Latents for masses, coverage and entropies.
    smoothed
        Latents at which the smoothed classes are certified.
    votes
        Labels that bound there.
    json
        Print one JSON object on stdout, the table in Markdown in it.
    """
    from simulations.examples.comparison import Settings, compare, recorded
    from simulations.examples.table import MARKS, section, terminal_table
    from simulations.markdown import replace_sections

    if folder is None:
        if output is not None:
            raise InvalidValueError(f"output={str(output)!r}: expected a FOLDER of models with it")
        record = recorded()
    else:
        settings = Settings(
            steps, samples=samples, mass_samples=mass_samples, smoothed=smoothed, votes=votes
        )
        with progress("examples", "generators") as advance:
            record = compare(folder, output or folder, settings, advance)
    text = section(record)
    if rewrite is not None:
        replace_sections(rewrite, {MARKS: text})
    if json:
        print_json({"names": record.names, "section": text})
    elif rewrite is None:
        stdout().print(terminal_table(record))
    return EXIT_OK


if __name__ == "__main__":
    launch(app)
