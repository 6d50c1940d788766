"""What a backend is asked for that differentiates runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from rates_core.programs.carry import Carry

if TYPE_CHECKING:
    import numpy as np

Loss = Callable[[Mapping[str, Any]], Any]


@frozen(eq=False)
class Part:
    """Columns of an output.

    Attributes:
        key: name of the output.
        recorded: number of the recorded variable.
        units: entries of it; None for all.
        alone: whether they are all that the output has, and one column: it then has no axis for columns.
    """

    key: str
    recorded: int
    units: np.ndarray | None
    alone: bool


@frozen(eq=False)
class GradientRequest:
    """A run whose loss is differentiated.

    Attributes:
        start: where it begins.
        inputs: tables of inputs of all steps, as `Kernel.loop` takes them.
        draws: tables of random numbers, likewise.
        step_size: h.
        samples: number of rows.
        stride: steps per row.
        first: rows before it are dropped.
        parts: what the loss takes.
        loss: takes outputs by name, arrays of the backend's library, and returns a number of it.
        parameters: paths of the System's parameters whose gradients are wanted.
        initial: whether that of the state at the start is.
        fed: numbers of the inputs whose tables' are.
        delays: value of each read's delay.
        past: value at the start, and before it, of each slot, in the order of `slot_paths`.
        segment: of so many rows only the beginning is kept for the way back, from where they are taken again; 0 keeps
            all steps.
        forward: accumulate forwards: one run per variable, and nothing is kept; else backwards.
    """

    start: Carry
    inputs: Sequence[Sequence[np.ndarray]]
    draws: Sequence[np.ndarray]
    step_size: float
    samples: int
    stride: int
    first: int
    parts: tuple[Part, ...]
    loss: Loss
    parameters: tuple[str, ...]
    initial: bool
    fed: tuple[int, ...] = ()
    delays: tuple[Any, ...] = ()
    past: Mapping[str, Any] = field(factory=dict)
    segment: int = 0
    forward: bool = False


@frozen(eq=False)
class Gradients:
    """Derivatives of a loss.

    Attributes:
        loss: its value.
        parameters: by path of the System's parameter, each of its shape.
        initial: by the state at the start, if that was asked for.
        inputs: per node of the method, per input that was asked for, by its table.
    """

    loss: float
    parameters: Mapping[str, np.ndarray]
    initial: np.ndarray | None
    inputs: Sequence[Sequence[np.ndarray]] = ()
