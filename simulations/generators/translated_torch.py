"""Files of torch.export and TorchScript as networks that verification knows.

Both are graphs of the same operations (ATen), with their arguments.
"""

# Some of torch's functions have no types, and what reads its operations has no public name.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from bounds.support.errors import InvalidTypeError
from simulations.generators.files import Model
from simulations.generators.layers import Largest, Nonnegative, Value, Wiring
from simulations.generators.resizing import Resized

Given = dict[str, Any]
"""Arguments of an operation by name."""


def torch_network(model: Model, rows: Tensor, where: str) -> nn.Module:
    """The network of a file of torch.export or TorchScript.

    Parameters
    ----------
    model : Model
        Of that file.
    rows : Tensor of shape (n, ...)
        Some inputs, as many as it takes at a time.
    where : str
        For messages.

    Raises
    ------
    TypeError
        A node that verification does not know, by its name and kind.
    """
    wiring = Wiring(rows, getattr(torch, model.dtype or "float32"))
    of_kind = _exported if model.kind == "torch.export" else _scripted
    output = of_kind(model, wiring, where)
    if not isinstance(output, Value):
        raise InvalidTypeError(f"verify: {where}: its output does not depend on its input")
    return wiring.network(output)


def _exported(model: Model, wiring: Wiring, where: str) -> Any:
    program: Any = torch.export.load(model.source)
    module = program.module()
    nodes: list[Any] = list(module.graph.nodes)
    leaves: list[Any] = tree_leaves(nodes[-1].args)
    place = 0 if model.chosen is None else model.outputs.index(model.chosen)
    wanted: set[Any] = {leaves[place]}
    for node in reversed(nodes):
        if node in wanted:
            wanted |= set(node.all_input_nodes)
    values: dict[Any, Any] = {}
    for node in nodes:
        if node not in wanted:
            continue
        if node.op == "placeholder":
            values[node] = wiring.input
        elif node.op == "get_attr":
            values[node] = operator.attrgetter(node.target)(module)
        else:
            with wiring.reading(where, node.name, _kind(node.target)):
                args, kwargs = torch.fx.map_arg((node.args, node.kwargs), values.__getitem__)
                if node.target is operator.getitem:
                    values[node] = args[0][args[1]]
                else:
                    values[node] = _result(wiring, node.target, args, kwargs)
    return values[leaves[place]]


def _scripted(model: Model, wiring: Wiring, where: str) -> Any:
    module: Any = torch.jit.load(model.source, map_location="cpu").eval()
    # Its modules in one graph, its weights constants, and nothing computed otherwise.
    graph: Any = torch.jit.freeze(module, optimize_numerics=False).graph
    nodes: list[Any] = list(graph.nodes())
    by_output = {one.debugName(): node for node in nodes for one in node.outputs()}
    (output,) = graph.outputs()
    maker = by_output.get(output.debugName())
    if maker is not None and maker.kind() in ("prim::DictConstruct", "prim::TupleConstruct"):
        parts: list[Any] = list(maker.inputs())
        labels = list(range(len(parts)))
        if maker.kind() == "prim::DictConstruct":
            labels = [one.toIValue() for one in parts[::2]]
            parts = parts[1::2]
        output = parts[[str(one) for one in labels].index(str(model.chosen))]
    wanted = {output.debugName()}
    for node in reversed(nodes):
        if wanted & {one.debugName() for one in node.outputs()}:
            wanted |= {one.debugName() for one in node.inputs()}
    values: dict[str, Any] = {list(graph.inputs())[-1].debugName(): wiring.input}
    for node in nodes:
        names = [one.debugName() for one in node.outputs()]
        if not wanted & set(names):
            continue
        with wiring.reading(where, names[0], node.kind()):
            given = [values[one.debugName()] for one in node.inputs()]
            found = _stepped(wiring, node, given)
            values[names[0]] = found if len(names) == 1 else found[0]
    return values[output.debugName()]


def _stepped(wiring: Wiring, node: Any, given: Sequence[Any]) -> Any:
    """What a node of TorchScript makes of what it is given."""
    kind = node.kind()
    if kind == "prim::Constant":
        return node.output().toIValue()
    if kind in ("prim::ListConstruct", "prim::TupleConstruct"):
        return list(given)
    if kind in ("prim::NumToTensor", "aten::Int", "aten::ScalarImplicit"):
        return given[0]
    if not kind.startswith("aten::"):
        raise InvalidTypeError("is of no kind that verification knows")
    schema: Any = torch._C.parse_schema(node.schema())
    packet = getattr(torch.ops.aten, kind.removeprefix("aten::"))
    return _result(wiring, getattr(packet, schema.overload_name or "default"), given, {})


def _kind(target: Any) -> str:
    return target.name() if isinstance(target, torch._ops.OpOverload) else str(target)


@torch.no_grad()
def _result(wiring: Wiring, operation: Any, args: Sequence[Any], kwargs: Given) -> Any:
    """What an operation makes of values and constants."""
    if not isinstance(operation, torch._ops.OpOverload):
        raise InvalidTypeError("is of no kind that verification knows")
    schema: Any = operation._schema
    given: Given = {
        one.name: kwargs.get(one.name, one.default_value) for one in schema.arguments
    } | {one.name: value for one, value in zip(schema.arguments, args, strict=False)}
    values = [one for one in tree_leaves(list(given.values())) if isinstance(one, Value)]

    def evaluated() -> Any:
        shown = {
            name: one.example.to(wiring.own).contiguous() if isinstance(one, Value) else one
            for name, one in given.items()
        }
        found: Any = operation(**shown)
        # What is not written yet is overwritten before it is read.
        return found.zero_() if name == "empty" else found

    name = schema.name.removeprefix("aten::")
    # With _ at the end, in place.
    name = name.removesuffix("_")
    if not values or name in _SIZES:
        return evaluated()
    if name in _COMBINED:
        return _combined(wiring, _COMBINED[name], given)
    if name in _JOINED:
        return wiring.joined(getattr(torch, name), *given.values())
    if name == "cat":
        return wiring.concatenated(given["tensors"], given["dim"])
    if name == "slice_scatter" and given["dim"] != 0:

        def put(x: Tensor, y: Tensor) -> Any:
            return operation(**given | {"self": x, "src": y})

        return wiring.overwritten(given["self"], given["src"], put)
    if schema.name == "aten::copy" and isinstance(given["src"], Value):
        if evaluated().shape != given["src"].example.shape:
            raise InvalidTypeError("repeats its input")
        return given["src"]
    place = 1 if name == "addmm" else 0
    x = given[schema.arguments[place].name]
    if len(values) > 1 or not isinstance(x, Value):
        raise InvalidTypeError("takes the input in another place than the first")
    if name in _SHAPES:
        return wiring.reshaped(x, evaluated().shape)
    if name in _UNCHANGED:
        found = evaluated()
        if given.get("train") or not found.is_floating_point() or found.shape != x.example.shape:
            raise InvalidTypeError("changes its input")
        return x

    def again(rows: Tensor) -> Any:
        return operation(**given | {schema.arguments[0].name: rows})

    if name in _MOVED:
        return wiring.moved(x, again)
    if name in _NONNEGATIVE:
        return wiring.layer(Nonnegative(again, 4), x)
    if name not in _KNOWN:
        raise InvalidTypeError("is of no kind that verification knows")
    found = _KNOWN[name](wiring, x, given)
    return [found] if len(schema.returns) > 1 else found


def _combined(wiring: Wiring, kind: str, given: Given) -> Value:
    x, y = given["self"], given["other"]
    if given.get("rounding_mode") is not None:
        raise InvalidTypeError("rounds")
    if kind == "rsub":
        kind, x, y = "sub", y, x
    if given.get("alpha", 1) != 1:
        raise InvalidTypeError(f"has alpha={given['alpha']}")
    return wiring.combined(kind, x, y)


def _pair(values: Any) -> Any:
    if isinstance(values, str):
        return values
    found = (values,) if isinstance(values, int) else tuple(values)
    return found * 2 if len(found) == 1 else found


def _convolved(wiring: Wiring, x: Value, given: Given) -> Value:
    transposed = "output_padding" in given and given.get("transposed", True)
    names = ("stride", "padding", "dilation", *(("output_padding",) if transposed else ()))
    return wiring.convolved(
        x,
        given["weight"],
        given["bias"],
        transposed=transposed,
        groups=given["groups"],
        **{name: _pair(given[name]) for name in names},
    )


def _normalised(wiring: Wiring, x: Value, given: Given) -> Value:
    if given.get("use_input_stats", False):
        return _by_channels(wiring, x, given, x.example.shape[1])
    if given.get("training", False):
        raise InvalidTypeError("normalises by statistics of the batch")
    names = ("weight", "bias", "running_mean", "running_var", "eps")
    return wiring.normalised(x, *(given[name] for name in names))


def _by_channels(wiring: Wiring, x: Value, given: Given, groups: int) -> Value:
    weight, bias = (
        None if one is None else one.reshape(-1, *[1] * (x.example.dim() - 2))
        for one in (given["weight"], given["bias"])
    )
    return wiring.standardised(x, groups, given["eps"], weight, bias)


def _grouped(wiring: Wiring, x: Value, given: Given) -> Value:
    groups = given["num_groups"] if "num_groups" in given else given["group"]
    return _by_channels(wiring, x, given, groups)


def _by_last(wiring: Wiring, x: Value, given: Given) -> Value:
    parts = x.example[0].numel() // math.prod(given["normalized_shape"])
    return wiring.standardised(x, parts, given["eps"], given["weight"], given["bias"])


def _multiplied(wiring: Wiring, x: Value, given: Given) -> Value:
    if given.get("alpha", 1) != 1 or given.get("beta", 1) != 1:
        raise InvalidTypeError("has factors alpha and beta")
    weight = given["mat2"] if "mat2" in given else given["other"]
    return wiring.linear(x, weight.T, given["self"] if "mat1" in given else None)


def _pooled(wiring: Wiring, x: Value, given: Given) -> Value:
    largest = "count_include_pad" not in given
    names = ("dilation",) if largest else ("divisor_override", "count_include_pad")
    options = {name: given[name] for name in names}
    return wiring.pooled(
        x,
        largest,
        _pair(given["kernel_size"]),
        stride=_pair(given["stride"]) or None,
        padding=_pair(given["padding"]),
        ceil_mode=given["ceil_mode"],
        **{name: _pair(one) if name == "dilation" else one for name, one in options.items()},
    )


def _adaptive(wiring: Wiring, x: Value, given: Given) -> Value:
    return wiring.layer(nn.AdaptiveAvgPool2d(_pair(given["output_size"])), x)


def _padded(wiring: Wiring, x: Value, given: Given) -> Value:
    return wiring.padded(x, given["pad"], given.get("mode", "constant"), given["value"])


def _resized(wiring: Wiring, x: Value, given: Given) -> Value:
    image, into = x.example.shape[2:], given["output_size"]
    scales = given.get("scale_factors", (given.get("scales_h"), given.get("scales_w")))
    if into is None:
        into = [int(one * size) for one, size in zip(scales, image, strict=True)]
    return wiring.layer(
        Resized.cubic(image, into, scales or (None, None), given["align_corners"]), x
    )


def _elu(wiring: Wiring, x: Value, given: Given) -> Value:
    inner, outer = given["input_scale"], given["scale"]
    if inner <= 0:
        raise InvalidTypeError(f"has input_scale={inner}")
    # scale alpha (e^(inner x) - 1) up to 0, and scale x from there.
    found = x if inner == 1 else wiring.scaled(x, scale=inner)
    found = wiring.activation(nn.ELU(given["alpha"] * inner), found)
    return found if outer == inner else wiring.scaled(found, scale=outer / inner)


def _prelu(wiring: Wiring, x: Value, given: Given) -> Value:
    weight = given["weight"]
    return wiring.rectified(x, weight.reshape(-1, *[1] * (x.example.dim() - 2)))


def _largest(wiring: Wiring, x: Value, given: Given) -> Value:
    module = nn.AdaptiveMaxPool2d(_pair(given["output_size"]))
    return wiring.layer(Largest.adaptive(module, x.example.shape[2:]), x)


def _rrelu(wiring: Wiring, x: Value, given: Given) -> Value:
    if given["training"]:
        raise InvalidTypeError("draws at random")
    return wiring.layer(nn.LeakyReLU((given["lower"] + given["upper"]) / 2), x)


def _transposed(wiring: Wiring, x: Value, given: Given) -> Value:
    order = list(range(x.example.dim()))
    first, second = given["dim0"], given["dim1"]
    order[first], order[second] = order[second], order[first]
    return wiring.permuted(x, order)


def _activation(
    kind: Callable[..., nn.Module], *names: str
) -> Callable[[Wiring, Value, Given], Value]:
    return lambda wiring, x, given: wiring.activation(kind(*(given[name] for name in names)), x)


def _function(
    function: Callable[..., Tensor], *names: str
) -> Callable[[Wiring, Value, Given], Value]:
    return lambda wiring, x, given: wiring.function(
        lambda rows: function(rows, *(given[name] for name in names)), x
    )


def _softplus(wiring: Wiring, x: Value, given: Given) -> Value:
    beta = given["beta"]
    layer = nn.Softplus(threshold=given["threshold"])
    found = wiring.activation(layer, x if beta == 1 else wiring.scaled(x, scale=beta))
    return found if beta == 1 else wiring.scaled(found, scale=1 / beta)


def _softmax(wiring: Wiring, x: Value, given: Given) -> Value:
    return wiring.softmax(x, given["dim"])


def _log_softmax(wiring: Wiring, x: Value, given: Given) -> Value:
    return wiring.softmax(x, given["dim"], log=True)


_COMBINED = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "rsub": "rsub"}
_JOINED = frozenset(("ge", "gt", "le", "lt", "where"))
_SIZES = frozenset(("dim", "new_full", "new_ones", "new_zeros", "numel", "size", "sym_numel",
                    "sym_size"))  # fmt: skip
_SHAPES = frozenset(("_reshape_alias", "_unsafe_view", "flatten", "reshape", "squeeze",
                     "unflatten", "unsqueeze", "view"))  # fmt: skip
_MOVED = frozenset(("channel_shuffle", "expand", "flip", "index", "index_select", "narrow",
                    "pixel_shuffle", "pixel_unshuffle", "repeat", "repeat_interleave", "roll",
                    "select", "slice"))  # fmt: skip
_NONNEGATIVE = frozenset(("_upsample_nearest_exact2d", "reflection_pad2d", "replication_pad2d",
                          "upsample_bilinear2d", "upsample_nearest2d"))  # fmt: skip
_UNCHANGED = frozenset(("_to_copy", "alias", "alpha_dropout", "clone", "contiguous", "detach",
                        "dropout", "feature_alpha_dropout", "feature_dropout", "to"))  # fmt: skip
_KNOWN: dict[str, Callable[[Wiring, Value, Given], Value]] = {
    "_adaptive_avg_pool2d": _adaptive,
    "_convolution": _convolved,
    "_convolution_mode": _convolved,
    "_log_softmax": _log_softmax,
    "_native_batch_norm_legit_no_training": _normalised,
    "_softmax": _softmax,
    "abs": _function(torch.abs),
    "adaptive_avg_pool2d": _adaptive,
    "adaptive_max_pool2d": _largest,
    "addmm": _multiplied,
    "avg_pool2d": _pooled,
    "batch_norm": _normalised,
    "celu": _activation(nn.CELU, "alpha"),
    "clamp": lambda wiring, x, given: wiring.clamped(x, given["min"], given["max"]),
    "clamp_max": lambda wiring, x, given: wiring.clamped(x, None, given["max"]),
    "clamp_min": lambda wiring, x, given: wiring.clamped(x, given["min"], None),
    "clip": lambda wiring, x, given: wiring.clamped(x, given["min"], given["max"]),
    "constant_pad_nd": _padded,
    "conv2d": _convolved,
    "conv_transpose2d": _convolved,
    "convolution": _convolved,
    "elu": _elu,
    "erf": _function(torch.erf),
    "exp": _function(torch.exp),
    "expm1": _function(torch.expm1),
    "gelu": lambda wiring, x, given: wiring.activation(nn.GELU(given["approximate"]), x),
    "group_norm": _grouped,
    "hardsigmoid": lambda wiring, x, given: wiring.layer(nn.Hardsigmoid(), x),
    "hardswish": _activation(nn.Hardswish),
    "hardtanh": lambda wiring, x, given: wiring.clamped(x, given["min_val"], given["max_val"]),
    "instance_norm": _normalised,
    "layer_norm": _by_last,
    "leaky_relu": lambda wiring, x, given: wiring.layer(nn.LeakyReLU(given["negative_slope"]), x),
    "linear": lambda wiring, x, given: wiring.linear(x, given["weight"], given["bias"]),
    "log": _function(torch.log),
    "log1p": _function(torch.log1p),
    "log_sigmoid": _activation(nn.LogSigmoid),
    "log_softmax": _log_softmax,
    "matmul": _multiplied,
    "max_pool2d": _pooled,
    "max_pool2d_with_indices": _pooled,
    "mean": lambda wiring, x, given: wiring.averaged(x, given["dim"], given["keepdim"]),
    "mish": _activation(nn.Mish),
    "mm": _multiplied,
    "pad": _padded,
    "native_group_norm": _grouped,
    "native_layer_norm": _by_last,
    "neg": lambda wiring, x, given: wiring.scaled(x, scale=-1.0),
    "permute": lambda wiring, x, given: wiring.permuted(x, given["dims"]),
    "pow": _function(torch.pow, "exponent"),
    "prelu": _prelu,
    "relu": _activation(nn.ReLU),
    "relu6": lambda wiring, x, given: wiring.clamped(x, 0.0, 6.0),
    "rrelu": _rrelu,
    "selu": _activation(nn.SELU),
    "sigmoid": _activation(nn.Sigmoid),
    "silu": _activation(nn.SiLU),
    "softmax": _softmax,
    "softplus": _softplus,
    "tanh": _activation(nn.Tanh),
    "transpose": _transposed,
    "upsample_bicubic2d": _resized,
}
