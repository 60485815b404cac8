"""Decoders and classifiers as users have them: NumPy functions, torch functions, torch modules."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidTypeError, InvalidValueError


class ImageFunction:
    """A decoder or a classifier with the kind of argument that it takes.

    A `torch.nn.Module`, or a method of one, takes tensors of the module's own type and device.
    What any other function takes is found out by calling it: arrays, or tensors on the CPU.

    Parameters
    ----------
    function : callable
    role : str
        For error messages.
    example : array or tensor
        What the function is tried on.

    Raises
    ------
    TypeError
        The function takes neither.
    ValueError
        Its module is in training mode.
    """

    def __init__(self, function: Callable[[Any], Any], role: str, example: Any) -> None:
        self._function = function
        self._module = _module(function)
        if self._module is not None and self._module.training:
            raise InvalidValueError(f"{role} is in training mode: call {role}.eval() first")
        self.takes_tensors = self._module is not None
        failure = self._failure(example)
        # A torch function can only exist where torch has been imported.
        if failure is not None and not self.takes_tensors and "torch" in sys.modules:
            self.takes_tensors = True
            if self._failure(example) is None:
                failure = None
        if failure is not None:
            raise InvalidTypeError(
                f"{role} failed on an input of shape {tuple(example.shape)} with "
                f"{type(failure).__name__}: {failure}; expected a NumPy function, a torch module, "
                "a method of one, or a function of CPU tensors"
            ) from failure

    def __call__(self, values: Any) -> Any:
        """What the function returns for an array or a tensor, without gradients."""
        torch = sys.modules.get("torch")
        with nullcontext() if torch is None else torch.no_grad():
            return self._function(self.tensor(values) if self.takes_tensors else array(values))

    def differentiable(self, tensor: Any) -> Any:
        """What the function, which takes tensors, returns for one, with its graph."""
        return self._function(self.tensor(tensor))

    def tensor(self, values: Any) -> Any:
        """The values as the function takes them."""
        import torch

        tensor = torch.as_tensor(values)
        if self._module is not None:
            for own in chain(self._module.parameters(), self._module.buffers()):
                if own.is_floating_point():
                    return tensor.to(own.device, own.dtype)
        return tensor.to(torch.get_default_dtype()) if tensor.is_floating_point() else tensor

    def _failure(self, example: Any) -> Exception | None:
        try:
            self(example)
        except Exception as error:  # a user's function may raise anything
            return error
        return None


def array(values: Any) -> NDArray[Any]:
    """An array, or a tensor of any device, as an array."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def _module(function: Any) -> Any:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    for candidate in (function, getattr(function, "__self__", None)):
        if isinstance(candidate, torch.nn.Module):
            return candidate
    return None
