"""Operations on many points at once, which the compiler does not find by itself.

So many points as a vector holds: 16 in float32, 8 in float64. Nothing checks limits: an array is
its memory, and a place in it counts all its numbers.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba.core import types

from simulations.cells.llvm import (
    DOUBLES,
    LANES,
    better,
    compiled_call,
    data_of,
    loaded,
    repeated,
    stored,
    tools,
)

TOGETHER = 4
"""Centres compared with the points at once: each load of a coordinate serves four."""


def _vector(array_type: Any) -> Any:
    """A number of each point: 16 of float32, or 8 of float64."""
    single = array_type.dtype == types.float32
    return ir.VectorType(ir.FloatType(), 2 * LANES) if single else DOUBLES


def _shuffled(builder: Any, first: Any, second: Any, order: list[int]) -> Any:
    places = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order)
    return builder.shuffle_vector(first, second, places)


def _joined(builder: Any, vectors: list[Any]) -> Any:
    """One vector of several, a power of two of them."""
    while len(vectors) > 1:
        order = list(range(2 * vectors[0].type.count))
        pairs = zip(vectors[::2], vectors[1::2], strict=True)
        vectors = [_shuffled(builder, first, second, order) for first, second in pairs]
    return vectors[0]


def _four_columns(builder: Any, rows: list[Any]) -> list[Any]:
    """Vectors of the four numbers that follow each of some addresses: the first ones, and so on."""
    four = ir.VectorType(rows[0].type.pointee, 4)
    numbers = [builder.load(builder.bitcast(row, four.as_pointer())) for row in rows]
    for one in numbers:
        one.align = 4
    parts = [_joined(builder, numbers[k::4]) for k in range(4)]

    def mixed(first: Any, second: Any, order: tuple[int, int, int, int]) -> Any:
        starts = range(0, len(rows), 4)
        places = [start + k % 4 + k // 4 * len(rows) for start in starts for k in order]
        return _shuffled(builder, first, second, places)

    columns: list[Any] = []
    for order in ((0, 4, 1, 5), (2, 6, 3, 7)):
        first, second = mixed(parts[0], parts[1], order), mixed(parts[2], parts[3], order)
        columns += [mixed(first, second, (0, 1, 4, 5)), mixed(first, second, (2, 3, 6, 7))]
    return columns


def _rows(
    context: Any, builder: Any, array_type: Any, array: Any, data: Any, width: Any, count: int
) -> list[Any]:
    """Where the rows of a table begin whose numbers an array has."""
    numbers = data_of(context, builder, array_type, array)
    found: list[Any] = []
    for k in range(count):
        number = builder.load(builder.gep(numbers, [width.type(k)]))
        found.append(builder.gep(data, [builder.mul(number, width)]))
    return found


class _Best:
    """The best number of each point so far, and from which centre it is."""

    def __init__(self, builder: Any, sign: str, vector: Any) -> None:
        self.builder, self.sign = builder, sign
        worst = math.inf if sign == "<" else -math.inf
        self.counts = ir.VectorType(ir.IntType(32), vector.count)
        self.worst = ir.Constant(vector, [worst] * vector.count)
        none = ir.Constant(self.counts, [0] * vector.count)
        self._number = tools.alloca_once_value(builder, self.worst)
        self._centre = tools.alloca_once_value(builder, none)

    @property
    def number(self) -> Any:
        return self.builder.load(self._number)

    @property
    def centre(self) -> Any:
        """As integers of 64 bits."""
        wide = ir.VectorType(ir.IntType(64), self.counts.count)
        return self.builder.zext(self.builder.load(self._centre), wide)

    def take(self, numbers: Any, centre: Any) -> Any:
        """Keep the better ones; return those that are not kept."""
        builder, before = self.builder, self.number
        wins = builder.fcmp_ordered(self.sign, numbers, before)
        builder.store(builder.select(wins, numbers, before), self._number)
        number = repeated(builder, self.counts, builder.trunc(centre, ir.IntType(32)))
        builder.store(builder.select(wins, number, builder.load(self._centre)), self._centre)
        return builder.select(wins, before, numbers)


@compiled_call
def score_points(
    typing_context: Any,
    scores: Any,
    table: Any,
    groups: Any,
    rows: Any,
    x: Any,
    best: Any,
    places: Any,
) -> Any:
    """Scores of L points by centres in groups of four, and the best of each.

    The score of point k by centre j = 4 g + c is a[0] + sum over t < rows of a[t + 1] x[L t + k],
    a[t] = table[4 ((rows + 1) g + t) + c]. Set scores[L j + k] to it, best[k] to the largest one
    and places[k] to its j. Multiplications and additions may be fused; what is not a number is not
    the largest.
    """
    signature = types.void(scores, table, groups, rows, x, best, places)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        scores_type, table_type, _, _, x_type, best_type, places_type = signature.args
        scores, table, groups, rows, x, best, places = arguments
        vector = _vector(x_type)
        data = data_of(context, builder, table_type, table)
        found = _Best(builder, ">", vector)
        totals = [tools.alloca_once(builder, vector) for _ in range(TOGETHER)]
        four, width = groups.type(TOGETHER), groups.type(vector.count)
        with tools.for_range(builder, groups) as group:
            first = builder.mul(group.index, builder.add(rows, rows.type(1)))

            def factor(row: Any, c: int) -> Any:
                place = builder.add(builder.mul(builder.add(first, row), four), four.type(c))
                return repeated(builder, vector, builder.load(builder.gep(data, [place])))

            for c, total in enumerate(totals):
                builder.store(factor(rows.type(0), c), total)
            with tools.for_range(builder, rows) as row:
                place = builder.mul(row.index, width)
                column = loaded(context, builder, x_type, x, place, vector)
                following = builder.add(row.index, rows.type(1))
                for c, total in enumerate(totals):
                    product = builder.fmul(factor(following, c), column, flags=("contract",))
                    added = builder.fadd(builder.load(total), product, flags=("contract",))
                    builder.store(added, total)
            for c, total in enumerate(totals):
                centre = builder.add(builder.mul(group.index, four), four.type(c))
                score = builder.load(total)
                stored(context, builder, scores_type, scores, builder.mul(centre, width), score)
                found.take(score, centre)
        stored(context, builder, best_type, best, groups.type(0), found.number)
        stored(context, builder, places_type, places, groups.type(0), found.centre)
        return context.get_dummy_value()

    return signature, generate


@compiled_call
def two_smallest(
    typing_context: Any,
    scores: Any,
    groups: Any,
    weights: Any,
    numbers: Any,
    own: Any,
    places: Any,
    smallest: Any,
    second: Any,
) -> Any:
    """The two smallest of what each point k has by centres j < 4 groups.

    That is (numbers[k] - scores[L j + k]) weights[4 groups own[k] + j]; places[k] is set to the j
    of the smallest. The second is as small if two are; what is not a number is neither.
    """
    signature = types.void(scores, groups, weights, numbers, own, places, smallest, second)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        scores_type, _, weights_type, numbers_type, own_type = signature.args[:5]
        scores, groups, weights, numbers, own = arguments[:5]
        vector = _vector(scores_type)
        found = _Best(builder, "<", vector)
        following = tools.alloca_once_value(builder, found.worst)
        start, four = groups.type(0), groups.type(TOGETHER)
        lower = loaded(context, builder, numbers_type, numbers, start, vector)
        data = data_of(context, builder, weights_type, weights)
        width = builder.mul(groups, four)
        rows = _rows(context, builder, own_type, own, data, width, vector.count)
        with tools.for_range(builder, groups) as group:
            first = builder.mul(group.index, four)
            factors = _four_columns(builder, [builder.gep(row, [first]) for row in rows])
            for c, factor in enumerate(factors):
                centre = builder.add(first, four.type(c))
                place = builder.mul(centre, four.type(vector.count))
                score = loaded(context, builder, scores_type, scores, place, vector)
                other = found.take(builder.fmul(builder.fsub(lower, score), factor), centre)
                builder.store(better(builder, "<", other, builder.load(following)), following)
        results = found.centre, found.number, builder.load(following)
        for kind, array, result in zip(signature.args[5:], arguments[5:], results, strict=True):
            stored(context, builder, kind, array, start, result)
        return context.get_dummy_value()

    return signature, generate


@compiled_call
def bisectors(
    typing_context: Any,
    x: Any,
    apart: Any,
    centres: Any,
    dim: Any,
    own: Any,
    other: Any,
    distances: Any,
) -> Any:
    """Distances of eight points to the bisector of two centres each, by the sums of `bisector`.

    Coordinate t of point k is x[apart t + k], its centres are the rows own[k] and other[k], of dim
    numbers. Set distances[k]; -1 where the square of the distance of the two centres might
    underflow.
    """
    signature = types.void(x, apart, centres, dim, own, other, distances)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x_type, _, centres_type, _, own_type, other_type, distances_type = signature.args
        x, apart, centres, dim, own, other, distances = arguments
        data = data_of(context, builder, centres_type, centres)
        zero = ir.Constant(DOUBLES, [0.0] * LANES)
        products, squares = (
            [tools.alloca_once_value(builder, zero) for _ in range(4)] for _ in range(2)
        )
        sides = [
            _rows(context, builder, kind, one, data, dim, LANES)
            for kind, one in ((own_type, own), (other_type, other))
        ]

        def add(part: int, t: Any, c: Any, e: Any) -> None:
            number = loaded(context, builder, x_type, x, builder.mul(apart, t))
            difference = builder.fsub(c, e)
            half = builder.fmul(ir.Constant(DOUBLES, [0.5] * LANES), difference)
            middle = builder.fadd(builder.fsub(number, c), half)
            for sums, factor in ((products, middle), (squares, difference)):
                added = builder.fadd(builder.load(sums[part]), builder.fmul(difference, factor))
                builder.store(added, sums[part])

        four = dim.type(4)
        groups = builder.sdiv(dim, four)
        whole = builder.mul(groups, four)
        with tools.for_range(builder, groups) as group:
            first = builder.mul(group.index, four)
            c, e = (
                _four_columns(builder, [builder.gep(row, [first]) for row in rows])
                for rows in sides
            )
            for part in range(4):
                add(part, builder.add(first, four.type(part)), c[part], e[part])
        for sums in (products, squares):
            s0, s1, s2, s3 = (builder.load(one) for one in sums)
            builder.store(builder.fadd(builder.fadd(s0, s1), builder.fadd(s2, s3)), sums[0])
        with tools.for_range(builder, builder.sub(dim, whole)) as rest:
            t = builder.add(whole, rest.index)
            columns: list[Any] = []
            for rows in sides:
                columns.append(ir.Constant(DOUBLES, ir.Undefined))
                for k, row in enumerate(rows):
                    number = builder.load(builder.gep(row, [t]))
                    columns[-1] = builder.insert_element(columns[-1], number, ir.IntType(32)(k))
            add(0, t, *columns)
        square = builder.load(squares[0])
        enough = builder.fcmp_ordered(">=", square, ir.Constant(DOUBLES, [2.0**-900] * LANES))
        square = builder.select(enough, square, ir.Constant(DOUBLES, [1.0] * LANES))
        root = tools.get_or_insert_function(
            builder.module, ir.FunctionType(DOUBLES, [DOUBLES]), f"llvm.sqrt.v{LANES}f64"
        )
        distance = builder.fdiv(builder.load(products[0]), builder.call(root, [square]))
        distance = builder.select(enough, distance, ir.Constant(DOUBLES, [-1.0] * LANES))
        stored(context, builder, distances_type, distances, dim.type(0), distance)
        return context.get_dummy_value()

    return signature, generate
