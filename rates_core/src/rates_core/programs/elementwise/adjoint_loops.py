"""The loops of a module that follow steps forwards and back, as each language offers them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define, frozen

from rates_core.delays.strategy import Gather
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.elementwise.weighing import Rows
from rates_core.programs.gradient import GradientRequest

Places = Sequence[Sequence[Gather]]  # by node of the method and read


@frozen(eq=False)
class Steps:
    """Steps of a run that one call of a loop takes.

    Attributes:
        start: the first, counted from the start of the run.
        stop: the one behind the last.
        gathers: where their reads take values from, counted from the present row.
    """

    start: int
    stop: int
    gathers: Places


@define(eq=False)
class Segment:
    """What the loops write while they take the steps of one segment.

    Attributes:
        begun: number of its first step, counted from the start of the run.
        size: rows of buffers that lie before that step.
        kept: the state before each step, and behind it the one before its events.
        buffers: of each slot that is read, its samples, `[size + steps, ...]`.
    """

    begun: int
    size: int
    kept: np.ndarray
    buffers: tuple[np.ndarray, ...]


@frozen(eq=False)
class Totals:
    """Derivatives of the loss, to which each step adds.

    Attributes:
        state: by the state behind the step that is followed next.
        parameters: by all wanted parameters.
        inputs: per node of the method, by the tables of the wanted inputs.
        delays: by the delays of each read; nothing where none is wanted.
    """

    state: np.ndarray
    parameters: np.ndarray
    inputs: tuple[tuple[np.ndarray, ...], ...]
    delays: tuple[np.ndarray, ...]


class AdjointLoops(ABC):
    """The loops of one generated module with parameters bound.

    Attributes:
        request: what the module contains.
    """

    request: AdjointRequest

    @abstractmethod
    def forward(self, run: GradientRequest, y: np.ndarray, steps: Steps, segment: Segment, rows: Rows) -> None:
        """Take steps: change the state, keep it before each, and write rows."""

    @abstractmethod
    def backward(
        self,
        run: GradientRequest,
        steps: Steps,
        segment: Segment,
        bars: tuple[np.ndarray, ...],
        rows: Rows,
        totals: Totals,
    ) -> None:
        """Follow steps back, the last one first.

        Args:
            run: that they are of.
            steps: of one segment.
            segment: what was kept of it.
            bars: derivatives of the loss by its buffers, to which is added.
            rows: with derivatives by these.
            totals: to which is added.
        """

    @abstractmethod
    def at_start(self, y: np.ndarray, inputs: Sequence[Any], reads: Sequence[Any], draws: Sequence[Any]) -> np.ndarray:
        """Return what the seeds of stored variables add at the start: the vector of all bars.

        Args:
            y: the vector of states and seeds.
            inputs: at the start, as are the others.
            reads: delayed values.
            draws: random numbers.
        """
