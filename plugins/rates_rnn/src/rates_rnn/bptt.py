"""Fits by gradients of whole trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from attrs import frozen

from rates_rnn.observer import Observer, observed_again
from rates_rnn.signals import epochs_of, is_list, trials_of
from rates_rnn.trainer import Trainer
from rates_rnn.trials import ListOfTrials, Trials, each_of, joined

if TYPE_CHECKING:
    from rates_rnn.network import Network


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
        inputs: of a trial, as `run` takes them, or a list of those of several. Trials that run side by side, with an
            axis for them in front, move parameters together, by the mean of their losses.
        targets: `[steps, outputs]`, a row for each sample of the inputs, with the same axis in front, or a list of
            those.
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
        often the loss and its derivatives were computed, as "evaluations". The loss has the terms of priors, which
        stand alone as "prior of PATH", each time before parameters moved.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be, or no output depends on a parameter.
        SimulationError: the loss is not finite; the parameters of the last finite one are kept.
    """
    pairs, count = trials_of(inputs, targets), epochs_of(inputs, epochs)
    trainer = Trainer(
        network, optimizer, loss, lr, attempts=0, callbacks=[_Printed(count)] if verbose else [], shuffle=False,
        sampling_steps=sampling_steps, cutoff=cutoff, update_steps=update_steps, optimizer_kwargs=optimizer_kwargs,
        loss_kwargs=loss_kwargs, checkpoint=checkpoint, verbose=False,
    )  # fmt: skip
    names = [f"[{number}]" if is_list(inputs) else "" for number in range(len(pairs))]
    batches = [each_of(network, *pair, cutoff, name) for pair, name in zip(pairs, names, strict=True)]
    fitted = trainer.train(_moving(batches, trainer.optimiser), None, count)
    observed = observed_again(network, pairs[-1][0], fitted["loss"], sampling_steps=sampling_steps, cutoff=cutoff)
    observed.save("evaluations", fitted["evaluations"])
    for path, terms in trainer.prior_terms.items():
        observed.save(f"prior of {path}", np.array(terms))
    return observed


def _moving(batches: Sequence[Sequence[Trials]], optimiser: torch.optim.Optimizer) -> ListOfTrials:
    """Return trials as parameters move by them: batch by batch, or by all at once where steps have a line search."""
    if isinstance(optimiser, torch.optim.LBFGS):
        return ListOfTrials([trial for batch in batches for trial in batch], None)
    return ListOfTrials([joined(batch) for batch in batches], 1)


@frozen
class _Printed:
    """Print the loss of each epoch."""

    epochs: int

    def __call__(self, trainer: Trainer) -> None:
        print(f"epoch {trainer.epoch} of {self.epochs}: loss {trainer.losses[-1]:.6g}")
