"""What fitters promise, and how they are found by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.plugins import get_manager

from rates_fit.problem import Problem


@frozen(eq=False)
class Outcome:
    """Where a fitter ended.

    Attributes:
        free: numbers there.
        converged: whether it found what it was looking for.
        reason: why it ended, as a sentence.
        iterations: steps that it took.
    """

    free: np.ndarray
    converged: bool
    reason: str
    iterations: int


class Fitter(ABC):
    """A way to the smallest loss. Abstract. Options are arguments of its constructor, which has defaults for all."""

    #: whether it asks for linearisations, and not for gradients
    linearises: ClassVar[bool] = False

    def roughly(self) -> Fitter:
        """Return a fitter that ends earlier, for problems on the way to another one; by default the same."""
        return self

    @abstractmethod
    def minimise(self, problem: Problem, start: np.ndarray) -> Outcome:
        """Return the place of the smallest loss.

        Args:
            problem: its `value`, `value_and_gradient` and `linearised` are functions of free numbers, any of which
                are allowed. They return infinity where a run is not finite.
            start: where to begin.
        """


def fitter_of(given: Any) -> Fitter:
    """Return the fitter of a name, or one that a user brings.

    Raises:
        UnknownNameError: none of that name is installed.
        ArgumentError: it is something else.
    """
    if isinstance(given, Fitter):
        return given
    if isinstance(given, type) and issubclass(given, Fitter):
        return given()
    fitters = {name: spec for name, spec in get_manager().analyses().items() if spec.kind == "fitter"}
    if not isinstance(given, str):
        raise ArgumentError(f"fitter must be a name or a `rates_fit.Fitter`; it is {shown(given)}.")
    if given not in fitters:
        raise UnknownNameError(
            f"There is no fitter '{given}'.{did_you_mean(given, fitters)} There are: {', '.join(fitters)}."
        )
    found: Fitter = fitters[given].load()()
    return found
