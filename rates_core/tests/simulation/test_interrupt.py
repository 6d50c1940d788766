"""A run that is interrupted hands over what it has."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import rates_numpy.kernel


@pytest.mark.parametrize("solver", ["euler", "scipy"])
def test_an_interrupted_run_keeps_what_it_recorded(circuit: Any, monkeypatch: pytest.MonkeyPatch, solver: str) -> None:
    calls: list[int] = []

    def interrupted(function: Any, after: int) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(1)
            if len(calls) > after:
                raise KeyboardInterrupt
            return function(*arguments)

        return call

    model = circuit("x' = -x + sin(20*t)", x="output(1.0)").compile(
        step_size=1e-3, solver=solver, outputs={"x": "p/op/x"}
    )
    whole = model.run(simulation_time=4.0)
    kernel = rates_numpy.kernel.NumpyKernel
    # the first chunk has 500 steps; an adaptive step takes six evaluations
    name, after = ("loop", 1) if solver == "euler" else ("rhs", 300)
    monkeypatch.setattr(kernel, name, interrupted(getattr(kernel, name), after))
    with pytest.raises(KeyboardInterrupt) as caught:
        model.run(simulation_time=4.0)
    result = caught.value.result  # type: ignore[attr-defined]
    assert isinstance(result, pd.DataFrame)
    assert 0 < len(result) < len(whole)
    pd.testing.assert_frame_equal(result, whole.iloc[: len(result)], check_flags=False)
