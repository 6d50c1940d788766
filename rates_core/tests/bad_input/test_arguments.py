"""Arguments of runs that do not exist or cannot have the value that they were given."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.plugins import get_manager

from rates_core import CircuitTemplate, Connectivity, PopulationTemplate

OPTIONS = "Options of solver 'euler': none. Options of backend 'numpy': none."


def listed(plural: str, names: object) -> str:
    """Return how an error lists what is installed here."""
    idle = [f"{item.distribution} ({item.status})" for item in get_manager().statuses() if item.status != "active"]
    rest = f" Not loaded: {', '.join(idle)}." if idle else ""
    return f"Installed {plural}: {', '.join(sorted(names))}.{rest}"


@pytest.mark.parametrize(
    ("name", "closest"),
    [("sampling_step", "sampling_step_size"), ("solvr", "solver"), ("Outputs", "outputs"), ("seeed", "seed")],
)
def test_a_misspelt_argument_is_named_with_the_closest(pair, run_refusal, name, closest):
    assert run_refusal(pair, **{name: 1}) == (
        f"UnknownNameError: There is no argument or option '{name}'. Did you mean '{closest}'? {OPTIONS}"
    )


def test_an_argument_that_looks_like_none_gets_the_list(pair, run_refusal):
    assert run_refusal(pair, T=3) == (
        "UnknownNameError: There is no argument or option 'T'. The arguments are: simulation_time, step_size, inputs, "
        "outputs, sampling_step_size, cutoff, solver, backend, vectorize, verbose, float_precision, method, history, "
        f"state, seed, delay_approximation, stop_on_nonfinite, projections. {OPTIONS}"
    )


def test_a_misspelt_argument_of_compile(pair, refusal):
    assert refusal(pair.compile, outptus=None) == (
        f"UnknownNameError: There is no argument or option 'outptus'. Did you mean 'outputs'? {OPTIONS}"
    )


def test_a_misspelt_argument_of_a_compiled_run(pair, refusal):
    model = pair.compile(simulation_time=1.0, step_size=0.1)
    assert refusal(model.run, paramters={}) == (
        "UnknownNameError: A compiled model's run() has no argument 'paramters'. Did you mean 'parameters'? "
        "It takes: parameters, initial, inputs, simulation_time, sampling_step_size, cutoff, history, state, seed, "
        "verbose, stop_on_nonfinite."
    )
    assert refusal(model.run, step_size=0.1) == (
        "UnknownNameError: A compiled model's run() has no argument 'step_size'. Give it to compile()."
    )


def test_a_compiled_run_without_a_duration(pair, refusal):
    assert refusal(pair.compile(step_size=0.1).run) == (
        "ArgumentError: simulation_time is needed, here or in compile()."
    )


def test_an_unknown_solver(pair, run_refusal):
    assert run_refusal(pair, solver="rk5") == (
        f"UnknownNameError: There is no solver 'rk5'. Did you mean 'rk4'? {listed('solvers', get_manager().solvers())}"
    )


def test_an_unknown_backend(pair, run_refusal):
    backends = get_manager().backends()
    assert run_refusal(pair, backend="nunpy") == (
        f"UnknownNameError: There is no backend 'nunpy'. Did you mean 'numpy'? {listed('backends', backends)}"
    )


def test_a_solver_that_is_no_name(pair, run_refusal):
    assert run_refusal(pair, solver=None) == "ArgumentError: solver must be a name; it is None."
    assert run_refusal(pair, backend=3) == "ArgumentError: backend must be a name; it is 3."


def test_a_method_for_a_solver_without_methods(pair, run_refusal):
    assert run_refusal(pair, method="RK45") == (
        "ArgumentError: Solver 'euler' takes no method; method='RK45' was given. 'RK45' is a method of solver 'scipy': "
        'solver="scipy", method="RK45".'
    )
    assert run_refusal(pair, method="rk4") == (
        "ArgumentError: Solver 'euler' takes no method; method='rk4' was given. It is a solver: solver=\"rk4\"."
    )
    solvers = get_manager().solvers().values()  # other plugins may bring more
    takers = ", ".join(f"{spec.name} ({', '.join(spec.methods)})" for spec in solvers if spec.methods)
    assert "scipy (RK45, RK23, DOP853, Radau, BDF, LSODA)" in takers
    for wrong in ("wrong", 3):
        assert run_refusal(pair, method=wrong) == (
            f"ArgumentError: Solver 'euler' takes no method; method={wrong!r} was given. "
            f"Solvers that take one: {takers}."
        )


def test_an_unknown_plugin(refusal):
    strategies = get_manager().delay_strategies()
    assert refusal(get_manager().delay_strategy, "rung") == (
        "UnknownNameError: There is no delay strategy 'rung'. Did you mean 'ring'? "
        f"{listed('delay strategies', strategies)}"
    )


TIMES = "must be a positive number; it is"


@pytest.mark.parametrize(
    ("argument", "value", "text"),
    [
        ("simulation_time", -1, f"simulation_time {TIMES} -1."),
        ("simulation_time", 0, f"simulation_time {TIMES} 0."),
        ("simulation_time", float("nan"), f"simulation_time {TIMES} nan."),
        ("simulation_time", "1", f"simulation_time {TIMES} '1'."),
        ("step_size", -0.1, f"step_size {TIMES} -0.1."),
        ("step_size", 0.0, f"step_size {TIMES} 0.0."),
        ("step_size", float("inf"), f"step_size {TIMES} inf."),
        ("step_size", None, f"step_size {TIMES} None."),
        ("step_size", 3.0, "step_size (3.0) is too long for simulation_time (1.0): nothing would be recorded."),
        ("sampling_step_size", -0.1, f"sampling_step_size {TIMES} -0.1."),
        (
            "sampling_step_size",
            2.0,
            "sampling_step_size (2.0) is too long for simulation_time (1.0): nothing would be recorded.",
        ),
        (
            "sampling_step_size",
            0.25,
            "sampling_step_size (0.25) must be a multiple of step_size (0.1) in a fixed-step method. "
            "The nearest one is 0.2.",
        ),
        (
            "sampling_step_size",
            0.05,
            "sampling_step_size (0.05) must be a multiple of step_size (0.1) in a fixed-step method. "
            "The nearest one is 0.1.",
        ),
        ("cutoff", -1, "cutoff must lie between 0 and simulation_time (1.0); it is -1."),
        ("cutoff", 2.0, "cutoff must lie between 0 and simulation_time (1.0); it is 2.0."),
        ("cutoff", "x", "cutoff must lie between 0 and simulation_time (1.0); it is 'x'."),
        ("seed", -1, "seed has to be a whole number of at least 0; it is -1."),
        ("seed", 1.5, "seed has to be a whole number of at least 0; it is 1.5."),
        ("seed", "a", "seed has to be a whole number of at least 0; it is 'a'."),
        ("outputs", 5, "outputs must be paths, or a dict of name to path; it is 5."),
        ("outputs", [3], "outputs: the name 3 of a column must be text."),
        ("outputs", {"a": 3}, "outputs: 3 is no path of a variable; write it as 'node/op/var'."),
        ("inputs", [1.0], "inputs must be a dict of path to array or function of t; it is [1.0]."),
        ("history", 1.0, "history= was given, but the model has no delays."),
        ("delay_approximation", 5, "delay_approximation= was given, but the model has no discrete delays."),
        ("dde_approx", 5, "delay_approximation= was given, but the model has no discrete delays."),
        ("state", 5, "state must be what run() returned, or its attrs['state']."),
    ],
)
def test_an_argument_with_a_value_that_it_cannot_have(pair, run_refusal, argument, value, text):
    assert run_refusal(pair, **{argument: value}) == f"ArgumentError: {text}"


@pytest.mark.parametrize(
    ("size", "shape"), [(None, "takes a number"), (10, r"takes a number or the shape (10,)")], ids=["unit", "units"]
)
def test_a_history_function_of_another_shape(node, run_refusal, size, shape):
    place = "p/lin/x" if size is None else "pop/lin/x"
    unit = {"nodes": {"p": node}} if size is None else {"populations": {"pop": PopulationTemplate("pop", node, size)}}
    edges = [("p/lin/x", "p/lin/u", None, {"delay": 0.2})] if size is None else []
    connections = [] if size is None else [Connectivity(place, "pop/lin/u", np.eye(size), delays=0.2)]
    model = CircuitTemplate("echo", **unit, edges=edges, connections=connections)
    assert run_refusal(model, history=lambda t: [1.0, 2.0]) == (
        f"ArgumentError: history: '{place}' {shape}; its function gives the shape (2,) at t = 0."
    )


def test_a_precision_that_no_backend_has(pair, run_refusal):
    assert run_refusal(pair, float_precision="float16") == (
        "UnsupportedFeatureError: The backend 'numpy' does not support what this model needs: the precision 'float16' "
        "(it has float64). No installed backend does."
    )


VALUES = [
    ({"p/lin/tau": "2"}, "'p/lin/tau': A number is needed, not '2'."),
    ({"p/lin/tau": None}, "'p/lin/tau': A number is needed, not None."),
    ({"p/lin/tau": float("nan")}, "'p/lin/tau': NaN is not a number."),
]


@pytest.mark.parametrize(("values", "text"), VALUES)
def test_a_value_that_is_no_number(pair, refusal, values, text):
    assert refusal(pair.update_var, values) == f"ArgumentError: {text}"
    assert refusal(pair.compile(simulation_time=1.0).run, parameters=values) == f"ArgumentError: parameters: {text}"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"p/lin/tau": [1.0, 2.0]}, "parameters: 'p/lin/tau' takes a number; the value has the shape (2,)."),
        (
            {"all/lin/tau": [1.0, 2.0, 3.0]},
            "parameters: 'all/lin/tau' names 2 units, but the value has the shape (3,). "
            "Give one number or one per unit.",
        ),
        (
            {"p/lin/tau": 1j},
            "parameters: 'p/lin/tau' is complex, but the model was compiled for a real value. "
            "Give it a complex value in the template.",
        ),
        ({"p/lin/x": 1.0}, "parameters: 'p/lin/x' is a state. Set its start with initial=."),
        ({"q/lin/u": 1.0}, "parameters: 'q/lin/u' is an input that is fed. Change what feeds it."),
        ([1.0], "parameters must be a dict of path to value; it is [1.0]."),
    ],
)
def test_a_parameter_that_cannot_have_its_value(pair, refusal, parameters, text):
    assert refusal(pair.compile(simulation_time=1.0).run, parameters=parameters) == f"ArgumentError: {text}"


def test_what_an_equation_computes_is_no_parameter(one, refusal):
    model = one(["z = 2*x", "x' = -z"], x="variable(1.0)", z="variable").compile(simulation_time=1.0)
    assert refusal(model.run, parameters={"p/op/z": 1.0}) == (
        "ArgumentError: parameters: 'p/op/z' is computed by an equation."
    )


@pytest.mark.parametrize(
    ("initial", "text"),
    [
        (
            {"p/lin/tau": 1.0},
            "initial: 'p/lin/tau' is no state. Did you mean 'p/lin/x'? The states are: p/lin/x, q/lin/x.",
        ),
        (
            {"all/lin/x": [1.0, 2.0, 3.0]},
            "initial: 'all/lin/x' names 2 units, but the value has the shape (3,). Give one number or one per unit.",
        ),
        ({"p/lin/x": float("nan")}, "initial: 'p/lin/x': NaN is not a number."),
        ({"p/lin/x": "a"}, "initial: 'p/lin/x': A number is needed, not 'a'."),
        ({"p/lin/x": 1j}, "The initial value of 'p/lin/x' is complex, but the state is real."),
    ],
)
def test_a_start_that_cannot_be(pair, refusal, initial, text):
    assert refusal(pair.compile(simulation_time=1.0).run, initial=initial) == f"ArgumentError: {text}"


@pytest.mark.parametrize("outputs", [{}, [], ()])
def test_outputs_that_name_nothing(pair, run_refusal, outputs):
    assert run_refusal(pair, outputs=outputs) == (
        "ArgumentError: outputs is empty. Name one variable at least, or leave outputs out to record all states."
    )


NO_NODES = (
    "TemplateError: Circuit 'bare' has no nodes and no populations. Give it some, with nodes=, populations= or "
    "circuits=, or derive one that has, with update_template()."
)


def test_a_circuit_without_nodes_cannot_run(run_refusal, refusal):
    bare = CircuitTemplate("bare")
    assert run_refusal(bare) == NO_NODES
    assert run_refusal(bare.update_template(circuits={"inner": bare})) == NO_NODES
    assert refusal(bare.get_run_func, "f", 0.1) == NO_NODES
    assert refusal(bare.jacobian) == NO_NODES


@pytest.mark.parametrize("name", ["initial", "parameters"])
def test_an_argument_of_compiled_models_says_where_it_belongs(pair, run_refusal, refusal, name):
    text = (
        f"UnknownNameError: There is no argument or option '{name}'. A compiled model takes it when it runs: "
        f"compile(...).run({name}=...). {OPTIONS}"
    )
    assert run_refusal(pair, **{name: {"p/lin/x": 1.0}}) == text
    assert refusal(pair.compile, **{name: {"p/lin/x": 1.0}}) == text


@pytest.mark.parametrize("name", ["history", "state", "seed", "verbose", "stop_on_nonfinite"])
def test_an_argument_of_a_run_is_none_of_compile(pair, refusal, name):
    assert refusal(pair.compile, **{name: 1}) == (
        f"UnknownNameError: There is no argument or option '{name}'. A compiled model takes it when it runs: "
        f"compile(...).run({name}=...). {OPTIONS}"
    )


def test_an_option_of_other_solvers_names_them(pair, run_refusal):
    takers = sorted(name for name, spec in get_manager().solvers().items() if spec.adaptive)
    assert run_refusal(pair, rtol=1e-3) == (
        f"UnknownNameError: There is no argument or option 'rtol'. Solvers that take it: {', '.join(takers)}. {OPTIONS}"
    )


@pytest.mark.parametrize(("name", "method"), [("RK45", "RK45"), ("lsoda", "LSODA")])
def test_a_method_in_place_of_a_solver_says_whose_it_is(pair, run_refusal, name, method):
    assert run_refusal(pair, solver=name) == (
        f"UnknownNameError: There is no solver '{name}'. '{name}' is a method of solver 'scipy': solver=\"scipy\", "
        f'method="{method}".'
    )


FUNCTION = (
    "func_name, step_size, file_name, inputs, backend, solver, adaptive, vectorize, float_precision, decorator, "
    "decorator_kwargs, auto, delay_approximation, projections"
)


@pytest.mark.parametrize(
    ("call", "arguments"), [("get_run_func", FUNCTION), ("get_jacobian_func", f"{FUNCTION}, sparse")]
)
def test_an_argument_of_a_run_is_none_of_a_function(pair, refusal, call, arguments):
    assert refusal(getattr(pair, call), "f", 0.1, simulation_time=10.0) == (
        "UnknownNameError: There is no argument or option 'simulation_time'. It is one of run(). Here the arguments "
        f"are: {arguments}. {OPTIONS}"
    )


@pytest.mark.parametrize(
    ("call", "arguments"), [("get_run_func", FUNCTION), ("get_jacobian_func", f"{FUNCTION}, sparse")]
)
def test_a_method_is_none_of_a_function(pair, refusal, call, arguments):
    assert refusal(getattr(pair, call), "f", 0.1, method="wrong") == (
        f"UnknownNameError: There is no argument or option 'method'. It is one of run(). Here the arguments are: "
        f"{arguments}. {OPTIONS}"
    )
    assert refusal(getattr(pair, call), "f", 0.1, solver="scypi") == (
        "UnknownNameError: There is no solver 'scypi'. Did you mean 'scipy'? "
        f"{listed('solvers', get_manager().solvers())}"
    )


def test_what_a_linearisation_is_asked_for(pair, refusal):
    assert refusal(pair.jacobian, vectorise=False) == (
        "UnknownNameError: jacobian() has no argument 'vectorise'. Did you mean 'vectorize'? "
        "It takes: by, paths, vectorize."
    )
    assert refusal(pair.jacobian, by="time") == (
        "ArgumentError: by must be 'states', 'reads' or 'parameters'; it is 'time'."
    )
