"""Calls of what runs a circuit or makes functions of it that work, with every argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rates_core import CircuitTemplate, clear, grid_search, integrate, sweeps

from .models import call, circuit, node, of_circuit


def compiled(name: str) -> Callable[[], Callable[..., Any]]:
    """Return what makes a method of a compiled circuit."""
    settings = {"step_size": 0.2, "simulation_time": 0.4, "outputs": {"x": "p/op/x"}, "backend": "numpy"}
    return lambda: getattr(circuit().compile(**settings), name)


MODEL_ARGUMENTS = {
    "step_size": 0.2,
    "inputs": {"p/op/u": np.zeros(2)},
    "outputs": {"x": "p/op/x"},
    "solver": "euler",
    "backend": "numpy",
    "vectorize": True,
    "float_precision": "float64",
    "method": None,
}


RUN = {
    **MODEL_ARGUMENTS,
    "simulation_time": 0.4,
    "sampling_step_size": 0.2,
    "cutoff": 0.0,
    "verbose": False,
    "clear": True,
    "in_place": True,
    "history": 0.0,
    "state": None,
    "seed": 1,
    "delay_approximation": None,
    "projections": None,
}


RUN_COMPILED = {
    "simulation_time": 0.4,
    "sampling_step_size": 0.2,
    "cutoff": 0.0,
    "inputs": None,
    "history": None,
    "seed": 1,
    "stop_on_nonfinite": True,
}


FUNCTION = {
    "func_name": "f",
    "step_size": 0.1,
    "file_name": None,
    "inputs": None,
    "backend": "numpy",
    "solver": "euler",
    "adaptive": False,
    "vectorize": True,
    "float_precision": "float64",
    "decorator": None,
    "decorator_kwargs": None,
    "auto": False,
    "clear": False,
    "in_place": True,
}


SWEEP = {
    "parameters": {"p/op/tau": [1.0, 2.0]},
    "simulation_time": 0.4,
    "step_size": 0.2,
    "outputs": {"x": "p/op/x"},
    "inputs": None,
    "reduce": "mean",
    "paths": None,
    "save": None,
    "resume": False,
    "executor": "serial",
    "memory_limit": None,
    "verbose": False,
    "history": 0.0,
    "seed": 1,
    "state": None,
}


RUNS = {
    "CircuitTemplate.run": call(of_circuit("run"), **RUN),
    "CircuitTemplate.run, accepted steps": call(
        of_circuit("run"),
        simulation_time=0.4,
        step_size=0.2,
        backend="numpy",
        solver="scipy",
        method="RK45",
        rtol=0.001,
        atol=0.001,
        max_step=0.1,
        first_step=0.1,
        history=0.0,
        inputs=None,
        verbose=False,
    ),
    "CircuitTemplate.compile": call(
        of_circuit("compile"), **MODEL_ARGUMENTS, simulation_time=0.4, sampling_step_size=0.2, cutoff=0.0
    ),
    "CompiledModel.run": call(compiled("run"), **RUN_COMPILED, verbose=False, state=None, parameters={}, initial={}),
    "CompiledModel.run_many": call(
        lambda: lambda **arguments: list(compiled("run_many")()(**arguments)),
        **RUN_COMPILED,
        points=[{"p/op/tau": 1.0}],
        at_once=1,
    ),
    "CircuitTemplate.jacobian": call(of_circuit("jacobian"), by="states", paths=None, vectorize=True),
    "CircuitTemplate.get_vector_field": call(
        lambda: CircuitTemplate("one", {"p": node()}).get_vector_field,
        free=["p/op/tau"],
        parameters={},
        backend="numpy",
        vectorize=True,
        delays=None,
    ),
    "CircuitTemplate.get_run_func": call(of_circuit("get_run_func"), **FUNCTION),
    "CircuitTemplate.get_jacobian_func": call(of_circuit("get_jacobian_func"), **FUNCTION, sparse=False),
    "integrate": call(lambda: integrate, path_or_circuit=circuit(), **RUN),
    "grid_search": call(
        lambda: grid_search,
        circuit_template=circuit(),
        param_grid={"tau": [1.0, 2.0]},
        step_size=0.2,
        inputs=None,
        simulation_time=0.4,
        param_map={"tau": {"vars": ["op/tau"], "nodes": ["p"]}},
        verbose=False,
        outputs={"x": "p/op/x"},
        sampling_step_size=None,
        permute_grid=False,
        backend="numpy",
    ),
    "CircuitTemplate.sweep": call(of_circuit("sweep"), **SWEEP),
    "CircuitTemplate.sweep, in threads": call(
        of_circuit("sweep"), **{**SWEEP, "executor": "threads"}, workers=1, stop_on_nonfinite=True
    ),
    "sweep": call(lambda: sweeps.sweep, circuit=circuit(), **SWEEP),
    "SweepResult.rows": call(lambda: circuit().sweep(**{**SWEEP, "reduce": None}).rows, name="x"),
    "grid": call(lambda: sweeps.grid, values={"p/op/tau": [1.0]}),
    "points": call(lambda: sweeps.points, values={"p/op/tau": [1.0]}),
    "latin_hypercube": call(lambda: sweeps.latin_hypercube, ranges={"p/op/tau": (1.0, 2.0)}, count=2, seed=1),
    "sobol": call(lambda: sweeps.sobol, ranges={"p/op/tau": (1.0, 2.0)}, count=2, seed=1),
    "checked_workers": call(lambda: sweeps.checked_workers, workers=2),
    "evaluate": call(
        lambda: sweeps.evaluate,
        function=lambda point: point["a"],
        points={"a": [1.0, 2.0]},
        save=None,
        resume=False,
        executor="serial",
        identity=None,
        unit="point",
        verbose=False,
    ),
    "digest": call(lambda: sweeps.digest, *[]),
    "executor_of": call(lambda: sweeps.executor_of, asked="serial", options={}, call=None),
    "outcomes": call(lambda: sweeps.outcomes, work=str, tasks=[1, 2], executor="serial", unit="task", verbose=False),
    "clear": call(lambda: clear, model=None),
}
