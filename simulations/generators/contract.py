"""What a decoder and a classifier must be before anything is said of them: functions.

A function's answer for a latent depends on that latent alone: not on the call, nor on the rows
beside it, nor on their number. A module with dropout or batch statistics, a sampler that draws
noise, a classifier that centres its batch are none, and each gives radii of classes that do not
exist. What can be seen is looked at (the mode of every module that a callable holds), and what
cannot be seen is tried (`established`).
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
import types
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from bounds.support.errors import InvalidTypeError, InvalidValueError
from bounds.support.narrowing import is_dict
from bounds.support.validation import shown
from simulations.arrays import FloatArray
from simulations.checking.estimation import available_cores
from simulations.threads import one_thread_each

TOLERANCE = 1e-4
"""How far two answers for one latent may lie apart: what the rounding of single precision does."""

_SUM_TOLERANCE = 1e-3
_LOW_PRECISION = 16
_ONE_HOT_SHARE = 1 / 8192
_SIZES = (1, 2, 61, 448)
_THREADS = 4
_CONFIRMED = 2048
_MOST_OBJECTS = 10_000
_LIBRARIES = frozenset(("builtins", "numpy", "scipy", "sklearn", "torch", "torchvision"))
_ONE_AT_A_TIME = threading.Lock()


class ImageFunction:
    """A decoder or a classifier with the kind of argument that it takes.

    A `torch.nn.Module`, or a method of one, takes tensors of the module's own type and device.
    What any other function takes is found out by calling it: arrays, or tensors, of the type of
    the modules that it holds, or else of the first type that works.

    Parameters
    ----------
    function : callable
    role : str
        For error messages.
    example : array or tensor
        What the function is tried on.

    Raises
    ------
    TypeError
        The function takes neither, or returns no array.
    ValueError
        A module that it holds is in training mode.
    """

    def __init__(self, function: Callable[[Any], Any], role: str, example: Any) -> None:
        if not callable(function):
            raise InvalidTypeError(f"{role}={shown(function)}: expected a callable")
        self._function = function
        self._role = role
        self.modules = modules(function)
        _refuse_training(function, role, self.modules)
        failures: list[Exception] = []
        with unchanged(self.modules, role):
            for argument in self._arguments():
                self._argument = argument
                try:
                    first, second = self._returned(example), self._returned(example)
                except Exception as error:  # a user's function may raise anything
                    failures.append(error)
                    continue
                self.alone = np.shares_memory(_view(first), _view(second))
                self._checked_rows(first, len(example))
                return
        error = max(failures, key=_progress)
        raise InvalidTypeError(
            f"{role} failed on an input of shape {tuple(example.shape)} with "
            f"{type(error).__name__}: {error}; expected a NumPy function, a torch module, "
            "a method of one, or a function of tensors"
        ) from error

    @property
    def takes_tensors(self) -> bool:
        """Whether the function takes tensors, not arrays."""
        return self._argument.tensors

    def __call__(self, values: Any) -> Any:
        """What the function returns for an array or a tensor, without gradients.

        The function gets a copy: one that writes into its argument changes nothing of ours.
        """
        try:
            result = self._returned(values)
        except Exception as error:
            raise InvalidTypeError(
                f"{self._role} failed on an input of shape {tuple(values.shape)} with "
                f"{type(error).__name__}: {error}; it took 2 such rows before"
            ) from error
        return self._checked_rows(result, len(values))

    def differentiable(self, tensor: Any) -> Any:
        """What the function, which takes tensors, returns for one, with its graph."""
        return self._function(self.tensor(tensor))

    def tensor(self, values: Any) -> Any:
        """The values as the function takes them."""
        import torch

        tensor = torch.as_tensor(values)
        if tensor.is_floating_point() or self._argument.converts:
            return tensor.to(self._argument.device, getattr(torch, self._argument.dtype))
        return tensor.to(self._argument.device)

    def _returned(self, values: Any) -> Any:
        torch = sys.modules.get("torch")
        with nullcontext() if torch is None else torch.no_grad():
            if self.takes_tensors:
                return self._function(self.tensor(values).clone())
            argument = np.array(array(values))
            if argument.dtype.kind == "f":
                argument = argument.astype(self._argument.dtype)
            return self._function(argument)

    def _checked_rows(self, result: Any, rows: int) -> Any:
        shape = getattr(result, "shape", None)
        if shape is None:
            raise InvalidTypeError(
                f"{self._role} returned {type(result).__name__}: expected an array or a tensor"
            )
        if np.ma.is_masked(result):
            raise InvalidTypeError(f"{self._role} returned masked entries: expected an array")
        if not len(shape) or shape[0] != rows:
            raise InvalidValueError(
                f"{self._role} returned shape {tuple(shape)} for {rows} inputs: expected one row "
                "for each"
            )
        return result

    def _arguments(self) -> Iterator[_Argument]:
        torch = sys.modules.get("torch")
        direct = torch is not None and (
            isinstance(self._function, torch.nn.Module)
            or isinstance(getattr(self._function, "__self__", None), torch.nn.Module)
        )
        if not direct:
            yield _Argument(False)
        if torch is not None:
            for module in self.modules:
                for own in (*module.parameters(), *module.buffers()):
                    if own.is_floating_point():
                        name = str(own.dtype).removeprefix("torch.")
                        yield _Argument(True, name, str(own.device), True)
                        break
                else:
                    continue
                break
            yield _Argument(True, str(torch.get_default_dtype()).removeprefix("torch."))
            for name in ("float64", "float32", "float16", "bfloat16"):
                yield _Argument(True, name)
        if not direct:
            yield _Argument(False, "float32")


@dataclass(frozen=True, slots=True)
class _Argument:
    """How a function wants its argument; `converts` integers too, as a module's weights ask."""

    tensors: bool
    dtype: str = "float64"
    device: str = "cpu"
    converts: bool = False


def array(values: Any) -> NDArray[Any]:
    """A copy, as an array, of an array or of a tensor of any type and device."""
    return np.array(_view(values))


def _view(values: Any) -> NDArray[Any]:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        # NumPy has no bfloat16.
        values = (values.float() if values.dtype == torch.bfloat16 else values).numpy()
    return np.asarray(values)


def probabilities_of(values: Any, said: str = "classifier returned") -> FloatArray:
    """Return a classifier's answer as float64 probabilities (n, K), or raise.

    Parameters
    ----------
    values
        Array or tensor.
    said
        How messages begin.

    Raises
    ------
    ValueError
        If they are no probabilities that sum to 1, up to the rounding of their type.
    """
    if np.ma.is_masked(values):
        raise InvalidValueError(f"{said} masked entries: expected probabilities")
    try:
        found = array(values)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows, what is no array
        raise InvalidTypeError(f"{said} {shown(values)}: expected an array ({error})") from error
    if found.ndim != 2 or found.shape[1] < 1:
        raise InvalidValueError(f"{said} shape {found.shape}: expected (n, K)")
    if found.dtype.kind not in "fiub":
        raise InvalidTypeError(f"{said} dtype {found.dtype}: expected real numbers")
    probabilities = found.astype(np.float64)
    sums = probabilities.sum(axis=1)
    allowed = max(_SUM_TOLERANCE, 4 * resolution(values if hasattr(values, "dtype") else found))
    wrong = ~(np.abs(sums - 1) <= allowed) | ~(probabilities >= 0).all(axis=1)
    if wrong.any():
        row = shown(probabilities[wrong.argmax()].tolist())
        raise InvalidValueError(f"{said} {row}: expected probabilities that sum to 1")
    return probabilities


def resolution(values: Any) -> float:
    """Return the relative spacing of the type of an array or tensor; 0 for integers."""
    dtype = str(values.dtype).removeprefix("torch.")
    if dtype == "bfloat16":
        return 2.0**-7
    return float(np.finfo(dtype).eps) if dtype.startswith("float") else 0.0


def one_at_a_time(functions: Iterable[ImageFunction]) -> Any:
    """Return a context in which the functions may be called.

    A function that returns one buffer again and again, or keeps something for the time of a call,
    would have it overwritten by another thread.
    """
    return _ONE_AT_A_TIME if any(one.alone for one in functions) else nullcontext()


# --- the trial -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Established:
    """Answers that are those of a function.

    Attributes
    ----------
    answers : float64 array of shape (n, K)
    alone : bool
        Whether they are so only where one thread at a time calls.
    """

    answers: FloatArray
    alone: bool


def established(
    evaluate: Callable[[FloatArray], FloatArray], z: FloatArray, batch: int, precision: float
) -> Established:
    """Return the answers for `z` (n, d) if they are those of a function, or raise.

    They are computed twice, in several threads at once, as they will be, the second time in
    another order and in other batch sizes, and some of them in the caller's thread. Where these
    disagree, more evaluations say by what: the repetition, the order, the batch size, the threads.

    Parameters
    ----------
    evaluate : callable
        Latents to probabilities.
    z : array of shape (n, d)
    batch : int
        Latents in a call.
    precision : float
        Relative spacing of the numbers that the functions compute with.

    Raises
    ------
    ValueError
        If some latent's answers differ by more than rounding.
    """
    size = len(z)
    order = np.random.default_rng(0).permutation(size)
    straight, whole = np.arange(size), (batch,)

    def disagreeing(places: NDArray[np.int64], sizes: tuple[int, ...], threads: int = 0) -> int:
        try:
            again = _in_batches(evaluate, z, places, sizes, threads)
        except (InvalidValueError, InvalidTypeError):
            if threads < 2:
                raise
            # Whether it fails by itself, the evaluations without threads will tell.
            return size
        return _differences(first, again, precision)

    here = _in_batches(evaluate, z[:batch], straight[:batch], whole)
    found = size
    try:
        first = _in_batches(evaluate, z, straight, whole, available_cores())
        found = disagreeing(order, _SIZES, _THREADS)
        found += _differences(here, first[: len(here)], precision)
        if not found:
            return Established(first, alone=False)
    except (InvalidValueError, InvalidTypeError):
        pass  # by itself, or in several threads only: what follows tells
    first = _in_batches(evaluate, z, straight, whole)
    kinds = {
        "when asked again": disagreeing(straight, whole),
        "in another order": disagreeing(order, whole),
        "in other batch sizes": disagreeing(straight, _SIZES),
        "in another thread": disagreeing(straight, whole, 1),
    }
    if not any(kinds.values()):
        kinds = {"in several threads at once": disagreeing(order, _SIZES, _THREADS)}
        if any(kinds.values()):
            return Established(first, alone=True)
        kinds = {"once, and not again": found}
    account = ", ".join(f"{number:,} answers differ {kind}" for kind, number in kinds.items())
    raise InvalidValueError(
        f"decoder and classifier are no function of the latent: {account} of {size:,} latents. "
        "Expected an image and probabilities that depend on the latent alone: switch dropout, "
        "noise and batch statistics off, and keep nothing between calls"
    )


def confirm(
    evaluate: Callable[[FloatArray], FloatArray],
    z: FloatArray,
    answers: FloatArray,
    batch: int,
    precision: float,
) -> None:
    """Ask for some answers once more, after they have been relied upon.

    Raises
    ------
    ValueError
        If they are others than before: what answered has changed meanwhile.
    """
    rows = np.linspace(0, len(z) - 1, min(len(z), _CONFIRMED)).astype(np.int64)
    again = _in_batches(evaluate, z[rows], np.arange(len(rows)), (batch,))
    if changed := _differences(answers[rows], again, precision):
        raise InvalidValueError(
            f"decoder and classifier are no function of the latent: {changed:,} answers of "
            f"{len(rows):,} are others at the end than they were at the beginning. Expected ones "
            "that depend on the latent alone, not on what was asked before"
        )


def _differences(first: FloatArray, again: FloatArray, precision: float) -> int:
    """How many rows differ by more than rounding, which may decide a few near ties."""
    different = np.abs(again - first).max(axis=1) > max(TOLERANCE, _LOW_PRECISION * precision)
    # A classifier that returns 0 or 1 cannot tell a near tie.
    certain = (first.max(axis=1) == 1) & (again.max(axis=1) == 1)
    if certain[different].all() and different.sum() <= _ONE_HOT_SHARE * len(first):
        return 0
    return int(different.sum())


def _in_batches(
    evaluate: Callable[[FloatArray], FloatArray],
    z: FloatArray,
    places: NDArray[np.int64],
    sizes: tuple[int, ...],
    threads: int = 0,
) -> FloatArray:
    """Answers in the order of `z`, computed in the order of `places` in batches of the sizes."""
    batches: list[NDArray[np.int64]] = []
    start = 0
    while start < len(z):
        batches.append(places[start : start + sizes[len(batches) % len(sizes)]])
        start += len(batches[-1])
    answers: FloatArray | None = None

    def answered(rows: NDArray[np.int64]) -> FloatArray:
        return evaluate(z[rows])

    # Threads inside threads wait for each other: several times the work on two cores.
    alone = one_thread_each() if threads else nullcontext()
    with alone, ThreadPoolExecutor(max(threads, 1)) as pool:
        parts = pool.map(answered, batches) if threads else map(answered, batches)
        for rows, found in zip(batches, parts, strict=True):
            answers = _placed(answers, found, rows, len(z))
    return np.empty((0, 0)) if answers is None else answers


def _placed(
    answers: FloatArray | None, found: FloatArray, rows: NDArray[np.int64], size: int
) -> FloatArray:
    if answers is None:
        answers = np.empty((size, found.shape[1]))
    if found.shape[1] != answers.shape[1]:
        raise InvalidValueError(
            f"classifier returned {found.shape[1]} classes after {answers.shape[1]}: expected "
            "one number of classes"
        )
    answers[rows] = found
    return answers


@contextmanager
def unchanged(held: Iterable[Any], role: str) -> Generator[None, None, None]:
    """Run what calls modules; put their buffers back and raise if it changed one.

    Running statistics are such buffers: a call that moves them makes the next answer another one,
    and spoils the user's model.
    """
    kept = [(one, one.detach().clone()) for module in held for one in module.buffers()]
    try:
        yield
    finally:
        torch = sys.modules.get("torch")
        moved = 0
        for buffer, before in kept:
            assert torch is not None
            if not torch.equal(buffer, before) and not bool(before.isnan().any()):
                moved += 1
                with torch.no_grad():
                    buffer.copy_(before)
    if moved:
        raise InvalidValueError(
            f"{role} changes {moved} buffers of its modules when it is called (running statistics; "
            "they were put back): expected a function, in evaluation mode"
        )


# --- what a callable holds -----------------------------------------------------------------------


def modules(function: Any) -> tuple[Any, ...]:
    """Return the `torch.nn.Module`s that a callable holds, the outermost ones.

    Looked through are bound methods, partials, closures, defaults, the globals that a function
    names, attributes, and containers.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return ()
    found: list[Any] = []
    seen: dict[int, Any] = {}
    waiting = [function]
    while waiting and len(seen) < _MOST_OBJECTS:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if isinstance(one, torch.nn.Module):
            found.append(one)
            # A module in a list is no part of the module.
            parts = {id(part) for part in one.modules()}
            seen.update(dict.fromkeys(parts - {id(one)}, one))
            for part in one.modules():
                waiting.extend(part.__dict__.values())
        else:
            waiting.extend(_held(one))
    return tuple(found)


def _is_collection(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, (list, tuple, set, frozenset))


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def _held(one: Any) -> list[Any]:
    if _is_collection(one):
        return list(one)
    if _is_mapping(one):
        return list(one.values())
    if isinstance(one, functools.partial):
        return [one.func, *one.args, *one.keywords.values()]
    if isinstance(one, types.MethodType):
        return [one.__self__, one.__func__]
    if isinstance(one, types.FunctionType):
        return _held_by_function(one)
    if isinstance(one, types.ModuleType):
        return []
    kind = one if isinstance(one, type) else type(one)
    if (kind.__module__ or "").partition(".")[0] in _LIBRARIES:
        return []
    data = [
        value
        for base in kind.__mro__[:-1]
        for value in vars(base).values()
        if not hasattr(value, "__get__")
    ]
    if isinstance(one, type):
        return data
    slots = [
        vars(base)[name].__get__(one)
        for base in kind.__mro__
        for name in np.atleast_1d(vars(base).get("__slots__", ()))
        if hasattr(one, name) and isinstance(vars(base).get(name), types.MemberDescriptorType)
    ]
    own = getattr(one, "__dict__", None)
    attributes = list(own.values()) if is_dict(own) else []
    return [*data, *slots, *attributes, vars(kind).get("__call__")]


def _held_by_function(function: types.FunctionType) -> list[Any]:
    if (function.__module__ or "").partition(".")[0] in _LIBRARIES - {"torch"}:
        return []
    held: list[Any] = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # not assigned yet
            continue
    if (function.__module__ or "").partition(".")[0] not in _LIBRARIES:
        held += [
            function.__globals__[name]
            for name in _names(function.__code__)
            if name in function.__globals__
        ]
    return held


def _names(code: types.CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*(_names(one) for one in inner))


def _refuse_training(function: Any, role: str, held: tuple[Any, ...]) -> None:
    """Refuse modules whose answer depends on a mode that says training."""
    own = (function, getattr(function, "__self__", None))
    for module in held:
        fixed = "eval" in vars(module)  # torch.export's: its graph has one mode
        if fixed:
            continue
        if module.training and any(module is one for one in own):
            raise InvalidValueError(f"{role} is in training mode: call its .eval() first")
        for name, part in module.named_modules():
            if part.training and _depends_on_mode(part):
                where = f"its part {name!r}" if name else "what it calls"
                raise InvalidValueError(
                    f"{role} is in training mode: {where}, a {type(part).__name__}, answers "
                    "otherwise in training: call .eval() on it first"
                )


def _depends_on_mode(module: Any) -> bool:
    """Whether the class of a module, or what it inherits, reads `training`."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return True
    classes = type(module).__mro__
    own = classes[: classes.index(torch.nn.Module)]
    return any(
        "training" in _names(one.__code__)
        for kind in own
        for one in vars(kind).values()
        if inspect.isfunction(one)
    )


def _progress(error: Exception) -> tuple[list[int], int]:
    """How far a call came: the instructions reached in each frame, and then the kind of error.

    A wrong type of argument is complained of by TypeError and AttributeError, and a wrong type of
    number by name; any other error at the same place comes from a call that was better understood.
    """
    trace = error.__traceback__
    reached: list[int] = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename != __file__:
            reached.append(trace.tb_lasti)
        trace = trace.tb_next
    misunderstood = isinstance(error, (TypeError, AttributeError))
    return reached, 0 if misunderstood else 1 if "type" in str(error) else 2
