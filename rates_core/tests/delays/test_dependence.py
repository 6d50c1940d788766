"""What the value of a variable at an instant depends on."""

from __future__ import annotations

import pytest
from rates_core.delays.dependence import Dependence, check_no_draws, circles
from rates_core.errors import UnsupportedFeatureError


def test_what_is_in_a_circle_or_between_two_is_left():
    needs = {"a": {"b", "source"}, "b": {"a"}, "between": {"a"}, "c": {"between", "d"}, "d": {"c"}, "before": {"c"}}
    needs |= {"free": set(), "source": set()}
    assert circles(needs) == {"a", "b", "between", "c", "d"}
    assert circles({"alone": {"alone"}, "other": {"alone"}}) == {"alone"}
    assert circles({"one": {"two"}, "two": set()}) == set()


def test_delayed_reads_are_found_through_other_variables(system):
    built = system(
        ["x' = past(z, 1) + past(w, 1)", "z = 2*y", "y = past(x, 2) + x", "w = past(z, 1)"],
        x="variable(0.0)", y="variable", z="variable", w="variable",
    )  # fmt: skip
    dependence = Dependence(built)
    slots = [read.slot for read in built.reads]
    assert sorted(dependence.computed) == ["n0/op/w", "n0/op/z"]
    assert [slots[number] for number in dependence.needed_reads["n0/op/z"]] == ["n0/op/x"]
    assert [slots[number] for number in dependence.needed_reads["n0/op/w"]] == ["n0/op/z"]
    assert dependence.recurrent == set()


def test_a_variable_that_needs_its_own_past_through_another_one_is_recurrent(system):
    built = system(
        ["z = past(w, 1)", "w = 2*past(z, 1)", "x' = past(z, 2) + past(v, 1)", "v = past(x, 1)"],
        x="variable(0.0)", z="variable", w="variable", v="variable",
    )  # fmt: skip
    assert Dependence(built).recurrent == {"n0/op/z", "n0/op/w"}


def test_thousands_of_delayed_variables_are_no_matter(system):
    # each is read by the next one: what grows with the square of their number would take minutes
    edges = [(k, "z", k + 1, {"delay": 1.0}) for k in range(2999)]
    built = system(["z = u + 1", "x' = z"], 3000, edges, vectorize=False, x="variable(0.0)", z="output", u="input(0.0)")
    assert Dependence(built).recurrent == set()


def test_delayed_random_numbers_are_refused(system):
    check_no_draws(system(["x' = past(x, 1) + randn()"], x="variable(0.0)"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        check_no_draws(system(["x' = past(z, 1)", "z = 2*w", "w = x + randn()"], x="variable(0.0)", z="variable",
                              w="variable"))  # fmt: skip
    assert str(caught.value) == (
        "'n0/op/z' is read with a delay and depends on random numbers at the same instant. "
        "Delay a state instead, or add the noise where the delayed value is used."
    )
