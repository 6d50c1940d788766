"""Curves of equilibria, from a start in one direction or in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rates_core.errors import ArgumentError, SimulationError, UnsupportedFeatureError
from rates_core.simulation.field import VectorField

from rates_continuation.bounds import check_within
from rates_continuation.branch import Branch
from rates_continuation.continuation import Continuation
from rates_continuation.native.curve import ImplicitCurve, Place
from rates_continuation.native.engine import Followed, start_of, switched
from rates_continuation.native.equilibria import EquilibriumEquations
from rates_continuation.ode_system.labelling import Row, in_order, rows_of
from rates_continuation.ode_system.request import Computed, Request
from rates_continuation.ode_system.settings import UserValue
from rates_continuation.resting import settled, without_dust
from rates_continuation.special import SpecialPoint
from rates_continuation.user_points import sizes

BESIDE = (1e-2, -1e-2)  # in scales: from there a curve is followed that turns round where it starts


def equilibria(request: Request) -> Computed:
    """Return the equilibria from a start.

    Raises:
        ArgumentError: there are no equilibria at the starting point, or it lies outside of the bounds.
        SimulationError: no equilibrium is found.
    """
    parameter, others = request.parameter, request.others
    continuation = request.continuation
    field = request.model.get_vector_field([parameter], others)
    p = request.at(parameter, float(field.p[0]))
    bounds = request.settings.bounds(parameter, p)
    check_within(parameter, p, bounds)
    x = _states(request, field, p)
    place = _switched(request, field) if request.settings.switch == -1 else _beginning(request, field, x, p, bounds)
    length = 1.0 if place is None else _length(field, place)
    begun = np.append(x, p) if place is None else place.z
    branch = continuation.equilibria(
        parameter,
        bounds,
        start=dict(zip((*field.states, parameter), begun.tolist(), strict=True)),
        max_points=request.settings.most,
        max_step=request.largest_step(length),
    )
    rows = rows_of(branch, others, request.settings.left_out, user_points(continuation, branch, request.settings.user))
    start, forwards = _direction(rows, branch, request, np.append(x, p), begun)
    ordered = in_order(rows, branch.ended, start, forwards, request.both, request.settings)
    return Computed("equilibria", branch.parameters, ordered, branch)


def _length(field: VectorField, place: Place) -> float:
    """Return how long Auto-07p says that a step of 1 is, in the scales that the curve has behind its first step."""
    _, here = ImplicitCurve(EquilibriumEquations(field)).carried_on(place)
    return float(np.linalg.norm(here.tangent))


def _states(request: Request, field: VectorField, p: float) -> np.ndarray:
    """Return states at or near an equilibrium, from which one is looked for."""
    start, own = request.start, request.settings.states
    if request.from_cycles:
        raise ArgumentError("IPS=1 follows equilibria, and the starting point is a cycle. Start from another point, or "
                            "follow cycles: IPS=2.")  # fmt: skip
    x = field.x_of({**({} if start is None else start.states), **own})
    at_rest = start is not None and not request.from_time
    return x if at_rest else without_dust(settled(field, x, np.array([p])), x)


def _beginning(
    request: Request, field: VectorField, x: np.ndarray, p: float, bounds: tuple[float, float]
) -> Place | None:
    """Return the equilibrium at the start; one beside it where the curve turns round; None if none is found."""
    equations = EquilibriumEquations(field)
    for states in (x, *([] if request.start is not None else [field.x_of(request.settings.states)])):
        found = start_of(equations, states, p, bounds)
        if found is not None:
            return found
    return next(_beside(equations, np.append(x, p), bounds), None)


def _beside(equations: EquilibriumEquations, z: np.ndarray, bounds: tuple[float, float]) -> Iterator[Place]:
    """Yield equilibria next to one at which the curve turns round."""
    scale = np.maximum(np.abs(z), 1e-3 * float(np.max(np.abs(z))) or 1.0)
    tangent = np.linalg.svd(equations.jacobian(z) * scale)[2][-1] * scale
    for size in BESIDE:
        near = ImplicitCurve(equations).place(z + size * tangent, tangent, tangent, scale)
        found = None if near is None else start_of(equations, near.z[:-1], float(near.z[-1]), bounds)
        if found is not None:
            yield found


def _switched(request: Request, field: VectorField) -> Place:
    """Return where another curve begins at a branch point."""
    start, origin = request.start, request.origin
    if start is None or origin is None or start.label != "BP":
        raise ArgumentError("ISW=-1 goes over to another curve; it needs a branch point to start from: origin=..., "
                            "starting_point='BP1'.")  # fmt: skip
    branch = origin.branch
    if branch is None or not isinstance(branch.found, Followed) or start.special is None:
        raise ArgumentError("The curve of the branch point comes from a file, which does not hold what others are "
                            "found with. Run it again.")  # fmt: skip
    if request.parameter != branch.parameters[0]:
        raise UnsupportedFeatureError(
            f"The branch point is one of curves in '{branch.parameters[0]}'; ICP is '{request.parameter}'."
        )
    number = next(number for number, point in enumerate(branch.specials) if point is start.special)
    place = switched(EquilibriumEquations(field), branch.found, number)
    if place is None:
        raise SimulationError(f"No other curve was found at the branch point at {request.parameter} = "
                              f"{start.parameters[request.parameter]:g}.", 0.0)  # fmt: skip
    return place


def _direction(
    rows: Sequence[Row], branch: Branch, request: Request, asked: np.ndarray, begun: np.ndarray
) -> tuple[int, bool]:
    """Return the row at which the curve starts, and whether it goes on in the order of the branch."""
    z = np.array([[*row.solution.states.values(), row.solution.parameters[branch.parameters[0]]] for row in rows])
    sign = request.settings.sign
    if request.settings.switch == -1:
        start, away = nearest(z, asked), nearest(z, begun)
        return start, (away >= start) == (sign > 0)
    start = nearest(z, begun if request.start is None or request.from_time else asked)
    return start, grows(z[:, -1], start) == (sign > 0)


def nearest(z: np.ndarray, point: np.ndarray) -> int:
    """Return the row that is nearest to a point, in scales."""
    return int(np.argmin(np.linalg.norm((z - point) / sizes(z), axis=1)))


def grows(values: np.ndarray, number: int) -> bool:
    """Tell whether values grow at one of them."""
    last = len(values) - 1
    slope = values[min(number + 1, last)] - values[max(number - 1, 0)]
    return bool(slope >= 0)


def user_points(
    continuation: Continuation, branch: Branch, user: Sequence[UserValue]
) -> list[tuple[SpecialPoint, bool]]:
    """Return the user points on a branch, and whether it ends at each."""
    known = {*branch.parameters, *(["period"] if branch.what == "cycles" else [])}
    return [
        (point, item.ends)
        for item in user
        if item.path in known
        for point in continuation.at(branch, item.path, item.value)
    ]
