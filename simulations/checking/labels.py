"""Labels of a sample, validated where they enter and put in an order that means nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.validation import count, shown
from simulations.arrays import IntArray
from simulations.partitions.protocol import HOLE

_ORDER = 0x5EED

MOST_CLASSES = 2**24
"""So many that what is counted for each fits in memory."""


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
        largest = count(classes, "classes", maximum=MOST_CLASSES) - 1
    if np.ma.is_masked(labels):
        raise InvalidValueError(f"{name} has masked entries: expected integers, -1 in a hole")
    try:
        array = np.asarray(labels)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows, tensors elsewhere
        raise InvalidTypeError(f"{name}={shown(labels)}: expected integers ({error})") from error
    if array.ndim != 1:
        raise InvalidValueError(f"{name} has shape {array.shape}: expected one dimension, (n,)")
    if not array.size:
        raise InvalidValueError(f"{name} is empty: expected the class of at least one draw")
    if array.dtype.kind not in "iu":
        raise InvalidTypeError(f"{name} has dtype {array.dtype}: expected integers")
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
