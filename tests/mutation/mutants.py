"""One mistake at a time in a module: in a number, a sign, an operator, a comparison, a function.

Modules are changed as syntax trees and written out again whole, so that comments go and nothing
else does. Annotations, decorators, overloads, messages and what is raised are left alone.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
FUNCTIONS = {
    "log": "exp",
    "exp": "log",
    "log1p": "log",
    "sqrt": "log",
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "all": "any",
    "any": "all",
    "lower": "upper",
    "upper": "lower",
    "survival": "density",
    "density": "survival",
    "log_survival": "log_density",
    "hazard": "hazard_excess",
    "hazard_excess": "hazard",
    "quantile": "log",
    "quantile_of_entropy": "log",
}
_LEFT_ALONE = {"annotation", "returns", "decorator_list", "type_comment", "type_params"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake.

    Attributes
    ----------
    file : str
        The module, relative to the project.
    line : int
        Of the statement.
    inside : str
        The function that it is in, "" at the top of the module.
    before, after : str
        The statement, or what stands before its colon, without and with the mistake.
    occurrence : int
        Which of the mistakes alike in this function it is, from 0.
    """

    file: str
    line: int
    inside: str
    before: str
    after: str
    occurrence: int

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names it when lines move."""
        return (self.file, self.inside, self.before, self.after, self.occurrence)

    def __str__(self) -> str:
        where = f" ({self.inside})" if self.inside else ""
        return f"{self.file}:{self.line}{where}\n  - {self.before}\n  + {self.after}"


def mutants(path: Path, name: str) -> Iterator[tuple[Mutant, str]]:
    """Yield each mutant of a module with the text of the whole module that has it."""
    tree = ast.parse(path.read_text())
    seen: Counter[tuple[str, str, str]] = Counter()
    for statement, inside, owner, field, index, alternative in _sites(tree):
        before = _header(statement)
        original = _get(owner, field, index)
        _put(owner, field, index, alternative)
        after = _header(statement)
        if after != before:
            key = (inside, before, after)
            yield (
                Mutant(name, statement.lineno, inside, before, after, seen[key]),
                ast.unparse(ast.fix_missing_locations(tree)) + "\n",
            )
            seen[key] += 1
        _put(owner, field, index, original)


def _get(owner: ast.AST, field: str, index: int | None) -> ast.AST:
    value = getattr(owner, field)
    return value if index is None else value[index]


def _put(owner: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[index] = node


Site = tuple[ast.stmt, str, ast.AST, str, int | None, ast.AST]


def _sites(tree: ast.Module) -> Iterator[Site]:
    def visit(owner: ast.AST, statement: ast.stmt | None, inside: str) -> Iterator[Site]:
        for field, value in list(ast.iter_fields(owner)):
            if field in _LEFT_ALONE:
                continue
            children = value if isinstance(value, list) else [value]
            for index, child in enumerate(children):
                if not isinstance(child, ast.AST) or isinstance(child, (ast.Raise, ast.JoinedStr)):
                    continue
                if isinstance(child, ast.keyword) and child.arg == "strict":
                    continue  # zip checks what is so
                if isinstance(child, ast.FunctionDef) and "overload" in map(
                    ast.unparse, child.decorator_list
                ):
                    continue  # says types alone
                here = child if isinstance(child, ast.stmt) else statement
                if here is not None and child is not here:
                    for alternative in _alternatives(child, is_condition=field in {"test", "ifs"}):
                        place = index if isinstance(value, list) else None
                        yield here, inside, owner, field, place, alternative
                named = isinstance(child, (ast.FunctionDef, ast.ClassDef))
                yield from visit(child, here, f"{inside}.{child.name}" if named else inside)

    for site in visit(tree, None, ""):
        yield (site[0], site[1].removeprefix("."), *site[2:])


def _alternatives(node: ast.AST, *, is_condition: bool) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1 if abs(value) <= 10 else value // 2)
        case ast.Constant(value=float(value)):
            # A tolerance is moved far: a little would change nothing that matters.
            size = abs(value)
            factor = 2 if 0.01 <= size <= 100 else 1e6 if size < 1 else 1e-6
            yield ast.Constant(value * factor if value else 1.0)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(operator)](), node.right)
        case ast.BoolOp(op=operator):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), node.values)
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                for other in COMPARISONS[type(operator)]:
                    changed = copy.copy(node)
                    changed.ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                    yield changed
        case ast.Call(func=ast.Attribute(attr=name)) if name in FUNCTIONS:
            function = ast.Attribute(node.func.value, FUNCTIONS[name], ast.Load())
            yield ast.Call(function, node.args, node.keywords)
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            yield ast.Call(ast.Name(FUNCTIONS[name], ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Name(id="abs"), args=[argument]):
            yield argument
        case _:
            pass
    if is_condition and isinstance(node, (ast.Call, ast.Name, ast.Attribute)):
        yield ast.UnaryOp(ast.Not(), node)


def _header(statement: ast.stmt) -> str:
    """Return a statement's text; of one with a body, what stands before it."""
    bodies = {"body", "orelse", "finalbody", "handlers", "cases", "decorator_list"}
    if not any(getattr(statement, field, None) for field in bodies - {"decorator_list"}):
        return ast.unparse(statement)
    shallow = copy.copy(statement)
    for field in bodies & set(statement._fields):
        setattr(shallow, field, [] if field != "body" else [ast.Pass()])
    if isinstance(shallow, ast.Match):
        shallow.cases = [ast.match_case(ast.MatchAs(), None, [ast.Pass()])]
    if isinstance(shallow, ast.Try):
        shallow.finalbody = [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(shallow)).splitlines()[0]


def instrumented(path: Path, name: str) -> str:
    """Return a module's text in which each statement of a function says that it is reached.

    What a cache remembers says so again.
    """
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [
                ast.Name("__cache__", ast.Load()) if ast.unparse(one) == "functools.cache" else one
                for one in node.decorator_list
            ]

    def signal(statement: ast.stmt) -> ast.stmt:
        place = ast.Constant(f"{name}:{statement.lineno}")
        return ast.Expr(ast.Call(ast.Name("__reached__", ast.Load()), [place], []))

    def visit(node: ast.AST, *, within: bool) -> None:
        for field, value in ast.iter_fields(node):
            if not isinstance(value, list):
                continue
            for child in value:
                if isinstance(child, ast.AST):
                    visit(child, within=within or isinstance(node, ast.FunctionDef))
            statements = value and all(isinstance(child, ast.stmt) for child in value)
            if statements and (within or isinstance(node, ast.FunctionDef)):
                docstring = int(isinstance(node, ast.FunctionDef) and bool(ast.get_docstring(node)))
                changed = list(value[:docstring]) if field == "body" else []
                for child in value[len(changed) :]:
                    changed += [signal(child), child]
                setattr(node, field, changed)

    visit(tree, within=False)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
