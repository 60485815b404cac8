"""Torch's devices, tried before any work is sent to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bounds.support.errors import InvalidTypeError, InvalidValueError, MissingError
from bounds.support.validation import shown

if TYPE_CHECKING:
    import torch

_ACCELERATORS = ("cuda", "mps", "xpu")


def usable_device(device: str, number: str = "float64") -> torch.device:
    """Return a device of torch that is at hand and has numbers of a kind.

    Parameters
    ----------
    device : str
        As torch names it: ``"cuda"``, ``"cuda:1"``, ``"cpu"``.
    number : str
        Torch's name of the numbers: ``"float64"`` or ``"float32"``.

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If torch knows no such device, or that lacks such numbers.
    MissingError
        If torch is not installed, or the device is not at hand.
    """
    if not isinstance(device, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidTypeError(f"device={shown(device)}: expected the name of one of torch's")
    try:
        import torch
    except ImportError as error:
        raise MissingError(
            f"device={device!r}: torch is not installed: pip install 'class-radius[vae]'"
        ) from error
    try:
        found = torch.device(device)
        torch.zeros(1, dtype=getattr(torch, number), device=found)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        # A well-named device that this machine or this torch lacks is no mistake of the user.
        known = device.split(":")[0] in _ACCELERATORS
        kind = MissingError if known else InvalidValueError
        raise kind(
            f"device={device!r}: expected a device of torch with {number} ({reason})"
        ) from error
    return found
