"""The equilibrium near a start, or what was tried where none is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, SimulationError, warn
from rates_core.simulation.field import VectorField

from rates_continuation.conserved import conserved, is_singular, sum_of
from rates_continuation.delayed_field import check_delays, fastest
from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.engine import WIDTHS, start_of
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.native.matrices import is_finite, with_columns
from rates_continuation.native.spectrum import direction
from rates_continuation.resting import is_still, settled, without_dust
from rates_continuation.sparse_field import matrix_by_states
from rates_continuation.wording import named

BESIDE = 1e-3  # of the bounds, or of the states: so far from a start others are tried
RESTING = 1e-4  # largest rate of change, of the states, at which a model is said to rest


@frozen(eq=False)
class Start:
    """Where an equilibrium is looked for.

    Attributes:
        given: values of states, by path.
        p: the parameter.
        tried: states from which Newton's method begins, in this order.
        place: the equilibrium; None if there is none.
    """

    given: Mapping[str, float]
    p: float
    tried: tuple[np.ndarray, ...]
    place: Place | None

    def residuals(self, field: VectorField) -> list[float]:
        """Return the largest rate of change at all states that were tried."""
        with np.errstate(all="ignore"):
            return [float(np.max(np.abs(field.rates(x, np.array([self.p]))))) for x in self.tried]


def begun(
    field: VectorField,
    equations: EquilibriumEquations,
    given: Mapping[str, float],
    bounds: tuple[float, float],
    anywhere: bool = False,
) -> Start:
    """Return where an equilibrium is looked for, and the one that is found.

    Args:
        field: the model, of one parameter.
        equations: of its equilibria.
        given: values of states, and of the parameter, by path.
        bounds: of the parameter.
        anywhere: whether a start of which all states are given may be far from an equilibrium: to which the model then
            leads.

    Raises:
        UnknownNameError: a path names nothing.
        ArgumentError: the bounds leave out the parameter.
    """
    (parameter,), (lower, upper) = field.parameters, bounds
    states = {path: value for path, value in given.items() if path != parameter}
    with named(initial="start"):
        x = field.x_of(states)
    p = float(given.get(parameter, field.p[0]))
    if not lower <= p <= upper:
        raise ArgumentError(
            f"bounds of '{parameter}' are ({lower:g}, {upper:g}), which leave out its value {p:g} at the start. "
            f"Choose others, or give a value between them: start={{'{parameter}': ...}}."
        )
    check_delays(field, [bounds])
    whole = len(states) == len(field.states)
    place = start_of(equations, x, p, bounds) if whole else None
    tried: tuple[np.ndarray, ...] = (x,)
    if not whole or (anywhere and place is None):
        tried = (without_dust(settled(field, x, np.array([p]), fastest(field, x, np.array([p]))), x), x)
        places = (start_of(equations, each, p, bounds) for each in tried)
        place = next((found for found in places if found is not None), None)
    if place is None and not len(conserved(field, tried[0], np.array([p]))):
        place = next((found for each in tried for found in _beside(equations, each, p, bounds)), None)
    return Start(states, p, tried, place)


def _beside(equations: EquilibriumEquations, x: np.ndarray, p: float, bounds: tuple[float, float]) -> Iterator[Place]:
    """Yield equilibria beside one at which a branch turns round, or where branches meet."""
    z, width = np.append(x, p), bounds[1] - bounds[0]
    with np.errstate(all="ignore"):
        rates, matrix = equations.residual(z), equations.jacobian(z)
    if not is_still(rates, x) or not is_finite(matrix):
        return
    size = np.maximum(np.abs(x), BESIDE * max(1.0, float(np.max(np.abs(x), initial=0.0))))
    scale = np.append(size, width / WIDTHS)
    along = direction(with_columns(matrix, scale))  # of the branch, if there is a single one
    if along is None:
        return
    along = along * scale
    curve = ImplicitCurve(equations)
    ahead = (curve.place(z + way * along, along, along, scale) for way in (1.0, -1.0))
    guesses = [place.z for place in ahead if place is not None]
    for shift in (BESIDE * width, -BESIDE * width):
        guesses.append(np.append(x, p + shift))
    for guess in guesses:
        if bounds[0] <= guess[-1] <= bounds[1]:
            found = start_of(equations, guess[:-1], float(guess[-1]), bounds)
            if found is not None:
                yield found


def place_of(field: VectorField, start: Start) -> Place:
    """Return the equilibrium of a start.

    Raises:
        SimulationError: there is none; it says what was tried, and why equilibria may not be alone.
    """
    if start.place is not None:
        return start.place
    residuals = start.residuals(field)
    if len(residuals) == 1:
        tried = (
            "Newton's method did not converge from the states of the start, whose largest rate of change is "
            f"{residuals[0]:.3g}"
        )
    else:
        begin = "the states of the start and its initial values" if start.given else "its initial values"
        tried = (
            f"the model was integrated from {begin}, and Newton's method did not converge from where it was then "
            f"(largest rate of change {residuals[0]:.3g}), nor from those ({residuals[1]:.3g})"
        )
    raise SimulationError(
        f"No equilibrium was found near the start at {field.parameters[0]} = {start.p:g}: {tried}. "
        f"{_advice(field, start)}",
        0.0,
    )


def _advice(field: VectorField, start: Start) -> str:
    """Return what to do: about sums of states that do not change, or equilibria that lie on lines."""
    x, p = start.tried[0], np.array([start.p])
    with np.errstate(all="ignore"):
        singular = is_singular(matrix_by_states(field, x, p))
    sums = conserved(field, x, p) if singular else np.zeros((0, field.size))
    if len(sums):
        texts = [f"{sum_of(weights, field.states)} does not change" for weights in sums]
        weights = sums[0]
        last = int(np.max(np.nonzero(weights)[0]))
        value = float(weights @ start.tried[-1])
        rest = sum_of(np.where(np.arange(len(weights)) == last, 0.0, -weights), _names(field.states))
        equation = f"{_names(field.states)[last]} = {_joined(value, rest)}"
        return (
            f"{', and '.join(texts)} in time, whatever the states are, so that equilibria are not alone: there are "
            "some for each value that it has. Give one of its states without a derivative, by the others: "
            f"'{equation}' keeps the value of the start."
        )
    if singular and start.residuals(field)[0] < RESTING * (1.0 + float(np.max(np.abs(x)))):
        return (
            "The model rests there, but its Jacobian is singular: equilibria lie on a line, or branches meet. Add to "
            "the model what leads back to one of them, or start elsewhere: start={path: value}."
        )
    return "Give values of states near an equilibrium: start={path: value}."


def _names(states: tuple[str, ...]) -> list[str]:
    """Return names of states as an equation has them, if they are all of one operator; else paths."""
    if len({path.rpartition("/")[0] for path in states}) == 1:
        return [path.rpartition("/")[2] for path in states]
    return list(states)


def _joined(value: float, rest: str) -> str:
    if rest.startswith("-"):
        return f"{value:.6g} - {rest[1:]}"
    return f"{value:.6g} + {rest}" if rest else f"{value:.6g}"


def warn_of_jumps(field: VectorField) -> None:
    """Warn of functions that are constant between jumps, whose derivatives do not see a jump move."""
    for function, path in field.jumps:
        warn(
            f"'{function}', in the equation of '{path}', is constant between its jumps: branches, their stability "
            "and special points are those of the model without the jumps."
        )
