"""What a user says of the past, by variable and unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.delays.delayed import delayed_variables
from rates_core.delays.said import said_of
from rates_core.errors import ArgumentError, UnknownNameError

CIRCLE = [(k, "x", (k + 1) % 9, {"delay": 1.0}) for k in range(9)]
STATE = {"x": "output(0.5)", "u": "input(0.0)"}


def past(system: Any, history: Any, name: str, t: float = -0.5, others: Any = 7.0) -> Any:
    return said_of(system, history, delayed_variables(system), 0.0)[name].at(t, others)


@pytest.mark.parametrize("vectorize", [True, False])
def test_values_are_dealt_out_to_the_units_that_a_path_names(system, vectorize):
    built = system("x' = u", 9, CIRCLE, vectorize, **STATE)
    history = {"all/op/x": np.arange(9.0), "n3/op/x": lambda t: 10 * t, "n4/op/x": 4.5}
    wanted = [0.0, 1.0, 2.0, -5.0, 4.5, 5.0, 6.0, 7.0, 8.0]
    if vectorize:
        assert past(built, history, "[n0...n8]/op/x").tolist() == wanted
    else:
        assert [past(built, history, f"n{k}/op/x") for k in range(9)] == wanted


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize(
    ("history", "text"),
    [
        (
            {"all/op/x": [1.0, 2.0]},
            "history of 'all/op/x' takes one number or one for each of 9 units that it names; its shape is (2,).",
        ),
        (
            {"all/op/x": lambda t: [1.0, 2.0]},
            "history of 'all/op/x' takes one number or one for each of 9 units that it names; its function gives the "
            "shape (2,) at t = 0.",
        ),
        ({"all/op/x": 1j}, "history of 'all/op/x' takes real numbers; its value is 1j."),
        (
            {"all/op/x": lambda t: 2.0 + 5j},
            "history of 'all/op/x' takes real numbers; its function gives (2+5j) at t = 0.",
        ),
        (
            {"all/op/x": lambda t: 1 / t},
            "history of 'all/op/x': its function raises ZeroDivisionError at t = 0: float division by zero",
        ),
    ],
)
def test_what_does_not_fit_is_refused_however_nodes_are_grouped(system, vectorize, history, text):
    built = system("x' = u", 9, CIRCLE, vectorize, **STATE)
    with pytest.raises(ArgumentError) as caught:
        said_of(built, history, delayed_variables(built), 0.0)
    assert str(caught.value) == text


@pytest.mark.parametrize(("count", "first"), [(2, "n0/op/x: (), n1/op/x: ()"), (9, "[n0...n8]/op/x: ()")])
def test_an_array_for_all_variables_has_the_shape_that_the_user_gave_them(system, count, first):
    edges = [(k, "x", (k + 1) % count, {"delay": 1.0}) for k in range(count)]
    built = system("x' = u", count, edges, **STATE)
    with pytest.raises(ArgumentError) as caught:
        said_of(built, np.arange(float(count)), delayed_variables(built), 0.0)
    assert str(caught.value) == (
        f"history has shape ({count},), but the delayed variables have shapes {first}. Give a dict by path."
    )
    vector = system("x' = past(x, 1)", x="variable(0.0,3)")
    assert past(vector, [1.0, 2.0, 3.0], "n0/op/x").tolist() == [1.0, 2.0, 3.0]


def test_a_path_has_to_name_something_that_is_read_late(system):
    built = system("x' = u", 9, CIRCLE[:2], vectorize=False, **STATE)
    delayed = delayed_variables(built)
    assert set(said_of(built, {"all/op/x": 1.0, "n1/op/x": 2.0}, delayed, 0.0)) == {"n0/op/x", "n1/op/x"}
    with pytest.raises(UnknownNameError) as caught:
        said_of(built, {"n5/op/x": 2.0}, delayed, 0.0)
    assert str(caught.value) == (
        "history names 'n5/op/x', which nothing reads with a delay. Did you mean 'n1/op/x'? "
        "Delayed variables: n0/op/x, n1/op/x."
    )
    together = system("x' = u", 9, CIRCLE, **STATE)
    with pytest.raises(UnknownNameError) as caught:
        said_of(together, {"n5/op/u": 2.0}, delayed_variables(together), 0.0)
    assert str(caught.value) == (
        "history names 'n5/op/u', which nothing reads with a delay. Did you mean 'n5/op/x'? "
        "Delayed variables: n0/op/x, n1/op/x, n2/op/x, n3/op/x, n4/op/x, n5/op/x, n6/op/x, n7/op/x, n8/op/x."
    )


def test_units_of_an_input_that_nothing_feeds_are_constants(system):
    edges = [(0, "x", 1, {"weight": 2.0})]
    built = system("x' = past(u, 1)", 9, edges, x="output(0.5)", u="input(0.25)")
    found = said_of(built, {"all/op/u": 3.0}, delayed_variables(built), 0.0)["[n0...n8]/op/u"]
    assert found.at(-1.0, 0.25).tolist() == [0.25, 3.0, *[0.25] * 7]
