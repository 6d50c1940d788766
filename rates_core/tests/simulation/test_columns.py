"""A driver that records by itself, and one that works with other backends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from rates_core.errors import NonFiniteError, UnsupportedFeatureError
from rates_core.solvers.driver import Driver, Problem, Progress
from rates_core.testing.injection import InjectedSolver

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, SolverSpec


class Exact(Driver):
    """Solve x' = 1 and z = 1/(1 - x), which are recorded, in two parts."""

    def integrate(self, problem: Problem) -> Iterator[Progress]:
        assert problem.equations is None  # NumPy's is no library that brings solvers
        times = np.asarray(problem.times)
        middle = len(times) // 2
        for end, some in ((times[middle], times[:middle]), (problem.end, times[middle:])):
            with np.errstate(all="ignore"):
                columns = some + 0.0, 1.0 / (1.0 - some)
            yield Progress(float(end), np.array([end]), (), None, columns)


def run(end: float, spec: SolverSpec | None = None, **settings: Any) -> Any:
    equations, variables = ["x' = 1.0", "z = 1/(1 - x)"], {"x": "output(0.0)", "z": "variable(0.0)"}
    node = NodeTemplate("node", [OperatorTemplate("op", equations, variables)])
    solver = spec or InjectedSolver(
        "exact", "a:b", summary="exact", kind="driver", order=None, adaptive=True, made=Exact
    )
    outputs = {"x": "p/op/x", "z": "p/op/z"}
    return CircuitTemplate("c", {"p": node}).run(
        end, 0.25, solver=solver, backend="numpy", outputs=outputs, verbose=False, **settings
    )


def test_columns_of_the_parts_of_a_driver_are_the_rows() -> None:
    frame = run(0.75)
    np.testing.assert_array_equal(frame["x"], [0.0, 0.25, 0.5])
    np.testing.assert_array_equal(frame["z"], [1.0, 1 / 0.75, 2.0])
    assert frame.attrs["state"].state.carry.time == 0.75


def test_a_computed_variable_that_becomes_infinite_in_a_column_ends_the_run_there() -> None:
    with pytest.raises(NonFiniteError) as caught:
        run(2.0)
    assert str(caught.value).startswith("'p/op/z' became NaN or infinite at t = 1.")
    assert caught.value.result is not None
    np.testing.assert_array_equal(caught.value.result["x"], [0.0, 0.25, 0.5, 0.75])
    assert np.isinf(run(2.0, stop_on_nonfinite=False)["z"].iloc[4])


def test_a_solver_of_other_backends_is_refused_before_it_is_imported() -> None:
    elsewhere = SolverSpec(
        "other", "missing_library:Driver", summary="", kind="driver", order=None, adaptive=True,
        backends=("jax", "torch"),
    )  # fmt: skip
    with pytest.raises(UnsupportedFeatureError) as caught:
        run(1.0, elsewhere)
    assert str(caught.value) == (
        "The solver 'other' does not work with the backend 'numpy'. Give backend='jax' or 'torch'."
    )
