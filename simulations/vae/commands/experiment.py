"""`python -m simulations.vae experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from bounds.support.console import EXIT_OK, print_json, progress, stdout


def experiment(
    runs: Path,
    *,
    output: Path,
    data: str = "digits",
    classifier: Path | None = None,
    latent_dimensions: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = (2, 10),
    seeds: int = 5,
    epochs: int = 30,
    channels: int = 16,
    threshold: float = 0.9,
    samples: int = 2_500,
    mass_samples: int = 20_000,
    confidence: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Train and measure both objectives over seeds, compare them, and write experiment.json.

    The same command goes on from what a stopped one has finished. Of the latent plane, the first
    run of each objective is mapped in maps.npz.

    Parameters
    ----------
    runs
        Folder of the checkpoints and measurements of all runs; made if it does not exist.
    output
        Folder of experiment.json and maps.npz.
    data
        digits, mnist, or a folder of the MNIST IDX files.
    classifier
        File of the classifier, in the folder of the runs if not given; trained if it is missing.
    latent_dimensions
        Dimensions of the latent spaces.
    seeds
        Trainings of each objective at each dimension.
    epochs
        Passes over the training images.
    channels
        Channels after the first convolution.
    threshold
        A latent whose most probable class has a smaller probability is a hole.
    samples
        Latents at which the radius is searched.
    mass_samples
        Latents classified for masses and entropies.
    confidence
        Level of the intervals and verdicts of each run.
    seed
        Of the samples.
    workers
        Processes; all cores if not given.
    json
        Print the summary as one JSON object on stdout.
    """
    from dataclasses import asdict
    from functools import partial
    from importlib.metadata import version
    from json import dumps

    from bounds.support.files import made_folder, write_atomically
    from bounds.support.sealed import digest as sha256
    from bounds.support.sealed import sealed
    from bounds.support.validation import count
    from simulations.vae.commands.preparation import loaded, trained_classifier
    from simulations.vae.commands.printing import print_summary
    from simulations.vae.experiment import summarise
    from simulations.vae.runs import Settings, file_sha256, first_maps, perform, planned, run

    settings = Settings(threshold, samples, mass_samples, confidence, seed)
    plan = planned(
        [count(dim, "latent_dimensions") for dim in latent_dimensions],
        count(seeds, "seeds"),
        epochs,
        channels,
    )
    digits = loaded(data)
    made_folder(runs, "runs")
    made_folder(output, "output")
    classifier = classifier or runs / "classifier.pt"
    judge, accuracy = trained_classifier(digits, classifier)
    digest = digits.sha256()
    calls = [partial(run, runs, options, data, digest, classifier, settings) for options in plan]
    records: dict[int, dict[str, Any]] = {}
    with progress("experiment", "runs") as advance:
        advance(0, len(plan))
        for place, record in perform(calls, workers):
            records[place] = record
            advance(len(records), len(plan))
    ordered = [records[place] for place in range(len(plan))]
    maps = first_maps(plan, runs, judge)
    if maps is not None:
        write_atomically(output / "maps.npz", maps)
    results = [record["result"] for record in ordered]
    summary = summarise(results, threshold)
    manifest = {
        "command": "python -m simulations.vae experiment",
        "parameters": {
            "latent_dimensions": list(latent_dimensions),
            "seeds": seeds,
            "epochs": epochs,
            "channels": channels,
            "batch": plan[0].batch,
            "learning_rate": plan[0].learning_rate,
            **asdict(settings),
        },
        "data": {
            "name": digits.name,
            "train_images": len(digits.train_images),
            "test_images": len(digits.test_images),
            "sha256": digest,
        },
        "classifier": {**asdict(accuracy), "sha256": file_sha256(classifier)},
        "runs": {record["identity"]["run"]: record["identity"] for record in ordered},
        "maps": None if maps is None else sha256(maps),
        "seconds": round(sum(record["seconds"] for record in ordered), 1),
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy", "scikit-learn")},
    }
    # Last, because it vouches for the maps.
    document = {"manifest": manifest, "summary": summary, "runs": results}
    text = dumps(sealed(document), ensure_ascii=False, separators=(",", ":"))
    write_atomically(output / "experiment.json", text + "\n")
    if json:
        print_json({"output": str(output), "summary": summary})
    else:
        print_summary(summary, stdout())
    return EXIT_OK
