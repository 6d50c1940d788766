"""Trainings: epochs of batches of trials, which can be left and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import torch
from rates_core.errors import ArgumentError, SimulationError, warn
from rates_core.simulation.progress import Progress
from rates_core.switches import switch

from rates_rnn import checkpoints
from rates_rnn.choices import loss_of, optimiser_of, schedule_of
from rates_rnn.descent import Descent, NotFiniteError, Place, parameters_of, put_optimiser, put_parameters
from rates_rnn.generators import generator_states, set_generator_states
from rates_rnn.observer import Observer
from rates_rnn.parts import whole_number
from rates_rnn.reach import check_reached
from rates_rnn.settings import Settings
from rates_rnn.standing import Standing
from rates_rnn.trials import ListOfTrials, LoadedTrials, source_of

if TYPE_CHECKING:
    from rates_rnn.network import Network

Source = ListOfTrials | LoadedTrials
Callback = Callable[["Trainer"], Any]


class Trainer:
    """Train a network by gradients of batches of trials, epoch by epoch.

    Every trial begins at the start of the network, which stands there again at the end. A loss, or a derivative, that
    is not finite puts the parameters of the last finite loss back, and makes all further steps shorter. Ctrl-C ends the
    training behind the last complete batch, and what was learned stays.

    Args:
        net: that is trained.
        optimizer: its name, of "sgd", "adam", "adamw", "adagrad", "adadelta", "adamax", "rmsprop", "rprop" and "lbfgs",
            or an object of `torch.optim` that has the network's parameters.
        loss: its name, of "mse", "l1", "huber", "nll", "ce", "kld" and "hinge", or a function of outputs and targets of
            one trial, which sees the steps that count; that of a batch is the mean over its trials.
        lr: learning rate; the optimiser's own, if left out.
        schedule: of learning rates, epoch by epoch: the name of a class of `torch.optim.lr_scheduler`, or such an
            object.
        clip: longest gradient of all parameters together; longer ones are shortened.
        patience: so many epochs without a smaller loss of validation end the training; the parameters of the smallest
            are those that the network has in the end.
        back_off: steps are so many times as long behind a loss that is not finite.
        attempts: how often they are made shorter, before the training is given up.
        callbacks: functions of the trainer, called behind each epoch; one that returns True ends the training.
        seed: of the order in which trials come.
        shuffle: whether that is another one in each epoch.
        sampling_steps: every so many steps, the output is compared with the target.
        cutoff: steps of each trial that are not compared.
        update_steps: parameters move after each so many steps, and derivatives flow no further back; whole trials, if
            left out.
        optimizer_kwargs: further arguments of the optimiser.
        loss_kwargs: further arguments of the loss.
        schedule_kwargs: further arguments of the schedule.
        checkpoint: keep some steps of the way only, and take the others once more on the way back.
        verbose: show progress on a terminal.

    Attributes:
        net: the network.
        optimiser: the optimiser.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be, or no output depends on a parameter.
    """

    def __init__(
        self,
        net: Network,
        optimizer: Any = "adam",
        loss: Any = "mse",
        lr: float | None = None,
        schedule: Any = None,
        clip: float | None = None,
        patience: int | None = None,
        back_off: float = 0.5,
        attempts: int = 5,
        callbacks: Iterable[Callback] = (),
        seed: int = 0,
        shuffle: bool = True,
        sampling_steps: int = 1,
        cutoff: int = 0,
        update_steps: int | None = None,
        optimizer_kwargs: Mapping[str, Any] | None = None,
        loss_kwargs: Mapping[str, Any] | None = None,
        schedule_kwargs: Mapping[str, Any] | None = None,
        checkpoint: bool = False,
        verbose: bool = True,
    ) -> None:
        settings = Settings(
            optimizer=optimizer, loss=loss, lr=lr, schedule=schedule, clip=clip, patience=patience, back_off=back_off,
            attempts=attempts, seed=seed, shuffle=shuffle, sampling_steps=sampling_steps, cutoff=cutoff,
            update_steps=update_steps, optimizer_kwargs=optimizer_kwargs, loss_kwargs=loss_kwargs,
            schedule_kwargs=schedule_kwargs, checkpoint=checkpoint,
        )  # fmt: skip
        self._prepare(net, settings, callbacks, verbose)

    def _prepare(self, net: Network, settings: Settings, callbacks: Iterable[Callback], verbose: bool) -> None:
        self.net, self._settings, self._callbacks = net, settings, tuple(callbacks)
        self._verbose, self._identity = switch("verbose", verbose), uuid4().hex
        self.optimiser = optimiser_of(settings.optimizer, net.parameters(), settings.lr, settings.optimizer_kwargs)
        if isinstance(self.optimiser, torch.optim.LBFGS) and settings.update_steps is not None:
            raise ArgumentError("lbfgs moves parameters by whole trials. Leave update_steps out, or take 'adam'.")
        self._schedule = schedule_of(settings.schedule, self.optimiser, settings.schedule_kwargs)
        check_reached(net)
        for text in net.engine(()).told:
            warn(text)
        self._descent = Descent(
            net, self.optimiser, loss_of(settings.loss, settings.loss_kwargs), settings.sampling_steps,
            settings.update_steps, settings.clip, settings.checkpoint,
        )  # fmt: skip
        self._generator = torch.Generator().manual_seed(settings.seed)
        self._standing = Standing(self._generator.get_state())
        self._last: Mapping[str, torch.Tensor] | None = None  # where it goes on, while the network has the best

    @property
    def epoch(self) -> int:
        """Return the number of epochs that are complete."""
        return self._standing.epoch

    @property
    def losses(self) -> list[float]:
        """Return the mean loss of each epoch, of each batch before its parameters moved."""
        return list(self._standing.losses)

    @property
    def validation_losses(self) -> list[float]:
        """Return the loss of validation trials behind each epoch."""
        return list(self._standing.validation)

    @property
    def prior_terms(self) -> dict[str, list[float]]:
        """Return what each prior added to the losses, by path, each time before parameters moved."""
        return {path: list(terms) for path, terms in self._descent.terms.items()}

    def fit(self, trials: Any, validation: Any = None, epochs: int = 100, batch_size: int | None = None) -> Observer:
        """Train for some epochs, from where the training is.

        Args:
            trials: a list, or a data set of PyTorch, of `(inputs, targets)` or `(inputs, targets, mask)`: inputs as
                `Network.run` takes them, `[steps, outputs]`, and `[steps]`, True where a step counts; lengths may
                differ. Or a loader, which gives batches of these with an axis of trials in front.
            validation: likewise; not learned from.
            epochs: how often all trials are gone through.
            batch_size: trials that run side by side, behind which parameters move; None for all.

        Returns:
            The losses of all epochs of this training, "loss" and "validation", and how often the loss and its
            derivatives were computed, "evaluations".

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
            SimulationError: a loss is not finite, however short steps are; the last good parameters are back.

        Warns:
            RuntimeWarning: steps were made shorter, or Ctrl-C ended the training.
        """
        whole_number("epochs", epochs, 1)
        cutoff = self._settings.cutoff
        if self._settings.patience is not None and validation is None:
            raise ArgumentError("patience waits for a smaller loss of validation trials. Give validation= too.")
        source = source_of(self.net, trials, batch_size, cutoff)
        loader = isinstance(source, LoadedTrials)
        checked = None if validation is None else source_of(
            self.net, validation, None if loader else batch_size, cutoff, "validation"
        )  # fmt: skip
        return self.train(source, checked, epochs)

    def train(self, source: Source, checked: Source | None, epochs: int) -> Observer:
        """Train as `fit` does, with trials that have been checked.

        Args:
            source: of trials.
            checked: of those that are not learned from.
            epochs: as `fit` takes them, which says what is returned, raised and warned of too.
        """
        self._begin()
        try:
            with Progress(self._verbose, epochs, "epoch") as progress:
                for _ in range(epochs):
                    over = self._epoch(source, checked)
                    progress.advance(1)
                    if over:
                        break
        except KeyboardInterrupt:
            warn(
                f"The training was interrupted in epoch {self.epoch + 1}. The network has what was learned before, and "
                "fit() goes on from there.",
                RuntimeWarning,
            )
        finally:
            self._end()
        return self._observed()

    def evaluate(self, trials: Any, batch_size: int | None = None) -> float:
        """Return the mean loss of trials, which are not learned from.

        Args:
            trials: as `fit` takes them.
            batch_size: how many run side by side; None for all.

        Raises:
            ArgumentError, UnknownNameError: something is not as it should be.
        """
        return self._evaluated(source_of(self.net, trials, batch_size, self._settings.cutoff))

    def save(self, file: str | Path) -> None:
        """Write all that the training needs to go on into a file, whole or not at all.

        Functions and objects that the trainer was given are not in it.

        Raises:
            ArgumentError: the file cannot be written, or is there and is no checkpoint of this training.
        """
        standing, good = self._standing, self._descent.good
        values = dict(self.net.state_dict())
        for path, value in (self._last or {}).items():
            values[path] = value
        checkpoints.write(
            file,
            {
                "network": checkpoints.description(self.net),
                "values": values,
                "settings": self._settings.stored(),
                "optimiser": self.optimiser.state_dict(),
                "schedule": None if self._schedule is None else self._schedule.state_dict(),
                "standing": standing.stored(),
                "shrink": self._descent.shrink,
                "evaluations": self._descent.evaluations,
                "good": None if good is None else [dict(good.parameters), dict(good.optimiser)],
                "generators": generator_states(),
            },
            self._identity,
        )

    @classmethod
    def resume(
        cls,
        net: Network,
        file: str | Path,
        optimizer: Any = None,
        loss: Any = None,
        schedule: Any = None,
        callbacks: Iterable[Callback] = (),
        verbose: bool = True,
    ) -> Trainer:
        """Return a trainer that goes on where the one was that wrote a file; numbers are those of one that never ended.

        The network gets the values that it had, and random generators of PyTorch, NumPy and Python are where they were.

        Args:
            net: made as it was then.
            file: that `save` wrote.
            optimizer: if it was an object, such a one of this network.
            loss: if it was a function, the same.
            schedule: if it was an object, such a one of this optimiser.
            callbacks: as a trainer takes them.
            verbose: likewise.

        Raises:
            ArgumentError: the file holds something else, or the training of another network, or an object is missing.
        """
        found = checkpoints.read(file, net.place)
        checkpoints.check_network(file, found["network"], net)
        given = {"optimizer": optimizer, "loss": loss, "schedule": schedule}
        made = cls.__new__(cls)
        made._prepare(net, Settings.of_stored(found["settings"], given), callbacks, verbose)
        made._put(found)
        return made

    def _put(self, found: Mapping[str, Any]) -> None:
        """Go where a stored training was."""
        self.net.load_state_dict(found["values"])
        put_optimiser(self.optimiser, found["optimiser"])
        if self._schedule is not None:
            self._schedule.load_state_dict(found["schedule"])
        self._identity, self._standing = found["identity"], Standing(**found["standing"])
        self._standing.order = self._standing.order.cpu()
        self._descent.shrink, self._descent.evaluations = found["shrink"], found["evaluations"]
        self._descent.good = None if found["good"] is None else Place(*found["good"])
        set_generator_states(found["generators"])
        self.net.reset()

    def _begin(self) -> None:
        """Go back to where the training was, if the network still has the best parameters that it was left with."""
        best, standing = self._standing.best, self._standing
        if self._last is not None and best is not None:
            now = parameters_of(self.net)
            if all(torch.equal(value, best[path]) for path, value in now.items()):
                put_parameters(self.net, self._last)
        self._last = None
        if self._settings.patience is not None and standing.since >= self._settings.patience:
            standing.since = 0

    def _end(self) -> None:
        """Leave the network at its start, with the best parameters where these were asked for."""
        best = self._standing.best
        if self._settings.patience is not None and best is not None:
            self._last = parameters_of(self.net)
            put_parameters(self.net, best)
        self.net.reset()

    def _epoch(self, source: Source, checked: Source | None) -> bool:
        """Go through all trials once; tell whether that was enough."""
        standing = self._standing
        self._generator.set_state(standing.order)
        order = self._generator if self._settings.shuffle else None
        for number, trials in enumerate(source.epoch(order)):
            if number >= len(standing.begun):
                standing.begun.append((self._through(trials), len(trials)))
        validated = None if checked is None else self._evaluated(checked)
        judged = standing.completed(validated, self._generator.get_state())
        if validated is not None:
            standing.judged(validated, parameters_of(self.net))
        if isinstance(self._schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self._schedule.step(judged)
        elif self._schedule is not None:
            self._schedule.step()
        ended = [callback(self) is True for callback in self._callbacks]
        return any(ended) or (self._settings.patience is not None and standing.since >= self._settings.patience)

    def _through(self, trials: Any) -> float:
        """Learn from a batch; return its loss.

        Raises:
            SimulationError: it is not finite, however short steps are.
        """
        while True:
            try:
                return self._descent.through(trials)
            except NotFiniteError as problem:
                self._back_off(problem)

    def _back_off(self, problem: NotFiniteError) -> None:
        """Make steps shorter.

        Raises:
            SimulationError: they were made so often enough.
        """
        standing, settings = self._standing, self._settings
        told = f"{problem} in epoch {self.epoch + 1}. The network has the parameters of the last finite loss again"
        if standing.backed_off >= settings.attempts:
            raise SimulationError(
                f"{told}: take a smaller lr=, or constraints that keep parameters where the model is defined."
            ) from None
        standing.backed_off += 1
        self._descent.shorten(settings.back_off)
        warn(f"{told}, and steps are {self._descent.shrink:.6g} times as long from here on.", RuntimeWarning)

    @torch.no_grad()
    def _evaluated(self, source: Source) -> float:
        """Return the mean loss of all trials."""
        found = [(self._descent.loss_of(trials).item(), len(trials)) for trials in source.epoch(None)]
        self.net.reset()
        return sum(loss * count for loss, count in found) / sum(count for _, count in found)

    def _observed(self) -> Observer:
        observed = Observer(np.zeros(0), {}, np.array(self._standing.losses))
        if self._standing.validation:
            observed.save("validation", np.array(self._standing.validation))
        observed.save("evaluations", self._descent.evaluations)
        return observed
