"""Networks that verification knows, of models in files and of what is done between them.

A translation is believed only after its answers, in float64, were compared with the model's own at
latents of the law. What rounding may do is not guessed: the translated network is evaluated in the
model's precision too, and the model may differ from float64 by `_ROOM` times as much as that does
anywhere (it adds in another order), and by as many roundings of the largest number. A classifier's
probabilities are compared by their logarithms, as those near 0 and 1 tell nothing of its weights.

So what is verified is the real function with the model's weights; the model's own precision moves
the boundaries by its rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from bounds.support.errors import InvalidTypeError, InvalidValueError
from simulations.arrays import FloatArray
from simulations.generators.contract import ImageFunction, array, resolution
from simulations.generators.files import Model
from simulations.generators.images import Adapted, Reshaped
from simulations.generators.layers import Reshape, adapting
from simulations.generators.verification import Verifier, torch_module

_ROOM = 8
_LEAST = 1e-30


def translated_verifier(
    decoder: Callable[[Any], Any], classifier: Callable[[Any], Any], x: FloatArray
) -> Verifier:
    """What verifies balls, for torch modules and files with what is done between them.

    Parameters
    ----------
    decoder, classifier : callable
        `Model`, torch modules, or either as `Reshaped` or `Adapted`.
    x : array of shape (n, d)
        Latents at which the networks are compared with these.

    Raises
    ------
    TypeError
        If one is neither, or has a node or layer that verification does not know.
    ValueError
        If a network answers otherwise than what it was translated from.

    Examples
    --------
    >>> import numpy as np
    >>> head = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1)).eval()
    >>> x = np.random.default_rng(0).standard_normal((8, 2))
    >>> translated_verifier(nn.Identity().eval(), head, x).classes
    3
    """
    function = ImageFunction(decoder, "decoder", x[:3])
    images = function(x)
    inner, layers = decoder, list[nn.Module]()
    rows = torch.as_tensor(x)
    if isinstance(decoder, Reshaped):
        inner, layers = decoder.decoder, [Reshape(decoder.row)]
        rows = rows.reshape(-1, *decoder.row)
    network = nn.Sequential(*layers, _network(inner, rows, "decoder")).eval()

    pixels = torch.as_tensor(array(images))
    judging, layers, after = classifier, list[nn.Module](), list[nn.Module]()
    if isinstance(classifier, Adapted):
        judging = classifier.classifier
        layers = adapting(classifier.adaptation, pixels.shape[1:])
        after = [nn.Softmax(dim=1)] if classifier.logits else []
    adapted = nn.Sequential(*copy.deepcopy(layers)).double()(pixels.double())
    judge = nn.Sequential(*layers, _network(judging, adapted, "classifier"), *after).eval()
    answers = ImageFunction(classifier, "classifier", images[:3])(images)
    # A layer that is not known is named before any answer is compared.
    verifier = Verifier(network, judge, x.shape[1])
    _compare(network, torch.as_tensor(x), images, inner, "decoder")
    _compare(judge, pixels, answers, judging, "classifier", _logarithms)
    return verifier


def _network(model: Any, rows: Tensor, role: str) -> nn.Module:
    """A model as a network; `rows` are some of its inputs."""
    if not isinstance(model, Model):
        return torch_module(model, role)
    few = rows[: max(model.fewest, min(3, model.most))]
    if len(few) < model.fewest:
        raise InvalidTypeError(
            f"verify: {role}={model.source!r} takes {model.fewest:,} rows: expected at most "
            f"{len(rows):,}"
        )
    if model.kind == "ONNX":
        from simulations.generators.translated_onnx import onnx_network as translate
    else:
        from simulations.generators.translated_torch import torch_network as translate
    return translate(model, few, f"{role}={model.source!r}")


def _precision(model: Any) -> torch.dtype:
    """In which a model computes."""
    if isinstance(model, Model):
        return getattr(torch, model.dtype or "float32")
    kinds = [one.dtype for one in model.parameters() if one.is_floating_point()]
    return kinds[0] if kinds else torch.get_default_dtype()


def _logarithms(probabilities: Tensor) -> Tensor:
    return probabilities.clamp_min(_LEAST).log()


@torch.no_grad()
def _compare(
    network: nn.Module,
    rows: Tensor,
    answers: Any,
    model: Any,
    role: str,
    scale: Callable[[Tensor], Tensor] = torch.clone,
) -> None:
    """Raise a ValueError if the network's answers are not the model's, up to rounding."""
    own = _precision(model)
    rows = rows.to(own)
    exactly = scale(copy.deepcopy(network).double()(rows.double()))
    rounded = scale(copy.deepcopy(network).to(own)(rows).double())
    given = scale(torch.as_tensor(array(answers)).double())
    source = model.source if isinstance(model, Model) else type(model).__name__
    if given.shape != exactly.shape:
        raise InvalidValueError(
            f"verify: {role}={source!r} returns shape {tuple(given.shape)}, and the network "
            f"translated from it {tuple(exactly.shape)}: expected the same function"
        )
    largest = float(exactly.abs().max())
    allowed = _ROOM * (float((rounded - exactly).abs().max()) + resolution(rows) * largest)
    found = float((given - exactly).abs().max())
    if not found <= allowed:
        raise InvalidValueError(
            f"verify: {role}={source!r} differs by {found:.2g} from the network translated from "
            f"it at {len(rows):,} latents, and by {allowed:.2g} at most from rounding: expected "
            "the same function"
        )
