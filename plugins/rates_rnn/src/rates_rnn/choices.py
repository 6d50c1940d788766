"""Optimisers and losses by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

OPTIMISERS: Mapping[str, str] = {
    "sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "adagrad": "Adagrad", "adadelta": "Adadelta", "adamax": "Adamax",
    "rmsprop": "RMSprop", "rprop": "Rprop", "lbfgs": "LBFGS",
}  # fmt: skip
LOSSES: Mapping[str, Callable[..., torch.Tensor]] = {
    "mse": torch.nn.functional.mse_loss,
    "l1": torch.nn.functional.l1_loss,
    "huber": torch.nn.functional.huber_loss,
    "nll": torch.nn.functional.nll_loss,
    "ce": torch.nn.functional.cross_entropy,
    "kld": torch.nn.functional.kl_div,
    "hinge": torch.nn.functional.hinge_embedding_loss,
}

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def optimiser_of(
    given: Any, parameters: Iterable[torch.nn.Parameter], lr: float | None, options: Mapping[str, Any] | None
) -> torch.optim.Optimizer:
    """Return an optimiser of parameters: by name, or one that a user made of them.

    Raises:
        ArgumentError: it is something else, or there is nothing to optimise.
        UnknownNameError: there is none of that name.
    """
    moved = [parameter for parameter in parameters if parameter.requires_grad]
    if not moved:
        raise ArgumentError(
            "Nothing of the network is trained. Name parameters in train_params=, or add an edge with train='gd'."
        )
    if isinstance(given, torch.optim.Optimizer):
        return given
    if not isinstance(given, str):
        raise ArgumentError(f"optimizer is {shown(given)}; it is a name, or an object of torch.optim.")
    if given not in OPTIMISERS:
        raise _unknown("optimizer", given, OPTIMISERS)
    settings: dict[str, Any] = dict(options or {})
    if given == "lbfgs":
        # one iteration each epoch; it goes on as long as there are epochs
        settings = {
            "max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe", "lr": 1.0,
            "tolerance_grad": 1e-15, "tolerance_change": 1e-18,
        } | settings  # fmt: skip
    if lr is not None:
        settings["lr"] = lr
    found: torch.optim.Optimizer = getattr(torch.optim, OPTIMISERS[given])(moved, **settings)
    return found


def loss_of(given: Any, options: Mapping[str, Any] | None) -> Loss:
    """Return a loss of outputs and targets: by name, or a function of a user.

    Raises:
        ArgumentError: it is something else.
        UnknownNameError: there is none of that name.
    """
    if callable(given):
        return lambda outputs, targets: given(outputs, targets, **(options or {}))
    if not isinstance(given, str):
        raise ArgumentError(f"loss is {shown(given)}; it is a name, or a function of outputs and targets.")
    if given not in LOSSES:
        raise _unknown("loss", given, LOSSES)
    chosen = LOSSES[given]
    return lambda outputs, targets: chosen(outputs, targets, **(options or {}))


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> UnknownNameError:
    return UnknownNameError(f"There is no {what} {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}.")
