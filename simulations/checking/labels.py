"""Labels of a sample, validated where they enter and put in an order that means nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from bounds.support.errors import InvalidValueError
from bounds.support.validation import integer_array
from simulations.arrays import IntArray
from simulations.partitions.base import class_number
from simulations.partitions.protocol import HOLE

_ORDER = 0x5EED


def class_labels(
    labels: Any, classes: int | None, name: str = "labels", *, holes: bool = True
) -> IntArray:
    """Return the labels of independent draws as an int64 array, permuted by a fixed seed.

    What splits a sample in halves or pairs needs draws whose place says nothing of their class,
    and labels are often stored class by class. A permutation that does not depend on the labels
    leaves independent draws independent draws.

    Parameters
    ----------
    labels : int array or sequence of shape (n,)
        At least one; 0 to classes - 1, and -1 in a hole.
    classes : int or None
        None where no label is too large.
    name : str
        For messages.
    holes : bool
        Whether -1 is allowed.

    Returns
    -------
    int64 array of shape (n,)

    Raises
    ------
    TypeError, ValueError
        If `labels` is no such sequence.

    Examples
    --------
    >>> sorted(class_labels([0, 1, 1, -1], 2).tolist())
    [-1, 0, 1, 1]
    """
    largest = np.iinfo(np.int64).max
    if classes is not None:
        largest = class_number(classes) - 1
    array = integer_array(labels, name)
    if array.ndim != 1:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected one dimension, (n,)")
    if not array.size:
        raise InvalidValueError(f"{name} is empty: expected the class of at least one draw")
    least = HOLE if holes else 0
    wrong = (array < least) | (array > largest)
    if wrong.any():
        place = int(wrong.argmax())
        right = f"{least} to {largest}"
        right += "" if classes is None else f", as there are {classes} classes"
        raise InvalidValueError(f"{name}[{place}]={array[place]}: expected {right}")
    return np.random.default_rng(_ORDER).permutation(array.astype(np.int64))


def covered_labels(labels: Any, classes: int | None, name: str = "labels") -> IntArray:
    """Return the labels of the draws that have a class, validated and permuted alike.

    There may be none.

    Raises
    ------
    TypeError, ValueError
        If `labels` is no sequence of labels.
    """
    found = class_labels(labels, classes, name)
    return found[found != HOLE]
