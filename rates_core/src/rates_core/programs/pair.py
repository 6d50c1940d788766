"""What a backend offers that runs embedded pairs itself: steps and their control in one loop of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum

import numpy as np
from attrs import frozen

from rates_core.programs.record import Columns


class Status(IntEnum):
    """How a call of the loop ended."""

    MORE = 0  # it took as many steps as it may
    DONE = 1  # it is at the end of its span
    BAD_DERIVATIVE = 2  # the derivative is NaN or infinite where a step would start
    TOO_SMALL = 3  # the step that the tolerances ask for is too small for floating-point numbers
    UNDEFINED = 4  # beyond this time the derivative is NaN or infinite, however small the step


@frozen(eq=False)
class Span:
    """A part of a run on which the right-hand side is smooth.

    Attributes:
        end: where a step has to end.
        first: the derivative is evaluated at no time before it,
        last: and at none after it, so that it is seen from inside where it jumps.
        fresh: whether a first step has to be chosen: this is the beginning of the span.
    """

    end: float
    first: float
    last: float
    fresh: bool


@frozen(eq=False)
class StepControl:
    """How long steps are.

    Attributes:
        rtol: relative tolerance of each entry of the state.
        atol: absolute tolerance of each entry of the state.
        max_step: no step is longer.
        first_step: of a run, or None to choose it.
    """

    rtol: np.ndarray
    atol: np.ndarray
    max_step: float
    first_step: float | None


@frozen(eq=False)
class Reached:
    """Where a call of the loop led.

    Attributes:
        steps: that were accepted.
        proposal: size of the next step; None before the first one.
        columns: what was recorded at wanted times that were passed, one array per variable.
    """

    status: Status
    time: float
    y: np.ndarray
    steps: int
    proposal: float | None
    columns: Columns


class PairLoop(ABC):
    """The loop of one embedded pair, with parameters and inputs bound."""

    @abstractmethod
    def advance(
        self,
        time: float,
        y: np.ndarray,
        proposal: float | None,
        span: Span,
        control: StepControl,
        times: np.ndarray,
        most: int,
    ) -> Reached:
        """Take up to `most` steps towards the end of a span.

        Args:
            time: where to start.
            y: state there; it is not changed.
            proposal: what an earlier call returned, or None.
            span: where to go.
            control: of the steps.
            times: where rows are wanted, ascending, none before `time`.
            most: number of steps.
        """
