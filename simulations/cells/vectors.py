"""Operations on 64 or 16 float32 or 8 float64 at once, which the compiler does not find by itself.

Nothing checks limits: an array is its memory, and a place in it counts all its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

SPAN = 64
"""Numbers of float32 taken at once."""

COLUMNS = 16
"""Numbers of float32 taken at once for the products with up to a thousand centres."""

LANES = 8
"""Numbers of float64 taken at once."""

# What it returns is called without the typing context that its definition begins with.
_compiled_call = cast(Any, intrinsic)

# Its functions have no types.
_tools: Any = cgutils

_FLOATS = ir.VectorType(ir.FloatType(), SPAN)
_COLUMNS = ir.VectorType(ir.FloatType(), COLUMNS)
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_PLACES = ir.VectorType(ir.IntType(32), COLUMNS)


def _pointer(
    context: Any, builder: Any, vector: Any, array_type: Any, array: Any, start: Any
) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [start]), vector.as_pointer())


def _loaded(
    context: Any, builder: Any, array_type: Any, array: Any, start: Any, vector: Any = None
) -> Any:
    single = array_type.dtype == types.float32
    vector = vector or (_FLOATS if single else _DOUBLES)
    loaded = builder.load(_pointer(context, builder, vector, array_type, array, start))
    loaded.align = 4 if single else 8
    return loaded


def _repeated(builder: Any, vector: Any, number: Any) -> Any:
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), zeros)


def _better(builder: Any, sign: str, first: Any, second: Any) -> Any:
    """The one that compares so with the other; the second where they don't compare."""
    return builder.select(builder.fcmp_ordered(sign, first, second), first, second)


@_compiled_call
def largest(typing_context: Any, array: Any, start: Any) -> Any:
    """Largest of array[start : start + 64], float32 and none a NaN."""
    signature = types.float32(array, start)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = _loaded(context, builder, signature.args[0], *arguments)
        reduction = _tools.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.FloatType(), [_FLOATS]),
            f"llvm.vector.reduce.fmax.v{SPAN}f32",
        )
        return builder.call(reduction, [values], fastmath=("nnan", "nsz"))

    return signature, generate


@_compiled_call
def at_least(typing_context: Any, array: Any, start: Any, threshold: Any) -> Any:
    """Bits k of the k with array[start + k] >= threshold, float32."""
    signature = types.uint64(array, start, types.float32)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = _loaded(context, builder, signature.args[0], *arguments[:2])
        repeated = _repeated(builder, _FLOATS, arguments[2])
        return builder.bitcast(builder.fcmp_ordered(">=", values, repeated), ir.IntType(64))

    return signature, generate


@_compiled_call
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
        numbers = [_loaded(context, builder, array_type, array, place) for place in places]
        added = distance(builder, _repeated(builder, _DOUBLES, number), *numbers)
        total = builder.fadd(
            _loaded(context, builder, sums_type, sums, at), builder.fmul(added, added)
        )
        stored = builder.store(total, _pointer(context, builder, _DOUBLES, sums_type, sums, at))
        stored.align = 8
        return context.get_dummy_value()

    return generate


@_compiled_call
def add_square(typing_context: Any, sums: Any, at: Any, array: Any, start: Any, number: Any) -> Any:
    """Add to sums[at + k] the square of number - array[start + k], for k < 8."""
    signature = types.void(sums, at, array, start, types.float64)

    def distance(builder: Any, x: Any, c: Any) -> Any:
        return builder.fsub(x, c)

    return signature, _adding_square(distance)


@_compiled_call
def add_outside(
    typing_context: Any, sums: Any, at: Any, array: Any, low: Any, high: Any, number: Any
) -> Any:
    """Add the squared distances of a number from intervals."""
    signature = types.void(sums, at, array, low, high, types.float64)

    def distance(builder: Any, x: Any, lowest: Any, highest: Any) -> Any:
        beyond = _better(builder, ">", builder.fsub(lowest, x), builder.fsub(x, highest))
        return _better(builder, ">", beyond, ir.Constant(_DOUBLES, [0.0] * LANES))

    return signature, _adding_square(distance)


@_compiled_call
def add_farthest(
    typing_context: Any, sums: Any, at: Any, array: Any, low: Any, high: Any, number: Any
) -> Any:
    """Add the squared distances of a number from the farther ends of intervals."""
    signature = types.void(sums, at, array, low, high, types.float64)

    def distance(builder: Any, x: Any, lowest: Any, highest: Any) -> Any:
        return _better(builder, ">", builder.fsub(highest, x), builder.fsub(x, lowest))

    return signature, _adding_square(distance)


@_compiled_call
def square_ratios(typing_context: Any, squares: Any, below: Any, above: Any, least: Any) -> Any:
    """Replace x = squares[k], k < 8, by g g / (squares[8 + k] + least).

    g = max(below x - above, 0), and 0 in place of what is not a number.
    """
    signature = types.void(squares, types.float64, types.float64, types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, start = signature.args[0], ir.IntType(64)(0)
        array = arguments[0]
        below, above, least = (_repeated(builder, _DOUBLES, one) for one in arguments[1:])
        x = _loaded(context, builder, array_type, array, start)
        y = _loaded(context, builder, array_type, array, ir.IntType(64)(LANES))
        gap = builder.fsub(builder.fmul(x, below), above)
        gap = _better(builder, ">", gap, ir.Constant(_DOUBLES, [0.0] * LANES))
        # Not the square first, which might overflow.
        ratio = builder.fmul(gap, builder.fdiv(gap, builder.fadd(y, least)))
        pointer = _pointer(context, builder, _DOUBLES, array_type, array, start)
        stored = builder.store(ratio, pointer)
        stored.align = 8
        return context.get_dummy_value()

    return signature, generate


@_compiled_call
def not_above(typing_context: Any, array: Any, limit: Any) -> Any:
    """Bits k < 8 of the k where array[k] > limit does not hold."""
    signature = types.uint64(array, types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = _loaded(context, builder, signature.args[0], arguments[0], ir.IntType(64)(0))
        limits = _repeated(builder, _DOUBLES, arguments[1])
        bits = builder.bitcast(builder.fcmp_unordered("<=", numbers, limits), ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return signature, generate


def _best(builder: Any, sign: str, vector: Any) -> Any:
    """The number of sixteen that compares so with the others."""
    for step in (8, 4, 2, 1):
        swapped = ir.Constant(_PLACES, [k ^ step for k in range(COLUMNS)])
        other = builder.shuffle_vector(vector, vector, swapped)
        vector = _better(builder, sign, vector, other)
    return builder.extract_element(vector, ir.IntType(32)(0))


def _place(builder: Any, vector: Any, best: Any, groups: Any) -> tuple[Any, Any]:
    """A lane where the vector is `best`, and its place by the number of its group; 0 if none is."""
    equal = builder.fcmp_ordered("==", vector, _repeated(builder, _COLUMNS, best))
    bits = builder.zext(builder.bitcast(equal, ir.IntType(COLUMNS)), ir.IntType(32))
    # The bit that is added is found where none of the sixteen is set.
    lane = builder.cttz(builder.or_(bits, bits.type(1 << COLUMNS)), ir.IntType(1)(1))
    none = builder.icmp_unsigned("==", lane, lane.type(COLUMNS))
    lane = builder.select(none, lane.type(0), lane)
    group = builder.extract_element(groups, lane)
    place = builder.add(builder.mul(group, lane.type(COLUMNS)), lane)
    place = builder.select(none, place.type(0), place)
    return lane, builder.sext(place, ir.IntType(64))


def _counted(builder: Any, loop: Any) -> tuple[Any, Any]:
    """The place of a group's first number, and its own number sixteen times."""
    group = _repeated(builder, _PLACES, builder.trunc(loop.index, ir.IntType(32)))
    return builder.mul(loop.index, loop.index.type(COLUMNS)), group


@_compiled_call
def largest_and_place(typing_context: Any, array: Any, start: Any, groups: Any) -> Any:
    """Largest of array[start : start + 16 groups], float32, and a k with array[start + k] = it."""
    found = types.Tuple((types.float32, types.int64))
    signature = found(array, start, groups)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, start, groups = arguments
        largest = _tools.alloca_once_value(builder, ir.Constant(_COLUMNS, [-math.inf] * COLUMNS))
        where = _tools.alloca_once_value(builder, ir.Constant(_PLACES, [0] * COLUMNS))
        with _tools.for_range(builder, groups) as loop:
            offset, group = _counted(builder, loop)
            place = builder.add(start, offset)
            numbers = _loaded(context, builder, signature.args[0], array, place, _COLUMNS)
            before = builder.load(largest)
            larger = builder.fcmp_ordered(">", numbers, before)
            builder.store(builder.select(larger, numbers, before), largest)
            builder.store(builder.select(larger, group, builder.load(where)), where)
        best = _best(builder, ">", builder.load(largest))
        _, place = _place(builder, builder.load(largest), best, builder.load(where))
        return context.make_tuple(builder, found, (best, place))

    return signature, generate


@_compiled_call
def two_smallest(
    typing_context: Any,
    array: Any,
    start: Any,
    weights: Any,
    first: Any,
    number: Any,
    groups: Any,
) -> Any:
    """Smallest of (number - array[start + k]) weights[first + k], its k, and the next one.

    For k < 16 groups, in float32. The next one is as small if two are.
    """
    found = types.Tuple((types.float32, types.int64, types.float32))
    signature = found(array, start, weights, first, types.float32, groups)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, start, weights, first, number, groups = arguments
        infinite = ir.Constant(_COLUMNS, [math.inf] * COLUMNS)
        smallest = _tools.alloca_once_value(builder, infinite)
        second = _tools.alloca_once_value(builder, infinite)
        where = _tools.alloca_once_value(builder, ir.Constant(_PLACES, [0] * COLUMNS))
        own = _repeated(builder, _COLUMNS, number)
        with _tools.for_range(builder, groups) as loop:
            offset, group = _counted(builder, loop)
            numbers, factors = (
                _loaded(context, builder, kind, one, builder.add(place, offset), _COLUMNS)
                for kind, one, place in (
                    (signature.args[0], array, start),
                    (signature.args[2], weights, first),
                )
            )
            product = builder.fmul(builder.fsub(own, numbers), factors)
            before = builder.load(smallest)
            smaller = builder.fcmp_ordered("<", product, before)
            builder.store(builder.select(smaller, product, before), smallest)
            larger = builder.select(smaller, before, product)
            builder.store(_better(builder, "<", larger, builder.load(second)), second)
            builder.store(builder.select(smaller, group, builder.load(where)), where)
        vector = builder.load(smallest)
        best = _best(builder, "<", vector)
        lane, place = _place(builder, vector, best, builder.load(where))
        numbers = ir.Constant(_PLACES, list(range(COLUMNS)))
        here = builder.icmp_unsigned("==", numbers, _repeated(builder, _PLACES, lane))
        following = _best(builder, "<", builder.select(here, builder.load(second), vector))
        return context.make_tuple(builder, found, (best, place, following))

    return signature, generate


@_compiled_call
def products_of_four(
    typing_context: Any,
    sums: Any,
    at: Any,
    apart: Any,
    table: Any,
    start: Any,
    x: Any,
    first: Any,
    rows: Any,
) -> Any:
    """Set sums[at + p apart + k] to the sum over t of x[first + 4 t + p] table[start + 16 t + k].

    For t < rows, p < 4 and k < 16, in float32; multiplications and additions may be fused.
    """
    signature = types.void(sums, at, apart, table, start, x, first, rows)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sums_type, table_type, x_type = (signature.args[k] for k in (0, 3, 5))
        sums, at, apart, table, start, x, first, rows = arguments
        zero = ir.Constant(_COLUMNS, [0.0] * COLUMNS)
        totals = [_tools.alloca_once_value(builder, zero) for _ in range(4)]
        numbers = context.make_array(x_type)(context, builder, x).data
        with _tools.for_range(builder, rows) as loop:
            whole = loop.index.type
            row = builder.add(start, builder.mul(loop.index, whole(COLUMNS)))
            column = _loaded(context, builder, table_type, table, row, _COLUMNS)
            for point, total in enumerate(totals):
                place = builder.add(builder.mul(loop.index, whole(4)), whole(point))
                place = builder.add(first, place)
                number = builder.load(builder.gep(numbers, [place]))
                repeated = _repeated(builder, _COLUMNS, number)
                product = builder.fmul(repeated, column, flags=("contract",))
                added = builder.fadd(builder.load(total), product, flags=("contract",))
                builder.store(added, total)
        for point, total in enumerate(totals):
            place = builder.add(at, builder.mul(apart, apart.type(point)))
            pointer = _pointer(context, builder, _COLUMNS, sums_type, sums, place)
            builder.store(builder.load(total), pointer).align = 4
        return context.get_dummy_value()

    return signature, generate
