"""What the operations on vectors are made of."""

from __future__ import annotations

from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

SPAN = 64
"""Numbers of float32 taken at once for one point."""

LANES = 8
"""Numbers of float64 taken at once."""

# What it returns is called without the typing context that its definition begins with.
compiled_call = cast(Any, intrinsic)

# Its functions have no types.
tools: Any = cgutils

FLOATS = ir.VectorType(ir.FloatType(), SPAN)
DOUBLES = ir.VectorType(ir.DoubleType(), LANES)


def data_of(context: Any, builder: Any, array_type: Any, array: Any) -> Any:
    """Pointer to the first number of an array."""
    return context.make_array(array_type)(context, builder, array).data


def pointer(
    context: Any, builder: Any, vector: Any, array_type: Any, array: Any, start: Any
) -> Any:
    """Pointer to a vector of the numbers of an array from a place on."""
    place = builder.gep(data_of(context, builder, array_type, array), [start])
    return builder.bitcast(place, vector.as_pointer())


def loaded(
    context: Any, builder: Any, array_type: Any, array: Any, start: Any, vector: Any = None
) -> Any:
    """Numbers of an array from a place on: 64 of float32 or 8 of float64, or as many as said."""
    single = array_type.dtype == types.float32
    vector = vector or (FLOATS if single else DOUBLES)
    found = builder.load(pointer(context, builder, vector, array_type, array, start))
    found.align = 4 if single else 8
    return found


def stored(context: Any, builder: Any, array_type: Any, array: Any, start: Any, value: Any) -> None:
    """Write a vector into an array from a place on."""
    place = pointer(context, builder, value.type, array_type, array, start)
    builder.store(value, place).align = 4 if array_type.dtype == types.float32 else 8


def repeated(builder: Any, vector: Any, number: Any) -> Any:
    """A vector of one number."""
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), zeros)


def better(builder: Any, sign: str, first: Any, second: Any) -> Any:
    """The one that compares so with the other; the second where they don't compare."""
    return builder.select(builder.fcmp_ordered(sign, first, second), first, second)
