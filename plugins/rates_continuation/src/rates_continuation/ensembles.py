"""Branches from several starts, each followed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, SimulationError, shown, warn
from rates_core.simulation.field import VectorField
from rates_core.sweeps import Executor, Samples, outcomes

from rates_continuation.branch import Branch
from rates_continuation.elsewhere import Beginning, Posed
from rates_continuation.interrupts import interrupted
from rates_continuation.kept import Kept
from rates_continuation.native.curve import Place
from rates_continuation.native.deflation import Known, is_one_of, is_same, places_at
from rates_continuation.native.engine import Followed
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.starting import Start

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_NAMED = 5  # starts in a message
Curve = TypeVar("Curve", bound=Known)


@frozen(eq=False)
class Ensemble:
    """Branches of equilibria from several starts, each once.

    Attributes:
        branches: in the order in which they were found.
        starts: a row for each start: its values by path, the number of its `branch` (missing if no equilibrium was
            found), and the largest rate of change, `residual`, where the model had settled.
    """

    branches: tuple[Branch, ...]
    starts: pd.DataFrame

    def __repr__(self) -> str:
        failed = int(self.starts["branch"].isna().sum())
        ended = f"; {failed} led to no equilibrium" if failed else ""
        branches = "1 branch" if len(self.branches) == 1 else f"{len(self.branches)} branches"
        return f"<Ensemble of {branches} from {len(self.starts)} starts{ended}>"

    def plot(self, path: str, ax: Axes | None = None) -> Axes:
        """Draw a state over the parameter; see `Branch.plot`.

        Raises:
            UnknownNameError: there is no such state.
            PluginError: Matplotlib is not installed.
        """
        from rates_continuation.pictures.branches import drawn

        return drawn(self.branches, path, ax)


def one_start(start: Any) -> dict[str, float]:
    """Return the values of a start; none if nothing is said.

    Raises:
        ArgumentError: it is no dictionary.
    """
    if start is None or isinstance(start, Mapping):
        return dict(start or {})
    raise ArgumentError(
        f"start must be a dictionary, {{path: value}}; it is {shown(start)}. From several starts goes ensemble(...)."
    )


def listed_starts(starts: Any) -> list[dict[str, float]]:
    """Return starts one by one, whatever they are given as.

    Raises:
        ArgumentError: they are no dictionaries and no samples, or there is none.
    """
    if isinstance(starts, Samples):
        columns = starts.at(np.arange(len(starts)))
        return [{path: float(values[k]) for path, values in columns.items()} for k in range(len(starts))]
    if isinstance(starts, Sequence) and starts and all(isinstance(each, Mapping) for each in starts):
        return [dict(each) for each in starts]
    raise ArgumentError(
        "starts must be a list of dictionaries, {path: value}, or samples, such as "
        f"rates_core.sweeps.latin_hypercube({{path: (low, high)}}, 20, seed=1); they are {shown(starts)}."
    )


def equilibria_near(
    posed: Posed,
    starts: Sequence[Mapping[str, float]],
    bounds: tuple[float, float],
    executor: Executor | str = "serial",
    verbose: bool = False,
    kept: Kept | None = None,
) -> list[Start]:
    """Return what each start leads to; warn of those from which no equilibrium was found.

    Args:
        posed: the model.
        starts: values by path.
        bounds: of the parameter.
        executor: where starts settle.
        verbose: whether progress is shown.
        kept: has what some of them led to, and keeps the rest.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: the bounds leave out a start.
        SimulationError: none of them leads to an equilibrium.
    """
    made = {} if kept is None else kept.starts(starts, posed.parameter)
    left = [number for number in range(len(starts)) if number not in made]
    tasks = [starts[number] for number in left]
    for task, start in outcomes(Beginning(posed, bounds), tasks, executor, unit="start", verbose=verbose):
        made[left[task]] = start
        if kept is not None:
            kept.put_start(left[task], start)
    found, field = [made[number] for number in range(len(starts))], posed.field
    failed = [(number, start) for number, start in enumerate(found) if start.place is None]
    if not failed:
        return found
    named = [f"{number} ({start.residuals(field)[0]:.3g})" for number, start in failed[:MOST_NAMED]]
    more = f" and {len(failed) - len(named)} more" if len(failed) > len(named) else ""
    text = (
        f"From {len(failed)} of {len(found)} starts no equilibrium was found, neither by integration nor by Newton's "
        f"method; they are, by their numbers from 0 and the largest rate of change behind the integration: "
        f"{', '.join(named)}{more}."
    )
    if len(failed) == len(found):
        raise SimulationError(f"{text} Give values of states near an equilibrium.", 0.0)
    warn(text, RuntimeWarning)
    return found


def each_once(
    equations: EquilibriumEquations,
    places: Iterable[Place | None],
    follow: Callable[[Place, Sequence[Followed]], Sequence[Followed]],
) -> tuple[list[Followed], list[int | None]]:
    """Return the curves through places, and which one each of them lies on.

    Args:
        equations: of the curves.
        places: None where there is none.
        follow: returns the curve through a place, and others that it leads to, given those that are known.
    """
    curves, numbers = list[Followed](), list[int | None]()
    for place in places:
        number = None if place is None else _number(equations, curves, place)
        if place is not None and number is None and not interrupted():
            first, *others = follow(place, curves)
            number = next((k for k, known in enumerate(curves) if is_same(equations, first, known)), None)
            if number is None:
                number = len(curves)
                curves += [first, *others]
        numbers.append(number)
    return curves, numbers


def each_once_anywhere(
    equations: EquilibriumEquations,
    places: Sequence[Place | None],
    followed: Callable[[Iterable[Place]], Iterable[tuple[int, Curve]]],
    known: Mapping[int, Curve] | None = None,
    keep: Callable[[int, Curve], None] = lambda number, curve: None,
) -> tuple[list[Curve], list[int | None]]:
    """Return the curves through places, and which one each lies on, as `each_once` does, of curves in any order.

    Curves count in the order of their places, so that it does not matter who followed them, nor that several were
    followed side by side which are the same.

    Args:
        equations: of the curves.
        places: None where there is none.
        followed: yields curves through places, in any order, with their numbers among the places that it took.
        known: curves that were followed before, by the numbers of their places.
        keep: is called with each curve that comes, and the number of its place.
    """
    curves, numbers = list[Curve](), list[int | None]()
    came, asked = dict(known or {}), list[int]()

    def settle(last: bool = False) -> None:
        """Say of places, as far as their curves are there, on which they lie."""
        for place_number in range(len(numbers), len(places)):
            place = places[place_number]
            number = None if place is None else _number(equations, curves, place)
            if place is not None and number is None and place_number in came:
                curve = came.pop(place_number)
                number = next((k for k, other in enumerate(curves) if is_same(equations, curve, other)), None)
                if number is None:
                    number = len(curves)
                    curves.append(curve)
            elif place is not None and number is None and not last:
                return
            numbers.append(number)

    def wanted() -> Iterator[Place]:
        for place_number, place in enumerate(places):
            settle()
            if interrupted():
                return
            settled = place_number < len(numbers) or place_number in came
            if place is not None and not settled and _number(equations, curves, place) is None:
                asked.append(place_number)
                yield place

    for task, curve in followed(wanted()):
        came[asked[task]] = curve
        keep(asked[task], curve)
    settle(last=True)
    return curves, numbers


def _number(equations: EquilibriumEquations, curves: Sequence[Known], place: Place) -> int | None:
    """Return which curve a place lies on; None if it is none of them."""
    p = float(place.z[-1])
    return next(
        (number for number, curve in enumerate(curves) if is_one_of(place, list(places_at(equations, curve, p)))), None
    )


def table_of_starts(
    given: Sequence[Mapping[str, float]], field: VectorField, starts: Sequence[Start], numbers: Sequence[int | None]
) -> pd.DataFrame:
    """Return a row for each start; see `Ensemble`."""
    import pandas as pd

    table = pd.DataFrame([dict(each) for each in given])
    table["branch"] = pd.array(list(numbers), dtype="Int64")
    table["residual"] = [start.residuals(field)[0] for start in starts]
    return table
