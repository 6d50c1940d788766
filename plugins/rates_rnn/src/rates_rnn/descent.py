"""Moves of a network's parameters against the gradient of a loss of trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import torch
from attrs import define, field, frozen

from rates_rnn.choices import Loss
from rates_rnn.trials import Trials, loss_of_trials

if TYPE_CHECKING:
    from rates_rnn.network import Network


#: A loss beyond all others, whose square is a number too: of NaN, the line search of lbfgs would find that it will do.
FAR = 1e100


class NotFiniteError(Exception):
    """A loss, or a derivative of it, is not finite; the message says which."""


@frozen(eq=False)
class Place:
    """Where a descent is.

    Attributes:
        parameters: free numbers by path.
        optimiser: what it has gathered on its way.
    """

    parameters: Mapping[str, torch.Tensor]
    optimiser: Mapping[str, Any]


@define(eq=False)
class Descent:
    """Moves of parameters by batches of trials.

    Attributes:
        network: whose parameters move.
        optimiser: that moves them.
        loss: of outputs and targets of one trial.
        stride: every so many steps, the output is compared with the target.
        update_steps: parameters move after each so many steps; None for whole trials.
        clip: gradients that are longer are shortened to that; None for none.
        checkpoint: keep some steps of the way only.
        shrink: learning rates are multiplied with it.
        evaluations: how often the loss and its derivatives were computed.
        good: where the loss was finite last.
        terms: of priors by path, each time before parameters moved.
    """

    network: Network
    optimiser: torch.optim.Optimizer
    loss: Loss
    stride: int = 1
    update_steps: int | None = None
    clip: float | None = None
    checkpoint: bool = False
    shrink: float = 1.0
    evaluations: int = 0
    good: Place | None = None
    terms: dict[str, list[float]] = field(factory=dict)
    _latest: dict[str, float] = field(factory=dict)  # terms of priors
    _seen: tuple[Trials, Mapping[str, torch.Tensor], float] | None = None  # what the gradient that is there belongs to

    def through(self, trials: Trials) -> float:
        """Move parameters once, or once after each piece; return the loss before, of pieces its mean.

        Raises:
            NotFiniteError: the loss is not; parameters are where they were when it was.
        """
        start = self.place()
        self.good = self.good or start
        try:
            self.network.reset()
            if self.update_steps is None:
                return self._moved(trials, whole=True)
            losses = list(self._pieces(trials, self.update_steps))
            return sum(losses) / len(losses)
        except NotFiniteError:
            self._put(self.good)
            raise
        except BaseException:  # an interrupt, or an error in a loss: as if nothing had been begun
            self._put(start)
            raise

    def loss_of(self, trials: Trials, whole: bool = True) -> torch.Tensor:
        """Return the loss of trials from the start of the network, or of a piece of them from where it is."""
        if whole:
            self.network.reset()
        rows = self.network.rows(trials.inputs, self.stride, self.checkpoint)["out"]
        return loss_of_trials(self.loss, rows, trials.every(self.stride))

    def shorten(self, factor: float) -> None:
        """Make all further moves shorter than they would be."""
        self.shrink *= factor
        for state in self.optimiser.state.values():
            if "step_size" in state:  # Rprop begins with its learning rate, and has lengths of its own after that
                state["step_size"].mul_(factor)

    def place(self) -> Place:
        """Return where the descent is."""
        return Place(parameters_of(self.network), deepcopy(self.optimiser.state_dict()["state"]))

    def _put(self, place: Place) -> None:
        put_parameters(self.network, place.parameters)
        groups = self.optimiser.state_dict()["param_groups"]  # learning rates are those of now
        put_optimiser(self.optimiser, {"state": place.optimiser, "param_groups": groups})
        self.network.reset()

    def _pieces(self, trials: Trials, length: int) -> Iterator[float]:
        """Yield the loss of each piece, behind which parameters move; pieces in which nothing counts move none."""
        for begin in range(0, trials.steps, length):
            piece = trials.piece(begin, begin + length)
            self.network.detach()
            if bool(piece.every(self.stride).kept.any()):
                yield self._moved(piece, whole=False)
            else:
                with torch.no_grad():
                    self.network.rows(piece.inputs)

    def _moved(self, trials: Trials, whole: bool) -> float:
        """Move parameters once; return the loss before.

        Raises:
            NotFiniteError: the loss is not.
        """
        before, first = self.place(), list[float]()

        def closure() -> torch.Tensor:
            if self._is_seen(trials):
                assert self._seen is not None
                self._noted()
                first.append(self._seen[2])
                return torch.tensor(self._seen[2], dtype=torch.float64)
            try:
                total = self._differentiated(trials, whole)
            except NotFiniteError:
                if not first:
                    raise
                self.optimiser.zero_grad()
                # the line search of lbfgs went too far: it goes back from there
                return torch.tensor(FAR, dtype=torch.float64)
            if not first:
                self._noted()
            first.append(total)
            return torch.tensor(total, dtype=torch.float64)

        with self._shortened():
            self.optimiser.step(closure)  # type: ignore[arg-type]
        self.good = before
        return first[0]

    def _noted(self) -> None:
        """Keep what the priors of the present parameters are."""
        for path, term in self._latest.items():
            self.terms.setdefault(path, []).append(term)

    def _differentiated(self, trials: Trials, whole: bool) -> float:
        """Compute the gradient; return the loss.

        Raises:
            NotFiniteError: one of them is not.
        """
        self._seen = None
        self.optimiser.zero_grad()
        self.evaluations += 1
        terms = self.network.prior_terms()
        total = sum(terms.values(), self.loss_of(trials, whole))
        self._latest = {path: term.item() for path, term in terms.items()}
        if not bool(torch.isfinite(total)):
            raise NotFiniteError(f"The loss is {total.item()!r}")
        total.backward()  # type: ignore[no-untyped-call]
        moved = [(path, value) for path, value in self.network.named_parameters() if value.grad is not None]
        for path, value in moved:
            if not bool(torch.isfinite(value.grad).all()):
                raise NotFiniteError(f"The derivative of the loss by '{path}' is not finite")
        if self.clip is not None:
            torch.nn.utils.clip_grad_norm_([value for _, value in moved], self.clip)
        if isinstance(self.optimiser, torch.optim.LBFGS):
            self._seen = trials, parameters_of(self.network), total.item()
        return float(total.item())

    def _is_seen(self, trials: Trials) -> bool:
        """Return whether the gradient that is there is that of these trials and the present parameters."""
        if self._seen is None or self._seen[0] is not trials:
            return False
        return all(torch.equal(value, self._seen[1][path]) for path, value in parameters_of(self.network).items())

    @contextmanager
    def _shortened(self) -> Iterator[None]:
        """Give the optimiser smaller learning rates, of which schedules know nothing."""
        rates = [group["lr"] for group in self.optimiser.param_groups]
        try:
            for group, rate in zip(self.optimiser.param_groups, rates, strict=True):
                group["lr"] = rate if self.shrink == 1.0 else rate * self.shrink
            yield
        finally:
            for group, rate in zip(self.optimiser.param_groups, rates, strict=True):
                group["lr"] = rate


def parameters_of(network: Network) -> dict[str, torch.Tensor]:
    """Return copies of the free numbers of all parameters by path."""
    return {path: value.detach().clone() for path, value in network.named_parameters()}


def put_parameters(network: Network, values: Mapping[str, torch.Tensor]) -> None:
    """Give parameters the free numbers that they had."""
    with torch.no_grad():
        for path, parameter in network.named_parameters():
            parameter.copy_(values[path])


def put_optimiser(optimiser: torch.optim.Optimizer, stored: Mapping[str, Any]) -> None:
    """Give an optimiser what its `state_dict` was, number for number: PyTorch would convert some to other types."""
    optimiser.load_state_dict(deepcopy(dict(stored)))
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    for number, gathered in stored["state"].items():
        own = optimiser.state[parameters[number]]
        for name, value in gathered.items():
            if isinstance(value, torch.Tensor) and own[name].dtype != value.dtype:
                own[name] = value.clone()
