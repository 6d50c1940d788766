"""What is said of the time before the start is checked before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError
from rates_core.simulation.histories import checked_history

NEEDED = "Give a number, an array or a function of t."


@pytest.mark.parametrize("history", [None, 1, 0.5, 1j, np.ones(3), [1.0, 2.0], np.cos, {"p/o/x": 1.0, "p/o/y": np.sin}])
def test_values_functions_and_mappings_of_them_are_taken(history: Any) -> None:
    checked_history(history)


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ("a", f"history: A number is needed, not 'a'. {NEEDED}"),
        ({"p/o/x": None}, f"history of 'p/o/x': A number is needed, not None. {NEEDED}"),
        (float("nan"), f"history: NaN is not a number. {NEEDED}"),
        (lambda t: None, "history gives None at t = 0; it must give numbers."),
        ({"p/o/x": lambda t: "a"}, "history of 'p/o/x' gives 'a' at t = 0; it must give numbers."),
    ],
)
def test_anything_else_is_refused(history: Any, text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        checked_history(history)
    assert str(caught.value) == text


def test_a_run_checks_its_history(circuit: Any) -> None:
    with pytest.raises(ArgumentError, match="history: A number is needed, not 'a'"):
        circuit("x' = -past(x, 1.0)", x="output(1.0)").run(1.0, 0.1, history="a", verbose=False)
