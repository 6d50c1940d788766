"""Points that diverge."""

from __future__ import annotations

import numpy as np
import pytest

K = [0.0, 40.0, 0.1, 80.0]


def test_they_are_nan_and_listed_and_the_others_go_on(sweep, burst):
    with pytest.warns(RuntimeWarning) as caught:
        result = sweep(burst, {"p/op/k": K}, reduce=["last", "peak_frequency"])
    ended = result.ended_early
    assert [str(warning.message) for warning in caught] == [
        f"2 of 4 points ended early and are NaN: 1 (p/op/k = 40) at t = {ended[1].time:.9g}, 3 (p/op/k = 80) at "
        f"t = {ended[3].time:.9g}. The result's ended_early says why."
    ]
    assert {warning.filename for warning in caught} == {__file__.replace("test_ended_early", "conftest")}
    assert list(ended) == [1, 3]
    assert ended[1].reason.startswith("'p/op/x' became NaN or infinite at t = ")
    assert np.isnan(result["x_last"]).tolist() == [False, True, False, True]
    assert np.isnan(result["x_peak_frequency"]).tolist() == [False, True, False, True]
    assert result["x_last"][0] == 1.0
    assert result.done.all()


@pytest.mark.parametrize("order", [K, [40.0, 80.0, 0.0]])
def test_a_function_of_the_table_is_not_asked_about_them(sweep, burst, order):
    asked = []

    def end(table):
        asked.append(len(table))
        return table["x"].iloc[-1]

    with pytest.warns(RuntimeWarning, match="2 of "):
        result = sweep(burst, {"p/op/k": order}, reduce=end, memory_limit=1)
    assert asked == [10] * (len(order) - 2)
    assert np.isnan(result["end"]).tolist() == [k >= 40 for k in order]


def test_where_all_points_end_early_nothing_is_known_of_what_a_function_keeps(sweep, burst):
    with pytest.warns(RuntimeWarning, match="2 of 2 points ended early"):
        result = sweep(burst, {"p/op/k": [40.0, 80.0]}, reduce=len)
    assert result.names == ()
    assert list(result.ended_early) == [0, 1]
    assert result.table.columns.tolist() == ["p/op/k"]


def test_whoever_asks_for_it_keeps_what_is_not_finite(sweep, burst):
    result = sweep(burst, {"p/op/k": K}, reduce=["last", "std", "peak_frequency"], stop_on_nonfinite=False)
    assert not result.ended_early
    assert np.isnan(result["x_peak_frequency"]).tolist() == [False, True, False, True]
    assert not np.isfinite(result["x_last"][[1, 3]]).any()


def test_rows_of_such_points_are_nan(sweep, burst):
    with pytest.warns(RuntimeWarning, match="1 of 2"):
        result = sweep(burst, {"p/op/k": [40.0, 0.0]})
    assert np.isnan(result["x"]).tolist() == [[True] * 10, [False] * 10]
