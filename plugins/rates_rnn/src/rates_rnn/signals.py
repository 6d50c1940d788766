"""Samples of inputs and targets, checked and as tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_rnn.parts import Node, whole_number


def samples_of(
    name: str, given: Any, nodes: Sequence[Node], dtype: torch.dtype, device: torch.device
) -> dict[str, torch.Tensor]:
    """Return samples `[steps, units]`, or `[trials, steps, units]`, by the paths of the inputs that they feed.

    Args:
        name: of the argument, for messages.
        given: an array, or a dict of them by label.
        nodes: that have inputs.
        dtype: of the samples.
        device: where they are.

    Raises:
        ArgumentError: something is not of its shape, is missing, or is no finite number.
        UnknownNameError: there is no such node.
    """
    labels = [node.label for node in nodes]
    if not isinstance(given, Mapping):
        if len(nodes) != 1:
            raise ArgumentError(
                f"{name} has to be a dict by label: inputs reach the nodes {', '.join(labels) or 'none'}."
            )
        given = {labels[0]: given}
    for label in given:
        if label not in labels:
            raise UnknownNameError(
                f"{name} names '{label}', which gets no input.{did_you_mean(str(label), labels)} Nodes that do: "
                f"{', '.join(labels) or 'none'}."
            )
    found = {}
    for node in nodes:
        if node.label not in given:
            raise ArgumentError(f"{name} has no samples for the node '{node.label}'.")
        found[node.path(node.input)] = _rows(name, given[node.label], node.n, f"'{node.label}'", dtype, device)
    counts = {rows.shape[-2] for rows in found.values()}
    if len(counts) > 1:
        raise ArgumentError(f"{name} has {' and '.join(map(str, sorted(counts)))} samples for different nodes.")
    return found


def targets_of(given: Any, steps: int, units: int, like: torch.Tensor, name: str = "targets") -> torch.Tensor:
    """Return targets `[steps, units]`.

    Args:
        given: by the user.
        steps: of the run.
        units: of the output.
        like: a tensor whose type and device they get, unless they are whole numbers.
        name: of the argument, for messages.

    Raises:
        ArgumentError: they are not of that shape, or not finite.
    """
    found = _tensor(name, given).to(like.device)
    found = found if not found.is_floating_point() and found.ndim == 1 else found.to(like.dtype)
    if len(found) > steps:
        raise ArgumentError(
            f"{name} has {len(found)} rows, and the run only {steps} steps. Give one row of targets for each sample "
            "of the inputs."
        )
    if found.is_floating_point() and found.ndim == 1:
        found = found[:, None]
    if tuple(found.shape) != (steps, units)[: found.ndim]:
        raise ArgumentError(
            f"{name} has the shape {tuple(found.shape)}; it has to be {(steps, units)}: a row for each sample of the "
            "inputs, a column for each output."
        )
    if found.is_floating_point() and not bool(torch.isfinite(found).all()):
        raise ArgumentError(f"{name} holds NaN or infinite numbers.")
    return found


def side_by_side(given: Any, steps: int, count: int, units: int, like: torch.Tensor) -> torch.Tensor:
    """Return targets `[trials, steps, units]`, or `[steps, units]` of one trial.

    Args:
        given: by the user.
        steps: of the run.
        count: number of trials that inputs have side by side; 0 for one without an axis for that.
        units: of the output.
        like: as in `targets_of`.

    Raises:
        ArgumentError: they are not of that shape, or not finite.
    """
    if not count:
        return targets_of(given, steps, units, like)
    if np.ndim(given) < 2 or len(given) != count:
        has = f"{len(given)}" if np.ndim(given) > 1 else "no axis of them"
        raise ArgumentError(f"inputs has {count} trials, and targets has {has}. Give one of each.")
    rows = [targets_of(given[number], steps, units, like, f"targets[{number}]") for number in range(count)]
    return torch.stack(rows)


def count_of(inputs: Any) -> int:
    """Return the number of trials that inputs have side by side, in an axis in front; 0 for one without it."""
    given = list(inputs.values()) if isinstance(inputs, Mapping) else [inputs]
    return max((len(value) for value in given if np.ndim(value) > 2), default=0)


def length_of(inputs: Any) -> int:
    """Return the number of samples that inputs have."""
    first = next(iter(inputs.values())) if isinstance(inputs, Mapping) else inputs
    return np.shape(first)[1] if np.ndim(first) > 2 else len(first)


def part_of(inputs: Any, piece: slice) -> Any:
    """Return some of the samples of inputs."""
    if isinstance(inputs, Mapping):
        return {label: part_of(value, piece) for label, value in inputs.items()}
    return inputs[:, piece] if np.ndim(inputs) > 2 else inputs[piece]


def trials_of(inputs: Any, targets: Any) -> list[tuple[Any, Any]]:
    """Return trials: one, or those of lists.

    Raises:
        ArgumentError: there are other numbers of both, or none.
    """
    if not is_list(inputs):
        return [(inputs, targets)]
    if not isinstance(targets, Sequence) or len(targets) != len(inputs) or not len(inputs):
        count = len(targets) if isinstance(targets, Sequence) else "no list of"
        raise ArgumentError(f"inputs is a list of {len(inputs)} trials, and targets has {count}. Give one of each.")
    return list(zip(inputs, targets, strict=True))


def epochs_of(inputs: Any, epochs: int | None) -> int:
    """Return how often all trials are gone through: 100 times one, and once those of a list, if nothing is said.

    Raises:
        ArgumentError: it is no whole number of at least 1.
    """
    return whole_number("epochs", (1 if is_list(inputs) else 100) if epochs is None else epochs, 1)


def is_list(inputs: Any) -> bool:
    """Tell whether inputs are those of several trials, one after another."""
    return isinstance(inputs, Sequence) and not isinstance(inputs, str)


def mask_of(given: Any, steps: int, device: torch.device, name: str = "mask") -> torch.Tensor:
    """Return whether each step counts.

    Args:
        given: by the user; None for all.
        steps: of the run.
        device: where it is.
        name: of the argument, for messages.

    Raises:
        ArgumentError: it is not of that length, or holds something else than truth values.
    """
    if given is None:
        return torch.ones(steps, dtype=torch.bool, device=device)
    found = _tensor(name, given).to(device)
    if tuple(found.shape) != (steps,):
        raise ArgumentError(
            f"{name} has the shape {tuple(found.shape)}; it has to be {(steps,)}: True for each step that counts."
        )
    if not bool(((found == 0) | (found == 1)).all()):
        raise ArgumentError(f"{name} holds something else than True and False, or 1 and 0.")
    return found.bool()


def sample_of(x: Any) -> torch.Tensor:
    """Return numbers of units, or of units in each of several trials, as samples of one step."""
    found = torch.as_tensor(x)
    return found[:, None] if found.ndim == 2 else found[None]


def _rows(name: str, given: Any, units: int, of: str, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    rows = _tensor(name, given).to(device=device, dtype=dtype)
    rows = rows[:, None] if rows.ndim == 1 else rows
    if rows.ndim not in (2, 3) or rows.shape[-1] not in (1, units):
        front, shape = "trials, " if rows.ndim == 3 else "", tuple(rows.shape)
        wanted = f"({front}steps, {units})"
        if name == "x":
            shape, wanted = (*shape[: rows.ndim - 2], *shape[rows.ndim - 1 :]), f"({front}{units})"
            wanted = wanted if front else f"({units},)"
        raise ArgumentError(f"{name} has the shape {shape}; it has to be {wanted}, a number for each unit of {of}.")
    if not rows.shape[-2] or not len(rows):
        raise ArgumentError(f"{name} has no samples.")
    if not bool(torch.isfinite(rows.detach()).all()):
        raise ArgumentError(f"{name} holds NaN or infinite numbers.")
    return rows.expand(*rows.shape[:-1], units)


def _tensor(name: str, given: Any) -> torch.Tensor:
    try:
        found = torch.as_tensor(np.array(given) if isinstance(given, np.ndarray) else given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArgumentError(f"{name} has to be numbers; it is {shown(given)}.") from error
    if not found.ndim:
        raise ArgumentError(f"{name} has to have an axis of steps; it is {shown(given)}.")
    return found
