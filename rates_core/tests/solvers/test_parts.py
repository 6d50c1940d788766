"""Accepted steps become parts with the rows that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from rates_core.errors import SimulationError
from rates_core.solvers.driver import Problem
from rates_core.solvers.parts import STEPS, Parts


def problem(times: list[float], accept: Callable[..., None] | None = None) -> Problem:
    settings: dict[str, Any] = {"options": {}, "derivative": lambda t, y: y, "stops": ()}
    return Problem(start=0.0, end=100.0, y=np.zeros(1), times=times, accept=accept, **settings)


def line(t: float) -> np.ndarray:
    return np.array([t])


def unneeded() -> Callable[[float], np.ndarray]:
    raise AssertionError("no interpolant is needed")


def stepping(parts: Parts, count: int, h: float = 1.0, interpolant: Callable[..., Any] = lambda: line) -> Iterator[str]:
    for number in range(count):
        parts.step(number * h, (number + 1) * h, line((number + 1) * h), interpolant)
        yield f"controller {number}"


def test_rows_are_the_start_what_lies_between_and_the_ends_of_steps():
    parts = Parts(problem([0.0, 0.25, 1.0, 1.5]))
    (part,) = parts.gather(stepping(parts, 2))
    assert [state[0] for state in part.states] == [0.0, 0.25, 1.0, 1.5]
    assert (part.time, part.y[0], part.controller) == (2.0, 2.0, "controller 1")


def test_no_interpolant_is_made_where_no_row_and_no_delay_needs_one():
    parts = Parts(problem([0.0, 1.0, 2.0]))
    (part,) = parts.gather(stepping(parts, 2, interpolant=unneeded))
    assert [state[0] for state in part.states] == [0.0, 1.0, 2.0]


def test_a_part_has_at_most_so_many_steps():
    parts = Parts(problem([float(t) for t in range(300)]))
    found = list(parts.gather(stepping(parts, 250, interpolant=unneeded)))
    assert [part.time for part in found] == [STEPS, 2 * STEPS, 250]
    assert sum(len(part.states) for part in found) == 251


def test_with_delays_every_step_is_told_once_and_rows_are_handed_out_at_once():
    told: list[tuple[float, float]] = []
    parts = Parts(problem([0.5, 2.5], lambda start, end, interpolant: told.append((start, end))))
    found = list(parts.gather(stepping(parts, 4)))
    assert told == [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0)]
    assert [part.time for part in found] == [1.0, 3.0, 4.0]
    assert [len(part.states) for part in found] == [1, 1, 0]


@pytest.mark.parametrize("error", [SimulationError("failed", 2.0), KeyboardInterrupt()])
def test_what_was_done_before_an_error_is_handed_out_before_it(error):
    parts = Parts(problem([0.5, 1.5]))

    def failing() -> Iterator[str]:
        yield from stepping(parts, 2)
        raise error

    gathered = parts.gather(failing())
    part = next(gathered)
    assert [state[0] for state in part.states] == [0.5, 1.5]
    with pytest.raises(type(error)):
        next(gathered)
