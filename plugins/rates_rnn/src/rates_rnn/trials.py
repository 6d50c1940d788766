"""Trials: inputs, targets, and which steps count; one alone or several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from attrs import frozen
from rates_core.errors import ArgumentError, shown

from rates_rnn.choices import MEANS, Loss
from rates_rnn.parts import whole_number
from rates_rnn.signals import mask_of, targets_of

if TYPE_CHECKING:
    from rates_rnn.network import Network


@frozen(eq=False)
class Trials:
    """One trial, or several side by side; those that are shorter than others are filled up with what does not count.

    Attributes:
        inputs: by label of the node that they reach: `[trials, steps, units]`, of one trial `[steps, units]`.
        targets: `[trials, steps, outputs]`, or `[trials, steps]` of classes.
        kept: `[trials, steps]`: whether a step counts.
    """

    inputs: Mapping[str, torch.Tensor]
    targets: torch.Tensor
    kept: torch.Tensor

    def __len__(self) -> int:
        """Return the number of trials."""
        return len(self.kept)

    @property
    def steps(self) -> int:
        """Return the number of steps of the longest trial."""
        return self.kept.shape[1]

    def piece(self, begin: int, end: int) -> Trials:
        """Return some steps."""
        inputs = {label: rows[..., begin:end, :] for label, rows in self.inputs.items()}
        return Trials(inputs, self.targets[:, begin:end], self.kept[:, begin:end])

    def every(self, stride: int, first: int = 0) -> Trials:
        """Return every so many steps, which outputs are compared at; inputs are what they are."""
        return Trials(self.inputs, self.targets[:, first::stride], self.kept[:, first::stride])


def loss_of_trials(loss: Loss, outputs: torch.Tensor, trials: Trials) -> torch.Tensor:
    """Return the mean over trials of the loss of those steps that count.

    Args:
        loss: of outputs and targets of one trial.
        outputs: `[trials, steps, outputs]`, of one trial `[steps, outputs]`.
        trials: with targets of these steps.
    """
    outputs, counts = outputs[None] if outputs.ndim == 2 else outputs, trials.kept.sum(1)
    if loss in MEANS and bool((counts == counts[0]).all()):  # the mean of equally many is that of all
        return loss(outputs[trials.kept], trials.targets[trials.kept])
    rows = zip(outputs, trials.targets, trials.kept, strict=True)
    return torch.stack([loss(found[kept], wanted[kept]) for found, wanted, kept in rows if bool(kept.any())]).mean()


def one_trial(
    network: Network, inputs: Any, targets: Any, mask: Any = None, *, cutoff: int = 0, of: str = ""
) -> Trials:
    """Return a trial.

    Args:
        network: that is given its inputs.
        inputs: as `Network.run` takes those of one trial.
        targets: `[steps, outputs]`, or classes.
        mask: `[steps]`, whether they count; None for all.
        cutoff: steps that do not.
        of: which one it is, for messages.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
    """
    fed = network.fed(inputs, f"inputs{of}")
    for rows in fed.values():
        if rows.ndim > 2:
            raise ArgumentError(
                f"inputs{of} has the shape {tuple(rows.shape)}; one trial is (steps, {rows.shape[-1]}). Give a list of "
                "trials, or a loader."
            )
    steps = len(next(iter(fed.values())))
    wanted = targets_of(targets, steps, network.n_out, network.get_buffer("anchor"), f"targets{of}")
    kept = mask_of(mask, steps, network.place, f"mask{of}").clone()
    kept[:cutoff] = False
    if not bool(kept.any()):
        raise ArgumentError(
            f"No step of inputs{of} counts: it has {steps} of them, cutoff is {cutoff}, and its mask hides the others."
        )
    return Trials({path.partition("/")[0]: rows for path, rows in fed.items()}, wanted[None], kept[None])


def trials_side_by_side(network: Network, inputs: Any, targets: Any, cutoff: int) -> Trials:
    """Return one trial, or several whose arrays have an axis for them in front.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
    """
    return joined(each_of(network, inputs, targets, cutoff))


def each_of(network: Network, inputs: Any, targets: Any, cutoff: int, of: str = "") -> list[Trials]:
    """Return one trial, or each of several whose arrays have an axis for them in front.

    Args:
        network: that is given their inputs.
        inputs: as `Network.run` takes them.
        targets: of one trial, or with the same axis in front.
        cutoff: steps of each that do not count.
        of: which ones they are, for messages.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
    """
    fed = network.fed(inputs, f"inputs{of}")
    count = max((len(rows) for rows in fed.values() if rows.ndim > 2), default=0)
    if not count:
        return [one_trial(network, inputs, targets, cutoff=cutoff, of=of)]
    if len(targets) != count:
        raise ArgumentError(f"inputs{of} has {count} trials, and targets{of} has {len(targets)}. Give one of each.")
    alike = {path.partition("/")[0]: rows.expand(count, *rows.shape[-2:]) for path, rows in fed.items()}
    parts = [({label: rows[number] for label, rows in alike.items()}, targets[number]) for number in range(count)]
    return [one_trial(network, *part, cutoff=cutoff, of=f"{of}[{number}]") for number, part in enumerate(parts)]


def joined(trials: Sequence[Trials]) -> Trials:
    """Return single trials side by side; behind the end of shorter ones, inputs are 0.

    Raises:
        ArgumentError: some have classes for targets, others numbers.
    """
    if len(trials) == 1:
        return trials[0]
    if len({(trial.targets.ndim, trial.targets.dtype) for trial in trials}) > 1:
        raise ArgumentError("Some trials have classes for targets, and others numbers. Train with one kind.")
    longest = max(trial.steps for trial in trials)
    inputs = {
        label: torch.stack([_filled(trial.inputs[label], longest) for trial in trials]) for label in trials[0].inputs
    }
    targets = torch.stack([_filled(trial.targets[0], longest) for trial in trials])
    kept = torch.stack([_filled(trial.kept[0], longest) for trial in trials])
    return Trials(inputs, targets, kept)


def _filled(rows: torch.Tensor, steps: int) -> torch.Tensor:
    if len(rows) == steps:
        return rows
    return torch.cat([rows, rows.new_zeros(steps - len(rows), *rows.shape[1:])])


class ListOfTrials:
    """Trials that are put side by side, some at a time.

    Args:
        trials: single ones.
        size: how many are put side by side; None for all.

    Raises:
        ArgumentError: there are none, or size is no number of trials.
    """

    def __init__(self, trials: Sequence[Trials], size: int | None) -> None:
        self._trials, self._size = trials, len(trials) if size is None else whole_number("batch_size", size, 1)
        self._alike: list[Trials] | None = None  # where all epochs have the same ones

    def epoch(self, generator: torch.Generator | None) -> Iterator[Trials]:
        """Yield all trials, in an order of a generator if there is one."""
        if generator is None or len(self._trials) <= self._size:
            if self._alike is None:
                self._alike = list(self._divided(range(len(self._trials))))
            yield from self._alike
        else:
            yield from self._divided(torch.randperm(len(self._trials), generator=generator).tolist())

    def _divided(self, order: Sequence[int]) -> Iterator[Trials]:
        for begin in range(0, len(order), self._size):
            yield joined([self._trials[number] for number in order[begin : begin + self._size]])


class LoadedTrials:
    """Batches as a loader gives them, `(inputs, targets)` or `(inputs, targets, mask)` with an axis of trials in front.

    Args:
        network: that is given the inputs.
        loader: gives them anew in each epoch.
        cutoff: steps that do not count.
    """

    def __init__(self, network: Network, loader: Any, cutoff: int) -> None:
        self._network, self._loader, self._cutoff = network, loader, cutoff

    def epoch(self, generator: torch.Generator | None) -> Iterator[Trials]:
        """Yield all batches; the loader knows their order."""
        for batch in self._loader:
            items = _items(batch, "A batch of the loader")
            trials = [
                one_trial(self._network, *(_one(part, number) for part in items), cutoff=self._cutoff,
                          of=f" of trial {number} of a batch")
                for number in range(len(items[1]))
            ]  # fmt: skip
            yield joined(trials)


def source_of(
    network: Network, given: Any, size: int | None, cutoff: int, name: str = "trials"
) -> ListOfTrials | LoadedTrials:
    """Return what gives trials epoch by epoch.

    Args:
        network: that is given their inputs.
        given: a list, or a data set of PyTorch, of `(inputs, targets)` or `(inputs, targets, mask)`, or a loader.
        size: of batches; None for all.
        cutoff: steps of each that do not count.
        name: of the argument, for messages.

    Raises:
        ArgumentError, UnknownNameError: it is something else.
    """
    if hasattr(given, "__getitem__") and hasattr(given, "__len__") and not isinstance(given, str | Mapping):
        items = [_items(given[number], f"{name}[{number}]") for number in range(len(given))]
        if not items:
            raise ArgumentError(f"{name} is empty; it holds (inputs, targets) of each trial.")
        each = [
            one_trial(network, *item, cutoff=cutoff, of=f" of {name}[{number}]") for number, item in enumerate(items)
        ]
        return ListOfTrials(each, size)
    if hasattr(given, "__iter__") and iter(given) is not given and not isinstance(given, str | Mapping):
        if size is not None:
            raise ArgumentError(
                f"{name} is a loader, which says itself how many trials a batch has: leave batch_size out."
            )
        return LoadedTrials(network, given, cutoff)
    raise ArgumentError(
        f"{name} is a list of trials (inputs, targets), or a loader that gives batches of these in each epoch; it is "
        f"{shown(given)}."
    )


def _items(item: Any, what: str) -> Sequence[Any]:
    """Return inputs, targets and maybe a mask.

    Raises:
        ArgumentError: it is something else.
    """
    if not isinstance(item, tuple | list) or len(item) not in (2, 3):
        raise ArgumentError(f"{what} is {shown(item)}; it has to be (inputs, targets) or (inputs, targets, mask).")
    return item


def _one(part: Any, number: int) -> Any:
    return {label: rows[number] for label, rows in part.items()} if isinstance(part, Mapping) else part[number]
