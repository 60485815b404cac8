"""Layers that verification knows besides torch's own, and networks that are wired of both.

Graphs of files become networks of these layers: one meaning for every format. A network holds the
file's weights in float64, unrounded.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn

from bounds.support.errors import InvalidTypeError
from simulations.generators.curves import module_of, recognised
from simulations.generators.images import Adaptation
from simulations.generators.resizing import Resized
from simulations.generators.spellings import composed, joined, same


class Reshape(nn.Module):
    """Rows in another shape.

    Parameters
    ----------
    row : tuple of int

    Examples
    --------
    >>> Reshape((2, 3))(torch.zeros(4, 6)).shape
    torch.Size([4, 2, 3])
    """

    def __init__(self, row: Sequence[int]) -> None:
        super().__init__()
        self.row = tuple(row)

    def forward(self, x: Tensor) -> Tensor:
        """The same numbers in its shape."""
        return x.reshape(-1, *self.row)


class Permute(nn.Module):
    """Rows with their axes in another order.

    Parameters
    ----------
    order : tuple of int
        Axes, with that of the rows, 0, first.

    Examples
    --------
    >>> Permute((0, 2, 1))(torch.zeros(4, 2, 3)).shape
    torch.Size([4, 3, 2])
    """

    def __init__(self, order: Sequence[int]) -> None:
        super().__init__()
        self.order = tuple(order)

    def forward(self, x: Tensor) -> Tensor:
        """The same numbers in its order."""
        return x.permute(self.order)


class Moved(nn.Module):
    """Rows made of numbers of rows.

    Parameters
    ----------
    places : Tensor of int
        Of each number in the flattened row that it is taken from.

    Examples
    --------
    >>> Moved(torch.tensor([[2, 0], [1, 1]]))(torch.tensor([[1.0, 2.0, 3.0]])).tolist()
    [[[3.0, 1.0], [2.0, 2.0]]]
    """

    places: Tensor

    def __init__(self, places: Tensor) -> None:
        super().__init__()
        self.register_buffer("places", places)

    def forward(self, x: Tensor) -> Tensor:
        """The numbers at its places."""
        return x.flatten(1)[:, self.places]


class Scaled(nn.Module):
    """(x - centre) scale + shift, element by element.

    Parameters
    ----------
    centre, scale, shift : float or Tensor
        Numbers, or of a shape that fits to rows.

    Examples
    --------
    >>> Scaled(-1.0, 0.5)(torch.tensor([[0.0, 1.0]])).tolist()
    [[0.5, 1.0]]
    """

    centre: Tensor
    scale: Tensor
    shift: Tensor

    def __init__(self, centre: Any = 0.0, scale: Any = 1.0, shift: Any = 0.0) -> None:
        super().__init__()
        for name, value in (("centre", centre), ("scale", scale), ("shift", shift)):
            self.register_buffer(name, torch.as_tensor(value, dtype=torch.float64))

    @property
    def keeps_order(self) -> bool:
        """Whether it multiplies by one positive number."""
        alone = self.scale.numel() == 1 and bool((self.scale > 0).all())
        return alone and not self.centre.any() and not self.shift.any()

    def forward(self, x: Tensor) -> Tensor:
        """The scaled numbers."""
        return (x - self.centre) * self.scale + self.shift

    def inverse(self, y: Tensor) -> Tensor:
        """The numbers of which these are the scaled ones."""
        return (y - self.shift) / self.scale + self.centre


class Nonnegative(nn.Module):
    """A linear function of rows with weights >= 0.

    Parameters
    ----------
    function : callable
        Of tensors (n, ...).
    terms : int
        At least as many as its longest sum has.

    Examples
    --------
    >>> Nonnegative(lambda x: x.mean(1), 3)(torch.tensor([[1.0, 2.0, 3.0]])).tolist()
    [2.0]
    """

    def __init__(self, function: Callable[[Tensor], Tensor], terms: int) -> None:
        super().__init__()
        self.function, self.terms = function, terms

    def forward(self, x: Tensor) -> Tensor:
        """What the function is of x."""
        return self.function(x)


class Padded(nn.Module):
    """Rows with more, or fewer, numbers at the ends of their last axes.

    Parameters
    ----------
    pads : tuple of int
    mode : str
    value : float or None
        As for `torch.nn.functional.pad`.

    Examples
    --------
    >>> Padded((0, 1), value=2.0)(torch.ones(1, 1)).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self, pads: Sequence[int], mode: str = "constant", value: float | None = None
    ) -> None:
        super().__init__()
        self.pads, self.mode, self.value = tuple(pads), mode, value

    def forward(self, x: Tensor) -> Tensor:
        """The padded rows."""
        return nn.functional.pad(x, self.pads, self.mode, self.value)

    def without_value(self, x: Tensor) -> Tensor:
        """The rows padded by zeros, where they are by a number."""
        return nn.functional.pad(x, self.pads, self.mode)


class Rectifier(nn.Module):
    """max(x, 0) + slope min(x, 0), element by element.

    Parameters
    ----------
    slope : Tensor
        Of a shape that fits to rows.

    Examples
    --------
    >>> Rectifier(torch.tensor([0.5, -2.0]))(torch.tensor([[-1.0, -1.0], [3.0, 3.0]])).tolist()
    [[-0.5, 2.0], [3.0, 3.0]]
    """

    slope: Tensor

    def __init__(self, slope: Tensor) -> None:
        super().__init__()
        self.register_buffer("slope", slope)

    def forward(self, x: Tensor) -> Tensor:
        """The rectified numbers."""
        return torch.where(x > 0, x, self.slope * x)


class Standardised(nn.Module):
    """Parts of rows, each by its own mean and deviation.

    Parameters
    ----------
    parts : int
        Of a flattened row, of equal lengths.
    eps : float
        Added to the variance.

    Examples
    --------
    >>> Standardised(2, 0.0)(torch.tensor([[1.0, 3.0, 5.0, 5.5]])).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def __init__(self, parts: int, eps: float) -> None:
        super().__init__()
        self.parts, self.eps = parts, eps

    def forward(self, x: Tensor) -> Tensor:
        """The standardised rows."""
        found = self.without_mean(x)
        return found / (self.mean(found.square()) + self.eps).sqrt()

    def mean(self, x: Tensor) -> Tensor:
        """The mean of each part in the place of its numbers."""
        split = x.reshape(len(x), self.parts, -1)
        return split.mean(2, keepdim=True).expand_as(split).reshape(x.shape)

    def without_mean(self, x: Tensor) -> Tensor:
        """The rows without the means of their parts."""
        return x - self.mean(x)


class Largest(nn.Module):
    """The largest of windows of images, which may reach beyond their sides.

    Parameters
    ----------
    size, stride : tuple of int
        Of the windows, by rows and columns.
    sides : tuple of int
        By how much they reach beyond left, right, top and bottom; each has some pixel.
    gap : tuple of int
        From one pixel of a window to the next.

    Examples
    --------
    >>> Largest((2, 2), (1, 1), (0, 1, 0, 0))(torch.tensor([[[[1.0, 3.0], [2.0, 0.0]]]])).tolist()
    [[[[3.0, 3.0]]]]
    """

    def __init__(
        self,
        size: Sequence[int],
        stride: Sequence[int],
        sides: Sequence[int],
        gap: Sequence[int] = (1, 1),
    ) -> None:
        super().__init__()
        self.size, self.stride, self.gap = tuple(size), tuple(stride), tuple(gap)
        self.sides = tuple(sides)

    @classmethod
    def like(cls, module: nn.MaxPool2d, image: Sequence[int]) -> Largest:
        """Torch's own, of images of so many rows and columns."""
        size, stride, padding, gap = (
            (one, one) if isinstance(one, int) else tuple(one)
            for one in (module.kernel_size, module.stride, module.padding, module.dilation)
        )
        if module.return_indices or len(image) != 2:
            raise InvalidTypeError(f"{module}: expected max-pooling of images without indices")
        shape = module(torch.zeros(1, 1, *image)).shape[2:]
        below, right = (
            max(0, (windows - 1) * step + (window - 1) * apart + 1 - length - before)
            for windows, step, window, apart, length, before in zip(
                shape, stride, size, gap, image, padding, strict=True
            )
        )
        return cls(size, stride, (padding[1], right, padding[0], below), gap)

    @classmethod
    def adaptive(cls, module: nn.AdaptiveMaxPool2d, image: Sequence[int]) -> Largest:
        """Torch's own that makes images of a given size, where windows have one size."""
        if module.return_indices or len(image) != 2:
            raise InvalidTypeError(f"{module}: expected max-pooling of images without indices")
        pairs = list(zip(image, module(torch.zeros(1, 1, *image)).shape[2:], strict=True))
        if any(old % new for old, new in pairs):
            raise InvalidTypeError(f"{module}: expected a size that divides {tuple(image)}")
        size = [old // new for old, new in pairs]
        return cls(size, size, (0, 0, 0, 0))

    def forward(self, x: Tensor) -> Tensor:
        """The largest numbers."""
        return self.windows(x).amax(2)

    def windows(self, x: Tensor) -> Tensor:
        """The numbers (n, c, k, rows, columns) of each window."""
        rows, columns = (self._places(axis, x.shape[2 + axis]) for axis in (0, 1))
        return x[:, :, rows[:, None, :, None], columns[:, None]].flatten(2, 3)

    def _places(self, axis: int, length: int) -> Tensor:
        """The rows or columns (k, windows) that are in windows."""
        size, stride, gap = self.size[axis], self.stride[axis], self.gap[axis]
        before, after = self.sides[2 - 2 * axis : 4 - 2 * axis]
        count = (length + before + after - (size - 1) * gap - 1) // stride + 1
        places = gap * torch.arange(size)[:, None] + stride * torch.arange(count) - before
        if not bool(((places >= 0) & (places < length)).any(0).all()):
            raise InvalidTypeError(f"has windows beyond its image of {length} pixels")
        # What is beyond a side is one of the window that is not.
        under, over = (-places).clamp_min(0), (places - (length - 1)).clamp_min(0)
        return places + gap * ((under + gap - 1) // gap - (over + gap - 1) // gap)


EXPECTED = (
    "linear layers, convolutions, batch, group, layer and instance normalisation, rectifiers, "
    "clamping, sigmoid, tanh, SiLU, GELU, Mish, softplus, log sigmoid, softsign, ELU, SELU, CELU, "
    "hardswish, hardsigmoid, pooling, padding, upsampling, sums, concatenation, shapes, and "
    "softmax at the end; of any other network --smoothing tells lower limits"
)
"""What verification knows, in words."""


class _Refused(InvalidTypeError):
    """A node that is refused, with its name."""


@contextmanager
def _reading(where: str, name: str, kind: str) -> Generator[None]:
    """A context in which a node of a file is read; what is wrong with it is told with its name."""
    try:
        yield
    except _Refused:
        raise
    except InvalidTypeError as error:
        raise _Refused(
            f"verify: {where}: its node {name!r} ({kind}) {error}: expected {EXPECTED}"
        ) from error
    except Exception as error:  # a file may hold anything
        raise InvalidTypeError(
            f"verify: {where}: its node {name!r} ({kind}) can't be read "
            f"({type(error).__name__}: {error})"
        ) from error


LAYERS = (Largest, Moved, Nonnegative, Padded, Permute, Rectifier, Reshape, Resized, Scaled,
          Standardised)  # fmt: skip
"""Those that are not torch's, which a tracer does not look into."""


def adapting(fit: Adaptation, row: Sequence[int]) -> list[nn.Module]:
    """What is done to images between decoder and classifier, as layers.

    Parameters
    ----------
    fit : Adaptation
    row : tuple of int
        Shape of an image.

    Examples
    --------
    >>> layers = nn.Sequential(*adapting(Adaptation(None, (4, 4), (-1, 1, 0, 1)), (2, 2)))
    >>> layers(torch.ones(3, 2, 2)).shape
    torch.Size([3, 4, 4])
    """
    layers: list[nn.Module] = []
    if fit.channels is not None or fit.resize is not None:
        # A sum over colours, one over rows and one over columns.
        function = Adaptation(fit.channels, fit.resize)
        layers.append(Nonnegative(function, 3 + sum(row)))
    if fit.scale is not None:
        a, b, c, d = fit.scale
        layers.append(Scaled(a, (d - c) / (b - a), c))
    if fit.row is not None:
        layers.append(Reshape(fit.row))
    return layers


@dataclass(frozen=True)
class Value:
    """What a node of a file stands for, where it depends on the input.

    Attributes
    ----------
    node : torch.fx.Node
        Of the network.
    example : Tensor
        What it is for a few rows.
    of : tuple, optional
        Another value and of which function of each of its numbers these are, if they are one.
    open : tuple of str, optional
        The place in the file, where no layer is known yet for that function.
    """

    node: torch.fx.Node
    example: Tensor
    of: tuple[Value, Callable[[Tensor], Tensor]] | None = None
    open: tuple[str, str, str] | None = None

    def origins(self) -> Generator[tuple[Value, Callable[[Tensor], Tensor]]]:
        """All values whose numbers it is a function of, one by one, the nearest first."""
        value, function = self, same
        while True:
            yield value, function
            if value.of is None:
                return
            value, inner = value.of
            function = composed(function, inner)

    def from_origin(self, origin: Value) -> Callable[[Tensor], Tensor] | None:
        """The function of each number of another value that these are, if they are one."""
        before, last = origin.of or (None, None)
        for value, function in self.origins():
            if value is origin:
                return function
            if value is before and isinstance(last, Scaled) and last.scale.any():
                # What was scaled is a function of its multiple.
                return composed(function, last.inverse)
        return None

    def known(self) -> torch.fx.Node:
        """Its node, if it has layers."""
        if self.open is not None:
            with _reading(*self.open):
                raise InvalidTypeError("is no linear function of its inputs")
        return self.node


def _example(x: Value | Tensor) -> Tensor:
    return x.example if isinstance(x, Value) else x


def _row(constant: Tensor) -> Tensor:
    """The one row that all are."""
    if bool((constant != constant[:1]).any()):
        raise InvalidTypeError("has constants of its own for each row")
    return constant[:1].double()


def _always(number: Any) -> Callable[[Tensor], Tensor]:
    found = torch.as_tensor(number, dtype=torch.float64)
    if found.numel() != 1:
        raise InvalidTypeError("is no linear function of its inputs")
    return lambda x: found.reshape(())


class Wiring:
    """A network in the making.

    Parameters
    ----------
    rows : Tensor of shape (n, ...)
        A few inputs.
    own : torch.dtype
        In which the file computes.

    Examples
    --------
    >>> wiring = Wiring(torch.zeros(3, 2))
    >>> doubled = wiring.layer(Scaled(scale=2.0), wiring.input)
    >>> wiring.network(wiring.sum(doubled, wiring.input))(torch.ones(1, 2)).tolist()
    [[3.0, 3.0]]
    """

    def __init__(self, rows: Tensor, own: torch.dtype = torch.float32) -> None:
        self.own = own
        self._root = nn.Module()
        self._graph = torch.fx.Graph()
        self.input = Value(self._graph.placeholder("rows"), rows.double())
        self._place = ("", "", "")

    @contextmanager
    def reading(self, where: str, name: str, kind: str) -> Generator[None]:
        """A context in which a node of a file is read; what is wrong is told with its name."""
        self._place = where, name, kind
        with _reading(where, name, kind):
            yield

    @torch.no_grad()
    def layer(self, module: nn.Module, x: Value) -> Value:
        """What a layer makes of a value."""
        module = module.double().eval()
        example = module(x.example)
        if example.dim() == 0 or len(example) != len(x.example):
            raise InvalidTypeError(f"makes {tuple(example.shape)} of {tuple(x.example.shape)}")
        name = f"layer{len(self._graph.nodes)}"
        self._root.add_module(name, module)
        return Value(self._graph.call_module(name, (x.known(),)), example)

    def activation(self, module: nn.Module, x: Value) -> Value:
        """A layer that is a function of each number."""
        if x.open is None:
            return replace(self.layer(module, x), of=(x, module))
        return self.function(module, x)

    @torch.no_grad()
    def function(self, function: Callable[[Tensor], Tensor], x: Value) -> Value:
        """A function of each number, left open until it is one that has a layer."""
        found = Value(x.node, function(x.example).double(), (x, function), self._place)
        for origin, whole in found.origins():
            curve = None if origin.open is not None else recognised(whole)
            if curve is not None:
                name, factor = curve
                made = self.layer(module_of(name), origin)
                if factor != 1:
                    made = self.scaled(made, scale=factor)
                return replace(made, of=(x, function))
        return found

    def joined(self, function: Callable[..., Tensor], *given: Any) -> Value:
        """A function of each number of values that depend on those of one, and of constants."""
        values = [one for one in given if isinstance(one, Value)]
        made = None
        for origin in [origin for one in values for origin, _ in one.origins()]:
            parts = [
                one.from_origin(origin) if isinstance(one, Value) else _always(one) for one in given
            ]
            known = [part for part in parts if part is not None]
            if len(known) == len(given):
                found = self.function(joined(function, known), origin)
                if found.open is None:
                    return found
                made = made or found
        if made is None:
            raise InvalidTypeError("is no linear function of its inputs")
        return made

    def sum(self, x: Value, y: Value) -> Value:
        """The sum of two values; where one has a number, it is that for all of the other's."""
        if x.example.dim() != y.example.dim():
            raise InvalidTypeError(
                f"adds shapes {tuple(x.example.shape)} and {tuple(y.example.shape)}"
            )
        example = x.example + y.example
        x, y = (self.moved(one, lambda numbers: numbers.expand(example.shape)) for one in (x, y))
        node = self._graph.call_function(operator.add, (x.known(), y.known()))
        return Value(node, example)

    def network(self, output: Value) -> nn.Module:
        """The network that ends in a value."""
        self._graph.output(output.known())
        made = torch.fx.GraphModule(self._root, self._graph)
        made.graph.eliminate_dead_code()
        made.recompile()
        return made.eval()

    # --- what files do, in these layers ----------------------------------------------------------

    def linear(self, x: Value, weight: Tensor, bias: Tensor | None = None) -> Value:
        """A linear layer, x W^T + b, for W (out, in)."""
        if x.example.dim() != 2 or weight.dim() != 2:
            raise InvalidTypeError(
                f"multiplies shapes {tuple(x.example.shape)} and {tuple(weight.T.shape)}"
            )
        if bias is not None:
            bias = bias.double().expand(1, len(weight)).reshape(-1)
        layer = nn.Linear(weight.shape[1], len(weight), bias is not None, device="meta")
        return self.layer(weighted(layer, weight, bias), x)

    def convolved(
        self,
        x: Value,
        weight: Tensor,
        bias: Tensor | None,
        *,
        transposed: bool = False,
        groups: int = 1,
        **options: Any,
    ) -> Value:
        """Convolutions of images, with torch's own options."""
        if x.example.dim() != 4 or weight.dim() != 4:
            raise InvalidTypeError(f"convolves shape {tuple(x.example.shape)}")
        kind: Any = nn.ConvTranspose2d if transposed else nn.Conv2d
        first, second = len(weight), weight.shape[1] * groups
        channels = (first, second) if transposed else (second, first)
        layer = kind(
            *channels, tuple(weight.shape[2:]), groups=groups, bias=bias is not None,
            device="meta", **options,
        )  # fmt: skip
        return self.layer(weighted(layer, weight, bias), x)

    def normalised(
        self, x: Value, weight: Tensor | None, bias: Tensor | None, mean: Any, var: Any, eps: float
    ) -> Value:
        """Batch normalisation by running statistics."""
        if not isinstance(mean, Tensor) or not isinstance(var, Tensor):
            raise InvalidTypeError("normalises by statistics of the batch")
        shape = (-1,) + (1,) * (x.example.dim() - 2)
        scale = 1 / (var.double() + eps).sqrt()
        if weight is not None:
            scale = scale * weight.double()
        shift = torch.zeros_like(scale) if bias is None else bias.double()
        centre = mean.double()
        return self.scaled(x, centre.reshape(shape), scale.reshape(shape), shift.reshape(shape))

    def standardised(
        self, x: Value, parts: int, eps: float, weight: Tensor | None, bias: Tensor | None
    ) -> Value:
        """Normalisation by statistics of parts of each row; weights of a shape that fits to it."""
        found = self.layer(Standardised(parts, eps), x)
        if weight is None and bias is None:
            return found
        scale = torch.ones(()) if weight is None else weight.detach()
        return self.scaled(found, 0.0, scale, 0.0 if bias is None else bias.detach())

    def scaled(self, x: Value, centre: Any = 0.0, scale: Any = 1.0, shift: Any = 0.0) -> Value:
        """(x - centre) scale + shift."""
        layer = Scaled(centre, scale, shift)
        for part in (layer.centre, layer.scale, layer.shift):
            own_rows = part.dim() == x.example.dim() and len(part) != 1
            if own_rows or (part + x.example).shape != x.example.shape:
                raise InvalidTypeError(
                    f"combines shapes {tuple(x.example.shape)} and {tuple(part.shape)}"
                )
        parts = layer.centre, layer.scale, layer.shift
        if any(part.numel() != 1 for part in parts):
            return self.layer(layer, x)
        return self.activation(Scaled(*(part.reshape(()) for part in parts)), x)

    def combined(self, kind: str, x: Any, y: Any) -> Value:
        """The sum, difference, product or quotient: ``add``, ``sub``, ``mul``, ``div``.

        One of them may be constant; products have a constant factor, and quotients a constant
        divisor, but where both depend on the numbers of one value.
        """
        if isinstance(x, Value) and isinstance(y, Value):
            if x.open is None and y.open is None:
                if kind == "add":
                    return self.sum(x, y)
                if kind == "sub":
                    return self.sum(x, self.scaled(y, scale=-1.0))
            return self.joined(getattr(torch, kind), x, y)
        if isinstance(x, Value):
            number = torch.as_tensor(y, dtype=torch.float64)
            if kind in ("add", "sub"):
                return self._shifted(x, number if kind == "add" else -number)
            if kind == "mul":
                return self.scaled(x, scale=number)
            if kind == "div" and bool((number != 0).all()):
                return self.scaled(x, scale=1 / number)
        elif kind in ("add", "mul"):
            return self.combined(kind, y, x)
        elif kind == "sub":
            return self.scaled(y, x, -1.0)
        raise InvalidTypeError("is no linear function of its inputs")

    def _shifted(self, x: Value, shift: Tensor) -> Value:
        # The bias of a linear layer is known as one, which margins of classes are sharper for.
        layer = None if x.node.op != "call_module" else self._root.get_submodule(str(x.node.target))
        if isinstance(layer, nn.Linear) and layer.bias is None:  # pyright: ignore[reportUnnecessaryComparison]
            (before,) = x.node.args
            assert isinstance(before, torch.fx.Node)
            biased = weighted(
                nn.Linear(layer.in_features, layer.out_features, device="meta"),
                layer.weight,
                shift.expand(1, layer.out_features).reshape(-1),
            )
            name = f"layer{len(self._graph.nodes)}"
            self._root.add_module(name, biased)
            return Value(self._graph.call_module(name, (before,)), x.example + shift)
        return self.scaled(x, -shift)

    def reshaped(self, x: Value, shape: Sequence[int]) -> Value:
        """The same rows in the shape that `x.example` would have."""
        if not shape or shape[0] != len(x.example):
            raise InvalidTypeError(
                f"makes shape {tuple(shape)} of {tuple(x.example.shape)}, mixing rows"
            )
        return self.layer(Reshape(shape[1:]), x)

    def permuted(self, x: Value, order: Sequence[int]) -> Value:
        """Axes in another order."""
        axes = tuple(int(axis) % x.example.dim() for axis in order)
        if axes[0] != 0:
            raise InvalidTypeError("moves the axis of the rows")
        return self.layer(Permute(axes), x)

    def moved(self, x: Value, function: Callable[[Tensor], Tensor]) -> Value:
        """What a function makes of rows that only moves, repeats or drops their numbers."""
        numbers = torch.arange(x.example.numel()).double().reshape(x.example.shape)
        found = function(numbers)
        if found.shape == numbers.shape and bool((found == numbers).all()):
            return x
        # Each row of the same places in itself.
        first = numbers.flatten(1)[:, 0].reshape(-1, *[1] * (found.dim() - 1))
        if len(found) != len(first) or bool((found - first != found[:1]).any()):
            raise InvalidTypeError("mixes rows")
        return self.layer(Moved(found[0].long()), x)

    def concatenated(self, parts: Sequence[Value | Tensor], axis: int) -> Value:
        """Values and constants side by side: each padded by zeros, and their sum."""
        whole = torch.cat([_example(one) for one in parts], axis)
        axis %= whole.dim()
        if axis == 0:
            raise InvalidTypeError("puts rows beside each other")
        padded, before = list[Value | Tensor](), 0
        for part in parts:
            after = before + _example(part).shape[axis]
            pads = [0, 0] * (whole.dim() - 1 - axis) + [before, whole.shape[axis] - after]
            constant = isinstance(part, Tensor)
            padded.append(
                nn.functional.pad(_row(part), pads) if constant else self.padded(part, pads)
            )
            before = after
        return self._total(padded)

    def overwritten(
        self, x: Value | Tensor, y: Value | Tensor, put: Callable[[Tensor, Tensor], Tensor]
    ) -> Value:
        """The numbers of x, but where a function of both puts those of y."""
        zeros = torch.zeros_like(_example(x)[:1]).double()
        kept = put(zeros + 1, torch.zeros_like(_example(y)[:1]).double())

        def placed(rows: Tensor) -> Tensor:
            return put(zeros.to(rows).repeat(len(rows), *[1] * (zeros.dim() - 1)), rows)

        return self._total([
            kept * _row(x) if isinstance(x, Tensor) else self.scaled(x, scale=kept),
            placed(_row(y)) if isinstance(y, Tensor) else self.layer(Nonnegative(placed, 1), y),
        ])  # fmt: skip

    def _total(self, parts: Sequence[Value | Tensor]) -> Value:
        values = [one for one in parts if isinstance(one, Value)]
        found = reduce(self.sum, values)
        for constant in parts:
            if isinstance(constant, Tensor) and constant.any():
                found = self.scaled(found, shift=constant)
        return found

    def clamped(self, x: Value, low: Any, high: Any) -> Value:
        """The numbers cut off below and above, where these are not None, by rectifiers."""
        if low is not None:
            x = self.scaled(self.activation(nn.ReLU(), self.scaled(x, low)), shift=low)
        if high is not None:
            x = self.scaled(self.activation(nn.ReLU(), self.scaled(x, high, -1.0)), 0.0, -1.0, high)
        return x

    def rectified(self, x: Value, slope: Tensor) -> Value:
        """max(x, 0) + slope min(x, 0), for slopes of a shape that fits to rows."""
        if (slope + x.example[:1]).shape != x.example[:1].shape:
            raise InvalidTypeError(
                f"combines shapes {tuple(x.example.shape)} and {tuple(slope.shape)}"
            )
        return self.layer(Rectifier(slope.detach().double()), x)

    def padded(
        self, x: Value, pads: Sequence[int], mode: str = "constant", value: float | None = None
    ) -> Value:
        """Numbers added or left out at the ends of the last axes, with torch's own options."""
        return self.layer(Padded(pads, mode, value), x) if any(pads) else x

    def pooled(self, x: Value, largest: bool, size: Any, **options: Any) -> Value:
        """The largest or the mean of windows of images, with torch's own options."""
        if x.example.dim() != 4:
            raise InvalidTypeError(f"pools shape {tuple(x.example.shape)}")
        if not largest:
            return self.layer(nn.AvgPool2d(size, **options), x)
        return self.layer(Largest.like(nn.MaxPool2d(size, **options), x.example.shape[2:]), x)

    def averaged(self, x: Value, axes: Sequence[int], keep: bool) -> Value:
        """The mean over height and width."""
        if x.example.dim() != 4 or sorted(axis % 4 for axis in axes) != [2, 3]:
            raise InvalidTypeError(f"takes means of {tuple(x.example.shape)} over {tuple(axes)}")
        found = self.layer(nn.AdaptiveAvgPool2d(1), x)
        return found if keep else self.reshaped(found, found.example.shape[:2])

    def softmax(self, x: Value, axis: int, *, log: bool = False) -> Value:
        """The softmax over classes."""
        if x.example.dim() != 2 or axis not in (1, -1):
            raise InvalidTypeError(f"takes it of shape {tuple(x.example.shape)} over axis {axis}")
        return self.layer(nn.LogSoftmax(1) if log else nn.Softmax(1), x)


def weighted(layer: Any, weight: Tensor, bias: Tensor | None) -> nn.Module:
    """A layer with these weights, and none that were drawn.

    Parameters
    ----------
    layer : torch.nn.Module
        Changed in place.
    weight, bias : Tensor or None

    Examples
    --------
    >>> weighted(nn.PReLU(), torch.tensor([0.5]), None)(torch.tensor([-2.0]).double()).item()
    -1.0
    """
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None:
            values = value.detach().double().contiguous()
            setattr(layer, name, nn.Parameter(values, requires_grad=False))
    return layer
