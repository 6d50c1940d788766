"""Fits by gradients of whole trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, SimulationError, warn

from rates_rnn.choices import Loss, loss_of, optimiser_of
from rates_rnn.observer import Observer
from rates_rnn.parts import whole_number
from rates_rnn.reach import reached
from rates_rnn.signals import targets_of

if TYPE_CHECKING:
    from rates_rnn.network import Network

Trial = tuple[Any, torch.Tensor]  # inputs, and one row of targets per step


def fit_bptt(
    network: Network,
    inputs: Any,
    targets: Any,
    optimizer: Any = "adam",
    loss: Any = "mse",
    lr: float | None = None,
    epochs: int | None = None,
    sampling_steps: int = 1,
    cutoff: int = 0,
    update_steps: int | None = None,
    optimizer_kwargs: Mapping[str, Any] | None = None,
    loss_kwargs: Mapping[str, Any] | None = None,
    checkpoint: bool = False,
    verbose: bool = False,
) -> Observer:
    """Fit what is trained so that outputs come close to targets, by gradients through time.

    Every trial begins at the start of the network, which stands there again at the end.

    Args:
        network: that is fitted.
        inputs: of a trial, as `run` takes them, or a list of those of several.
        targets: `[steps, outputs]`, a row for each sample of the inputs, or a list of those.
        optimizer: its name, of "sgd", "adam", "adamw", "adagrad", "adadelta", "adamax", "rmsprop", "rprop" and "lbfgs",
            or an object of `torch.optim` that has the network's parameters.
        loss: its name, of "mse", "l1", "huber", "nll", "ce", "kld" and "hinge", or a function of outputs and targets.
        lr: learning rate; the optimiser's own, if left out.
        epochs: times that all trials are gone through: 100 for one, 1 for a list, if left out.
        sampling_steps: every so many steps, the output is compared with the target.
        cutoff: steps of each trial that are not compared.
        update_steps: parameters move after each so many steps, and derivatives flow no further back; whole trials, if
            left out.
        optimizer_kwargs: further arguments of the optimiser.
        loss_kwargs: further arguments of the loss.
        checkpoint: keep some steps of the way only, and take the others once more on the way back.
        verbose: print the loss of each epoch.

    Returns:
        The loss of each epoch, before its parameters moved, as "loss"; the output of the last trial as "out"; and how
        often the loss and its derivatives were computed, as "evaluations".

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be, or no output depends on a parameter.
        SimulationError: the loss is not finite; the parameters of the last finite one are kept.
    """
    several = isinstance(inputs, Sequence) and not isinstance(inputs, str)
    pairs = _pairs(inputs, targets) if several else [(inputs, targets)]
    count = whole_number("epochs", (1 if several else 100) if epochs is None else epochs, 1)
    for name, given, least in (("sampling_steps", sampling_steps, 1), ("cutoff", cutoff, 0)):
        whole_number(name, given, least)
    if update_steps is not None:
        whole_number("update_steps", update_steps, 1)
    chosen = optimiser_of(optimizer, network.parameters(), lr, optimizer_kwargs)
    _check_reached(network)
    for text in network.engine(()).told:
        warn(text)
    fit = _Fit(network, loss_of(loss, loss_kwargs), sampling_steps, cutoff, update_steps, checkpoint)
    trials = [(given, _targets(network, given, wanted)) for given, wanted in pairs]
    losses = fit.losses(trials, chosen, count, verbose)
    network.reset()
    found = network.run(trials[-1][0], sampling_steps=sampling_steps, cutoff=cutoff)
    network.reset()
    observed = Observer(found.times, {"out": found["out"]}, np.array(losses))
    observed.save("evaluations", fit.evaluations)
    return observed


class _Fit:
    """One fit: what is done with a trial."""

    def __init__(
        self, network: Network, loss: Loss, stride: int, cutoff: int, update_steps: int | None, checkpoint: bool
    ) -> None:
        self._network, self._loss, self._stride, self._cutoff = network, loss, stride, cutoff
        self._update, self._checkpoint, self._good = update_steps, checkpoint, self._kept()
        self._seen: tuple[dict[str, torch.Tensor], float] | None = None  # parameters of the gradient that is there
        self.evaluations = 0

    def losses(
        self, trials: Sequence[Trial], optimiser: torch.optim.Optimizer, epochs: int, verbose: bool
    ) -> list[float]:
        """Return the mean loss of all trials, epoch by epoch."""
        losses = []
        for epoch in range(epochs):
            found = self._epoch(trials, optimiser, epoch)
            losses.append(float(np.mean(found)))
            if verbose:
                print(f"epoch {epoch + 1} of {epochs}: loss {losses[-1]:.6g}")
        return losses

    def _epoch(self, trials: Sequence[Trial], optimiser: torch.optim.Optimizer, epoch: int) -> list[float]:
        if isinstance(optimiser, torch.optim.LBFGS):
            return [self._moved(optimiser, trials, epoch)]
        return [loss for trial in trials for loss in self._pieces(trial, optimiser, epoch)]

    def _pieces(self, trial: Trial, optimiser: torch.optim.Optimizer, epoch: int) -> Iterable[float]:
        """Yield the losses of a trial's pieces, after each of which parameters move."""
        inputs, targets = trial
        if self._update is None:
            yield self._moved(optimiser, [trial], epoch)
            return
        self._network.reset()
        for begin in range(0, len(targets), self._update):
            piece = slice(begin, begin + self._update)
            self._network.detach()
            yield self._moved(optimiser, [(_part(inputs, piece), targets[piece])], epoch, begin)

    def _moved(
        self, optimiser: torch.optim.Optimizer, trials: Sequence[Trial], epoch: int, begin: int | None = None
    ) -> float:
        """Move parameters once; return the loss before."""
        first: list[float] = []

        def closure() -> torch.Tensor:
            if isinstance(optimiser, torch.optim.LBFGS) and self._is_seen():
                assert self._seen is not None
                first.append(self._seen[1])
                return torch.tensor(self._seen[1])
            optimiser.zero_grad()
            self.evaluations += 1
            total = torch.stack([self._of(trial, begin or 0, begin is None) for trial in trials]).mean()
            if not bool(torch.isfinite(total)):
                if first:  # the line search of lbfgs went too far: it goes back from what is not finite
                    return total.detach()
                self._stop(total.item(), epoch)
            if not first:
                self._good = self._kept()
            first.append(total.item())
            total.backward()  # type: ignore[no-untyped-call]
            self._seen = self._kept(), total.item()
            return total.detach()

        optimiser.step(closure)  # type: ignore[arg-type]
        return first[0]

    def _of(self, trial: Trial, begin: int, whole: bool) -> torch.Tensor:
        """Return the loss of a trial, or of a piece that begins with a step of it."""
        inputs, targets = trial
        if whole:
            self._network.reset()
        skipped = max(0, self._cutoff - begin)
        rows = self._network.rows(inputs, self._stride, self._checkpoint)["out"]
        first = -(-skipped // self._stride) * self._stride
        wanted = targets[first :: self._stride]
        found = rows[first // self._stride :]
        if not len(found):
            return 0.0 * rows.sum()
        return self._loss(found, wanted)

    def _is_seen(self) -> bool:
        """Return whether the gradient that is there is that of the present parameters, from the last line search."""
        now = self._kept()
        return self._seen is not None and all(torch.equal(value, now[name]) for name, value in self._seen[0].items())

    def _kept(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().clone() for name, value in self._network.named_parameters()}

    def _stop(self, loss: float, epoch: int) -> None:
        """Put back the last good parameters and raise."""
        with torch.no_grad():
            for name, value in self._network.named_parameters():
                value.copy_(self._good[name])
        self._network.reset()
        raise SimulationError(
            f"The loss is {loss!r} in epoch {epoch + 1}. The network has the parameters of the last finite loss again: "
            "take a smaller lr=, or constraints that keep parameters where the model is defined."
        )


def _pairs(inputs: Any, targets: Any) -> list[tuple[Any, Any]]:
    if not isinstance(targets, Sequence) or len(targets) != len(inputs) or not len(inputs):
        count = len(targets) if isinstance(targets, Sequence) else "no list of"
        raise ArgumentError(f"inputs is a list of {len(inputs)} trials, and targets has {count}. Give one of each.")
    return list(zip(inputs, targets, strict=True))


def _part(inputs: Any, piece: slice) -> Any:
    if isinstance(inputs, Mapping):
        return {label: value[piece] for label, value in inputs.items()}
    return inputs[piece]


def _targets(network: Network, inputs: Any, targets: Any) -> torch.Tensor:
    steps = len(next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs)
    return targets_of(targets, steps, network.n_out, network.get_buffer("anchor"))


def _check_reached(network: Network) -> None:
    """Raise for a parameter that the output does not depend on.

    Raises:
        ArgumentError: there is one.
    """
    reachable = reached(network.system, [network.output_path])
    for path, value in network.named_parameters():
        if value.requires_grad and path not in reachable:
            raise ArgumentError(
                f"'{path}' is trained, but the output '{network.output_path}' does not depend on it. Leave it out of "
                "train_params, or connect its node with the output."
            )
