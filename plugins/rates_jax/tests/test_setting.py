"""JAX is set to 64 bits while rates makes and uses arrays, and then to what it was."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate, SimulationError

OPERATOR = OperatorTemplate("op", "x' = -k*x + u", {"x": "output(1.1)", "k": 0.5, "u": "input"})
MODEL = CircuitTemplate("model", {"p": NodeTemplate("node", [OPERATOR])})


@pytest.fixture(params=[False, True])
def setting(request: pytest.FixtureRequest) -> Iterator[bool]:
    """What a program that uses JAX for something else has set."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", request.param)
    yield request.param
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("solver", ["euler", "dopri5"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_run_leaves_the_setting_of_jax_alone(setting: bool, solver: str, precision: str) -> None:
    given = {"inputs": {"p/op/u": np.ones(10)}, "float_precision": precision}
    model = MODEL.compile(backend="jax", solver=solver, simulation_time=1.0, step_size=0.1, **given)
    assert jax.config.jax_enable_x64 is setting
    model.run(verbose=False)
    assert jax.config.jax_enable_x64 is setting
    assert jnp.ones(1).dtype == (jnp.float64 if setting else jnp.float32)


def test_functions_for_other_tools_leave_it_alone(setting: bool) -> None:
    derivative, arguments = MODEL.get_run_func("f", 0.1, backend="jax", inputs={"p/op/u": np.ones(10)})
    assert derivative(*arguments).dtype == np.float64
    jacobian, arguments = MODEL.get_jacobian_func("g", 0.1, backend="jax", inputs={"p/op/u": np.ones(10)})
    assert jacobian(*arguments).dtype == np.float64
    assert jax.config.jax_enable_x64 is setting


def test_an_error_leaves_it_alone(setting: bool) -> None:
    variables = {"x": "output(0.5)", "v": [1.0, 2.0]}
    operator = OperatorTemplate("op", "x' = index(v, x)", variables)
    model = CircuitTemplate("model", {"p": NodeTemplate("node", [operator])})
    with pytest.raises(SimulationError, match=r"has the index 0\.5\."):
        model.run(1.0, 0.1, backend="jax", verbose=False)
    assert jax.config.jax_enable_x64 is setting


def test_double_precision_is_double_whatever_jax_is_set_to(setting: bool) -> None:
    found = MODEL.run(1.0, 0.1, backend="jax", outputs={"x": "p/op/x"}, verbose=False)["x"].to_numpy()
    np.testing.assert_allclose(found, 1.1 * 0.95 ** np.arange(10), rtol=1e-14)


def test_steps_that_users_go_through_need_the_setting(setting: bool) -> None:
    given = {"simulation_time": 0.5, "step_size": 0.1, "inputs": {"p/op/u": np.zeros(1)}, "outputs": {"x": "p/op/x"}}
    steps = MODEL.compile(backend="jax", **given).steps(["p/op/k"])
    drive = {"p/op/u": jnp.zeros(5)}
    if setting:
        found, _ = steps.advance(steps.arrays(), drive)
        np.testing.assert_allclose(found["x"], 1.1 * 0.95 ** np.arange(5), rtol=1e-14)
        return
    with pytest.raises(ArgumentError) as error:
        steps.advance(steps.arrays(), drive)
    assert str(error.value) == (
        "The model was compiled with float_precision='float64', and JAX is set to 32 bits. Say "
        "jax.config.update('jax_enable_x64', True) first, or compile it with float_precision='float32'."
    )
