"""Sentences: the text that the ledger prints is the object that is parsed and decided.

A sentence has a relation between two expressions and a domain, such as

    "radius(t) < 1/t"   where   "t in (0, oo)".

The names in it are the library's formulas (`vocabulary`), so that whoever changes a formula changes
what is decided. "A has the sign of t - c" says that A is negative before the number c, 0 at a
single point and positive after it, and that the point is within 2^-100 of the library's c.
"""

# The words of sentences are lambdas of numbers of any arithmetic, which have no common type.
# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.float64 import FLOAT64
from bounds.arithmetic.symbolic import SYMBOLIC
from bounds.formulas import classes, constants, latents, radius
from bounds.formulas import entropy as renyi
from bounds.proof.sums import COUNT, MASS, OTHER, Total
from bounds.support.errors import InvalidValueError
from bounds.support.validation import shown

RELATIONS = ("has the sign of", "->", "<=", ">=", "=", "<", ">")
_RELATION = re.compile(rf" ({'|'.join(RELATIONS)}) ")
_DOMAIN = re.compile(r"([A-Za-z_][\w, ]*?) in ([\[(])(.+?), (.+?)([\])])(?:; |$)")
_LIMIT = re.compile(r"(\w+) -> (oo|-oo|0)")
_MASSES = re.compile(r"(\w+) masses( of three classes| of K classes)?")


@dataclass(frozen=True, slots=True)
class Interval:
    """Values of one variable; an end is a text that may name a constant."""

    variable: str
    low: str
    high: str
    low_closed: bool
    high_closed: bool

    @property
    def ends(self) -> tuple[Any, Any]:
        """Both ends as SymPy numbers, named constants as floats."""
        return _end(self.low), _end(self.high)

    def contains(self, other: Interval) -> bool:
        """Tell whether another interval of the same variable lies inside, ends included."""
        if self.variable != other.variable:
            return False
        (low, high), (other_low, other_high) = self.ends, other.ends
        inside_low = (
            (other.low == self.low and self.low_closed >= other.low_closed)
            or before(low, other_low)
            or (same_end(low, other_low) and self.low_closed >= other.low_closed)
        )
        inside_high = (
            (other.high == self.high and self.high_closed >= other.high_closed)
            or before(other_high, high)
            or (same_end(high, other_high) and self.high_closed >= other.high_closed)
        )
        return bool(inside_low and inside_high)

    def closed(self, end: str) -> bool:
        """Tell whether an end belongs to the interval."""
        return (end == self.low and self.low_closed) or (end == self.high and self.high_closed)

    def points(self) -> tuple[Fraction, Fraction]:
        """Two rational points inside."""
        low, high = self.ends
        if low == -sympy.oo:
            right = Fraction(0) if high == sympy.oo else _rational(high)
            return right - Fraction(3, 7), right - Fraction(5, 3)
        if high == sympy.oo:
            return _rational(low) + Fraction(3, 7), _rational(low) + Fraction(5, 3)
        left, width = _rational(low), _rational(high) - _rational(low)
        return left + width * Fraction(3, 7), left + width * Fraction(6, 7)


_INFINITE = {"oo": sympy.oo, "-oo": -sympy.oo}
_NEXT = sympy.Rational(1, 2**40)
"""Two ends, one of them a constant known by its float64, are told apart at this distance."""


def _end(text: str) -> Any:
    if text in _INFINITE:
        return _INFINITE[text]
    if text in vocabulary(FLOAT64):
        return sympy.Float(float(vocabulary(FLOAT64)[text]()))
    return read(text, SYMBOLIC, {})


def before(x: Any, y: Any) -> bool:
    """Tell whether an end of an interval is certainly before another."""
    return bool(x != y and y - x > (_NEXT if x.is_Float or y.is_Float else 0))


def same_end(x: Any, y: Any) -> bool:
    """Tell whether two ends that are known exactly are the same."""
    return not x.is_Float and not y.is_Float and x == y


def _rational(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q)) if number.is_Rational else Fraction(float(number))


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a conjunct says.

    Attributes
    ----------
    text : str
        A relation between two expressions; ^ is a power and D(A, t) a derivative.
    where : str
        The domain: "t in [a, b)", "t -> oo", "p masses", or several joined by "; ".
    """

    text: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.text}, {self.where}" if self.where else self.text

    @property
    def relation(self) -> str:
        """The relation; empty if the text is not a sentence of this language."""
        found = _RELATION.findall(self.text)
        return found[0] if len(found) == 1 else ""

    @property
    def sides(self) -> tuple[str, str]:
        """Texts of both sides.

        Raises
        ------
        ValueError
            If the text has no relation or several.
        """
        if not self.relation:
            raise InvalidValueError(f"sentence={self.text!r}: expected one relation of {RELATIONS}")
        left, _, right = _RELATION.split(self.text)
        return left, right

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals of the domain.

        Raises
        ------
        ValueError
            If a variable has two.
        """
        found = tuple(
            Interval(name.strip(), low.strip(), high.strip(), left == "[", right == "]")
            for names, left, low, high, right in _DOMAIN.findall(self.where)
            for name in names.split(",")
        )
        if len({one.variable for one in found}) < len(found):
            raise InvalidValueError(f"where={self.where!r}: expected one interval a variable")
        return found

    @property
    def interval(self) -> Interval:
        """The interval of the only variable.

        Raises
        ------
        ValueError
            If there is none or more than one.
        """
        if len(self.intervals) != 1:
            raise InvalidValueError(f"where={self.where!r}: expected the interval of one variable")
        return self.intervals[0]

    def interval_of(self, variable: str) -> Interval:
        """The interval of one variable."""
        for one in self.intervals:
            if one.variable == variable:
                return one
        raise InvalidValueError(f"where={self.where!r}: expected an interval of {variable}")

    @property
    def has_derivatives(self) -> bool:
        """Whether it speaks of derivatives, which only `SYMBOLIC` knows."""
        return any(word in self.text for word in ("D(", "Dx(", "Dp("))

    @property
    def limit(self) -> tuple[str, Any]:
        """The variable of a limit, and where it goes."""
        found = _LIMIT.fullmatch(self.where)
        if found is None:
            raise InvalidValueError(f"where={self.where!r}: expected a limit, as in 't -> oo'")
        return found[1], {"oo": sympy.oo, "-oo": -sympy.oo, "0": sympy.Integer(0)}[found[2]]

    def symbols(self) -> dict[str, Any]:
        """SymPy symbols of the variables, positive where the domain is.

        "p masses", any number of them, are one symbol for each of them, over which `total` is a
        formal sum, as are "q masses of the others"; "p masses of K classes" name their number,
        and "p masses of three classes" are an array.
        """
        found: dict[str, Any] = {}
        for one in self.intervals:
            low = one.ends[0]
            positive = low > 0 or (low == 0 and not one.low_closed)
            found[one.variable] = sympy.Symbol(
                one.variable,
                real=True,
                positive=positive or None,
                nonnegative=bool(low >= 0) or None,
            )
        for name, end in _LIMIT.findall(self.where):
            found[name] = sympy.Symbol(name, real=True, positive=end != "-oo" or None)
        for name, few in _MASSES.findall(self.where):
            if few.endswith("K classes"):
                found["K"] = COUNT
            if few.endswith("three classes"):
                three = sympy.symbols(f"{name}1:4", positive=True)
                found[name] = np.array(three, dtype=object)
            else:
                found |= {one.name: one for one in (MASS, OTHER) if one.name == name}
        return found

    def difference(self, names: Mapping[str, Any] | None = None) -> Any:
        """The difference that the sentence says is positive (or 0), as a SymPy expression."""
        left, right = (
            read(side, SYMBOLIC, self.symbols() if names is None else names) for side in self.sides
        )
        return right - left if self.relation in {"<", "<="} else left - right

    def value(self, a: Arithmetic, names: Mapping[str, Any]) -> Any:
        """The same difference as a number; a sentence with derivatives by its expression."""
        from bounds.proof.expressions import evaluate

        if self.has_derivatives:
            symbols = self.symbols()
            return evaluate(self.difference(symbols), {symbols[k]: v for k, v in names.items()}, a)
        left, right = (read(side, a, names) for side in self.sides)
        return right - left if self.relation in {"<", "<="} else left - right


def vocabulary(a: Arithmetic) -> dict[str, Any]:
    """The words of sentences: elementary functions, the normal law, and the library's formulas.

    Parameters
    ----------
    a : Arithmetic
        Where they compute.
    """
    words: dict[str, Any] = {
        "pi": lambda: a.pi,
        "log": a.log,
        "exp": a.exp,
        "sqrt": a.sqrt,
        "Q": a.survival,
        "Phi": lambda x: a.survival(-x),
        "phi": a.density,
        "quantile": a.quantile,
        "hazard": a.hazard,
        "entropy": lambda t: -a.log_survival(t),
        "Gamma": lambda h: radius.gamma_at_entropy(h, a),
        "gamma": lambda x: radius.gamma_at(x, a),
        "gamma_2": lambda x: radius.refined_gamma_at(x, a),
        "G": lambda h: radius.halfspace_radius_at(-a.quantile_of_entropy(h), a),
        "radius": lambda t: radius.halfspace_radius_at(t, a),
        "slope": lambda t: radius.halfspace_radius_slope_at(t, a),
        "curvature": lambda t: radius.curvature_sign_at(t, a),
        "margin": lambda u: constants.concavity_margin_at(u, a),
        "tangent_gap": lambda t: constants.tangent_gap_at(t, a),
        "excess": lambda p: constants.two_halfspaces_excess_at(p, a),
        "f": lambda p: p * radius.halfspace_radius_at(-a.quantile(p), a),
        "term": lambda near, far: classes.class_term_at(a.survival(-near), near, far, a),
        "H": lambda p, order: renyi.renyi_entropy(_listed(p), order, arithmetic=a),
        "box": lambda w: latents.box(w, arithmetic=a),
        "truncated_normal": lambda limit: latents.truncated_normal(limit, arithmetic=a),
        "sphere": lambda d, r: latents.sphere(int(d), r, arithmetic=a),
        "ball": lambda d, r: latents.ball(int(d), r, arithmetic=a),
        "laplace": lambda t, n: laplace(t, int(n)),
        "total": lambda values: total(values) if a.symbolic else a.total(_listed(values)),
        "abs": abs,
    }
    if not a.symbolic:

        def limits() -> constants.Constants:
            return constants.constants(arithmetic=a)

        words |= {
            "p_c": lambda: limits().rewrite_threshold,
            "t_c": lambda: -a.quantile(limits().rewrite_threshold),
            "p_star": lambda: limits().concavity_threshold,
            "t_star": lambda: -a.quantile(limits().concavity_threshold),
            "s_hat": lambda: limits().assumption_free_threshold,
            "t_hat": lambda: -a.quantile(limits().assumption_free_threshold),
            "P": lambda: limits().halfspace_counterexample,
            "t_P": lambda: -a.quantile(limits().halfspace_counterexample),
            "x_0": lambda: limits().gamma_argmax,
            "gamma_maximum": lambda: limits().gamma_maximum,
            "gamma_zero": lambda: limits().gamma_zero,
        }
    return words


def total(values: Any) -> Any:
    """Sum of some expressions; of one in the mass of each class, the formal sum."""
    return Total(values) if isinstance(values, sympy.Expr) else SYMBOLIC.total(list(values))


def _listed(values: Any) -> list[Any]:
    if not isinstance(values, np.ndarray):
        raise InvalidValueError(f"masses={shown(values)}: expected so many of them")
    return list(values)


def laplace(t: Any, n: int) -> Any:
    """Convergent t + 1/(t + 2/(... + n/t)) of Laplace's continued fraction of the hazard rate."""
    value = t
    for k in range(n, 0, -1):
        value = t + k / value
    return value


def read(text: str, a: Arithmetic, names: Mapping[str, Any]) -> Any:
    """Evaluate an expression of the vocabulary in an arithmetic.

    Parameters
    ----------
    text : str
        Sums, products, quotients, integer powers, calls of words; integers are exact.
    a : Arithmetic
        Where to compute. Only `SYMBOLIC` knows derivatives D(A, t), Dx(A) = dA/dx where
        x = exp(-u), Dp(A) = dA/dp where p = Q(t), and integral(A, t, low, high).
    names : mapping
        Values of the variables.

    Raises
    ------
    ValueError
        If the text is not such an expression.
    """
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except SyntaxError as error:
        raise InvalidValueError(f"expression={shown(text)}: expected an expression") from error
    return _Reader(a, names, vocabulary(a)).value(tree)


@dataclass(frozen=True, slots=True)
class _Reader:
    a: Arithmetic
    names: Mapping[str, Any]
    words: Mapping[str, Callable[..., Any]]

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int(number)):
                return self.a.number(number)
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Name(id=name) if name in self.words:
                return self.words[name]()
            case ast.Name(id="oo") if self.a.symbolic:
                return sympy.oo
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.value(left) ** _integer(right)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(operator, self.value(left), self.value(right), node)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, [self.value(one) for one in arguments], node)
            case _:
                raise self._refused(node)

    def _binary(self, operator: ast.operator, x: Any, y: Any, node: ast.expr) -> Any:
        match operator:
            case ast.Add():
                return x + y
            case ast.Sub():
                return x - y
            case ast.Mult():
                return x * y
            case ast.Div():
                return x / y
            case _:
                raise self._refused(node)

    def _call(self, name: str, values: list[Any], node: ast.expr) -> Any:
        if self.a.symbolic and name in _OPERATORS:
            return _OPERATORS[name](*values)
        if name not in self.words:
            raise self._refused(node)
        word = self.words[name]
        match values:
            case [np.ndarray()] if name != "total":
                return np.array([word(one) for one in values[0]], dtype=object)
            case _:
                return word(*values)

    def _refused(self, node: ast.expr) -> InvalidValueError:
        return InvalidValueError(
            f"expression={shown(ast.unparse(node))}: expected words of the vocabulary, "
            f"declared variables and integers, in {self.a.name}"
        )


def _integer(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case _:
            raise InvalidValueError(f"exponent={ast.unparse(node)!r}: expected an integer")


def _derivative(expression: Any, variable: Any, order: Any = 1) -> Any:
    return sympy.diff(expression, variable, int(order))


def _integral(expression: Any, variable: Any, low: Any, high: Any) -> Any:
    return sympy.Integral(expression, (variable, low, high))


def _by_mass(expression: Any) -> Any:
    t = _variable(expression, "t")
    return sympy.diff(expression, t) / sympy.diff(SYMBOLIC.survival(t), t)


def _by_collision(expression: Any) -> Any:
    u = _variable(expression, "u")
    return -sympy.exp(u) * sympy.diff(expression, u)


def _variable(expression: Any, name: str) -> Any:
    return next(s for s in expression.free_symbols if s.name == name)


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "D": _derivative,
    "Dx": _by_collision,
    "Dp": _by_mass,
    "integral": _integral,
    "min": sympy.Min,
    "sin": sympy.sin,
    "cos": sympy.cos,
}
