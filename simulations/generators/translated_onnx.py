"""ONNX files as networks that verification knows."""

# Some of onnx's functions have parameters without types.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bounds.support.errors import InvalidTypeError, MissingError
from simulations.generators.files import Model
from simulations.generators.layers import Largest, Value, Wiring
from simulations.generators.resizing import Resized, weights


def onnx_network(model: Model, rows: Tensor, where: str) -> nn.Module:
    """The network of an ONNX file.

    What does not depend on the input is computed as the file does, in its own types.

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
    MissingError
        If the package onnx is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingError(
            f"verify: {where}: reading the layers of ONNX needs onnx: pip install "
            "'class-radius[onnx]'"
        ) from error
    proto: Any = onnx.load(model.source)
    graph = proto.graph
    wiring = Wiring(rows)
    values: dict[str, Any] = {
        one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer
    }
    (free,) = (one.name for one in graph.input if one.name not in values)
    values[free] = wiring.input
    output = model.chosen or model.outputs[0]
    wanted = {output}
    for node in reversed(graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input) - {""}
    opsets = {one.domain: one.version for one in proto.opset_import}
    for node in graph.node:
        if wanted & set(node.output):
            with wiring.reading(where, node.name or node.output[0], node.op_type):
                made = _Node.of(node, [values.get(one) for one in node.input], opsets)
                values.update(zip(node.output, made.results(wiring), strict=False))
    if not isinstance(values[output], Value):
        raise InvalidTypeError(f"verify: {where}: its output {output} does not depend on its input")
    return wiring.network(values[output])


@dataclass(frozen=True)
class _Node:
    """A node with what its inputs are and its attributes."""

    proto: Any
    inputs: Sequence[Any]
    options: dict[str, Any]
    opsets: dict[str, int]

    @classmethod
    def of(cls, proto: Any, inputs: Sequence[Any], opsets: dict[str, int]) -> _Node:
        from onnx import helper

        options = {one.name: helper.get_attribute_value(one) for one in proto.attribute}
        return cls(proto, inputs, options, opsets)

    def results(self, wiring: Wiring) -> list[Any]:
        """What its outputs are, the first of those that depend on the input."""
        kind, x = self.proto.op_type, self.inputs[0] if self.inputs else None
        if not any(isinstance(one, Value) for one in self.inputs):
            return self.evaluated(self.inputs)
        if kind in _COMBINED:
            return [wiring.combined(_COMBINED[kind], *(_constant(one) for one in self.inputs))]
        if kind in _JOINED:
            return [wiring.joined(_JOINED[kind], *(_constant(one) for one in self.inputs))]
        if kind == "Concat":
            return [
                wiring.concatenated([_constant(one) for one in self.inputs], self.options["axis"])
            ]
        if not isinstance(x, Value) or any(isinstance(one, Value) for one in self.inputs[1:]):
            raise InvalidTypeError("takes the input in another place than the first")
        if kind == "Shape":
            return self.evaluated([x.example.numpy()])
        if kind in _SHAPES:
            (found,) = self.evaluated([x.example.numpy(), *self.inputs[1:]])
            return [wiring.reshaped(x, found.shape)]
        if kind in _MOVED:
            return [wiring.moved(x, self._again)]
        if kind not in _KNOWN:
            raise InvalidTypeError("is of no kind that verification knows")
        return [_KNOWN[kind](self, wiring, x)]

    def evaluated(self, inputs: Sequence[Any]) -> list[Any]:
        """Its outputs for arrays."""
        from onnx.reference import ReferenceEvaluator

        given = {name: value for name, value in zip(self.proto.input, inputs, strict=True) if name}
        evaluator: Any = ReferenceEvaluator(self.proto, opsets=self.opsets)
        return list(evaluator.run(None, given))

    @property
    def newer(self) -> bool:
        """Whether it is a Resize that has more than one way to place pixels."""
        return self.proto.op_type == "Resize" and self.opsets.get("", 1) >= 11

    def _again(self, rows: Tensor) -> Tensor:
        (found,) = self.evaluated([rows.numpy(), *self.inputs[1:]])
        return torch.as_tensor(np.ascontiguousarray(found))

    def tensor(self, place: int) -> Tensor | None:
        """A constant input, or None."""
        given = self.inputs[place] if place < len(self.inputs) else None
        return None if given is None else _constant(given)

    def weight(self, place: int) -> Tensor:
        """A constant input that has to be there."""
        found = self.tensor(place)
        if found is None:
            raise InvalidTypeError(f"lacks input {place}")
        return found

    def pads(self, x: Value, windows: Sequence[int]) -> list[int]:
        """Of images: above, left, below and right."""
        kind = self.options.get("auto_pad", b"NOTSET")
        pads = list(self.options.get("pads", [0] * 4))
        if kind in (b"SAME_UPPER", b"SAME_LOWER") and self.proto.op_type != "ConvTranspose":
            size, window = np.array(x.example.shape[2:]), np.array(windows)
            stride, gap = (np.array(self.options.get(k, (1, 1))) for k in ("strides", "dilations"))
            total = np.maximum((-(-size // stride) - 1) * stride + (window - 1) * gap + 1 - size, 0)
            less, more = total // 2, total - total // 2
            pair = (less, more) if kind == b"SAME_UPPER" else (more, less)
            return [int(one) for one in np.concatenate(pair)]
        if kind not in (b"NOTSET", b"VALID") or len(pads) != 4:
            raise InvalidTypeError(f"pads by {kind.decode()}, {pads}")
        return pads

    def windows(self, *also: str) -> dict[str, Any]:
        """Strides and what else has torch's own names, of images."""
        found: dict[str, Any] = {"stride": tuple(self.options.get("strides", (1, 1)))}
        for name in also:
            ours = {"dilations": "dilation", "group": "groups"}.get(name, name)
            if name in self.options:
                value = self.options[name]
                found[ours] = value if isinstance(value, int) else tuple(value)
        return found


def _constant(value: Any) -> Any:
    return value if isinstance(value, Value) else torch.as_tensor(np.array(value))


def _gemm(node: _Node, wiring: Wiring, x: Value) -> Value:
    options = node.options
    if options.get("transA", 0):
        raise InvalidTypeError("multiplies by the input from the right")
    weight, bias = node.weight(1).double(), node.tensor(2)
    weight = weight if options.get("transB", 0) else weight.T
    if bias is not None:
        bias = bias.double() * options.get("beta", 1.0)
    return wiring.linear(x, weight * options.get("alpha", 1.0), bias)


def _convolution(node: _Node, wiring: Wiring, x: Value) -> Value:
    transposed = node.proto.op_type == "ConvTranspose"
    also = ("dilations", "group", *(("output_padding",) if transposed else ()))
    if "output_shape" in node.options:
        raise InvalidTypeError("is told the shape of its output")
    top, left, bottom, right = node.pads(x, node.weight(1).shape[2:])
    sides = (left, right, top, bottom)
    options = node.windows(*also)
    if (top, left) == (bottom, right):
        options["padding"], sides = (top, left), (0, 0, 0, 0)
    if transposed:
        found = wiring.convolved(x, node.weight(1), node.tensor(2), transposed=True, **options)
        # What it is padded by is left out.
        return wiring.padded(found, [-one for one in sides])
    padded = wiring.padded(x, sides)
    return wiring.convolved(padded, node.weight(1), node.tensor(2), **options)


def _normalised(node: _Node, wiring: Wiring, x: Value) -> Value:
    if node.options.get("training_mode", 0):
        raise InvalidTypeError("normalises by statistics of the batch")
    weight, bias, mean, var = (node.weight(place) for place in range(1, 5))
    return wiring.normalised(x, weight, bias, mean, var, node.options.get("epsilon", 1e-5))


def _by_instance(node: _Node, wiring: Wiring, x: Value) -> Value:
    shape = x.example.shape
    weight, bias = (node.weight(place).reshape(-1, *[1] * (len(shape) - 2)) for place in (1, 2))
    return wiring.standardised(x, shape[1], node.options.get("epsilon", 1e-5), weight, bias)


def _by_last(node: _Node, wiring: Wiring, x: Value) -> Value:
    shape = x.example.shape
    axis = node.options.get("axis", -1) % len(shape)
    if axis == 0:
        raise InvalidTypeError("normalises by statistics of the batch")
    parts = math.prod(shape[1:axis])
    eps = node.options.get("epsilon", 1e-5)
    return wiring.standardised(x, parts, eps, node.weight(1), node.tensor(2))


def _pooled(node: _Node, wiring: Wiring, x: Value) -> Value:
    options, size = node.options, tuple(node.options["kernel_shape"])
    pads, ceiling = node.pads(x, size), bool(options.get("ceil_mode", 0))
    gap = tuple(options.get("dilations", (1, 1)))
    top, left, bottom, right = pads
    stride, sides = tuple(options.get("strides", (1, 1))), (left, right, top, bottom)
    largest, whole = node.proto.op_type == "MaxPool", bool(options.get("count_include_pad", 0))
    if not largest and set(gap) != {1}:
        raise InvalidTypeError("takes means with dilation")
    if ceiling:
        if pads[:2] != pads[2:]:
            raise InvalidTypeError(f"pads by {pads}, rounding up")
        also = {"dilation": gap} if largest else {"count_include_pad": whole}
        return wiring.pooled(
            x, largest, size, stride=stride, padding=(top, left), ceil_mode=True, **also
        )
    if largest:
        return wiring.layer(Largest(size, stride, sides, gap), x)
    found = wiring.pooled(wiring.padded(x, sides), False, size, stride=stride)
    if whole or not any(pads):
        return found
    inside = nn.functional.pad(torch.ones(1, 1, *x.example.shape[2:]).double(), sides)
    return wiring.scaled(found, scale=1 / nn.functional.avg_pool2d(inside, size, stride))


def _averaged(node: _Node, wiring: Wiring, x: Value) -> Value:
    given = node.tensor(1)
    axes = node.options.get("axes", ()) if given is None else given.flatten()
    return wiring.averaged(x, [int(axis) for axis in axes], bool(node.options.get("keepdims", 1)))


def _clamped(node: _Node, wiring: Wiring, x: Value) -> Value:
    low, high = (
        node.options.get(name) if node.tensor(place) is None else node.tensor(place)
        for place, name in ((1, "min"), (2, "max"))
    )
    return wiring.clamped(x, low, high)


def _resized(node: _Node, wiring: Wiring, x: Value) -> Value:
    options, shape = node.options, x.example.shape
    scales = node.tensor(2 if node.newer else 1)
    sizes = node.tensor(3)
    if sizes is None or not sizes.numel():
        if scales is None or len(scales) != x.example.dim():
            raise InvalidTypeError("resizes to no known shape")
        factors = [Fraction(float(one)) for one in scales]
        target = [math.floor(one * size) for one, size in zip(factors, shape, strict=True)]
    else:
        target = [int(one) for one in sizes]
        factors = [Fraction(new, size) for new, size in zip(target, shape, strict=True)]
    kept = len(target) == 4 and target[:2] == list(shape[:2])
    policy = options.get("keep_aspect_ratio_policy", b"stretch")
    if not kept or options.get("antialias", 0) or policy != b"stretch":
        raise InvalidTypeError(f"resizes {tuple(shape)} to {tuple(target)}, {policy.decode()}")
    # Before there was a choice.
    usual = (b"half_pixel", b"round_prefer_floor") if node.newer else (b"asymmetric", b"floor")
    place = options.get("coordinate_transformation_mode", usual[0]).decode()
    mode = options.get("mode", b"nearest").decode()
    rows, columns = (
        weights(
            shape[axis], target[axis], factors[axis], mode, place,
            nearest=options.get("nearest_mode", usual[1]).decode(),
            steepness=options.get("cubic_coeff_a", -0.75),
            inside=bool(options.get("exclude_outside", 0)),
        )
        for axis in (2, 3)
    )  # fmt: skip
    return wiring.layer(Resized(rows, columns), x)


def _padded(node: _Node, wiring: Wiring, x: Value) -> Value:
    pads, value, axes = (node.tensor(place) for place in (1, 2, 3))
    given = torch.as_tensor(node.options["pads"]) if pads is None else pads
    number = node.options.get("value", 0.0) if value is None or not value.numel() else float(value)
    mode = node.options.get("mode", b"constant")
    if mode not in _PADS:
        raise InvalidTypeError(f"pads in mode {mode.decode()}")
    # Of all axes, before and after, from the last axis on.
    sides = torch.zeros(x.example.dim(), 2, dtype=torch.int64)
    sides[slice(None) if axes is None else axes] = given.reshape(2, -1).T
    flat = [int(one) for one in sides.flip(0).flatten()]
    # Torch repeats numbers only of as many axes as images have.
    least = 0 if mode == b"constant" else 2 * (x.example.dim() - 2)
    while len(flat) > least and not any(flat[-2:]):
        del flat[-2:]
    return wiring.padded(x, flat, _PADS[mode], number if mode == b"constant" else None)


def _selu(node: _Node, wiring: Wiring, x: Value) -> Value:
    alpha, gamma = (
        node.options.get(name, usual)
        for name, usual in (("alpha", 1.6732631921768188), ("gamma", 1.0507010221481323))
    )
    return wiring.scaled(wiring.activation(nn.ELU(alpha), x), scale=gamma)


def _hard_sigmoid(node: _Node, wiring: Wiring, x: Value) -> Value:
    slope, shift = node.options.get("alpha", 0.2), node.options.get("beta", 0.5)
    return wiring.clamped(wiring.scaled(x, scale=slope, shift=shift), 0.0, 1.0)


def _power(exponent: float) -> Callable[[Tensor], Tensor]:
    return lambda rows: rows**exponent


def _softmax(node: _Node, wiring: Wiring, x: Value) -> Value:
    default = -1 if node.opsets.get("", 1) >= 13 else 1
    log = node.proto.op_type == "LogSoftmax"
    return wiring.softmax(x, node.options.get("axis", default), log=log)


def _unchanged(node: _Node, wiring: Wiring, x: Value) -> Value:
    del wiring
    training = node.tensor(2) if node.proto.op_type == "Dropout" else None
    if training is not None and training.any():
        raise InvalidTypeError("draws at random")
    if node.proto.op_type == "Cast" and node.options["to"] not in (1, 11):
        raise InvalidTypeError("rounds to another type")
    return x


_PADS = {b"constant": "constant", b"edge": "replicate", b"reflect": "reflect", b"wrap": "circular"}
_COMBINED = {"Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div"}
_JOINED = {"Greater": torch.gt, "GreaterOrEqual": torch.ge, "Less": torch.lt,
           "LessOrEqual": torch.le, "Where": torch.where}  # fmt: skip
_MOVED = frozenset(("DepthToSpace", "Gather", "Slice", "SpaceToDepth"))
_SHAPES = frozenset(("Flatten", "Reshape", "Squeeze", "Unsqueeze"))
_KNOWN: dict[str, Callable[[_Node, Wiring, Value], Value]] = {
    "Abs": lambda node, wiring, x: wiring.function(torch.abs, x),
    "AveragePool": _pooled,
    "BatchNormalization": _normalised,
    "Cast": _unchanged,
    "Celu": lambda node, wiring, x: wiring.activation(nn.CELU(node.options.get("alpha", 1.0)), x),
    "Clip": _clamped,
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "Dropout": _unchanged,
    "Elu": lambda node, wiring, x: wiring.activation(nn.ELU(node.options.get("alpha", 1.0)), x),
    "Erf": lambda node, wiring, x: wiring.function(torch.erf, x),
    "Exp": lambda node, wiring, x: wiring.function(torch.exp, x),
    "Gelu": lambda node, wiring, x: wiring.activation(
        nn.GELU(node.options.get("approximate", b"none").decode()), x
    ),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda node, wiring, x: wiring.averaged(x, (2, 3), True),
    "GlobalMaxPool": lambda node, wiring, x: wiring.layer(
        Largest.adaptive(nn.AdaptiveMaxPool2d(1), x.example.shape[2:]), x
    ),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda node, wiring, x: wiring.activation(nn.Hardswish(), x),
    "Identity": _unchanged,
    "InstanceNormalization": _by_instance,
    "LayerNormalization": _by_last,
    "LeakyRelu": lambda node, wiring, x: wiring.layer(
        nn.LeakyReLU(node.options.get("alpha", 0.01)), x
    ),
    "Log": lambda node, wiring, x: wiring.function(torch.log, x),
    "LogSoftmax": _softmax,
    "MatMul": lambda node, wiring, x: wiring.linear(x, node.weight(1).T),
    "MaxPool": _pooled,
    "Mish": lambda node, wiring, x: wiring.activation(nn.Mish(), x),
    "Neg": lambda node, wiring, x: wiring.scaled(x, scale=-1.0),
    "PRelu": lambda node, wiring, x: wiring.rectified(x, node.weight(1)),
    "Pad": _padded,
    "Pow": lambda node, wiring, x: wiring.function(_power(float(node.weight(1))), x),
    "ReduceMean": _averaged,
    "Relu": lambda node, wiring, x: wiring.layer(nn.ReLU(), x),
    "Resize": _resized,
    "Selu": _selu,
    "Sigmoid": lambda node, wiring, x: wiring.activation(nn.Sigmoid(), x),
    "Softmax": _softmax,
    "Softplus": lambda node, wiring, x: wiring.activation(nn.Softplus(), x),
    "Softsign": lambda node, wiring, x: wiring.activation(nn.Softsign(), x),
    "Tanh": lambda node, wiring, x: wiring.activation(nn.Tanh(), x),
    "Transpose": lambda node, wiring, x: wiring.permuted(
        x, node.options.get("perm", range(x.example.dim())[::-1])
    ),
    "Upsample": _resized,
}
