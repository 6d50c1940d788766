"""Where steps end at events, whose margins and conditions may differ by rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from attrs import field, frozen
from rates_core.solvers.events import Ended, Events, ended

Condition = Callable[[float], bool]


@frozen(eq=False)
class OneCondition(Events):
    """A condition of time beside a state that follows it; where it happens the state is 10 more."""

    condition: Condition
    margin: Callable[[np.ndarray], np.ndarray]
    held: np.ndarray = field(factory=lambda: np.array([1]))

    def conditions(self, t: float, y: np.ndarray) -> np.ndarray:
        return np.array([self.condition(t)])

    def margins(self, times: np.ndarray, states: np.ndarray) -> np.ndarray:
        assert states.shape == (2, len(times))
        return self.margin(times)[None]

    def happen(self, t: float, y: np.ndarray) -> np.ndarray:
        assert y[1] == 0.0  # what happens did not hold
        return np.array([y[0] + 10.0, 1.0])

    def is_due(self, t: float) -> bool:
        return False

    def stops(self, t: float) -> Sequence[float]:
        return ()


def line(t: float | np.ndarray) -> np.ndarray:
    return np.array([t, 0.0 * t])


def end_of_step(condition: Condition, margin: Callable[[np.ndarray], np.ndarray], held: float = 0.0) -> Ended:
    before = Ended(0.0, np.array([0.0, held]))
    return ended(OneCondition(condition, margin), before, 1.0, np.array([1.0, held]), lambda: line)


@pytest.mark.parametrize("off", [0.0, -1e-15, 1e-15, -1e-9, 1e-9])
def test_an_event_is_where_the_condition_says_even_if_its_margin_is_off(off: float) -> None:
    found = end_of_step(lambda t: t >= 0.7, lambda times: times - 0.7 + off)
    assert found.happened
    assert 0.7 <= found.time <= 0.7 + 2e-12
    assert found.y.tolist() == [found.time + 10.0, 1.0]


def test_a_condition_that_holds_at_the_end_alone_happens_there_whatever_its_margin_is() -> None:
    found = end_of_step(lambda t: t >= 1.0, lambda times: times - 1.0 - 1e-15)
    assert found.happened
    assert found.time == 1.0


def test_a_margin_alone_sets_off_nothing() -> None:
    found = end_of_step(lambda t: False, lambda times: times - 1.0 + 1e-15)
    assert not found.happened
    assert (found.time, found.y.tolist()) == (1.0, [1.0, 0.0])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_held_at_the_start_and_holds_all_the_time_does_not_happen(sign: float) -> None:
    found = end_of_step(lambda t: True, lambda times: np.full(len(times), sign * 1e-16), held=1.0)
    assert not found.happened
    assert found.y.tolist() == [1.0, 1.0]


def test_a_condition_that_ceased_is_noted() -> None:
    found = end_of_step(lambda t: t < 0.3, lambda times: 0.3 - times, held=1.0)
    assert not found.happened
    assert found.y.tolist() == [1.0, 0.0]


def test_conditions_without_margins_are_found_by_halves() -> None:
    found = end_of_step(lambda t: 0.31 < t < 0.62, lambda times: np.where((times > 0.31) & (times < 0.62), 1.0, -1.0))
    assert found.happened
    assert 0.31 < found.time <= 0.31 + 2e-12
