"""Runs, right-hand sides and grids by the calls of PyRates, with values of closed forms."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError
from scipy.integrate import solve_ivp

pytestmark = pytest.mark.usefixtures("active")
DECAY = {"x": "output(1.0)", "tau": 2.0, "u": "input(0.0)"}


@pytest.fixture
def pyrates(active: None) -> Any:
    return import_module("pyrates")


def circuit(pyrates: Any, nodes: str = "p", edges: Any = (), equation: str = "x' = u - x/tau") -> Any:
    node = pyrates.NodeTemplate("cell", [pyrates.OperatorTemplate("op", equation, DECAY)])
    return pyrates.CircuitTemplate("c", nodes=dict.fromkeys(nodes, node), edges=list(edges))


def test_a_table_has_the_rows_and_columns_of_pyrates(pyrates: Any) -> None:
    made = circuit(pyrates, "ab")
    table = made.run(simulation_time=1.0, step_size=0.25, outputs={"x": "a/op/x", "all": "all/op/x"}, verbose=False)
    assert table.index.name is None
    assert table.index.tolist() == [0.0, 0.25, 0.5, 0.75]
    assert [column for column in table.columns if column[0] == "all"] == [("all", "a", "op/x"), ("all", "b", "op/x")]
    one = made.run(1.0, 0.25, None, {"x": "a/op/x"}, 0.5, 0.5, "euler", "default", False, False, True, False)
    assert one["x"].to_dict() == {0.5: (1 - 0.125) ** 2}
    assert list(made.run(1.0, 0.25, outputs=["a/op/x"], verbose=False)) == ["a/op/x"]
    assert pyrates.integrate(made, simulation_time=1.0, step_size=0.25, outputs={"x": "a/op/x"}, clear=True).shape == (
        4,
        1,
    )


def test_arguments_of_files_caches_and_precision_are_taken(pyrates: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "out_dir": "d",
        "file_name": "f",
        "func_name": "g",
        "decorator": len,
        "decorator_kwargs": {},
        "float_precision": "complex64",
    }
    table = circuit(pyrates).run(1.0, 0.25, outputs={"x": "p/op/x"}, verbose=False, **given)
    assert table["x"].tolist() == [(1 - 0.125) ** k for k in range(4)]  # in double precision
    assert not list(tmp_path.iterdir())
    with pytest.raises(UnknownNameError, match=r"^There is no argument or option 'file_nam'\."):
        circuit(pyrates).run(1.0, 0.25, file_nam="f")


def test_the_right_hand_side_is_four_things_and_fills_dy(pyrates: Any) -> None:
    made = circuit(pyrates)
    func, args, arg_names, states = made.get_run_func("f", 1e-2, file_name=None, backend="default", solver="scipy")
    assert arg_names == ("t", "y", "dy", "p/op/tau", "p/op/u")  # an input that nothing feeds is a number
    assert states == {"p/op/x": 0}
    t, y, dy, *rest = args
    found = func(t, np.array([4.0]), dy, *rest)
    assert found.tolist() == dy.tolist() == [-2.0]
    assert func(t, np.array([2.0]), dy, *rest) is not dy
    assert found.tolist() == [-2.0]  # what was handed out stays
    solution = solve_ivp(func, (0.0, 2.0), y, args=args[2:], rtol=1e-10, atol=1e-12)
    assert solution.y[0, -1] == pytest.approx(np.exp(-1.0), rel=1e-8)
    changed = list(args)
    changed[arg_names.index("p/op/tau")] = 1.0
    assert func(*changed).tolist() == [-1.0]


def test_under_fixed_steps_a_whole_number_is_a_step_and_another_one_time(pyrates: Any) -> None:
    made = circuit(pyrates)
    given = np.array([0.0, 1.0, 4.0, 9.0])
    func, args, names, _ = made.get_run_func("f", 0.5, inputs={"p/op/u": given})
    assert names[:3] == ("t", "y", "dy")
    rest = args[2:]
    zero = np.zeros(1)
    assert [func(step, zero, *rest)[0] for step in range(4)] == given.tolist()
    assert func(np.int32(2), zero, *rest)[0] == func(np.array(2), zero, *rest)[0] == func(1.0, zero, *rest)[0] == 4.0
    timed = circuit(pyrates, equation="x' = t + 0*u*tau")
    func, args, *_ = timed.get_run_func("f", 0.5)
    assert func(3, *args[1:]).tolist() == [1.5]
    func, args, *_ = timed.get_run_func("f", 0.5, solver="scipy")
    assert func(3, *args[1:]).tolist() == [3.0]


def test_a_function_with_delays_has_its_past_third_and_none_under_fixed_steps(pyrates: Any) -> None:
    made = circuit(pyrates, "ab", [("a/op/x", "b/op/u", None, {"weight": 0.5, "delay": 1.0})])
    func, args, names, _ = made.get_run_func("f", 1e-2, solver="scipy", vectorize=False)
    assert names[:4] == ("t", "y", "hist", "dy")
    assert func(*args).tolist() == [-0.5, 0.0]
    assert func(args[0], args[1], lambda t: np.array([3.0]), *args[3:]).tolist() == [-0.5, 1.0]
    with pytest.raises(UnsupportedFeatureError) as caught:
        made.get_run_func("f", 1e-2)
    assert str(caught.value) == (
        "'c' has discrete delays: under fixed steps PyRates' function keeps the past in buffers that each call moves "
        "on, whether it is a step or not. Give solver='scipy' for the function of continuous time, whose argument "
        "'hist' is the past as a function of time, or call run()."
    )


@pytest.mark.parametrize("sparse", [False, True])
def test_the_jacobian_is_four_things_too(pyrates: Any, sparse: bool) -> None:
    made = circuit(pyrates, "ab", [("a/op/x", "b/op/u", None, {"weight": 0.25})])
    func, args, names, states = made.get_jacobian_func("j", 1e-2, sparse=sparse)
    assert names[:2] == ("t", "y")
    assert "dy" not in names
    found = func(*args)
    assert (found.toarray() if sparse else found).tolist() == [[-0.5, 0.0], [0.25, -0.5]]
    assert states == {"a/op/x": 0, "b/op/x": 1}


def test_a_file_is_written_where_it_is_asked_for(pyrates: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    calls = []
    func, args, *_ = circuit(pyrates).get_run_func(
        "f", 1e-2, file_name="mine", decorator=lambda call: calls.append(1) or call
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]
    assert calls == [1]
    assert func(*args).tolist() == [-0.5]


def test_a_grid_is_a_table_and_a_map(pyrates: Any) -> None:
    table, points = pyrates.grid_search(
        circuit(pyrates),
        param_grid={"tau": [1.0, 2.0, 4.0], "start": [1.0, 3.0]},
        param_map={"tau": {"vars": ["op/tau"], "nodes": ["p"]}, "start": {"vars": ["op/x"], "nodes": ["p"]}},
        step_size=0.5, simulation_time=1.0, outputs={"x": "p/op/x"}, permute_grid=True, verbose=False, file_name="f",
    )  # fmt: skip
    assert table.index.name is None
    assert table.columns.tolist() == [("x", f"c_{i}", "p", "op/x") for i in range(6)]
    assert points.index.tolist() == [f"c_{i}" for i in range(6)]
    # NumPy's meshgrid has the first one fastest
    assert points.to_numpy().tolist() == [[1, 1], [2, 1], [4, 1], [1, 3], [2, 3], [4, 3]]
    for label in points.index:
        tau, start = points.loc[label]
        assert table["x", label].to_numpy()[-1, 0] == start * (1 - 0.5 / tau)
    same, _ = pyrates.grid_search(
        circuit(pyrates), pd.DataFrame({"tau": [1.0, 2.0]}), {"tau": {"vars": ["op/tau"], "nodes": ["p"]}}, 0.5, 1.0,
        {"x": "p/op/x"}, verbose=False,
    )  # fmt: skip
    assert same.iloc[-1].tolist() == [0.5, 0.75]


def test_grids_are_linear_or_say_why_not(active: None) -> None:
    utility = import_module("pyrates.utility")
    grid = utility.linearize_grid({"a": [1, 2], "b": [3, 4], "c": [5, 6]}, permute=True)
    expected = np.stack(np.meshgrid([1, 2], [3, 4], [5, 6]), -1).reshape(-1, 3)  # as PyRates documents it
    assert grid.to_numpy().tolist() == expected.tolist()
    assert utility.linearize_grid({"a": [1, 2], "b": [3, 4]}).to_numpy().tolist() == [[1, 3], [2, 4]]
    with pytest.raises(ArgumentError) as caught:
        utility.linearize_grid({"a": [1], "b": [3, 4]})
    assert str(caught.value) == (
        "The lists of param_grid have unequal lengths (a: 1, b: 2). Give lists of one length, or permute_grid=True for "
        "every combination."
    )


def test_a_circuit_is_adapted_by_a_map(pyrates: Any) -> None:
    utility = import_module("pyrates.utility")
    made = circuit(pyrates, "ab", [("a/op/x", "b/op/u", None, {"weight": 0.25})])
    places = {
        "tau": {"vars": ["op/tau"], "nodes": ["a", "b"]},
        "w": {"vars": ["weight"], "edges": [("a/op/x", "b/op/u")]},
        "k": {"vars": ["weight"], "edges": [("a/op/x", "b/op/u", 0)]},
    }
    adapted = utility.adapt_circuit(made, {"tau": 5.0, "w": 2.0}, places)
    assert (adapted.get_var("all/op/tau").tolist(), adapted.edges[0][3], made.edges[0][3]) == (
        [5.0, 5.0], {"weight": 2.0}, {"weight": 0.25},
    )  # fmt: skip
    assert utility.adapt_circuit(made, {"k": 3.0}, places).get_edges("a", "b")[0][3] == {"weight": 3.0}
    with pytest.raises(UnknownNameError, match=r"^param_map has no 'ta'\. Did you mean 'tau'\?$"):
        utility.adapt_circuit(made, {"ta": 1.0}, places)


def test_solvers_of_backends_have_their_names_here(pyrates: Any) -> None:
    from rates_pyrates.options import of_functions, of_runs

    assert of_runs({}, solver="julia_dde") == {"solver": "diffeq"}
    assert of_functions({"solver": "julia_ode"}, "julia", False)["solver"] == "diffeq"
    with pytest.raises(UnknownNameError, match=r"^There is no solver 'eulr'"):
        circuit(pyrates).run(1.0, 0.5, solver="eulr")


def test_what_clears_does_nothing(pyrates: Any, tmp_path: Path) -> None:
    pyrates.clear(circuit(pyrates))
    pyrates.clear_frontend_caches(clear_template_cache=True, clear_ir_cache=False)
    import_module("pyrates.ir").clear_ir_caches()
    import_module("pyrates.frontend.template").clear_cache()
    import_module("pyrates.utility").create_directory(str(tmp_path / "a" / "b"))
    import_module("pyrates.utility").create_directory(str(tmp_path / "a" / "b"))
    assert (tmp_path / "a" / "b").is_dir()
