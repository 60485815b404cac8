"""The version of the installed project."""

from importlib.metadata import PackageNotFoundError, version


def project_version() -> str:
    """Return the version of the distribution, or say that the project runs uninstalled."""
    try:
        return version("class-radius")
    except PackageNotFoundError:
        return "not installed"


__version__ = project_version()
