"""Sweeps and generated functions that are asked for what cannot be."""

from __future__ import annotations

import pytest

from rates_core import grid_search

NODES = {"a": {"vars": ["lin/tau"], "nodes": ["p"]}}


def search(circuit, grid, places, outputs=None, **options):
    return grid_search(circuit, grid, places, 0.1, 1.0, {"x": "p/lin/x"} if outputs is None else outputs, **options)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (({"a": [1.0], "b": [1.0, 2.0]}, NODES),
         "ArgumentError: The lists of param_grid have unequal lengths (a: 1, b: 2). "
         "Give lists of one length, or permute_grid=True for every combination."),
        (({"a": []}, NODES), "ArgumentError: param_grid holds no point. Give each parameter one value at least."),
        (({"a": ["x"]}, NODES), "ArgumentError: param_grid['a']: A number is needed, not 'x'."),
        (({"a": [1.0, float("nan")]}, NODES), "ArgumentError: param_grid['a']: NaN is not a number."),
        (({"a": [1.0]}, {**NODES, "b": {"vars": ["lin/tau"], "nodes": ["q"]}}),
         "UnknownNameError: param_map has 'b', which param_grid has not."),
        (({"aa": [1.0]}, NODES), "UnknownNameError: param_map says nothing of 'aa'. Did you mean 'a'?"),
        (({"a": [1.0]}, {"a": {"vars": ["lin/tau"]}}),
         "ArgumentError: param_map['a'] needs 'vars' and either 'nodes' or 'edges'."),
        (({"a": [1.0]}, {"a": {"vars": ["lin/tao"], "nodes": ["p"]}}),
         "UnknownNameError: parameters: Unknown variable 'tao' in path 'p/lin/tao'. Did you mean 'tau'? "
         "The variables are: x, tau, u."),
        (({"a": 1.0}, NODES), "ArgumentError: param_grid['a'] must be a list of values; it is 1.0. Write [1.0]."),
        (({"a": "1"}, NODES), "ArgumentError: param_grid['a'] must be a list of values; it is '1'. Write ['1']."),
        (([1.0], NODES),
         "ArgumentError: param_grid must be a dict of name to list of values, or a DataFrame; it is [1.0]."),
        (({"a": [1.0]}, {"a": ["lin/tau"]}),
         "ArgumentError: param_map['a'] is a dict with 'vars' and 'nodes', or with 'vars' and 'edges'; it is "
         "['lin/tau']."),
        (({"a": [1.0]}, {"a": {"vars": ["lin/tau"], "node": ["p"]}}),
         "UnknownNameError: param_map['a'] has no 'node'. Did you mean 'nodes'?"),
        (({"a": [1.0]}, {"a": {"vars": ["lin/tau"], "nodes": 3}}),
         "ArgumentError: param_map['a']['nodes'] is a list of paths; it is 3."),
        (({"a": [1.0]}, {"a": {"vars": "weight", "edges": ["p/lin/x->q/lin/u"]}}),
         "ArgumentError: param_map['a']['edges'] is a list of (source, target) or (source, target, k); it is "
         "['p/lin/x->q/lin/u']."),
        (({"a": [1.0]}, NODES, ["p/lin/x"]),
         "ArgumentError: outputs must be a dict of name to path, with one at least; it is ['p/lin/x']."),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be(pair, refusal, arguments, text):
    assert refusal(search, pair, *arguments) == text


def test_a_misspelt_argument_of_a_sweep(pair, refusal):
    assert refusal(search, pair, {"a": [1.0]}, NODES, sovler="rk4") == (
        "UnknownNameError: There is no argument or option 'sovler'. Did you mean 'solver'? "
        "Options of solver 'euler': none. Options of backend 'numpy': none."
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"func_name": "a b"}, "ArgumentError: func_name must be a name that a function can have; it is 'a b'."),
        ({"step_size": -0.1}, "ArgumentError: step_size must be a positive number; it is -0.1."),
        (
            {"sovler": "rk4"},
            "UnknownNameError: There is no argument or option 'sovler'. Did you mean 'solver'? "
            "Options of solver 'euler': none. Options of backend 'numpy': none.",
        ),
        (
            {"decorator_kwargs": {"a": 1}},
            "ArgumentError: decorator_kwargs was given, but no decorator that takes them. Give decorator= too.",
        ),
        (
            {"solver": "dopri5", "rtol": -5},
            "ArgumentError: rtol must be a number that is positive; it is -5.",
        ),
        (
            {"solver": "scipy", "rtol": -5},
            "ArgumentError: rtol must be a number that is positive; it is -5.",
        ),
        (
            {"solver": "scipy", "jac": "banana"},
            "ArgumentError: Method 'RK45' of solver 'scipy' takes no 'jac'. Methods that do: Radau, BDF, LSODA.",
        ),
    ],
)
def test_a_function_that_cannot_be(pair, refusal, arguments, text):
    assert refusal(pair.get_run_func, **{"func_name": "field", "step_size": 0.1, **arguments}) == text


@pytest.mark.parametrize("values", [(2, 3), (3, 3), (0, 3)])
def test_stages_by_both_of_their_names(echo, run_refusal, refusal, values):
    both = dict(zip(["dde_approx", "delay_approximation"], values, strict=True))
    text = "ArgumentError: dde_approx is another name of delay_approximation. Give one of them."
    assert run_refusal(echo, **both) == text
    assert refusal(echo.compile, **both) == text
    assert refusal(echo.get_run_func, func_name="field", step_size=0.1, **both) == text


@pytest.mark.parametrize("name", ["delay_approximation", "dde_approx"])
def test_no_stages_by_either_name_suit_a_model_without_delays(pair, name):
    run = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False}
    assert pair.run(**run).equals(pair.run(**run, **{name: 0}))


@pytest.mark.parametrize("name", ["delay_approximation", "dde_approx"])
@pytest.mark.parametrize("value", [-1, 1.5, "many", True])
def test_stages_that_are_no_number(echo, run_refusal, name, value):
    assert run_refusal(echo, **{name: value}) == (
        f"ArgumentError: {name} is the number of stages of a chain, at least 1; it is {value!r}."
    )


def test_the_older_name_of_stages_means_the_same(echo):
    run = {"simulation_time": 1.0, "step_size": 0.01, "verbose": False}
    chained = echo.run(delay_approximation=3, **run)
    assert chained.equals(echo.run(dde_approx=3, **run))
    assert not chained.equals(echo.run(dde_approx=0, **run))
    assert echo.run(**run).equals(echo.run(dde_approx=0, **run))
    assert echo.run(**run).equals(echo.run(delay_approximation=0, **run))
    assert len(echo.get_run_func("field", 0.01, dde_approx=3).args[1]) == 4


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"solver": "dopri5", "rtol": -5}, "rtol must be a number that is positive; it is -5."),
        ({"solver": "dopri5", "max_steps": 0}, "max_steps must be a positive whole number; it is 0."),
        ({"solver": "scipy", "rtol": -5}, "rtol must be a number that is positive; it is -5."),
        ({"solver": "scipy", "first_step": "x"}, "first_step must be a number that is positive; it is 'x'."),
        (
            {"solver": "scipy", "method": "Radau", "jac": "banana"},
            "jac must be a function of t and y or a matrix of shape (2, 2); it is 'banana'.",
        ),
    ],
)
def test_options_of_a_solver_are_checked_when_a_model_is_compiled(pair, refusal, run_refusal, options, text):
    assert refusal(pair.compile, **options) == f"ArgumentError: {text}"
    assert run_refusal(pair, **options) == f"ArgumentError: {text}"
