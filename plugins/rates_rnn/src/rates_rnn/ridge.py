"""Linear readouts of a network's output, by ridge regression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, shown

from rates_rnn.observer import Observer
from rates_rnn.parts import whole_number
from rates_rnn.signals import length_of, part_of, side_by_side

if TYPE_CHECKING:
    from rates_rnn.network import Network

CHUNK = 1000  # steps that are taken at a time
BLOCK = 256  # rows that join a factor together, wherever chunks and trials end


def fit_ridge(
    network: Network,
    inputs: Any,
    targets: Any,
    alpha: float = 1e-4,
    sampling_steps: int = 1,
    cutoff: int = 0,
    add_readout_node: bool = True,
    label: str = "readout",
    record_output: bool = True,
    verbose: bool = False,
) -> Observer:
    """Fit weights from the output to targets: those that make squared errors plus `alpha` times their squares least.

    One run begins where the network is, and so do several side by side; each of a list begins at its start. Rows become
    a triangular factor of the normal equations as they come: with `record_output=False`, memory does not grow with
    their number.

    Args:
        network: whose output is read.
        inputs: as `run` takes them, with an axis of trials in front too; or those of several trials, one after the
            other, which may be made as they are asked for.
        targets: `[steps, targets]`, a row for each sample of the inputs, with the same axis in front; or those of
            several trials.
        alpha: of squared weights; 0 or more.
        sampling_steps: every so many steps, the output is compared with the target.
        cutoff: steps of each trial that are not compared.
        add_readout_node: add a node `label`, the identity, with an edge of these weights, which is the output then.
        label: of that node.
        record_output: keep the output of the last trial.
        verbose: accepted for programs that give it.

    Returns:
        The last trial, with the weights `[targets, outputs]` as "w_out", and what they make of the output as "y".

    Raises:
        ArgumentError: something is not as it should be.
        SimulationError: an output is not finite.
    """
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 <= alpha < np.inf:
        raise ArgumentError(f"alpha has to be a number of at least 0; it is {shown(alpha)}.")
    stride, dropped = whole_number("sampling_steps", sampling_steps, 1), whole_number("cutoff", cutoff, 0)
    normal, last = None, Observer(np.zeros(0), {})
    several = _is_several(inputs)
    for given, wanted in _trials(inputs, targets) if several else [(inputs, targets)]:
        if several:
            network.reset()
        count = network.trials_of(given)
        rows = side_by_side(wanted, length_of(given), count, _columns(wanted, count), network.get_buffer("anchor"))
        normal = normal or Normal(network.n_out, rows)
        kept: list[Observer] | None = [] if record_output else None
        for found, some in _chunks(network, given, rows, stride, dropped):
            normal.add(found["out"], some)
            if kept is not None:
                kept.append(found)
        last = _joined(kept or [])
    if normal is None:
        raise ArgumentError("inputs holds no trial.")
    weights = normal.weights(float(alpha))
    last.save("w_out", weights)
    if record_output:
        last.save("y", last["out"] @ weights.T)
    if add_readout_node:
        output = network.output
        network.add_func_node(label, n=len(weights), activation_function="identity")
        network.add_edge(output, label, weights=weights)
    return last


class Normal:
    """Normal equations of least squares as the triangular factor of their matrix.

    Its squares are theirs, and it is got by orthogonal steps: what is small beside other things is not lost in squares.
    Rows join it in blocks of one size, so that its bits do not depend on how they were divided before.

    Args:
        outputs: number of columns of rows.
        targets: like those of rows.
    """

    def __init__(self, outputs: int, targets: torch.Tensor) -> None:
        self._outputs, self._targets, self._count = outputs, targets.shape[-1], 0
        self._factor = targets.new_zeros((0, outputs + self._targets))
        self._waiting = self._factor

    def add(self, rows: torch.Tensor, targets: torch.Tensor) -> None:
        """Take some rows and their targets, of one trial or of several side by side.

        Raises:
            ArgumentError: there are other numbers of targets than before.
        """
        rows, targets = rows.flatten(0, -2), targets.flatten(0, -2)
        if targets.shape[1] != self._targets:
            raise ArgumentError(f"targets has {self._targets} columns in one trial, and {targets.shape[1]} in another.")
        self._count += len(rows)
        self._waiting = torch.cat([self._waiting, torch.cat([rows, targets], dim=1)])
        while len(self._waiting) >= BLOCK:
            self._factor = self._joined(self._waiting[:BLOCK])
            self._waiting = self._waiting[BLOCK:].clone()

    def _joined(self, rows: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = torch.linalg.qr(torch.cat([self._factor, rows]), mode="r")[1]
        return found

    def weights(self, alpha: float) -> torch.Tensor:
        """Return the weights, by singular values: without a penalty, the smallest of those that fit best.

        Raises:
            ArgumentError: there was no row.
        """
        if not self._count:
            raise ArgumentError("No row is compared with a target. Make cutoff less than the number of steps.")
        factor = self._joined(self._waiting)
        left, sizes, right = torch.linalg.svd(factor[: self._outputs, : self._outputs], full_matrices=False)
        if alpha == 0:
            least = sizes.max() * max(self._count, self._outputs) * torch.finfo(factor.dtype).eps
            shares = torch.where(sizes > least, 1.0 / torch.where(sizes > least, sizes, torch.ones_like(sizes)), 0.0)
        else:
            shares = sizes / (sizes**2 + alpha)
        targets = factor[: self._outputs, self._outputs :]
        found: torch.Tensor = (right.T @ (shares[:, None] * (left.T @ targets))).T
        return found


def _chunks(
    network: Network, inputs: Any, targets: torch.Tensor, stride: int, cutoff: int
) -> Iterator[tuple[Observer, torch.Tensor]]:
    """Yield what is observed of a trial, some steps at a time, and the targets of these rows."""
    steps = length_of(inputs)
    width = stride * -(-CHUNK // stride)
    for begin in range(0, steps, width):
        piece = slice(begin, begin + width)
        skipped = max(0, cutoff - begin)
        first = begin + -(-skipped // stride) * stride
        found = network.run(part_of(inputs, piece), sampling_steps=stride, cutoff=skipped)
        yield found, targets[..., first : begin + width : stride, :]


def _joined(parts: list[Observer]) -> Observer:
    """Return one observer of parts of a trial."""
    if not parts:
        return Observer(np.zeros(0), {})
    rows = torch.cat([part["out"] for part in parts], -2)
    return Observer(np.concatenate([part.times for part in parts]), {"out": rows})


def _is_several(inputs: Any) -> bool:
    """Tell whether inputs are those of several trials: something to go through, and no array or dict."""
    return isinstance(inputs, Iterable) and not isinstance(inputs, np.ndarray | torch.Tensor | Mapping | str)


def _trials(inputs: Iterable[Any], targets: Any) -> Iterator[tuple[Any, Any]]:
    """Yield trials as they come.

    Raises:
        ArgumentError: targets are not of several trials, or of more or fewer than inputs.
    """
    if not _is_several(targets):
        raise ArgumentError("inputs has several trials, and targets does not. Give one of each.")
    others, missing = iter(targets), object()
    for number, given in enumerate(inputs):
        wanted = next(others, missing)
        if wanted is missing:
            raise ArgumentError(f"inputs has more trials than targets, which has {number}. Give one of each.")
        yield given, wanted
    if next(others, missing) is not missing:
        raise ArgumentError("targets has more trials than inputs. Give one of each.")


def _columns(targets: Any, trials: int) -> int:
    return int(np.prod(np.shape(targets)[2 if trials else 1 :]))
