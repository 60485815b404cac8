"""``python -m simulations.vae``: train the talk's autoencoder and check its latent space."""

import importlib.util
from typing import Annotated

from cyclopts import Parameter

from bounds.support.console import application, launch
from bounds.support.errors import MissingError

Words = Annotated[str, Parameter(allow_leading_hyphen=True)]


def main() -> None:
    """Run the commands, or say how to install what they need."""
    missing = [name for name in ("torch", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        app = application("simulations.vae", "Train and check the talk's autoencoder.")

        @app.default
        def refuse(*arguments: Words) -> None:  # pyright: ignore[reportUnusedFunction]
            """Train and check the talk's autoencoder: needs the extra vae."""
            raise MissingError(
                f"{', '.join(missing)} not found; install the extra: "
                "pip install -c constraints.txt -e '.[vae]'"
            )

    else:
        from simulations.vae.commands.all import app

    launch(app)


if __name__ == "__main__":
    main()
