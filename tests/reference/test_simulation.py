"""Every row of simulation.json, with every solver that fits it, on every backend that is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.simulation.choice import DEFAULT_BACKEND

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

Row = dict[str, Any]
ROWS: dict[str, Row] = {
    row["id"]: row for row in json.loads(Path(__file__).with_name("simulation.json").read_text(encoding="utf-8"))
}
LOW = ("scipy-RK23", "bosh3")  # of order 3, of those that choose their steps
TIGHT = {"rtol": 1e-10, "atol": 1e-12}
BACKENDS = sorted(get_manager().backends())
FIRST = {"adaptive": "scipy-DOP853", "any": "euler"}  # what the fast tier runs of several solvers


# what a row says as a model, and what it names as paths


def operator(name: str, equations: list[str], outputs: Mapping[str, float], **others: Any) -> OperatorTemplate:
    """Return an operator of variables that start somewhere, and others as they are declared."""
    return OperatorTemplate(name, equations, {**{key: f"output({value})" for key, value in outputs.items()}, **others})


def written_out(row: Row) -> CircuitTemplate:
    """Return one operator of the row's equations."""
    defined = [equation.partition("=")[0].strip(" '") for equation in row["equations"]]
    initial = row.get("initial", {}) or dict.fromkeys(defined, row.get("history", 0.0))
    own = {name: "variable" for name in defined if name not in initial}
    own |= dict.fromkeys(row.get("input", ()), "input(0.0)") | row.get("parameters", {})
    return CircuitTemplate("one", {"p": NodeTemplate("n", [operator("op", row["equations"], initial, **own)])})


def chain(*sources: str) -> CircuitTemplate:
    """Return a node of operators with these derivatives of their output u, and one that follows it."""
    operators = [operator(f"o{place}", [f"u' = {source}"], {"u": 0.0}) for place, source in enumerate(sources)]
    follower = operator("op", ["a' = u - a"], {"a": 0.0}, u="input(0.0)")
    return CircuitTemplate("chain", {"p": NodeTemplate("n", [*operators, follower])})


def one_source() -> CircuitTemplate:
    """Return the linear pair with two followers."""
    pair = NodeTemplate("pair", [operator("op", ROWS["linear_pair_euler"]["equations"], {"a": 0.0, "b": 0.0})])
    follower = NodeTemplate("follower", [operator("op", ["a' = u - a"], {"a": 0.0}, u="input(0.0)")])
    edges = [("node0/op/a", f"node{place}/op/u", None, {"weight": w}) for place, w in ((1, 2.0), (2, 0.5))]
    return CircuitTemplate("weights", {"node0": pair, "node1": follower, "node2": follower}, edges=edges)


TOLD: dict[str, Callable[[], CircuitTemplate]] = {  # rows whose model is told in words
    "operator_chain_euler": lambda: chain("2"),
    "summed_outputs_euler": lambda: chain("2", "4 + tanh(0.5)"),
    "one_source_two_weights_euler": one_source,
}


def model_of(row: Row) -> CircuitTemplate:
    """Return the model of a row."""
    if "model" in row:
        return CircuitTemplate.from_yaml(row["model"])
    return written_out(row) if "equations" in row else TOLD[row["id"]]()


def path_of(name: str) -> str:
    """Return the path of what a row expects: a path itself, a variable of the only node, or a node."""
    if "/" in name:
        return name
    return f"{name}/op/a" if name.startswith("node") else f"p/op/{name}"


def inputs_of(row: Row) -> dict[str, np.ndarray]:
    """Return the samples that a row is driven by."""
    if row["id"] == "qif_driven_euler":
        drive = np.zeros(80_000)
        drive[30_000:50_000] = 5.0
        return {"p/qif_op/I_ext": drive}
    assert isinstance(row.get("input", {}), dict), "An input that is told in words is written down here."
    return {path_of(name): np.full(100, value) for name, value in row.get("input", {}).items()}


# which solvers fit


def solvers_for(row: Row) -> dict[str, Row]:
    """Return the arguments of `run` for every solver that fits and serves any backend, by a name of them."""
    if row["solver"] not in FIRST:
        return {row["solver"]: {"solver": row["solver"], "step_size": row["step_size"]}}
    found: dict[str, Row] = {}
    for name, spec in sorted(get_manager().solvers().items()):
        if spec.backends is not None:
            continue
        if spec.adaptive:
            arguments = {"solver": name, "step_size": 1e-2, **TIGHT}
            found |= {f"{name}-{method}": {**arguments, "method": method} for method in spec.methods}
            found |= {} if spec.methods else {name: arguments}
        elif row["solver"] == "any":
            found[name] = {"solver": name, "step_size": 1e-3}
    return found


def fast(name: str) -> set[str]:
    """Return the backends that a row is run on in the fast tier: the default one, and two of the others by turns."""
    others = [backend for backend in BACKENDS if backend != DEFAULT_BACKEND]
    place = list(ROWS).index(name)
    return {DEFAULT_BACKEND, *(others[(place + shift) % len(others)] for shift in (0, len(others) // 2))}


def runs() -> Iterator[Any]:
    """Yield row, solver and backend of every run; the fast tier runs one solver per row.

    The default backend runs all solvers on all rows, another one each on a third of them by turns; methods of low
    order, which take steps by the hundred thousand where tolerances are tight, it runs on none.
    """
    for count, backend in enumerate(BACKENDS):
        for place, (name, row) in enumerate(ROWS.items()):
            for turn, solver in enumerate(solvers_for(row) if "solver" in row else ()):
                first, marks = FIRST.get(row["solver"], solver) == solver, []
                if not first or backend not in fast(name):
                    by_turns = (count + place + turn) % 3 == 0 and not solver.startswith(LOW)
                    if not (first or by_turns or backend == DEFAULT_BACKEND):
                        continue
                    marks = [pytest.mark.exhaustive]
                yield pytest.param(name, solver, backend, id=f"{name}-{solver}-{backend}", marks=marks)


def matrices() -> Iterator[Any]:
    """Yield row and backend of every derivative matrix."""
    for backend in BACKENDS:
        yield from (pytest.param(name, backend, id=f"{name}-{backend}") for name, row in ROWS.items() if "at" in row)


RUNS, MATRICES = list(runs()), list(matrices())


# the tests


def test_every_row_is_tested_on_every_backend() -> None:
    assert {"numba", "numpy"} <= set(BACKENDS)
    tested = [(param.values[0], param.values[-1]) for param in [*RUNS, *MATRICES]]
    assert set(tested) == {(name, backend) for name in ROWS for backend in BACKENDS}
    quick = [param.values for param in RUNS if not param.marks]
    assert {name for name, *_ in quick} == {name for name, row in ROWS.items() if "solver" in row}
    assert {backend for *_, backend in quick} == set(BACKENDS)


@pytest.mark.parametrize(("name", "solver", "backend"), RUNS)
def test_a_run_ends_where_the_row_says(name: str, solver: str, backend: str) -> None:
    row = ROWS[name]
    arguments = solvers_for(row)[solver]
    outputs = {key: path_of(key) for key in row["expected"]}
    frame = model_of(row).run(
        simulation_time=row["t"] + arguments["step_size"],
        inputs=inputs_of(row),
        outputs=outputs,
        backend=backend,
        verbose=False,
        **arguments,
    )
    assert frame.index[-1] == pytest.approx(row["t"], rel=1e-12)
    for key, value in row["expected"].items():
        wanted = complex(value)
        allowed = row.get("atol", 0.0) + row.get("rtol", 0.0) * abs(wanted)
        assert abs(frame[key].iloc[-1] - wanted) <= allowed, (key, frame[key].iloc[-1])


@pytest.mark.parametrize(("name", "backend"), MATRICES)
def test_a_derivative_matrix_is_the_row(name: str, backend: str) -> None:
    row = ROWS[name]
    circuit = model_of(row) if "model" in row else written_out(ROWS["van_der_pol"])
    func, (t, _, *rest) = circuit.get_jacobian_func("jacobian", step_size=1e-3, backend=backend)
    states = [row["at"][name] for name in ("xz" if "x" in row["at"] else "rv")]
    # written out by hand the largest entry has four rounded operations
    np.testing.assert_allclose(func(t, np.array(states, dtype=float), *rest), row["expected"], rtol=1e-14)
