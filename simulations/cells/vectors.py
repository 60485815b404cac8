"""Operations on 64 float32 or 8 float64 of one point, which the compiler does not find by itself.

Nothing checks limits: an array is its memory, and a place in it counts all its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types

from simulations.cells.llvm import (
    DOUBLES,
    FLOATS,
    LANES,
    SPAN,
    better,
    compiled_call,
    loaded,
    repeated,
    stored,
    tools,
)


@compiled_call
def largest(typing_context: Any, array: Any, start: Any) -> Any:
    """Largest of array[start : start + 64], float32 and none a NaN."""
    signature = types.float32(array, start)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = loaded(context, builder, signature.args[0], *arguments)
        reduction = tools.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.FloatType(), [FLOATS]),
            f"llvm.vector.reduce.fmax.v{SPAN}f32",
        )
        return builder.call(reduction, [values], fastmath=("nnan", "nsz"))

    return signature, generate


@compiled_call
def at_least(typing_context: Any, array: Any, start: Any, threshold: Any) -> Any:
    """Bits k of the k with array[start + k] >= threshold, float32."""
    signature = types.uint64(array, start, types.float32)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = loaded(context, builder, signature.args[0], *arguments[:2])
        thresholds = repeated(builder, FLOATS, arguments[2])
        return builder.bitcast(builder.fcmp_ordered(">=", values, thresholds), ir.IntType(64))

    return signature, generate


@compiled_call
def trailing_zeros(typing_context: Any, bits: Any) -> Any:
    """Number of the lowest set bit of a uint64 that is not 0."""
    signature = types.int64(types.uint64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return signature, generate


def _adding_square(distance: Callable[..., Any]) -> Any:
    """What adds squares of a function of float64 in memory to the eight at the end of it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sums_type, array_type = signature.args[0], signature.args[2]
        sums, at, array, *places, number = arguments
        numbers = [loaded(context, builder, array_type, array, place) for place in places]
        added = distance(builder, repeated(builder, DOUBLES, number), *numbers)
        total = builder.fadd(
            loaded(context, builder, sums_type, sums, at), builder.fmul(added, added)
        )
        stored(context, builder, sums_type, sums, at, total)
        return context.get_dummy_value()

    return generate


@compiled_call
def add_square(typing_context: Any, sums: Any, at: Any, array: Any, start: Any, number: Any) -> Any:
    """Add to sums[at + k] the square of number - array[start + k], for k < 8."""
    signature = types.void(sums, at, array, start, types.float64)

    def distance(builder: Any, x: Any, c: Any) -> Any:
        return builder.fsub(x, c)

    return signature, _adding_square(distance)


@compiled_call
def add_outside(
    typing_context: Any, sums: Any, at: Any, array: Any, low: Any, high: Any, number: Any
) -> Any:
    """Add the squared distances of a number from intervals."""
    signature = types.void(sums, at, array, low, high, types.float64)

    def distance(builder: Any, x: Any, lowest: Any, highest: Any) -> Any:
        beyond = better(builder, ">", builder.fsub(lowest, x), builder.fsub(x, highest))
        return better(builder, ">", beyond, ir.Constant(DOUBLES, [0.0] * LANES))

    return signature, _adding_square(distance)


@compiled_call
def add_farthest(
    typing_context: Any, sums: Any, at: Any, array: Any, low: Any, high: Any, number: Any
) -> Any:
    """Add the squared distances of a number from the farther ends of intervals."""
    signature = types.void(sums, at, array, low, high, types.float64)

    def distance(builder: Any, x: Any, lowest: Any, highest: Any) -> Any:
        return better(builder, ">", builder.fsub(highest, x), builder.fsub(x, lowest))

    return signature, _adding_square(distance)


@compiled_call
def square_ratios(typing_context: Any, squares: Any, below: Any, above: Any, least: Any) -> Any:
    """Replace x = squares[k], k < 8, by g g / (squares[8 + k] + least).

    g = max(below x - above, 0), and 0 in place of what is not a number.
    """
    signature = types.void(squares, types.float64, types.float64, types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, start = signature.args[0], ir.IntType(64)(0)
        array = arguments[0]
        below, above, least = (repeated(builder, DOUBLES, one) for one in arguments[1:])
        x = loaded(context, builder, array_type, array, start)
        y = loaded(context, builder, array_type, array, ir.IntType(64)(LANES))
        gap = builder.fsub(builder.fmul(x, below), above)
        gap = better(builder, ">", gap, ir.Constant(DOUBLES, [0.0] * LANES))
        # Not the square first, which might overflow.
        ratio = builder.fmul(gap, builder.fdiv(gap, builder.fadd(y, least)))
        stored(context, builder, array_type, array, start, ratio)
        return context.get_dummy_value()

    return signature, generate


@compiled_call
def not_above(typing_context: Any, array: Any, limit: Any) -> Any:
    """Bits k < 8 of the k where array[k] > limit does not hold."""
    signature = types.uint64(array, types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = loaded(context, builder, signature.args[0], arguments[0], ir.IntType(64)(0))
        limits = repeated(builder, DOUBLES, arguments[1])
        bits = builder.bitcast(builder.fcmp_unordered("<=", numbers, limits), ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return signature, generate
