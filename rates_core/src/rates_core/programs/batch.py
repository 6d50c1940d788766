"""What a backend offers that runs many sets of parameters at once.

Whatever belongs to points has a first axis for them: as long as there are points, or of length 1 where all points share
one value, so that a matrix that does not vary is there once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, frozen

from rates_core.programs.carry import Carry
from rates_core.programs.pair import StepControl
from rates_core.programs.record import Columns

if TYPE_CHECKING:
    from rates_core.programs.equations import Equations
    from rates_core.programs.program import Kernel, Program, ProgramRequest


class Batch(ABC):
    """A program with the parameters of many points bound.

    Values are those of the kernels of single points, up to rounding. A point that leaves the finite numbers disturbs
    no other one. An error that is raised makes core run point by point.
    """

    @abstractmethod
    def loop(
        self,
        carries: Sequence[Carry],
        inputs: Sequence[Sequence[np.ndarray]],
        draws: Sequence[np.ndarray],
        step_size: float,
        samples: int,
        stride: int,
    ) -> tuple[list[Carry], Columns]:
        """Advance all points by `samples * stride` fixed steps, as `Kernel.loop` does for one.

        Args:
            carries: where to start, one per point, all at the same step; they are not changed. Points that start alike
                share one. All are of a run's start, or all are what the last call returned.
            inputs: per distinct node of the tableau, per input, its values at all steps of this call, by point.
            draws: per draw its values, one per step, by point.
            step_size: h.
            samples: number of rows.
            stride: steps per row.

        Returns:
            The new carries, whose history is whatever this batch goes on from, and one array per recorded variable:
            points, then rows.
        """

    def pair_loop(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> PairBatch | None:
        """Return the loop of an embedded pair over all points, or None: core then runs point by point.

        Args:
            samples: of each external input, by point, to be interpolated linearly; the last one holds.
            base: position of the first samples, in spacings from time 0.
            spacing: time between samples.
        """
        return None

    def equations(self, samples: Sequence[np.ndarray], base: float, spacing: float) -> Equations | None:
        """Return the equations of all points, or None: core then runs point by point.

        Each array among their values has a first axis of points, or of length 1 where all share one value.

        Args:
            samples: see `pair_loop`.
            base: likewise.
            spacing: likewise.
        """
        return None


@frozen(eq=False)
class Spans:
    """The parts of a run on which the right-hand side is smooth, by point; see `programs.pair.Span`.

    Attributes:
        count: number of spans of each point; entries behind it mean nothing.
        end: where a step has to end, `[points, spans]`,
        first: no evaluation before it, likewise,
        last: and none after it, likewise.
    """

    count: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray


@define(eq=False)
class Travellers:
    """How far each point has come with steps of its own; a loop changes the arrays in place.

    Attributes:
        status: how its last step ended, a `programs.pair.Status`: MORE as long as it goes on.
        span: number of the span that it is in.
        fresh: whether it has not begun with that span.
        time: of `y`.
        y: its state.
        proposal: size of the next step; NaN before the first one.
        steps: that were accepted.
        rows: that were recorded.
        columns: what was recorded at wanted times, one array per variable: points, then times.
    """

    status: np.ndarray
    span: np.ndarray
    fresh: np.ndarray
    time: np.ndarray
    y: np.ndarray
    proposal: np.ndarray
    steps: np.ndarray
    rows: np.ndarray
    columns: Columns


class PairBatch(ABC):
    """The loop of one embedded pair over many points, with parameters and inputs bound."""

    @abstractmethod
    def advance(
        self,
        travellers: Travellers,
        which: np.ndarray,
        until: int,
        spans: Spans,
        control: StepControl,
        times: np.ndarray,
    ) -> None:
        """Let some points go on, each with its own steps, to the end of its last span or up to a number of steps.

        Args:
            travellers: where they are, and where they then are.
            which: numbers of the points that go on.
            until: number of steps since the start of the run after which a point waits.
            spans: where they go.
            control: of the steps.
            times: where rows are wanted, ascending.
        """


def empty_columns(request: ProgramRequest, points: int, rows: int) -> Columns:
    """Return arrays for the recorded variables of many points: NaN until they are recorded."""
    system = request.system
    return tuple(
        np.full((points, rows, *system.shapes[path]), np.nan, complex if path in system.complex_symbols else float)
        for path in request.recorded
    )


def own_of(values: np.ndarray, place: int) -> Any:
    """Return what a point has of values with a first axis of points, or of length 1."""
    return values[place if len(values) > 1 else 0]


def tables_of(
    inputs: Sequence[Sequence[np.ndarray]], draws: Sequence[np.ndarray], place: int
) -> tuple[list[list[np.ndarray]], list[np.ndarray]]:
    """Return the inputs and random numbers of a point, as `Kernel.loop` takes them."""
    return [[own_of(table, place) for table in tables] for tables in inputs], [own_of(table, place) for table in draws]


def kernel_of(program: Program, arguments: Mapping[str, np.ndarray], place: int) -> Kernel:
    """Return the kernel of a point, given the values of all points by path."""
    return program.bind({path: own_of(value, place) for path, value in arguments.items()})


def one_by_one(
    kernels: Sequence[Kernel],
    places: Iterable[int],
    carries: Sequence[Carry],
    inputs: Sequence[Sequence[np.ndarray]],
    draws: Sequence[np.ndarray],
    step_size: float,
    samples: int,
    stride: int,
    columns: Columns,
) -> list[Carry]:
    """Run the loops of the kernels of some points; return where they lead.

    Args:
        kernels: of all points.
        places: of those that go on.
        carries: as `Batch.loop` takes them, as are the following ones: of all points.
        inputs: see there.
        draws: see there.
        step_size: see there.
        samples: see there.
        stride: see there.
        columns: of all points; rows are written into them.
    """
    ends = []
    for place in places:
        end, rows = kernels[place].loop(carries[place], *tables_of(inputs, draws, place), step_size, samples, stride)
        ends.append(end)
        for column, row in zip(columns, rows, strict=True):
            column[place] = row
    return ends


def stacked(values: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Return the values of many points as arrays with a first axis of points, or of length 1 where they are shared.

    Args:
        values: per point by path; what points share is the same object.
    """
    first = values[0]
    return {
        path: np.asarray(value)[None]
        if all(others[path] is value for others in values)
        else np.stack(np.broadcast_arrays(*(others[path] for others in values)))
        for path, value in first.items()
    }
