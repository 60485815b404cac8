"""Rules of inference: each decides a sentence, given sentences that are proved already.

A rule takes the sentence itself, so what is printed is what is decided; it trusts nothing of the
premises but their text, and asks that their domains contain the sentence's. The theorems behind the
rules are those of a first course: Sturm's, the mean value theorem, the intermediate value theorem,
the fundamental theorem of calculus, Jensen's inequality; a longer argument stands at its rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import sympy

from bounds.arithmetic.balls import balls
from bounds.arithmetic.base import Arithmetic
from bounds.arithmetic.symbolic import SYMBOLIC, without_quantiles
from bounds.proof.checks import Check, Verdict
from bounds.proof.enclosures import PRECISION_BITS, certain_sign, ends, exact
from bounds.proof.expressions import evaluate
from bounds.proof.sentences import Interval, Sentence, before, read, same_end
from bounds.proof.subdivision import Cover, subdivide
from bounds.proof.sums import MASS, OTHER, Total, same_totals
from bounds.proof.symbolic import tidied, vanishes
from bounds.support.errors import InvalidValueError

Premises = Mapping[str, Sentence]
"""Proved sentences by the names that a rule gives them."""

NONE: Mapping[str, str] = {}


class Rule(Protocol):
    """What decides a sentence.

    Attributes
    ----------
    premises : mapping
        Conjuncts that it rests on, by the name that the rule gives each.
    hand : bool
        Whether the argument is in words.
    """

    @property
    def premises(self) -> Mapping[str, str]: ...

    @property
    def hand(self) -> bool: ...

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check: ...


class _Machine:
    """What a machine decides."""

    __slots__ = ()

    @property
    def hand(self) -> bool:
        """Whether the argument is in words."""
        return False


class NotShownError(ArithmeticError):
    """The rule does not decide the sentence; the message says why."""


def _at_points(sentence: Sentence) -> list[tuple[str, Any]]:
    """Return enclosures of the difference of both sides at two points of the domain.

    A sentence without variables has one.
    """
    arithmetic = balls(PRECISION_BITS)
    intervals = sentence.intervals
    points = list(zip(*(one.points() for one in intervals), strict=True)) if intervals else [()]
    found: list[tuple[str, Any]] = []
    with arithmetic.working_precision():
        for point in points:
            values = {one.variable: value for one, value in zip(intervals, point, strict=True)}
            where = ", ".join(f"{name} = {value}" for name, value in values.items())
            names = {name: exact(value, arithmetic) for name, value in values.items()}
            found.append((where, sentence.value(arithmetic, names)))
    return found


_NOT_EVALUATED = (InvalidValueError, ArithmeticError, ValueError, TypeError)
"""What is raised where a sentence has words that enclosures don't know."""


def verdict_at_points(sentence: Sentence) -> str:
    """Return where the sentence is certainly false, by enclosures; empty if nowhere tried."""
    if sentence.relation not in {"=", "<", "<=", ">", ">="}:
        return ""
    for where, value in _at_points(sentence):
        sign = certain_sign(value)
        if sign < 0 or (sign and sentence.relation == "="):
            return f"false at {where}" if where else f"false: the sides differ by {value}"
    return ""


def _masses_of(sentence: Sentence) -> str:
    """Return what the domain says of masses."""
    return "; ".join(part for part in sentence.where.split("; ") if "masses" in part)


def _require_masses_known(sentence: Sentence, premises: Premises) -> None:
    """Require that what premises say of masses, they say of all that the sentence is about."""
    for name, premise in premises.items():
        if _masses_of(premise) not in {"", "p masses", _masses_of(sentence)}:
            raise NotShownError(f"premise {name} is about other masses, {premise.where!r}")


def _require_domain(sentence: Sentence, premises: Premises, replaced: str = "") -> None:
    """Require that every premise with a domain holds where the sentence does.

    What holds for every number of (0, 1] holds for each mass. `replaced` is a variable of the
    premises alone.
    """
    _require_masses_known(sentence, premises)
    own = {
        one.name: Interval(one.name, "0", "1", low_closed=False, high_closed=True)
        for one in (MASS, OTHER)
        if sentence.symbols().get(one.name) is one
    }
    own |= {one.variable: one for one in sentence.intervals}
    for name, premise in premises.items():
        contained = all(
            one.variable in own and one.contains(own[one.variable])
            for one in premise.intervals
            if one.variable != replaced
        )
        if not contained:
            raise NotShownError(
                f"premise {name} holds for {premise.where!r}, the sentence is about "
                f"{sentence.where!r}"
            )


def _require_relation(sentence: Sentence, *allowed: str) -> None:
    if sentence.relation not in allowed:
        raise NotShownError(f"the relation is {sentence.relation!r}, not one of {allowed}")


def _same(left: Any, right: Any) -> bool:
    return same_totals(left, right)


@dataclass(frozen=True, slots=True)
class Identity(_Machine):
    """The two sides are equal: their difference rewrites to exactly 0."""

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A = B"."""
        _require_relation(sentence, "=")
        left, right = (read(side, SYMBOLIC, sentence.symbols()) for side in sentence.sides)
        if isinstance(left, sympy.Integral):
            raise NotShownError("an integral needs its primitive")
        if not _same(left, right):
            raise NotShownError("the difference was not simplified to 0")
        try:
            values = _at_points(sentence)
        except _NOT_EVALUATED:
            values = []
        for where, value in values:
            if not value.is_finite():
                raise NotShownError(f"not both sides are defined at {where}")
        return Check(name, "identity", Verdict.PROVED)


@dataclass(frozen=True, slots=True)
class Value(_Machine):
    """Two numbers compared by enclosures."""

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" without variables."""
        _require_relation(sentence, "<", "<=", ">", ">=")
        if sentence.where:
            raise NotShownError(f"the sentence has a domain, {sentence.where!r}")
        return Check(
            name, "certain sign", Verdict.PROVED, margin=_certain(sentence.value, {}, "difference")
        )


def _certain(
    value: Callable[[Arithmetic, dict[str, Any]], Any], names: Mapping[str, Fraction], what: str
) -> float:
    """Require that a number is certainly positive and return a lower limit of it."""
    arithmetic = balls(PRECISION_BITS)
    with arithmetic.working_precision():
        enclosed = value(arithmetic, {key: exact(x, arithmetic) for key, x in names.items()})
    if certain_sign(enclosed) <= 0:
        raise NotShownError(f"{what}: {enclosed} is not certainly positive")
    return float(ends(enclosed)[0])


@dataclass(frozen=True, slots=True)
class Boxes(_Machine):
    """The difference is positive on every box of a subdivision of a closed interval."""

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" on [a, b], a and b dyadic."""
        return subdivide(cover(name, sentence))


def cover(name: str, sentence: Sentence) -> Cover:
    """Return the inequality of a sentence as a cover, its library's formulas over boxes.

    Raises
    ------
    ArithmeticError
        If the sentence is no strict inequality on a closed rational interval.
    """
    _require_relation(sentence, "<", ">")
    interval = sentence.interval
    low, high = interval.ends
    if not (interval.low_closed and interval.high_closed and low.is_Rational and high.is_Rational):
        raise NotShownError(f"the domain {sentence.where!r} is not a closed rational interval")
    symbols = sentence.symbols()
    derived = sentence.difference(symbols) if sentence.has_derivatives else None

    def value(t: Any, a: Arithmetic) -> Any:
        if derived is not None:
            return evaluate(derived, {symbols[interval.variable]: t}, a)
        return sentence.value(a, {interval.variable: t})

    return Cover(
        name,
        str(sentence),
        Fraction(int(low.p), int(low.q)),
        Fraction(int(high.p), int(high.q)),
        value,
    )


@dataclass(frozen=True, slots=True)
class Sturm(_Machine):
    """The difference is a rational function of the variable without a root in the domain."""

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" for rational A and B."""
        _require_relation(sentence, "<", "<=", ">", ">=")
        interval = sentence.interval
        symbol = sentence.symbols()[interval.variable]
        expression = sentence.difference()
        if any(end.is_Float for end in interval.ends):
            raise NotShownError(f"the ends of {interval} are known by their floats only")
        if not expression.is_rational_function(symbol) or expression.free_symbols - {symbol}:
            raise NotShownError(f"{expression} is not a rational function of {symbol}")
        _require_rational_sign(expression, symbol, interval, strict="=" not in sentence.relation)
        return Check(name, "polynomial sign", Verdict.PROVED)


def _require_rational_sign(
    expression: Any, symbol: Any, interval: Interval, *, strict: bool
) -> None:
    """Require that a rational function is positive on an interval, by Sturm's theorem.

    Roots at ends that belong to the domain count against a strict inequality; poles there always.
    """
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(expression)))
    low, high = interval.ends
    x, _ = interval.points()
    inner = expression.subs(symbol, sympy.Rational(x.numerator, x.denominator))
    if not inner > 0:
        raise NotShownError(f"it is {inner} at {x}")
    for part in (numerator, denominator):
        polynomial = sympy.Poly(part, symbol)
        roots = polynomial.count_roots(low, high)
        for end, closed in ((low, interval.low_closed), (high, interval.high_closed)):
            at_end = end.is_finite and polynomial.eval(end) == 0
            if at_end and not (closed and (strict or part is denominator)):
                roots -= 1
        if roots:
            raise NotShownError(f"{part} has {roots} roots in {interval}")


@dataclass(frozen=True, slots=True)
class Limit(_Machine):
    """A limit of an elementary function (Gruntz' algorithm, exact)."""

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A -> B" where "t -> oo"."""
        _require_relation(sentence, "->")
        variable, point = sentence.limit
        symbols = sentence.symbols()
        left, right = (read(side, SYMBOLIC, symbols) for side in sentence.sides)
        _require_limit(left, symbols[variable], point, right)
        return Check(name, "limit", Verdict.PROVED)


def _require_limit(expression: Any, symbol: Any, point: Any, expected: Any) -> None:
    found = sympy.limit(expression, symbol, point)
    if found != expected:
        raise NotShownError(f"the limit is {found}, not {expected}")


POSITIVE, NONNEGATIVE = True, False
_POSITIVE_WORDS = frozenset({"Q", "Phi", "phi", "hazard", "entropy", "exp"})
"""Words that are positive whatever real number their argument is."""


@dataclass(frozen=True, slots=True)
class _Manifest:
    """Reads off an expression's syntax that it is positive or at least 0."""

    sentence: Sentence
    premises: Premises
    names: Mapping[str, Any]

    def level(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=int(number)) if number >= 0:
                return POSITIVE if number else NONNEGATIVE
            case ast.Name(id="pi"):
                return POSITIVE
            case ast.Name(id=name) if name in self.premises:
                return POSITIVE if self.premises[name].relation in {"<", ">"} else NONNEGATIVE
            case ast.Name(id=name):
                return self._variable(name, node)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return max(self.level(left), self.level(right))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return min(self.level(left), self.level(right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                if self.level(right) != POSITIVE:
                    raise self._refused(right)
                return self.level(left)
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))):
                if power % 2 == 0:
                    try:
                        return self.level(left)
                    except NotShownError:
                        if self._real(left):
                            return NONNEGATIVE  # a square
                        raise
                return self.level(left)
            case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
                return self.level(inner)
            case ast.Call(func=ast.Name(id="total"), args=[inner]):
                # Of the others there may be none.
                return self.level(inner) and self.sentence.symbols().get("p") is MASS
            case ast.BinOp(left=ast.Name(id=largest), op=ast.Sub(), right=ast.Name(id="p")) if (
                self.sentence.where.endswith(f"p masses, max p <= {largest}")
            ):
                return NONNEGATIVE
            case ast.Call(func=ast.Name(id="log"), args=[ast.BinOp() as inner]):
                match inner:
                    case ast.BinOp(left=ast.Constant(value=1), op=ast.Add(), right=right):
                        return self.level(right)
                    case _:
                        raise self._refused(node)
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _POSITIVE_WORDS:
                if not self._real(inner):
                    raise self._refused(node)
                return POSITIVE
            case _:
                raise self._refused(node)

    def _real(self, node: ast.expr) -> bool:
        return bool(read(ast.unparse(node), SYMBOLIC, self.names).is_real)

    def _variable(self, name: str, node: ast.expr) -> bool:
        if self.sentence.symbols().get(name) in (MASS, OTHER):
            return POSITIVE
        for one in self.sentence.intervals:
            if one.variable == name:
                low = one.ends[0]
                if low > 0 or (low == 0 and not one.low_closed):
                    return POSITIVE
                if low == 0:
                    return NONNEGATIVE
        raise self._refused(node)

    def _refused(self, node: ast.expr) -> NotShownError:
        return NotShownError(f"{ast.unparse(node)} is not manifestly positive")


def _combination(text: str, sentence: Sentence, premises: Premises) -> tuple[bool, Any]:
    """Return the level and the value of a manifestly positive expression in premises."""
    tree = ast.parse(text.replace("^", "**"), mode="eval").body
    for premise in premises.values():
        _require_relation(premise, "<", "<=", ">", ">=")
    symbols = sentence.symbols()
    names = symbols | {name: premise.difference(symbols) for name, premise in premises.items()}
    level = _Manifest(sentence, premises, names).level(tree)
    return level, read(text, SYMBOLIC, names)


@dataclass(frozen=True, slots=True)
class Positive(_Machine):
    """The difference equals an expression whose syntax shows that it is positive.

    Names of premises stand for their positive differences; sums, products, quotients, squares,
    roots and log(1 + ...) of positive things are positive, and totals over classes of them.
    """

    text: str
    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B"."""
        _require_relation(sentence, "<", "<=", ">", ">=")
        _require_domain(sentence, premises)
        level, value = _combination(self.text, sentence, premises)
        if level != POSITIVE and "=" not in sentence.relation:
            raise NotShownError(f"{self.text} may be 0")
        if not _same(sentence.difference(), value):
            raise NotShownError(f"the difference is not {self.text}")
        return Check(name, "positive expression", Verdict.PROVED, self.text)


@dataclass(frozen=True, slots=True)
class Instance(_Machine):
    """What is said of every real or every positive number, of one of them.

    It is the value of `text`, and stands for `variable` of premise `every`; that it is positive (at
    least 0, if that premise holds at 0 too) is read off its syntax, in which the other premises'
    names are their positive differences.
    """

    variable: str
    text: str
    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" with an expression in the place of the variable."""
        premise = premises["every"]
        strict = "=" not in sentence.relation
        _require_relation(sentence, "<", "<=", ">", ">=")
        _require_relation(premise, "<", ">", *(() if strict else ("<=", ">=")))
        rest = {part: one for part, one in premises.items() if part != "every"}
        _require_domain(sentence, rest)
        _require_domain(sentence, {"every": premise}, self.variable)
        interval = premise.interval_of(self.variable)
        if interval.low not in {"0", "-oo"} or interval.high != "oo":
            raise NotShownError(f"the premise holds for {interval} only")
        if re.search(rf"\b{self.variable}\b", _masses_of(premise)):
            raise NotShownError(f"the masses of the premise depend on {self.variable}")
        if interval.low == "0":
            level, value = _combination(self.text, sentence, rest)
            if level != POSITIVE and not interval.low_closed:
                raise NotShownError(f"{self.text} may be 0")
        else:
            value = read(self.text, SYMBOLIC, sentence.symbols())
            if not value.is_real:
                raise NotShownError(f"{self.text} is not seen to be real")
        any_number = premise.symbols()[self.variable]
        names = sentence.symbols() | {self.variable: any_number}
        if not _same(sentence.difference(), premise.difference(names).subs(any_number, value)):
            raise NotShownError(f"the premise at {self.text} is another inequality")
        return Check(name, "instance", Verdict.PROVED, self.text)


@dataclass(frozen=True, slots=True)
class Slope(_Machine):
    """The difference is positive at one end of the domain, or tends to 0, and falls towards it.

    `text` is a manifestly positive expression of the derivative, away from the end.
    """

    end: str
    text: str
    premises: Mapping[str, str] = field(default_factory=lambda: NONE)
    variable: str = ""

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" on an interval, of `variable` if there are several."""
        _require_relation(sentence, "<", "<=", ">", ">=")
        _require_domain(sentence, premises)
        interval = sentence.interval_of(self.variable) if self.variable else sentence.interval
        symbol = sentence.symbols()[interval.variable]
        difference = sentence.difference()
        level, value = _combination(self.text, sentence, premises)
        if self.end not in {interval.low, interval.high}:
            raise NotShownError(f"{self.end} is no end of {sentence.where!r}")
        at_low = self.end == interval.low
        end, sign = (interval.ends[0], 1) if at_low else (interval.ends[1], -1)
        if not _same(sign * sympy.diff(difference, symbol), value):
            raise NotShownError(f"the derivative is not {'' if sign > 0 else '-'}({self.text})")
        margin = None
        if self.end in {"oo", "-oo"}:
            _require_limit(tidied(difference), symbol, end, 0)
            if level != POSITIVE and "=" not in sentence.relation:
                raise NotShownError(f"{self.text} may be 0")
        else:
            at = difference.subs(symbol, end)
            if not vanishes(at):
                margin = _certain(lambda a, _: evaluate(at, {}, a), {}, f"at {self.end}")
            elif "=" not in sentence.relation and (level != POSITIVE or interval.closed(self.end)):
                raise NotShownError(f"at {self.end} it is 0")
        return Check(name, "slope", Verdict.PROVED, self.text, margin)


@dataclass(frozen=True, slots=True)
class Join(_Machine):
    """The same inequality on intervals that together cover the domain."""

    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" by parts."""
        _require_masses_known(sentence, premises)
        _require_relation(sentence, "<", "<=", ">", ">=")
        symbols = sentence.symbols()
        own = sentence.difference(symbols)
        for part, premise in premises.items():
            _require_relation(premise, "<", "<=", ">", ">=")
            if "=" not in sentence.relation and "=" in premise.relation:
                raise NotShownError(f"premise {part} allows equality")
            if not _same(own, premise.difference(symbols)):
                raise NotShownError(f"premise {part} is another inequality")
        require_cover(sentence.interval, [premise.interval for premise in premises.values()])
        return Check(name, "union", Verdict.PROVED)


def require_cover(whole: Interval, parts: Sequence[Interval]) -> None:
    """Require that intervals, in order, cover another, ends included."""
    if not parts:
        raise NotShownError("no parts")
    first = parts[0]
    reached = Interval(whole.variable, first.low, first.high, first.low_closed, first.high_closed)
    for part in parts[1:]:
        (_, end), (start, _) = reached.ends, part.ends
        touching = reached.high == part.low or same_end(start, end)
        joined = before(start, end) or (touching and (reached.high_closed or part.low_closed))
        if part.variable != whole.variable or not joined:
            raise NotShownError(f"a gap between {end} and {start}")
        reached = Interval(whole.variable, first.low, part.high, first.low_closed, part.high_closed)
    if first.variable != whole.variable or not reached.contains(whole):
        raise NotShownError(f"{reached} does not cover {whole}")


@dataclass(frozen=True, slots=True)
class Crossing(_Machine):
    """A changes sign once: by its slope next to the point, by its sign on either side.

    Premises `before`, `near` and `after`; `before` or `after` may be missing where `near` reaches
    the end of the domain. `near` is the sign of A's derivative.
    """

    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A has the sign of t - c", or "... c - t"."""
        _require_masses_known(sentence, premises)
        _require_relation(sentence, "has the sign of")
        interval = sentence.interval
        symbols = sentence.symbols()
        symbol = symbols[interval.variable]
        left, right = sentence.sides
        constant, sign = _crossing_point(right, interval.variable)
        expression = read(left, SYMBOLIC, symbols)
        wanted = {"before": -sign * expression, "after": sign * expression}
        for part, premise in premises.items():
            _require_relation(premise, "<", ">")
            own = sign * sympy.diff(expression, symbol) if part == "near" else wanted[part]
            if not _same(premise.difference(symbols), own):
                raise NotShownError(f"premise {part} is not the sign of A there")
        near = premises["near"].interval
        parts = [premises[one].interval for one in ("before", "near", "after") if one in premises]
        require_cover(interval, parts)
        arithmetic = balls(PRECISION_BITS)
        with arithmetic.working_precision():
            point = read(constant, arithmetic, {})
            offset = arithmetic.number(1) / 2**100
            for side in (-1, 1):
                at = point + side * offset
                for text, end, inwards in zip(
                    (near.low, near.high), near.ends, (1, -1), strict=True
                ):
                    if end.is_infinite:
                        continue
                    if certain_sign(inwards * (at - read(text, arithmetic, {}))) <= 0:
                        raise NotShownError(f"{constant} is not inside {near}")
                value = side * sign * evaluate(expression, {symbol: at}, arithmetic)
                if certain_sign(value) <= 0:
                    raise NotShownError(f"at {constant} {side:+d} 2^-100 it is {value}")
        detail = f"{constant} = {point.str(50, radius=False)}"
        return Check(name, "crossing", Verdict.PROVED, detail)


def _crossing_point(text: str, variable: str) -> tuple[str, int]:
    parts = [part.strip() for part in text.split(" - ")]
    if len(parts) == 2 and variable in parts:
        return (parts[1], 1) if parts[0] == variable else (parts[0], -1)
    raise NotShownError(f"{text!r} is not the difference of {variable} and a number")


@dataclass(frozen=True, slots=True)
class Primitive(_Machine):
    """An integral to infinity, by a primitive that vanishes there.

    With min(q, F) the integrand is q up to `switch`, where F, which falls, comes below q.
    """

    text: str
    switch: str = ""
    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "integral(A, t, 0, oo) = B"."""
        _require_relation(sentence, "=")
        symbols = sentence.symbols()
        left, right = (read(side, SYMBOLIC, symbols) for side in sentence.sides)
        if not isinstance(left, sympy.Integral):
            raise NotShownError("the left side is no integral")
        integrand, limits = left.function, left.limits[0]
        variable, low, high = limits.args
        if (low, high) != (0, sympy.oo):
            raise NotShownError(f"the integral is over [{low}, {high}]")
        start, head = sympy.Integer(0), sympy.Integer(0)
        if self.switch:
            start = read(self.switch, SYMBOLIC, symbols)
            integrand, head = _after_switch(integrand, variable, start)
            _combination(self.switch, sentence, premises)  # it is not negative
        primitive = read(self.text, SYMBOLIC, symbols)
        if not _same(sympy.diff(primitive, variable), integrand):
            raise NotShownError(f"{self.text} is no primitive")
        functions = {one: sympy.Dummy() for one in primitive.atoms(sympy.exp, sympy.erfc)}
        plain = [primitive.subs(functions), *(one.args[0] for one in functions)]
        if not all(one.is_polynomial(variable, *functions.values()) for one in plain):
            raise NotShownError(f"{self.text} is not seen to be finite")
        shifted = sympy.Symbol("y")
        _require_limit(_recentred(primitive, variable, shifted), shifted, sympy.oo, 0)
        if not _same(head - primitive.subs(variable, start), right):
            raise NotShownError("the primitive's value is not the right side")
        return Check(name, "integral", Verdict.PROVED, self.text)


def _after_switch(integrand: Any, variable: Any, start: Any) -> tuple[Any, Any]:
    if not isinstance(integrand, sympy.Min) or len(integrand.args) != 2:
        raise NotShownError("the integrand is no minimum of two")
    flat, falling = sorted(integrand.args, key=lambda part: part.has(variable))
    if flat.has(variable):
        raise NotShownError("no part of the minimum is constant")
    slope = sympy.diff(falling, variable)
    if not (-slope).is_positive:
        raise NotShownError(f"{falling} is not seen to fall: its slope is {slope}")
    if not _same(falling.subs(variable, start), flat):
        raise NotShownError("the parts of the minimum do not meet at the switch")
    return falling, flat * start


def _recentred(primitive: Any, variable: Any, shifted: Any) -> Any:
    """Write a primitive in the argument of its normal distribution function, so that others go."""
    arguments = {part.args[0] for part in primitive.atoms(sympy.erfc) if part.has(variable)}
    if len(arguments) != 1:
        raise NotShownError("the primitive has not one normal distribution function")
    argument = sympy.expand(arguments.pop())
    rate = sympy.diff(argument, variable)
    if rate.has(variable) or not (rate.is_positive or rate.is_negative):
        raise NotShownError(f"the argument {argument} is not linear")
    # The argument goes to infinity with the sign of its rate.
    at = shifted / abs(rate) - argument.subs(variable, 0) / rate
    return sympy.expand(primitive.subs(variable, at))


@dataclass(frozen=True, slots=True)
class AfterCrossing(_Machine):
    """An inequality on one side of the number where the premise changes its sign."""

    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A < B" on one side of c."""
        _require_masses_known(sentence, premises)
        _require_relation(sentence, "<", ">", "<=", ">=")
        (premise,) = premises.values()
        _require_relation(premise, "has the sign of")
        own, whole = sentence.interval, premise.interval
        if not whole.contains(own):
            raise NotShownError(f"the premise holds for {premise.where!r} only")
        symbols = sentence.symbols()
        left, right = premise.sides
        constant, sign = _crossing_point(right, whole.variable)
        if own.low == constant:
            closed = own.low_closed
        elif own.high == constant:
            closed, sign = own.high_closed, -sign
        else:
            raise NotShownError(f"the domain {sentence.where!r} does not end at {constant}")
        if closed and "=" not in sentence.relation:
            raise NotShownError(f"at {constant} both sides are equal")
        if not _same(sentence.difference(symbols), sign * read(left, SYMBOLIC, symbols)):
            raise NotShownError("the premise is about another expression, or the sign is wrong")
        return Check(name, "crossing", Verdict.PROVED)


def _require_masses(
    sentence: Sentence, largest: str, premise: Sentence, parameter: str, *, included: bool
) -> None:
    """Require that the premise holds for all masses up to `largest` that the sentence is about.

    The masses are `parameter` of the premise's variable; `largest` below 1 is one if `included`.
    """
    expected = "p masses" if largest == "1" else f"p masses, max p <= {largest}"
    if sentence.where != expected:
        raise NotShownError(f"the domain is {sentence.where!r}, not {expected!r}")
    interval, symbols = premise.interval, premise.symbols()
    symbol, mass = symbols[interval.variable], read(parameter, SYMBOLIC, symbols)
    found: list[str] = []
    for text, end in zip((interval.low, interval.high), interval.ends, strict=True):
        if end.is_Float:  # a named constant
            at = re.sub(rf"\b{interval.variable}\b", f"({text})", parameter)
            _require_same_number(at, largest)
            reached = largest
        else:
            reached = str(sympy.limit(mass, symbol, end))
        if reached == largest != "1" and included and not interval.closed(text):
            raise NotShownError(f"the premise does not hold at {text}")
        found.append(reached)
    if sorted(found) != sorted(["0", largest]):
        raise NotShownError(f"the premise holds for {premise.where!r}, not for p up to {largest}")


@dataclass(frozen=True, slots=True)
class Jensen(_Machine):
    """sum p_i F(x_i) <= F(sum p_i x_i), x_i = X(p_i): the tangent at the mean, weighed and added.

    `function` is F, of x, and `point` X, of p; `parameter` writes x as a function of the variable
    of the premise, which is the sign of F'' there: `concave` or, for the opposite inequality,
    `convex`. `mass` writes p with X(p) = x likewise, and `largest` limits it.
    """

    function: str
    parameter: str
    premises: Mapping[str, str]
    point: str = "p"
    mass: str = ""
    largest: str = "1"

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide Jensen's inequality where "p masses"."""
        ((kind, premise),) = premises.items()
        _require_relation(premise, "<", ">")
        _require_relation(sentence, ">=" if kind == "convex" else "<=")
        symbols = premise.symbols()
        x = sympy.Symbol("x")
        function = read(self.function, SYMBOLIC, {"x": x})
        curvature = sympy.diff(function, x, 2).subs(x, read(self.parameter, SYMBOLIC, symbols))
        sign = 1 if kind == "convex" else -1
        if not _same(sign * without_quantiles(curvature), premise.difference(symbols)):
            raise NotShownError("the premise is not the sign of F''")
        mass = self.mass or self.parameter
        # F is continuous, so that it is concave or convex up to the end too.
        _require_masses(sentence, self.largest, premise, mass, included=False)
        parameter = read(self.point, SYMBOLIC, {"p": read(mass, SYMBOLIC, symbols)})
        if not _same(parameter, read(self.parameter, SYMBOLIC, symbols)):
            raise NotShownError(f"{self.point} of {mass} is not {self.parameter}")
        at = read(self.point, SYMBOLIC, {"p": MASS})
        values, value = Total(MASS * function.subs(x, at)), function.subs(x, Total(MASS * at))
        _require_totals(sentence, values, value, "Jensen's inequality of F")
        return Check(name, "Jensen", Verdict.PROVED)


@dataclass(frozen=True, slots=True)
class Sums(_Machine):
    """An inequality between sums over classes, term by term and by a second one between sums.

    Premise `terms` holds for one mass p, `parameter` of its variable, and is weighed by `weight`;
    premise `then`, if there is one, is an inequality of the same kind that is added.
    """

    parameter: str
    premises: Mapping[str, str]
    weight: str = "1"
    inverse: str = "p"
    largest: str = "1"

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A <= B" where "p masses"."""
        _require_relation(sentence, "<=", ">=")
        terms = premises["terms"]
        _require_relation(terms, "<", ">", "<=", ">=")
        _require_masses(sentence, self.largest, terms, self.parameter, included=True)
        if self.weight not in {"1", "p"}:
            raise NotShownError(f"the weight {self.weight} is neither 1 nor p")
        _require_domain(sentence, {key: one for key, one in premises.items() if key == "then"})
        names, variable = sentence.symbols(), terms.interval.variable
        at = {variable: read(self.inverse, SYMBOLIC, names)}
        symbols = terms.symbols()
        back = read(self.inverse, SYMBOLIC, {"p": read(self.parameter, SYMBOLIC, symbols)})
        if not (_same(read(self.parameter, SYMBOLIC, at), MASS) and _same(back, symbols[variable])):
            raise NotShownError(f"{self.inverse} is not the inverse of {self.parameter}")
        found = Total(read(self.weight, SYMBOLIC, names) * terms.difference(at))
        if "then" in premises:
            _require_relation(premises["then"], "<", "<=", ">", ">=")
            found += premises["then"].difference(names)
        if not same_totals(sentence.difference(names), found):
            raise NotShownError("the difference is not the sum of the premises'")
        return Check(name, "sum", Verdict.PROVED)


@dataclass(frozen=True, slots=True)
class LargestMass(_Machine):
    """total(F(p)) <= G(total(p^2)) where a < max p <= b, as if all other classes were one.

    With m = max p: F(p)/p rises with p (premise `rises`), so that the others, 1 - m together, add
    at most F(1 - m), and their squares at most (1 - m)^2; F(m) + F(1 - m) is at most
    G(m^2 + (1 - m)^2) (premise `two`, where m = Q(t) and 1 - m = Q(-t)); and G does not rise
    (premise `falls`, where x = exp(-u)) from a^2 on, which is less than
    total(p^2) <= m^2 + (1 - m)^2 < 1.
    """

    function: str
    bound: str
    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide the inequality where "p masses, a < max p <= b"."""
        low, high = _limits(sentence, r"(\w+) < max p <= (\w+)", "has no two limits of max p")
        _require_relation(sentence, "<=")
        values, value = Total(self._function(MASS)), self._bound(Total(MASS**2))
        _require_totals(sentence, values, value, "total(F(p)) <= G(total(p^2))")
        rises, two, falls = (premises[one] for one in ("rises", "two", "falls"))
        for premise in (rises, two, falls):
            _require_relation(premise, "<", "<=", ">", ">=")
        t, mass, other = _threshold()
        slope = _by_mass(self._function(mass) / mass, t)
        excess = self._bound(mass**2 + other**2) - self._function(mass) - self._function(other)
        u = sympy.Symbol("u")
        falling = sympy.exp(u) * sympy.diff(self._bound(sympy.exp(-u)), u)
        if not _same(rises.difference({"t": t}), slope):
            raise NotShownError("premise rises is not the slope of F(p)/p")
        if not _same(two.difference({"t": t}), excess):
            raise NotShownError("premise two is not about F and G")
        if not _same(falls.difference({"u": u}), falling):
            raise NotShownError("premise falls is not the slope of G")
        whole = Interval("t", "-oo", "oo", low_closed=False, high_closed=False)
        if not rises.interval.contains(whole):
            raise NotShownError(f"premise rises holds for {rises.where!r} only")
        self._require_ends(two.interval, falls.interval, low, high)
        return Check(name, "largest mass", Verdict.PROVED)

    def _require_ends(self, two: Interval, falls: Interval, low: str, high: str) -> None:
        if (two.variable, falls.variable, falls.low) != ("t", "u", "0") or "oo" in two.low:
            raise NotShownError(f"the premises hold for {two} and {falls}")
        if not two.low_closed:
            raise NotShownError(f"premise two does not hold at {two.low}")
        _require_same_number(f"Q({two.low})", high)
        _require_less(high, "1", f"{high} is not below 1")
        _require_less(f"Q({two.high})", low, f"premise two does not reach down to {low}")
        if falls.high != "oo":
            _require_less(f"exp(-({falls.high}))", f"{low}^2", f"G may rise beyond {low}^2")

    def _function(self, p: Any) -> Any:
        return read(self.function, SYMBOLIC, {"p": p})

    def _bound(self, x: Any) -> Any:
        return read(self.bound, SYMBOLIC, {"x": x})


@dataclass(frozen=True, slots=True)
class Tangent(_Machine):
    """total(p*g(p)) <= g(s) where s = total(p^2) <= c: the tangent to g at s, weighed by p.

    It is above g on (0, sqrt(s)], where all masses are: up to p*, c <= p*, as g is concave there
    (premise `concave`); and if p* < sqrt(s), then between the two as g is convex there (premise
    `convex`), so that tangent - g is concave, and at neither end negative (premise `tangent`, the
    sign of it at sqrt(s) by s = Q(t), which has to reach down to s = p*^2).
    """

    function: str
    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide the inequality where "p masses, ||p||^2 <= c"."""
        (largest,) = _limits(sentence, r"\|\|p\|\|\^2 <= (\w+)", "does not limit ||p||^2")
        _require_relation(sentence, "<=")
        values, value = Total(MASS * self._function(MASS)), self._function(Total(MASS**2))
        _require_totals(sentence, values, value, "total(p*g(p)) <= g(total(p^2))")
        concave, convex, tangent = (premises[one] for one in ("concave", "convex", "tangent"))
        _require_relation(concave, "<", ">")
        _require_relation(convex, "<", ">")
        _require_relation(tangent, "has the sign of")
        t, mass, _ = _threshold()
        value = self._function(mass)
        slope = _by_mass(value, t)
        curvature = _by_mass(slope, t)
        if not (
            _same(concave.difference({"t": t}), -curvature)
            and _same(convex.difference({"t": t}), curvature)
        ):
            raise NotShownError("the premises are not the signs of g''")
        root = sympy.sqrt(mass)
        gap = value + slope * (root - mass) - self._function(root)
        if not _same(read(tangent.sides[0], SYMBOLIC, {"t": t}), gap):
            raise NotShownError("premise tangent is not tangent - g at sqrt(s)")
        turn = concave.interval.low
        if not (
            concave.interval.contains(
                Interval("t", turn, "oo", low_closed=False, high_closed=False)
            )
            and convex.interval.contains(
                Interval("t", "-oo", turn, low_closed=False, high_closed=False)
            )
        ):
            raise NotShownError(f"g'' has no sign of its own on either side of {turn}")
        point, sign = _crossing_point(tangent.sides[1], "t")
        if sign != 1:
            raise NotShownError("tangent - g is negative where s is small")
        _require_same_number(f"Q({point})", largest)
        _require_less(turn, point, f"{largest} is beyond the concave part")
        _require_less(tangent.interval.low, point, "premise tangent does not hold at its point")
        _require_less(point, tangent.interval.high, "premise tangent does not hold at its point")
        _require_less(
            f"Q({tangent.interval.high})", f"Q({turn})^2", "premise tangent does not reach p*^2"
        )
        return Check(name, "tangent", Verdict.PROVED)

    def _function(self, x: Any) -> Any:
        return read(self.function, SYMBOLIC, {"x": x})


@dataclass(frozen=True, slots=True)
class Majorant(_Machine):
    """total(p*g(p)) <= M(total(p^2)) for the least concave M above g on (0, max p].

    All masses are in (0, max p], so that g(p) <= M(p) for each, and they add up to 1: Jensen's
    inequality for M.
    """

    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A <= the least concave majorant of g(x) on (0, max p] at B" where "p masses"."""
        _require_relation(sentence, "<=")
        if sentence.where != "p masses":
            raise NotShownError(f"the domain is {sentence.where!r}, not 'p masses'")
        left, right = sentence.sides
        found = re.fullmatch(r"the least concave majorant of (.+) on \(0, max p\] at (.+)", right)
        if found is None:
            raise NotShownError(f"{right!r} is no least concave majorant on (0, max p]")
        values = Total(MASS * read(found[1], SYMBOLIC, {"x": MASS}))
        for side, expected in ((left, values), (found[2], Total(MASS**2))):
            if not same_totals(read(side, SYMBOLIC, sentence.symbols()), expected):
                raise NotShownError(f"{side} is not {expected}")
        return Check(name, "Jensen", Verdict.PROVED)


def _limits(sentence: Sentence, pattern: str, otherwise: str) -> tuple[str, ...]:
    """Return the numbers by which "p masses, ..." are limited."""
    found = re.fullmatch(f"p masses, {pattern}", sentence.where)
    if found is None:
        raise NotShownError(f"the domain {sentence.where!r} {otherwise}")
    return found.groups()


def _require_totals(sentence: Sentence, left: Any, right: Any, expected: str) -> None:
    sides = (read(side, SYMBOLIC, sentence.symbols()) for side in sentence.sides)
    if not all(map(same_totals, sides, (left, right))):
        raise NotShownError(f"the sentence is not {expected}")


def _threshold() -> tuple[Any, Any, Any]:
    """Return a symbol t, the mass Q(t), and the rest Q(-t)."""
    t = sympy.Symbol("t")
    return t, SYMBOLIC.survival(t), SYMBOLIC.survival(-t)


def _by_mass(expression: Any, t: Any) -> Any:
    """Return the derivative in the mass Q(t)."""
    return sympy.diff(expression, t) / sympy.diff(SYMBOLIC.survival(t), t)


def _require_less(left: str, right: str, otherwise: str) -> None:
    arithmetic = balls(PRECISION_BITS)
    with arithmetic.working_precision():
        if certain_sign(read(right, arithmetic, {}) - read(left, arithmetic, {})) <= 0:
            raise NotShownError(otherwise)


def _require_same_number(left: str, right: str) -> None:
    """Require that two numbers, such as a constant and Q of its own quantile, agree to 2^-100."""
    for one, other in ((left, right), (right, left)):
        _require_less(one, f"{other} + 1/2^100", f"{left} is not {right}")


@dataclass(frozen=True, slots=True)
class Through(_Machine):
    """X <= A for classes of masses p, and A <= B for these masses: X <= B.

    X is what the sentence and premise `first` call by the same words, about classes that add up to
    1. The other premises are A <= B, each under a condition; together these cover the sentence's,
    as max p <= ||p||.
    """

    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "X <= B" where "classes of masses p ..., C or C'"."""
        first = premises["first"]
        rest = [premise for part, premise in premises.items() if part != "first"]
        for one in (sentence, first, *rest):
            _require_relation(one, "<=")
        what, _, conditions = sentence.where.partition(", ")
        partition = what.startswith("classes of masses p that partition ")
        if not partition or (first.sides[0], first.where) != (sentence.sides[0], what):
            raise NotShownError("the sentence and premise first are about different things")
        names = {"p": MASS}
        between, bound = (read(one.sides[1], SYMBOLIC, names) for one in (first, sentence))
        known: set[str] = set()
        for premise in rest:
            left, right = (read(side, SYMBOLIC, names) for side in premise.sides)
            if not (same_totals(left, between) and same_totals(right, bound)):
                raise NotShownError(f"premise {premise.text!r} does not lead to the sentence")
            masses, _, condition = premise.where.partition(", ")
            if masses != "p masses" or not condition:
                raise NotShownError(f"premise {premise.where!r} is not about masses")
            known.add(condition)
        for condition in conditions.split(" or "):
            if not _covered(condition, known):
                raise NotShownError(f"{condition!r} is not covered by {sorted(known)}")
        return Check(name, "transitivity", Verdict.PROVED)


def _covered(condition: str, known: set[str]) -> bool:
    if condition in known:
        return True
    if re.fullmatch(r"max p <= \w+", condition):
        parts = (re.fullmatch(r"max p <= (\w+)", one) for one in known)
        return any(part and f"{part[1]} < {condition}" in known for part in parts)
    if found := re.fullmatch(r"\|\|p\|\|\^2 <= (\w+)\^2", condition):
        _require_less("0", found[1], f"{found[1]} is not positive")
        return _covered(f"max p <= {found[1]}", known)
    return False


@dataclass(frozen=True, slots=True)
class Squeeze(_Machine):
    """A limit between two others: `low` < A < `high` far out, and both sides tend to the limit."""

    premises: Mapping[str, str]

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Decide "A -> B" where "t -> oo"."""
        _require_relation(sentence, "->")
        if sentence.limit[1] != sympy.oo:
            raise NotShownError("the limit is not at infinity")
        symbols = sentence.symbols()
        between, limit = (read(side, SYMBOLIC, symbols) for side in sentence.sides)
        for part, sign in (("low", 1), ("high", -1)):
            bound, reached = premises[part], premises[f"{part}_limit"]
            _require_relation(bound, "<", ">", "<=", ">=")
            _require_relation(reached, "->")
            if bound.interval.high != "oo" or reached.where != sentence.where:
                raise NotShownError(f"premise {part} does not reach to infinity")
            outer, end = (read(side, SYMBOLIC, symbols) for side in reached.sides)
            if not (_same(bound.difference(symbols), sign * (between - outer)) and end == limit):
                raise NotShownError(f"premise {part} does not bound A, or has another limit")
        return Check(name, "squeeze", Verdict.PROVED)


@dataclass(frozen=True, slots=True)
class ByHand:
    """Joined by an argument in words; shown as such, and never called proved.

    A sentence that can be evaluated is still tried, and refuted where it is false.
    """

    argument: str
    premises: Mapping[str, str] = field(default_factory=lambda: NONE)

    @property
    def hand(self) -> bool:
        """Whether the argument is in words."""
        return True

    def decide(self, name: str, sentence: Sentence, premises: Premises) -> Check:
        """Say that nothing was decided here."""
        return Check(name, "by hand", Verdict.BY_HAND, self.argument)


def decide(rule: Rule, name: str, sentence: Sentence, premises: Premises) -> Check:
    """Apply a rule; what it can't show is refuted where the sentence is certainly false.

    Parameters
    ----------
    rule : Rule
        The rule.
    name : str
        Of the conjunct that is decided.
    sentence : Sentence
        What it says.
    premises : mapping
        Proved sentences by the names that the rule gives them.
    """
    try:
        found = rule.decide(name, sentence, premises)
    except NotShownError as error:
        found = Check(name, "", Verdict.PARTIAL, str(error))
    except (InvalidValueError, ArithmeticError, ValueError) as error:
        found = Check(name, "", Verdict.PARTIAL, f"{type(error).__name__}: {error}")
    if found.verdict in {Verdict.PARTIAL, Verdict.BY_HAND}:
        try:
            wrong = verdict_at_points(sentence)
        except _NOT_EVALUATED:
            wrong = ""
        if wrong:
            detail = f"{wrong}; {found.detail}" if found.detail else wrong
            return Check(name, found.method, Verdict.REFUTED, detail)
    return found
