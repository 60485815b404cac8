"""Operations on 64 float32 at once that the compiler does not find in loops by itself."""

from __future__ import annotations

from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

SPAN = 64
"""Numbers taken at once."""

# What it returns is called without the typing context that its definition begins with.
_compiled_call = cast(Any, intrinsic)

# Its functions have no types.
_tools: Any = cgutils

_FLOATS = ir.VectorType(ir.FloatType(), SPAN)


def _loaded(context: Any, builder: Any, array_type: Any, array: Any, start: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    pointer = builder.bitcast(builder.gep(data, [start]), _FLOATS.as_pointer())
    loaded = builder.load(pointer)
    loaded.align = 4
    return loaded


@_compiled_call
def largest(typing_context: Any, array: Any, start: Any) -> Any:
    """Largest of array[start : start + 64], float32 and none a NaN; nothing checks the limits."""
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
    """Bits k of the k with array[start + k] >= threshold, float32; nothing checks the limits."""
    signature = types.uint64(array, start, types.float32)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = _loaded(context, builder, signature.args[0], *arguments[:2])
        single = builder.insert_element(
            ir.Constant(_FLOATS, ir.Undefined), arguments[2], ir.IntType(32)(0)
        )
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), SPAN), [0] * SPAN)
        repeated = builder.shuffle_vector(single, ir.Constant(_FLOATS, ir.Undefined), zeros)
        return builder.bitcast(builder.fcmp_ordered(">=", values, repeated), ir.IntType(64))

    return signature, generate


@_compiled_call
def trailing_zeros(typing_context: Any, bits: Any) -> Any:
    """Number of the lowest set bit of a uint64 that is not 0."""
    signature = types.int64(types.uint64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return signature, generate
