"""Functions that people have in files: ONNX, torch.export, TorchScript, and Python itself.

A `Model` is a function of rows with what its file says of it: the shape and type of its input, its
outputs, how many rows it takes at a time. What a file does not say is None.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import math
import sys
import types
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bounds.support.errors import InvalidTypeError, InvalidValueError, MissingError
from bounds.support.narrowing import is_dict, is_sequence
from bounds.support.validation import kind, shown

KINDS = "a file ending in .onnx, .pt2 (torch.export), .pt, .pth or .ts (TorchScript), or " + (
    "MODULE:FUNCTION for anything else in Python, MODULE a module's name or a .py file"
)
"""What can be loaded, for messages."""

Shape = tuple[int | None, ...]
"""Of one row; None where any size is taken."""

_MANY = 2**31


@dataclass(frozen=True)
class Model:
    """A function of rows, and what its file says of it.

    Attributes
    ----------
    source : str
        As it was named.
    kind : str
        ``ONNX``, ``torch.export``, ``TorchScript`` or ``Python``.
    call : callable
        An array, or for torch a tensor, of n rows in the shape and type that the file asks for,
        to the chosen output. Rows are taken `fewest` to `most` at a time.
    row : tuple or None
        Shape of one row of the input; None if unknown.
    dtype : str or None
        Type of the input, as NumPy names it; None if unknown.
    fewest, most : int
        Rows that `call` takes; fewer are filled up.
    outputs : tuple of str
        Names, where there are names.
    chosen : str or None
        The output meant; None where there is one, without a name.
    """

    source: str
    kind: str
    call: Callable[[Any], Any]
    row: Shape | None = None
    dtype: str | None = None
    fewest: int = 1
    most: int = _MANY
    outputs: tuple[str, ...] = ()
    chosen: str | None = None

    @property
    def takes_tensors(self) -> bool:
        """Whether the function is torch's."""
        return self.kind in ("torch.export", "TorchScript")

    @property
    def says(self) -> str:
        """What its file says of the input, for messages."""
        if self.row is None:
            return f"{self.source} ({self.kind}) does not say what shape it takes"
        size = "n" if self.fewest < self.most else f"{self.most:,}"
        return f"{self.source} ({self.kind}) takes {self.dtype} of shape {_written(self.row, size)}"

    def __call__(self, rows: Any) -> Any:
        """The chosen output for n rows, any n."""
        if self.kind == "Python":
            return self.call(rows)
        values = self._typed(rows)
        if self.fewest <= len(values) <= self.most:
            return self.call(values)
        parts: list[Any] = []
        for start in range(0, len(values), self.most):
            part = values[start : start + self.most]
            lacking = self.fewest - len(part)
            if lacking > 0:
                part = _joined([part, *[part[-1:]] * lacking])
            result = self.call(part)
            parts.append(result[: len(part) - max(lacking, 0)])
        return _joined(parts)

    def _typed(self, rows: Any) -> Any:
        if self.takes_tensors:
            import torch

            if not isinstance(rows, torch.Tensor):
                raise InvalidTypeError(f"{self.source}: expected a tensor")
            return rows if self.dtype is None else rows.to(getattr(torch, self.dtype))
        return np.ascontiguousarray(rows, dtype=self.dtype)


def _written(row: Shape, size: str) -> str:
    return f"({', '.join([size, *('any' if one is None else str(one) for one in row)])})"


def _joined(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import torch

    return torch.cat(list(parts))


def load_model(source: str, option: str, output: str | None = None) -> Model:
    """Load the function that an option names.

    Parameters
    ----------
    source : str
        A file, or ``module:function``.
    option : str
        For messages: ``decoder``, ``classifier`` or ``features``.
    output : str, optional
        Which output, by its name.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        If there is no such file, it can't be read, or it needs an option to be understood.
    MissingError
        If what reads it is not installed; with the line that installs it.
    """
    kind(source, option, str)
    if "\0" in source:
        raise InvalidValueError(f"{option}={source!r}: expected {KINDS}")
    path = Path(source)
    where = f"{option}={source!r}"
    # A drive letter of Windows is no module.
    if not path.exists() and ":" in source[2:]:
        return _python(source, where, output, option)
    if path.is_dir():
        raise InvalidValueError(f"{where}: is a folder: expected {KINDS}")
    if not path.is_file():
        raise InvalidValueError(f"{where}: no such file: expected {KINDS}")
    ending = path.suffix.lower()
    if ending == ".onnx":
        return _onnx(path, source, where, output, option)
    if ending in (".pt2", ".pt", ".pth", ".ts"):
        return _torch(path, source, where, output, option)
    raise InvalidValueError(f"{where}: expected {KINDS}")


def _chosen(names: Sequence[str], output: str | None, where: str, option: str) -> int:
    """Which of several outputs is meant."""
    if output is None:
        if len(names) == 1:
            return 0
        raise InvalidValueError(
            f"{where}: has {len(names)} outputs, {', '.join(names)}: expected one of them, "
            f"chosen by --{option}-output"
        )
    if output not in names:
        raise InvalidValueError(
            f"{option}_output={output!r}: expected an output of {where}: {', '.join(names)}"
        )
    return list(names).index(output)


# --- ONNX ----------------------------------------------------------------------------------------


def _onnx(path: Path, source: str, where: str, output: str | None, option: str) -> Model:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingError(
            f"{where}: reading ONNX needs onnxruntime: pip install 'class-radius[onnx]'"
        ) from error
    settings: Any = onnxruntime.SessionOptions()
    settings.log_severity_level = 4  # what it has to say comes as an exception too
    try:
        session: Any = onnxruntime.InferenceSession(
            str(path), settings, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has a class of its own for each kind of damage
        hint = ""
        if not path.with_name(f"{path.name}.data").exists() and "data" in str(error):
            hint = "; are its weights in a second file, NAME.onnx.data, that belongs beside it?"
        raise InvalidValueError(f"{where}: onnxruntime can't load it ({error}){hint}") from error
    inputs: Any = session.get_inputs()
    if len(inputs) != 1:
        named = ", ".join(f"{one.name} {one.shape}" for one in inputs)
        raise InvalidValueError(
            f"{where}: has {len(inputs)} inputs, {named}: expected one; give the others their "
            f"values in a function and pass --{option} MODULE:FUNCTION"
        )
    results: Any = session.get_outputs()
    names = [str(one.name) for one in results]
    place = _chosen(names, output, where, option)
    if not results[place].type.startswith("tensor("):
        raise InvalidValueError(
            f"{where}: its output {names[place]} is a {results[place].type}: expected a tensor; "
            "for a classifier of scikit-learn convert with options={'zipmap': False}"
        )
    (given,) = inputs
    dtype = {"float": "float32", "double": "float64", "float16": "float16"}.get(
        given.type.removeprefix("tensor(").removesuffix(")")
    )
    if dtype is None:
        raise InvalidValueError(
            f"{where}: its input {given.name} is a {given.type}: expected tensor(float), "
            "tensor(double) or tensor(float16)"
        )
    shape = [one if isinstance(one, int) and one > 0 else None for one in given.shape]
    if not shape:
        raise InvalidValueError(f"{where}: its input {given.name} is a scalar: expected rows")
    fixed = shape[0]

    def call(rows: Any) -> Any:
        return session.run([names[place]], {given.name: rows})[0]

    return Model(
        source,
        "ONNX",
        call,
        tuple(shape[1:]),
        dtype,
        fixed or 1,
        fixed or _MANY,
        tuple(names),
        names[place],
    )


# --- torch ---------------------------------------------------------------------------------------


def _torch(path: Path, source: str, where: str, output: str | None, option: str) -> Model:
    if importlib.util.find_spec("torch") is None:
        raise MissingError(f"{where}: reading it needs torch: pip install 'class-radius[vae]'")
    if not zipfile.is_zipfile(path):
        raise InvalidValueError(
            f"{where}: not a file of torch.export.save or torch.jit.save: expected {KINDS}"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.partition("/")[2] for name in archive.namelist()]
            damaged = archive.testzip()
    except Exception as error:  # zipfile raises many kinds on a damaged file
        raise InvalidValueError(f"{where}: a damaged archive ({error})") from error
    if damaged is not None:
        # Before torch, which would print its own traceback, or read other weights.
        raise InvalidValueError(f"{where}: a damaged archive, of which {damaged} is not whole")
    if "models/model.json" in names or "serialized_exported_program.json" in names:
        return _exported(path, source, where, output, option)
    if any(name.startswith("data/aotinductor") for name in names):
        raise InvalidValueError(
            f"{where}: holds machine code (AOTInductor): expected the program that "
            "torch.export.save writes"
        )
    if any(name.startswith("code/") for name in names):
        return _scripted(path, source, where, output, option)
    raise InvalidValueError(
        f"{where}: holds weights or pickled objects, not a function (torch.save): expected what "
        "torch.export.save(torch.export.export(model, ...), 'model.pt2') writes; or load it in a "
        f"function and pass --{option} MODULE:FUNCTION"
    )


def _exported(path: Path, source: str, where: str, output: str | None, option: str) -> Model:
    import torch
    from torch.utils._pytree import tree_leaves

    log = logging.getLogger("torch.export")
    before, log.disabled = log.disabled, True  # it would print a traceback of what is raised too
    try:
        program: Any = torch.export.load(path)
    except Exception as error:  # of torch's own many kinds
        raise InvalidValueError(
            f"{where}: torch.export can't load it ({type(error).__name__}: {error})"
        ) from error
    finally:
        log.disabled = before
    wanted = set(program.graph_signature.user_inputs)
    given: list[Any] = [
        node
        for node in program.graph.nodes
        if node.op == "placeholder" and node.name in wanted and node.meta.get("val") is not None
    ]
    if len(given) != 1 or not isinstance(given[0].meta["val"], torch.Tensor):
        raise InvalidValueError(
            f"{where}: has {len(given)} inputs, {', '.join(one.name for one in given)}: expected "
            f"one tensor; give the others their values in a function and pass --{option} "
            "MODULE:FUNCTION"
        )
    value: Any = given[0].meta["val"]
    shape = [one if isinstance(one, int) else None for one in value.shape]
    fewest, most = (shape[0], shape[0]) if shape[0] is not None else (1, _MANY)
    if shape[0] is None:
        limits: Any = program.range_constraints.get(value.shape[0].node.expr)
        if limits is not None:
            fewest = int(limits.lower)
            most = min(int(limits.upper), _MANY) if limits.upper < math.inf else _MANY
    results: Any = program.call_spec.out_spec
    labels = _labels(results, len(program.graph_signature.user_outputs))
    place = _chosen(labels, output, where, option)
    module: Any = program.module()

    def call(rows: Any) -> Any:
        return tree_leaves(module(rows))[place]

    dtype = str(value.dtype).removeprefix("torch.")
    return Model(
        source,
        "torch.export",
        call,
        tuple(shape[1:]),
        dtype,
        max(int(fewest), 1),
        int(most),
        tuple(labels),
        labels[place],
    )


def _labels(spec: Any, number: int) -> list[str]:
    """Names of the outputs: the keys of a dictionary, or their numbers."""
    keys = spec.context if spec.type is dict else None
    if is_sequence(keys) and len(keys) == number:
        return [str(key) for key in keys]
    return [str(place) for place in range(number)]


def _scripted(path: Path, source: str, where: str, output: str | None, option: str) -> Model:
    import torch

    try:
        module = _untyped(torch.jit).load(path, map_location="cpu").eval()
    except Exception as error:  # of torch's own many kinds
        raise InvalidValueError(
            f"{where}: torch.jit can't load it ({type(error).__name__}: {error})"
        ) from error

    # Nothing in the file tells the outputs apart, so the first answer does.
    def call(rows: Any) -> Any:
        result = module(rows)
        if isinstance(result, torch.Tensor) and output is None:
            return result
        named = result if is_dict(result) else dict(enumerate(_sequence(result)))
        labels = [str(key) for key in named]
        return list(named.values())[_chosen(labels, output, where, option)]

    dtype = next((one.dtype for one in module.parameters() if one.is_floating_point()), None)
    name = None if dtype is None else str(dtype).removeprefix("torch.")
    return Model(source, "TorchScript", call, None, name, chosen=output)


def _untyped(module: Any) -> Any:
    """The same module, for functions of it that have no types."""
    return module


def _sequence(result: Any) -> Sequence[Any]:
    return result if is_sequence(result) else [result]


# --- Python --------------------------------------------------------------------------------------


def _python(source: str, where: str, output: str | None, option: str) -> Model:
    if output is not None:
        raise InvalidValueError(
            f"{option}_output={output!r}: {where} is a function, which returns what it returns: "
            "let it return the one that is meant"
        )
    name, _, attribute = source.rpartition(":")
    module = _module(name, where)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            known = [key for key, one in vars(module).items() if callable(one) and key[0] != "_"]
            raise InvalidValueError(
                f"{where}: {name} has no {attribute}: expected one of its functions, "
                f"{shown(', '.join(known))}"
            )
        found = getattr(found, part)
    if isinstance(found, type) or not callable(found):
        raise InvalidValueError(
            f"{where}: is {'a class' if isinstance(found, type) else shown(found)}: expected a "
            "function or a module of torch, made already"
        )
    return Model(source, "Python", found)


def _module(name: str, where: str) -> types.ModuleType:
    path = Path(name)
    try:
        if path.suffix == ".py":
            if not path.is_file():
                raise InvalidValueError(f"{where}: no such file {name!r}")
            # A name of its own: the file may be called like a module that others import.
            spec: Any = importlib.util.spec_from_file_location(f"_user_{path.stem}", path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
            return module
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise InvalidValueError(
                f"{where}: no module {error.name!r} here: expected one that Python finds from this "
                "folder, or FILE.py:FUNCTION"
            ) from error
        raise MissingError(
            f"{where}: {name} needs {error.name}: pip install {error.name}"
        ) from error
    except (InvalidValueError, MissingError):
        raise
    except Exception as error:  # a user's module may raise anything
        raise InvalidValueError(
            f"{where}: {name} fails when it is imported ({type(error).__name__}: {error})"
        ) from error
