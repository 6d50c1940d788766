"""Run a circuit: compile it and run it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rates_core.simulation.compile import compile_model

if TYPE_CHECKING:
    import pandas as pd

    from rates_core.templates.circuit import CircuitTemplate


def run(
    circuit: CircuitTemplate,
    simulation_time: float,
    step_size: float,
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | Iterable[str] | None = None,
    sampling_step_size: float | None = None,
    cutoff: float = 0.0,
    solver: str = "euler",
    backend: str | None = None,
    vectorize: bool = True,
    verbose: bool = True,
    float_precision: str = "float64",
    method: str | None = None,
    history: Any = None,
    state: Any = None,
    seed: int | None = None,
    stop_on_nonfinite: bool = True,
    **options: Any,
) -> pd.DataFrame:
    """Run a circuit; see `CircuitTemplate.run`."""
    model = compile_model(
        circuit,
        backend=backend,
        solver=solver,
        simulation_time=simulation_time,
        step_size=step_size,
        outputs=outputs,
        inputs=inputs,
        sampling_step_size=sampling_step_size,
        cutoff=cutoff,
        vectorize=vectorize,
        float_precision=float_precision,
        method=method,
        **options,
    )
    return model.run(history=history, state=state, seed=seed, verbose=verbose, stop_on_nonfinite=stop_on_nonfinite)
