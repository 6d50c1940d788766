"""Steps of a method of diffrax, as one function that JAX compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from rates_core.programs.equations import Equations
from rates_core.programs.pair import Status

from rates_jax.methods import controller_of, method_of

LEAST = 10  # spacings of floating-point numbers: no step is shorter
MOST_REJECTIONS = 200  # of one step


class Place(NamedTuple):
    """Where a solution has come to: all that the next steps depend on.

    Attributes:
        t: time.
        y: state.
        h: size of the next step; NaN to choose it.
        errors: inverse errors of the last two steps, which the controller looks at.
        fresh: whether no step has been taken: a row at this time has not been written, and `method` says nothing.
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

        def steps(values: Any, road: Road, rows: Rows) -> _Steps:
            return _Steps(bind(values), precision, name, road, rows)

        self.go = jax.jit(lambda values, place, road, rows, most: steps(values, road, rows).taken(place, most))
        self._begun = lambda values, place, road: steps(values, road, Rows(jnp.zeros(0), 0.0)).begun(place, 0)
        self._kept: dict[int, Any] = {}

    def kept(self, values: Any, place: Place, road: Road) -> Any:
        """Return zeros in the form of what the method keeps."""
        size = len(place.y)
        if size not in self._kept:
            form = jax.eval_shape(self._begun, values, place, road)
            self._kept[size] = jax.tree.map(lambda item: np.zeros(item.shape, item.dtype), form)
        return self._kept[size]


def traveller(equations: Equations, name: str) -> Traveller:
    """Return the compiled steps of a method; they are kept with the program."""
    key = "diffrax", name
    if key not in equations.kept:
        equations.kept[key] = Traveller(equations, name)
    found: Traveller = equations.kept[key]
    return found


class _Steps:
    """The loop over steps, with everything at hand that does not change in it."""

    def __init__(self, bound: Any, precision: Any, name: str, road: Road, rows: Rows) -> None:
        self._derivative, self._observe = bound
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
        place = place._replace(method=_chosen_of(place.fresh, self.begun(place, piece), place.method))
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

        end = jax.lax.while_loop(goes_on, self._tried, start)
        status = jnp.where(end.status == _FULL, Status.MORE, end.status)
        times = jnp.where(jnp.arange(room) < end.row, self._rows.times, place.t)
        columns = jax.vmap(lambda t, y: self._observe(t, y.astype(self._precision)))(times, end.states)
        place = jax.tree.map(lambda item: jnp.asarray(item, item.dtype), end.place)  # of no weak type: compile once
        return Reached(place, status, end.steps, end.row, columns)

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

    def _written(self, state: _Ongoing, end: Any, solution: Callable[[Any], Any], allowed: Any) -> _Ongoing:
        """Return the state with rows up to a time."""
        times = self._rows.times

        def more(written: tuple[Any, Any]) -> Any:
            row, _ = written
            return allowed & (row < len(times)) & (times[jnp.minimum(row, len(times) - 1)] <= end)

        def next_one(written: tuple[Any, Any]) -> tuple[Any, Any]:
            row, states = written
            return row + 1, states.at[row].set(solution(times[row]))

        row, states = jax.lax.while_loop(more, next_one, (state.row, state.states))
        return state._replace(row=row, states=states)

    def _tried(self, state: _Ongoing) -> _Ongoing:
        """Return what there is after one try of a step."""
        (t, y, h, errors, fresh, jumped, method), bounds = state.place, self._bounds(state.piece)
        limit = self._road.ends[state.piece]
        # behind its errors a controller keeps what is of a shortest step, of which there is none here
        _, (_, _, *unused) = self._controller.init(self._term, t, limit, y, h, bounds, self._method.func, self._order)
        end = jnp.where(t + h * (1 + 1e-9) >= limit, limit, t + h)
        new, error, dense, kept, result = self._method.step(self._term, t, end, y, bounds, method, jumped)
        defined = jnp.isfinite(new).all() & jnp.isfinite(error).all()
        good = defined & (result == diffrax.RESULTS.successful)
        keep, begin, aim, _, errors, _ = self._controller.adapt_step_size(
            t, end, y, jnp.where(good, new, y), None, jnp.where(good, error, jnp.inf), self._order, (*errors, *unused)
        )
        inside = self._method.interpolation_cls(t0=t, t1=end, **dense)
        state = self._written(state, end, lambda time: jnp.where(time == end, new, inside.evaluate(time)), keep)
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
        least = LEAST * (jnp.nextafter(jnp.abs(t), jnp.inf) - jnp.abs(t))
        lost = ~keep & (~(ahead >= least) | (rejected > MOST_REJECTIONS))
        status = jnp.where(
            full, _FULL, jnp.where(lost, jnp.where(defined, Status.TOO_SMALL, Status.UNDEFINED), Status.MORE)
        )
        status = jnp.where(done & (end >= self._road.end), Status.DONE, status)
        return state._replace(
            place=place, status=status, steps=state.steps + done, piece=state.piece + (done & closes), rejected=rejected
        )


_FULL = -1  # there is no room for the rows of a step


def _chosen_of(condition: Any, one: Any, other: Any) -> Any:
    """Return one tree of arrays or another."""
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), one, other)
