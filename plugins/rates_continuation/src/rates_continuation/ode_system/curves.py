"""Curves of special points in two parameters."""

from __future__ import annotations

import numpy as np
from rates_core.errors import ArgumentError

from rates_continuation.continuation import Continuation
from rates_continuation.ode_system.equilibria import grows
from rates_continuation.ode_system.labelling import in_order, rows_of
from rates_continuation.ode_system.request import Computed, Request, width
from rates_continuation.special import SpecialPoint

OTHER = {"LP": "HB", "HB": "LP"}  # the curves that meet at BT and ZH points


def curve(request: Request, kind: str | None = None) -> Computed:
    """Return the curve of special points through a start.

    Args:
        request: with a special point as its start.
        kind: `LP` or `HB`, where curves of both pass; the other one than that of the origin if None.

    Raises:
        ArgumentError: there is no special point to start from, or no such curve passes it.
    """
    point, (first, second) = _point(request), _both(request)
    field = request.model.get_vector_field([first, second], request.others)
    own_values = zip((first, second), field.p.tolist(), strict=True)
    at = {path: point.values.get(path, request.at(path, own)) for path, own in own_values}
    bounds = {path: request.settings.bounds(path, value) for path, value in at.items()}
    length = max(map(width, bounds.values()))
    on_curve = request.origin is not None and request.origin.what == "curve"
    if kind is None and point.kind in ("BT", "ZH") and request.origin is not None:
        kind = OTHER[request.origin.kind]
    own = next(iter(point.values))
    others = {**request.others, **{path: at[path] for path in at if path != own}}
    branch = Continuation(request.model, others if not on_curve else request.others).curve(
        point,
        None if on_curve else first if own == second else second,
        bounds=bounds,
        kind=kind,
        max_points=request.settings.most,
        max_step=request.largest_step(length),
    )
    rows = rows_of(branch, request.others, frozenset(), [])
    p = np.array([[row.solution.parameters[path] for path in at] for row in rows])
    start = int(np.argmin(np.linalg.norm((p - list(at.values())) / [width(item) for item in bounds.values()], axis=1)))
    forwards = grows(p[:, 0], start) == (request.settings.sign > 0)
    ordered = in_order(rows, branch.ended, start, forwards, request.both, request.settings)
    return Computed("curve", branch.parameters, ordered, branch, branch.kind)


def _both(request: Request) -> tuple[str, str]:
    free = request.settings.free
    if len(free) != 2:
        raise ArgumentError(
            f"ISW=2 follows special points in two parameters; ICP names {len(free)} of them. Name both: "
            "ICP=[one, other]."
        )
    return free[0], free[1]


def _point(request: Request) -> SpecialPoint:
    start = request.start
    if start is None or start.special is None or start.special.kind == "UZ":
        label = "none" if start is None else f"one with the label {start.label}"
        raise ArgumentError(
            "A curve in two parameters starts from a special point, such as starting_point='LP1'; the starting point "
            f"is {label}. Special points from a file have to be found again."
        )
    known = [path for path in start.special.values if path in request.settings.free]
    if not known:
        raise ArgumentError(
            f"One of both parameters must be that in which the special point was found, "
            f"'{next(iter(start.special.values))}'; ICP names {' and '.join(request.settings.free)}."
        )
    return start.special
