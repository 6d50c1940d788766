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
#: Losses that are means over rows, if nothing else is said of them.
MEANS = frozenset(LOSSES.values())
SCHEDULES: Mapping[str, type[torch.optim.lr_scheduler.LRScheduler]] = {
    name: found
    for name in torch.optim.lr_scheduler.__all__
    if issubclass(found := getattr(torch.optim.lr_scheduler, name), torch.optim.lr_scheduler.LRScheduler)
    and found is not torch.optim.lr_scheduler.LRScheduler
}


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
    made = getattr(torch.optim, OPTIMISERS[given])
    found: torch.optim.Optimizer = _made("optimizer", given, lambda: made(moved, **settings))
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
    if not options:
        return chosen
    return lambda outputs, targets: chosen(outputs, targets, **(options or {}))


def schedule_of(
    given: Any, optimiser: torch.optim.Optimizer, options: Mapping[str, Any] | None
) -> torch.optim.lr_scheduler.LRScheduler | None:
    """Return a schedule of learning rates: by the name of its class, or one that a user made of the optimiser.

    Raises:
        ArgumentError: it is something else, or moves the rates of another optimiser.
        UnknownNameError: there is none of that name.
    """
    if given is None:
        return None
    if isinstance(given, torch.optim.lr_scheduler.LRScheduler):
        if given.optimizer is not optimiser:
            raise ArgumentError(
                "schedule belongs to another optimiser. Give the one that it was made of as optimizer=."
            )
        return given
    if not isinstance(given, str):
        raise ArgumentError(f"schedule is {shown(given)}; it is a name, or an object of torch.optim.lr_scheduler.")
    if given not in SCHEDULES:
        raise _unknown("schedule", given, SCHEDULES)
    made: Any = SCHEDULES[given]
    found: torch.optim.lr_scheduler.LRScheduler = _made("schedule", given, lambda: made(optimiser, **(options or {})))
    return found


def _made(what: str, name: str, make: Callable[[], Any]) -> Any:
    """Return what a library makes of further arguments.

    Raises:
        ArgumentError: it does not take these.
    """
    try:
        return make()
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{what} '{name}' does not take what {what}_kwargs holds: {error}.") from error


def _unknown(what: str, name: str, known: Mapping[str, Any]) -> UnknownNameError:
    return UnknownNameError(f"There is no {what} {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}.")
