"""What a backend is asked for that differentiates runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import field, frozen

from rates_core.programs.carry import Carry

if TYPE_CHECKING:
    import numpy as np

Loss = Callable[[Mapping[str, Any]], Any]


@frozen(eq=False)
class Weighted:
    """The sum of outputs times numbers, as a loss of arrays that NumPy's can be multiplied with.

    Attributes:
        weights: by name, each of its output's shape.
    """

    weights: Mapping[str, np.ndarray]

    def __call__(self, outputs: Mapping[str, Any]) -> Any:
        """Return the sum."""
        return sum((outputs[name] * numbers).sum() for name, numbers in self.weights.items())


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


@frozen(eq=False, kw_only=True)
class Course:
    """A run of fixed steps that is differentiated, or what a driver needs to know of its own.

    Attributes:
        start: where it begins.
        inputs: tables of inputs of all steps, as `Kernel.loop` takes them.
        draws: tables of random numbers, likewise.
        step_size: h.
        samples: number of rows.
        stride: steps per row.
        first: rows before it are dropped.
        parts: of its outputs.
        delays: value of each read's delay.
        past: value at the start, and before it, of each slot, in the order of `slot_paths`.
        signals: value of all inputs at a time.
        sampled: of each input, whether it comes as samples, between which it is linear.
        segment: of so many rows only the beginning is kept for the way back, from where they are taken again; 0 keeps
            all steps.
    """

    start: Carry
    inputs: Sequence[Sequence[np.ndarray]] = ()
    draws: Sequence[np.ndarray] = ()
    step_size: float
    samples: int
    stride: int = 1
    first: int
    parts: tuple[Part, ...]
    delays: tuple[Any, ...] = ()
    past: Mapping[str, Any] = field(factory=dict)
    signals: Callable[[float], tuple[Any, ...]] | None = None
    sampled: tuple[bool, ...] = ()
    segment: int = 0


@frozen(eq=False, kw_only=True)
class GradientRequest(Course):
    """A run whose loss is differentiated.

    Attributes:
        loss: takes outputs by name, arrays of the backend's library, and returns a number of it.
        parameters: paths of the System's parameters whose gradients are wanted.
        initial: whether that of the state at the start is.
        fed: numbers of the inputs whose tables' are.
        forward: accumulate forwards: one run per variable, and nothing is kept; else backwards.
    """

    loss: Loss
    parameters: tuple[str, ...]
    initial: bool
    fed: tuple[int, ...] = ()
    forward: bool = False


@frozen(eq=False)
class Feed:
    """An input that comes as samples.

    Attributes:
        samples: `[samples]`, or `[samples, columns]`, as they were given.
        tables: per number of an input of the System that it feeds, per node of the method, the two samples between
            which the value of each step lies: places among the flattened samples from 1 on; 0 where nothing is fed.
    """

    samples: np.ndarray
    tables: Mapping[int, Sequence[tuple[np.ndarray, np.ndarray]]]


@frozen(eq=False, kw_only=True)
class TrainableRequest(Course):
    """A run that becomes a function of values by name.

    Attributes:
        values: what they are at first.
        parameters: per path of a parameter that they change, for each entry its place among all values, flattened and
            one behind the other; -1 where it stays what it is.
        state: likewise for the state at the start, or None.
        feeds: inputs that come as samples, by name; those whose name is among `values` are such values.
    """

    values: Mapping[str, np.ndarray]
    parameters: Mapping[str, np.ndarray]
    state: np.ndarray | None
    feeds: Mapping[str, Feed]


@frozen(eq=False, kw_only=True)
class StepsRequest(TrainableRequest):
    """A run whose steps become a function of values by name, of inputs, and of what goes on from step to step.

    Attributes:
        random: takes the number of a step and a number of steps; returns tables of random numbers of these.
        past_of: takes the delay of each read; returns the history of a run that begins with these.
    """

    random: Callable[[int, int], Sequence[np.ndarray]]
    past_of: Callable[[Sequence[Any]], Any]


class Between(NamedTuple):
    """What goes on from one step to the next: derivatives flow through it.

    Attributes:
        step: number of steps since the start.
        y: the real state vector, an array of the library; with an axis of trials in front where there are several.
        windows: the latest samples of all that is read late, `[samples, ...]`; trials stand behind their first axis.
    """

    step: int
    y: Any
    windows: tuple[Any, ...] = ()


@frozen(eq=False, kw_only=True)
class TangentRequest(Course):
    """A run whose outputs are followed as some numbers move that it depends on.

    Attributes:
        parameters: by path of the System's parameter, real ones, how each moves with each number: `[numbers, ...]`.
        initial: likewise for the state at the start, or None.
        count: of the numbers.
    """

    parameters: Mapping[str, np.ndarray]
    initial: np.ndarray | None
    count: int


@frozen(eq=False)
class Tangents:
    """Outputs of a run, and how they move.

    Attributes:
        outputs: by name, as a loss takes them: `[rows]` or `[rows, columns]`.
        moved: by name, with a first axis for numbers.
    """

    outputs: Mapping[str, np.ndarray]
    moved: Mapping[str, np.ndarray]


@frozen(eq=False)
class Gradients:
    """Derivatives of a loss.

    Attributes:
        loss: its value.
        parameters: by path of the System's parameter, each of its shape, by complex ones complex; `real_pairs` says
            what that is.
        initial: by the state at the start, if that was asked for.
        inputs: per node of the method, per input that was asked for, by its table.
    """

    loss: float
    parameters: Mapping[str, np.ndarray]
    initial: np.ndarray | None
    inputs: Sequence[Sequence[np.ndarray]] = ()
