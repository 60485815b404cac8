"""Curves in a module's own code, which may be written as products and quotients of others."""

# Some of torch's functions have no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node
from torch.nn import functional

from simulations.generators.curves import curve_of, module_of, recognised

Function = Callable[[Tensor], Tensor]
"""Of each number of a tensor."""

_AFFINE: frozenset[Any] = frozenset((
    operator.add, operator.mul, operator.neg, operator.sub, operator.truediv,
    torch.add, torch.div, torch.mul, torch.neg, torch.sub, "add", "div", "mul", "neg", "sub",
))  # fmt: skip
_OTHERS: frozenset[Any] = frozenset((
    operator.abs, operator.ge, operator.gt, operator.le, operator.lt, operator.pow,
    functional.softplus, torch.abs, torch.erf, torch.exp, torch.expm1, torch.log, torch.log1p,
    torch.pow, torch.sigmoid, torch.tanh, torch.where, "abs", "erf", "exp", "expm1", "log",
    "log1p", "pow", "sigmoid", "tanh",
))  # fmt: skip


def same(x: Tensor) -> Tensor:
    """The numbers themselves."""
    return x


def composed(outer: Function, inner: Function) -> Function:
    """A function of a function."""
    return lambda x: outer(inner(x))


def joined(function: Callable[..., Tensor], parts: list[Function]) -> Function:
    """A function of several functions of the same numbers."""
    return lambda x: function(*(part(x) for part in parts))


def with_curves(module: GraphModule) -> None:
    """Replace what is a curve of each number of a node by the layer that it is.

    Parameters
    ----------
    module : torch.fx.GraphModule
        In float64; changed in place.

    Examples
    --------
    >>> class Written(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x * torch.tanh(torch.log1p(torch.exp(x)))
    >>> traced = torch.fx.symbolic_trace(Written())
    >>> with_curves(traced)
    >>> [str(layer) for layer in traced.children()]
    ['Mish()']
    """
    origins: dict[Node, dict[Node, Function]] = {}
    inverses: dict[Node, tuple[Node, Function]] = {}
    unknown: set[Node] = set()
    for node in list(module.graph.nodes):
        function = _function(node, module)
        given = [one for one in node.args if isinstance(one, Node)]
        if function is None or not given:
            continue
        found: dict[Node, Function] = {}
        for origin in [one for part in given for one in origins.get(part, {part: same})]:
            parts = [_part(one, origin, origins, inverses) for one in node.args]
            made_of = [part for part in parts if part is not None]
            if len(made_of) == len(parts):
                found.setdefault(origin, joined(function, made_of))
        if node.target in _AFFINE and len(given) == 1:
            origin, affine = next(iter(found.items()))
            inverse = _inverse(affine)
            if inverse is not None:
                inverses[node] = origin, inverse
        # What is linear, or a layer, may stay as it is.
        known = node.op == "call_module" or (node in inverses and unknown.isdisjoint(given))
        made = node if known else _replaced(node, found, module)
        if made is node and not known:
            unknown.add(node)
        origins[made] = {made: same, **found}
    module.graph.eliminate_dead_code()
    module.delete_all_unused_submodules()
    module.recompile()


def _function(node: Node, module: GraphModule) -> Callable[..., Tensor] | None:
    """What a node computes of each number, if it computes so."""
    if node.op == "call_module":
        layer = module.get_submodule(str(node.target))
        return None if curve_of(layer) is None else layer
    if node.kwargs or node.target not in _AFFINE | _OTHERS:
        return None
    if node.op == "call_method":
        return _method(str(node.target))
    return node.target if callable(node.target) else None


def _method(name: str) -> Callable[..., Tensor]:
    def call(x: Tensor, *rest: Any) -> Tensor:
        return getattr(x, name)(*rest)

    return call


def _part(
    given: Any,
    origin: Node,
    origins: dict[Node, dict[Node, Function]],
    inverses: dict[Node, tuple[Node, Function]],
) -> Function | None:
    """An argument as a function of the numbers of a node, if it is one."""
    if isinstance(given, (int, float)):
        return lambda x: torch.tensor(given, dtype=x.dtype)
    if not isinstance(given, Node):
        return None
    found = origins.get(given, {given: same})
    if origin in found:
        return found[origin]
    before, inverse = inverses.get(origin, (None, same))
    return composed(found[before], inverse) if before in found else None


def _inverse(affine: Function) -> Function | None:
    values: list[float] = affine(torch.tensor([0.0, 1.0]).double()).tolist()
    start, end = values
    if not math.isfinite(start) or not math.isfinite(end) or start == end:
        return None
    return lambda y: (y - start) / (end - start)


def _replaced(node: Node, found: dict[Node, Function], module: GraphModule) -> Node:
    """A node of the layer that another is, or that one."""
    for origin, function in found.items():
        curve = recognised(function)
        if curve is not None:
            kind, factor = curve
            name = f"curve_{node.name}"
            module.add_submodule(name, module_of(kind))
            with module.graph.inserting_before(node):
                made = module.graph.call_module(name, (origin,))
                if factor != 1:
                    made = module.graph.call_function(operator.mul, (made, factor))
            node.replace_all_uses_with(made)
            return made
    return node
