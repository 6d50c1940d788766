"""Steps of a method of diffrax, as one function that JAX compiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from rates_core.programs.batch import Spans
from rates_core.programs.equations import Equations
from rates_core.programs.pair import Status
from rates_core.solvers.step_control import MOST_REJECTIONS, SMALLEST_STEP

from rates_jax.methods import Options, controller_of, method_of
from rates_jax.pace import room_for

AXIS = "points"  # that go on side by side


class Place(NamedTuple):
    """Where a solution has come to: all that the next steps depend on.

    Attributes:
        t: time.
        y: state.
        h: size of the next step; NaN to choose it.
        errors: inverse errors of the last two steps, which the controller looks at.
        fresh: whether no step has been taken: a row at this time has not been written.
        jumped: whether the derivative at this time is to be computed anew.
        method: what the method keeps.
    """

    t: Any
    y: Any
    h: Any
    errors: Any
    fresh: Any
    jumped: Any
    method: Any


class Road(NamedTuple):
    """What the steps of a run are told.

    Attributes:
        ends: of the pieces without a stop inside, ascending; then infinity.
        firsts: for each piece the first time at which the right-hand side is evaluated,
        lasts: and the last one.
        rtol, atol: tolerances, a number for each entry of the state.
        longest: step.
        coefficients: of the controller.
        end: of the last piece.
    """

    ends: Any
    firsts: Any
    lasts: Any
    rtol: Any
    atol: Any
    longest: Any
    coefficients: tuple[Any, Any, Any]
    end: Any


def road_of(options: Options, spans: Spans, size: int, end: float) -> Road:
    """Return the roads of problems, with a first axis for them, of length 1 where they share it.

    Args:
        options: of all.
        spans: the pieces of each, or of all.
        size: number of entries of a state.
        end: of all.
    """
    steps = options.steps
    within = np.arange(spans.end.shape[1]) < spans.count[:, None]
    form = len(spans.count), room_for(spans.end.shape[1] + 1)
    ends, firsts, lasts = (np.full(form, value) for value in (math.inf, -math.inf, math.inf))
    for bounds, given in ((ends, spans.end), (firsts, spans.first), (lasts, spans.last)):
        bounds[:, : given.shape[1]][within] = given[within]
    rtol, atol = (np.array(np.broadcast_to(value, (1, size)), dtype=float) for value in (steps.rtol, steps.atol))
    proportional, integral, derivative = (np.array([number]) for number in options.coefficients)
    longest, last = np.array([steps.max_step], dtype=float), np.array([end], dtype=float)
    return Road(ends, firsts, lasts, rtol, atol, longest, (proportional, integral, derivative), last)


class Rows(NamedTuple):
    """Rows that are wanted.

    Attributes:
        times: of some rows, ascending; then infinity.
        beyond: time of the row behind them, or infinity: a step that reaches it is not finished, but taken again with
            the next times.
    """

    times: Any
    beyond: Any


class Reached(NamedTuple):
    """Where a call has come to.

    Attributes:
        place: there.
        status: a `Status`.
        steps: that were finished.
        rows: number of rows that were passed,
        columns: and what is recorded in them, behind which values mean nothing.
    """

    place: Place
    status: Any
    steps: Any
    rows: Any
    columns: tuple[Any, ...]


class _Ongoing(NamedTuple):
    """What goes on from try to try.

    Attributes:
        piece: number of the piece.
        rejected: tries of this step that were no good.
        row: number of rows that were written.
        states: of the rows.
    """

    place: Place
    status: Array
    steps: Array
    piece: Array
    rejected: Array
    row: Array
    states: Array


class Traveller:
    """The compiled steps of one method for one program."""

    def __init__(self, equations: Equations, name: str) -> None:
        bind, precision = equations.bind, jnp.dtype(equations.precision)

        def taken(values: Any, place: Place, road: Road, rows: Rows, most: Any, axis: str | None = None) -> Reached:
            return _Steps(bind(values), precision, name, road, rows, axis).taken(place, most)

        def begun(values: Any, place: Place, road: Road) -> Any:
            return _Steps(bind(values), precision, name, road, Rows(jnp.zeros(0), 0.0)).begun(place, 0)

        self.go = jax.jit(taken)
        self.go_together = jax.jit(side_by_side(partial(taken, axis=AXIS)))
        self._begun = begun
        self._kept: dict[tuple[int, ...], Any] = {}

    def kept(self, values: Any, place: Place, road: Road) -> Any:
        """Return zeros in the form of what the method keeps."""
        return self._zeros(self._begun, values, place, road)

    def kept_together(self, values: Any, place: Place, road: Road) -> Any:
        """Return the same for points side by side."""
        return self._zeros(side_by_side(self._begun), values, place, road)

    def _zeros(self, begun: Callable[..., Any], values: Any, place: Place, road: Road) -> Any:
        size = place.y.shape
        if size not in self._kept:
            form = jax.eval_shape(begun, values, place, road)
            self._kept[size] = jax.tree.map(lambda item: jnp.zeros(item.shape, item.dtype), form)
        return self._kept[size]


def side_by_side(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of many points.

    Args:
        function: of one point; it knows the points beside it by the name `AXIS`.

    Returns:
        The same of arrays with a first axis of points, or of length 1 where all share one value.
    """

    def of_all(*given: Any) -> Any:
        points = max(map(len, jax.tree.leaves(given)))
        axes = jax.tree.map(lambda leaf: None if len(leaf) < points else 0, given)
        own = jax.tree.map(lambda leaf: leaf[0] if len(leaf) < points else leaf, given)
        return jax.vmap(function, axes, axis_name=AXIS)(*own)

    return of_all


def traveller(equations: Equations, name: str) -> Traveller:
    """Return the compiled steps of a method; they are kept with the program."""
    key = "diffrax", name
    if key not in equations.kept:
        equations.kept[key] = Traveller(equations, name)
    found: Traveller = equations.kept[key]
    return found


class _Steps:
    """The loop over steps, with everything at hand that does not change in it.

    Args:
        axis: of points that go on side by side, or None for one alone. Loops go on as long as a point does; those that
            wait for it stay as they are, which is said here, for JAX would copy all rows in each round.
    """

    def __init__(self, bound: Any, precision: Any, name: str, road: Road, rows: Rows, axis: str | None = None) -> None:
        self._derivative, self._observe = bound
        self._axis = axis
        self._precision, self._road, self._rows = precision, road, rows
        self._term = diffrax.ODETerm(self._slope)
        # without gradients; diffrax's own modes of differentiation choose this for themselves
        plain = {"scan_kind": "lax"} if issubclass(getattr(diffrax, name), diffrax.AbstractRungeKutta) else {}
        self._method: Any = method_of(name, road.rtol, road.atol, **plain)
        self._controller: Any = controller_of(road.rtol, road.atol, road.coefficients, road.longest)
        self._order = self._method.error_order(self._term)

    def _slope(self, t: Any, y: Any, bounds: Any) -> Array:
        """Return the derivative, seen from inside the piece."""
        found = self._derivative(jnp.clip(t, *bounds), y.astype(self._precision))
        return jnp.asarray(found, dtype=float)

    def taken(self, place: Place, most: Any) -> Reached:
        """Return where up to `most` steps lead."""
        piece = jnp.searchsorted(self._road.ends, place.t, side="right")
        place = place._replace(h=jnp.where(jnp.isnan(place.h), self._chosen(place, piece), place.h))
        room = len(self._rows.times)
        start = _Ongoing(
            place,
            jnp.array(Status.MORE),
            jnp.array(0),
            piece,
            jnp.array(0),
            jnp.array(0),
            jnp.zeros((room, len(place.y))),
        )
        start = self._written(start, place.t, lambda t: place.y, place.fresh)  # the row at the start

        def goes_on(state: _Ongoing) -> Any:
            return (state.status == Status.MORE) & (state.steps < most)

        def next_one(state: _Ongoing) -> _Ongoing:
            on = goes_on(state)
            after = self._tried(state, on)
            if self._axis is None:
                return after
            kept: _Ongoing = _chosen_of(on, after, state)
            return kept._replace(states=after.states)

        end = jax.lax.while_loop(lambda state: self._any(goes_on(state)), next_one, start)
        status = jnp.where(end.status == _FULL, Status.MORE, end.status)
        times = jnp.where(jnp.arange(room) < end.row, self._rows.times, place.t)
        columns = jax.vmap(lambda t, y: self._observe(t, y.astype(self._precision)))(times, end.states)
        place = jax.tree.map(lambda item: jnp.asarray(item, item.dtype), end.place)  # of no weak type: compile once
        return Reached(place, status, end.steps, end.row, columns)

    def _any(self, condition: Any) -> Any:
        """Return whether something is so at this point, or at one beside it."""
        if self._axis is None:
            return condition
        return jax.lax.pmax(condition.astype(int), self._axis) > 0  # type: ignore[no-untyped-call]

    def _bounds(self, piece: Any) -> tuple[Any, Any]:
        return self._road.firsts[piece], self._road.lasts[piece]

    def _chosen(self, place: Place, piece: Any) -> Any:
        """Return the first step of a run."""
        first, _ = self._controller.init(
            self._term, place.t, self._road.end, place.y, None, self._bounds(piece), self._method.func, self._order
        )
        return first - place.t

    def begun(self, place: Place, piece: Any) -> Any:
        """Return what a method keeps, at its start."""
        return self._method.init(self._term, place.t, place.t + place.h, place.y, self._bounds(piece))

    def _begun_anew(self, kept: Any, t: Any, y: Any, bounds: Any, jumped: Any) -> Any:
        """Return what a method keeps, with the derivative computed anew where it jumped.

        Asked to do so, diffrax would do it at all points as soon as one asks, and an implicit method's last stage is
        not quite the derivative: points would depend on those beside them.
        """
        if kept is None:
            return None
        first, slope = kept
        found = jax.lax.cond(
            self._any(jumped), lambda: jnp.where(jumped, self._slope(t, y, bounds), slope), lambda: slope
        )
        return jnp.zeros_like(first), found

    def _written(self, state: _Ongoing, end: Any, solution: Callable[[Any], Any], allowed: Any) -> _Ongoing:
        """Return the state with rows up to a time."""
        times = self._rows.times

        def more(written: tuple[Any, Any]) -> Any:
            row, _ = written
            return allowed & (row < len(times)) & (times[jnp.minimum(row, len(times) - 1)] <= end)

        def next_one(written: tuple[Any, Any]) -> tuple[Any, Any]:
            row, states = written
            wanted = more(written)
            place = row if self._axis is None else jnp.where(wanted, row, len(times))  # which is nowhere
            return row + wanted, states.at[place].set(solution(times[row]), mode="drop")

        row, states = jax.lax.while_loop(lambda written: self._any(more(written)), next_one, (state.row, state.states))
        return state._replace(row=row, states=states)

    def _tried(self, state: _Ongoing, on: Any) -> _Ongoing:
        """Return what there is after one try of a step; where a point is not on, only its rows are right."""
        (t, y, h, errors, fresh, jumped, method), bounds = state.place, self._bounds(state.piece)
        limit = self._road.ends[state.piece]
        # behind its errors a controller keeps what is of a shortest step, of which there is none here
        _, (_, _, *unused) = self._controller.init(self._term, t, limit, y, h, bounds, self._method.func, self._order)
        end = jnp.where(t + h * (1 + 1e-9) >= limit, limit, t + h)
        begun = self._begun_anew(method, t, y, bounds, jumped & on)
        new, error, dense, kept, result = self._method.step(self._term, t, end, y, bounds, begun, False)
        defined = jnp.isfinite(new).all() & jnp.isfinite(error).all()
        good = defined & (result == diffrax.RESULTS.successful)
        keep, begin, aim, _, errors, _ = self._controller.adapt_step_size(
            t, end, y, jnp.where(good, new, y), None, jnp.where(good, error, jnp.inf), self._order, (*errors, *unused)
        )
        solution = partial(_inside, end, new, self._method.interpolation_cls(t0=t, t1=end, **dense))
        state = self._written(state, end, solution, keep & on)
        full = keep & (self._rows.beyond <= end)
        done, closes = keep & ~full, end == limit
        # a step that a stop cut short says little about the next one
        ahead = jnp.where(keep & closes, jnp.maximum(h, aim - begin), aim - begin)
        place = Place(
            jnp.where(done, end, t), jnp.where(done, new, y), jnp.where(full, h, ahead),
            _chosen_of(~full, errors[:2], state.place.errors), fresh & ~done, jnp.where(done, closes, jumped),
            _chosen_of(done, kept, method),
        )  # fmt: skip
        rejected = jnp.where(keep, 0, state.rejected + 1)
        least = SMALLEST_STEP * (jnp.nextafter(jnp.abs(t), jnp.inf) - jnp.abs(t))
        lost = ~keep & (~(ahead >= least) | (rejected > MOST_REJECTIONS))
        status = jnp.where(
            full, _FULL, jnp.where(lost, jnp.where(defined, Status.TOO_SMALL, Status.UNDEFINED), Status.MORE)
        )
        status = jnp.where(done & (end >= self._road.end), Status.DONE, status)
        return state._replace(
            place=place, status=status, steps=state.steps + done, piece=state.piece + (done & closes), rejected=rejected
        )


_FULL = -1  # there is no room for the rows of a step


def _inside(end: Any, new: Any, interpolant: Any, time: Any) -> Any:
    """Return the state at a time within a step, or exactly at its end."""
    return jnp.where(time == end, new, interpolant.evaluate(time))


def _chosen_of(condition: Any, one: Any, other: Any) -> Any:
    """Return one tree of arrays or another."""
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), one, other)
