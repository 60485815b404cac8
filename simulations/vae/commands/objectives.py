"""`python -m simulations.vae objectives`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import EXIT_OK, print_json, progress, stdout

CANDIDATES = (
    "vanilla",
    "closer-and-covered",
    "critic",
    "stability",
    "classifier",
    "unlabelled",
    "talk",
    "beta",
    "mmd",
    "adversarial",
)


def objectives(
    runs: Path,
    *,
    output: Path,
    objectives: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = CANDIDATES,
    data: str = "digits",
    latent_dimensions: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = (2, 10),
    seeds: int = 5,
    epochs: int = 30,
    batch: int = 128,
    channels: int = 16,
    images: int | None = None,
    threshold: float = 0.9,
    samples: int = 4_000,
    radii: int = 300,
    grid_points: int = 151,
    workers: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Train and judge objectives over seeds, and write the record objectives-DATA.

    Half of the training images are for the generators and their critics, half for the judges. The
    same command goes on from what a stopped one has finished.

    Parameters
    ----------
    runs
        Folder of the checkpoints and measurements of all runs; made if it does not exist.
    output
        Folder of the record, an .npz of the values and a .json of their manifest.
    objectives
        As train takes them; vanilla, with which the others are compared, is among them.
    data
        digits, mnist, or a folder of the MNIST IDX files.
    latent_dimensions
        Dimensions of the latent spaces.
    seeds
        Trainings of each objective at each dimension.
    epochs
        Passes over the training images.
    batch
        Images a step.
    channels
        Channels after the first convolution.
    images
        Train the generators on this many images of their half only.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents for coverage, entropies and quality.
    radii
        Latents at which the radius is searched, where the dimension is not 2.
    grid_points
        Nodes a side of the grid of the radius, where the dimension is 2.
    workers
        Processes; all cores if not given.
    json
        Print the summary as one JSON object on stdout.
    """
    from bounds.support.errors import InvalidValueError
    from bounds.support.files import made_folder
    from bounds.support.validation import count
    from simulations.vae.commands.preparation import loaded
    from simulations.vae.objective import parse_objective
    from simulations.vae.objective_page import verdict_lines
    from simulations.vae.study import BASELINE, Plan
    from simulations.vae.study_record import perform_plan, write_record

    for name, value in (("seeds", seeds), ("epochs", epochs), ("radii", radii)):
        count(value, name)
    count(samples, "samples", 6)
    count(grid_points, "grid_points", 2)
    for dim in latent_dimensions:
        count(dim, "latent_dimensions")
    for objective in objectives:
        parse_objective(objective)
    if BASELINE not in objectives or len(set(objectives)) < len(objectives):
        raise InvalidValueError(
            f"objectives={' '.join(objectives)}: expected {BASELINE} among them, and each once"
        )
    digits = loaded(data)
    if images is not None and not 0 < images <= len(digits.train_images) // 2:
        raise InvalidValueError(
            f"images={images}: expected at most {len(digits.train_images) // 2}, half of the data's"
        )
    plan = Plan(
        objectives, latent_dimensions, seeds, epochs, batch, channels, images,
        threshold, samples, radii, grid_points,
    )  # fmt: skip
    made_folder(runs, "runs")
    made_folder(output, "output")
    with progress("objectives", "runs") as advance:
        records = perform_plan(runs, plan, data, digits, workers, advance)
    record = write_record(runs, output, plan, digits, records)
    if json:
        print_json({"output": str(output), "summary": record.summary()})
    else:
        for line in verdict_lines(record):
            stdout().print(line, highlight=False, markup=False)
    return EXIT_OK
