"""``python -m simulations.vae``: train the talk's autoencoder and check its latent space."""

import importlib.util
import sys

from bounds.support.console import EXIT_USAGE, launch, stderr


def main() -> None:
    """Run the commands, or say how to install what they need."""
    missing = [name for name in ("torch", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        stderr.print(
            f"error: {', '.join(missing)} not found; install the extra: pip install -e '.[vae]'",
            style="bold red",
            markup=False,
            highlight=False,
        )
        sys.exit(EXIT_USAGE)
    from simulations.vae.commands.all import app

    launch(app)


if __name__ == "__main__":
    main()
