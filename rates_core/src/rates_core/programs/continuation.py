"""What is asked of a backend that writes files for a continuation program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from attrs import field, frozen

from rates_core.expressions.tree import Expression
from rates_core.programs.naming import identifiers
from rates_core.system.system import TIME, System

if TYPE_CHECKING:
    import numpy as np

#: what conditions ask of a state: at either end of the interval, or over all of it
Measure = Literal["start", "end", "maximum", "minimum", "mean", "norm"]
PERIOD = "period"


def short_names(system: System) -> dict[str, str]:
    """Return what states and parameters are called by path: the last parts that tell them apart."""
    paths = [item.path for item in system.states]
    paths += [item.path for item in system.parameters if not item.structural]
    return identifiers(paths, (TIME, PERIOD, *get_args(Measure)))


@frozen
class Measured:
    """A measure of a state, which a condition reads under a symbol of its own."""

    measure: Measure
    path: str


@frozen(eq=False)
class Condition:
    """An expression that a user has written in the model's names.

    Attributes:
        text: as it was written.
        expression: over states and parameters by path, `PERIOD`, and the symbols of `measures`. Of a boundary or
            integral condition it is what has to vanish.
        measures: what its other symbols stand for.
    """

    text: str
    expression: Expression
    measures: Mapping[str, Measured]


@frozen(eq=False)
class ContinuationRequest:
    """A model to be continued, and what a user has said of it.

    Attributes:
        system: the lowered System.
        name: of the function that is the right-hand side.
        stem: name of the file of equations, without its ending.
        start: the real state vector to start from.
        values: of all parameters, by path.
        step_size: the first step through time.
        parameters: paths of the parameters that may be changed, an array entry by entry; None for all single numbers.
        along: paths of the parameters that change first, in order; `PERIOD` is the length of the interval.
        boundary: boundary conditions.
        integral: conditions on the mean over the interval.
        recorded: what is recorded of each solution, by name.
    """

    system: System
    name: str
    stem: str
    start: np.ndarray
    values: Mapping[str, Any]
    step_size: float
    parameters: tuple[str, ...] | None = None
    along: tuple[str, ...] = ()
    boundary: tuple[Condition, ...] = ()
    integral: tuple[Condition, ...] = ()
    recorded: Mapping[str, Condition] = field(factory=dict)
