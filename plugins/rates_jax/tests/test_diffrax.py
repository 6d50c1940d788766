"""The solver `diffrax` on models as users write them."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from rates_core.errors import (
    ArgumentError,
    InputSignalError,
    NonFiniteError,
    PluginError,
    SimulationError,
    UnknownNameError,
    UnsupportedFeatureError,
)
from scipy.integrate import solve_ivp

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

TIGHT: dict[str, Any] = {"backend": "jax", "solver": "diffrax", "rtol": 1e-9, "atol": 1e-11, "verbose": False}


def circuit(*equations: str, **variables: Any) -> CircuitTemplate:
    return CircuitTemplate("model", {"p": NodeTemplate("node", [OperatorTemplate("op", list(equations), variables)])})


def compiled(model: CircuitTemplate, time: float, step: float, **settings: Any) -> Any:
    tight = {name: value for name, value in TIGHT.items() if name != "verbose"}
    return model.compile(**{**tight, "simulation_time": time, "step_size": step, **settings})


def test_a_linear_system_with_its_parameters_inputs_and_computed_variables_has_its_closed_form() -> None:
    """x' = -k x + u with u = t, which lines between samples are; other values, other times: the same program."""
    model = compiled(
        circuit("x' = -k*x + u", "z = x^2", x="output(1.0)", z="variable(0.0)", k=0.5, u="input"), 3.0, 0.1,
        outputs={"x": "p/op/x", "z": "p/op/z", "u": "p/op/u"}, inputs={"p/op/u": np.arange(31) * 0.1},
    )  # fmt: skip

    def solution(t: Any, k: float) -> Any:
        return (1 + 1 / k**2) * np.exp(-k * t) + t / k - 1 / k**2

    frame = model.run()
    np.testing.assert_allclose(frame["x"], solution(frame.index, 0.5), rtol=0, atol=1e-7)
    np.testing.assert_allclose(frame["z"], frame["x"] ** 2, rtol=1e-14)
    np.testing.assert_allclose(frame["u"], frame.index, rtol=0, atol=1e-14)
    (travel,) = model.program.equations.kept.values()  # type: ignore[attr-defined]
    before = travel.go._cache_size()
    for k, time in ((0.25, 2.0), (2.0, 3.0)):
        frame = model.run({"p/op/k": k}, simulation_time=time)
        np.testing.assert_allclose(frame["x"], solution(frame.index, k), rtol=0, atol=1e-7)
    assert travel.go._cache_size() == before


def test_logistic_growth_in_a_population_with_a_sampling_of_its_own() -> None:
    rates = np.linspace(0.5, 2.0, 9)
    growth = NodeTemplate("node", [OperatorTemplate("op", "x' = r*x*(1 - x)", {"x": "output(0.1)", "r": 1.0})])
    model = CircuitTemplate("model", populations={"p": PopulationTemplate("p", growth, 9, {"op/r": rates})})
    frame = model.run(2.0, 0.1, outputs={"x": "p/op/x"}, method="Dopri8", sampling_step_size=0.07, **TIGHT)
    wanted = 1.0 / (1.0 + 9.0 * np.exp(-np.outer(frame.index, rates)))
    assert len(frame) == round(2.0 / 0.07)
    np.testing.assert_allclose(frame.to_numpy(), wanted, rtol=0, atol=1e-7)


def test_a_complex_oscillation_and_what_goes_on_from_its_end() -> None:
    model = compiled(circuit("z' = (2.0*I - 0.1)*z", z="output(1.0+0.0j)"), 1.0, 0.1, outputs={"z": "p/op/z"})
    first = model.run()
    second = model.run(state=first)
    found = np.concatenate([first["z"], second["z"]])
    np.testing.assert_allclose(found, np.exp((2j - 0.1) * np.arange(20) * 0.1), rtol=0, atol=1e-8)
    assert second.index[0] == 1.0


def test_a_pulse_is_not_missed_and_its_edges_are_stepped_on() -> None:
    # A pulse of 100 for 10 samples: between samples the input is linear, so its integral is 100*(0.009 + 0.001).
    pulse = np.zeros(10_001)
    pulse[5000:5010] = 100.0
    model = circuit("x' = u", "y' = where(u > 0.0, 1.0, 0.0)", x="output(0.0)", y="variable(0.0)", u="input(0.0)")
    frame = model.run(
        10.0, 0.001, sampling_step_size=1.0, inputs={"p/op/u": pulse}, outputs={"x": "p/op/x", "y": "p/op/y"}, **TIGHT
    )
    assert frame["x"].iloc[4] == 0.0
    assert frame["x"].iloc[6] == pytest.approx(1.0, abs=1e-9)
    # above 0 from the sample before the pulse to the sample behind it: what is on a stop is seen from inside
    assert frame["y"].iloc[6] == pytest.approx(0.011, abs=1e-9)


def test_an_input_that_is_a_function_of_time_is_asked_and_its_errors_come_through() -> None:
    model = circuit("x' = u", x="output(0.0)", u="input").compile(
        backend="jax",
        solver="diffrax",
        step_size=0.1,
        simulation_time=2.0,
        outputs={"x": "p/op/x"},
        inputs={"p/op/u": math.cos},
    )
    frame = model.run()
    np.testing.assert_allclose(frame["x"], np.sin(frame.index), rtol=0, atol=1e-5)
    other = model.run(inputs={"p/op/u": lambda t: 2.0 * t})
    np.testing.assert_allclose(other["x"], other.index**2, rtol=0, atol=1e-9)

    def broken(t: float) -> float:
        if t > 1.0:
            raise ValueError("no more")
        return t

    with pytest.raises(InputSignalError) as caught:
        model.run(inputs={"p/op/u": broken})
    assert str(caught.value).startswith("External input 'p/op/u': its function raises ValueError at t = ")


def test_a_gamma_kernel_is_a_chain_as_everywhere() -> None:
    """Two stages of rate 2/m of a source that starts at 1 and falls: x = e^-t; the closed form is that of the chain."""
    source = OperatorTemplate("source", "x' = -x", {"x": "output(1.0)"})
    target = OperatorTemplate("target", "y' = u", {"y": "output(0.0)", "u": "input(0.0)"})
    nodes = {"a": NodeTemplate("a", [source]), "b": NodeTemplate("b", [target])}
    kernel = {"weight": 1.0, "delay": 1.0, "spread": math.sqrt(0.5)}
    model = CircuitTemplate("model", nodes, edges=[("a/source/x", "b/target/u", None, kernel)])
    frame = model.run(3.0, 0.1, outputs={"u": "b/target/u"}, **TIGHT)
    t = frame.index.to_numpy()
    # z2'' + 4 z2' + 4 z2 = 4 e^-t, z2(0) = 1, z2'(0) = 0: z2 = 4 e^-t - (3 + 2 t) e^-2t
    np.testing.assert_allclose(frame["u"], 4 * np.exp(-t) - (3 + 2 * t) * np.exp(-2 * t), rtol=0, atol=1e-7)


def test_single_precision_is_that_of_the_right_hand_side_and_of_what_is_recorded() -> None:
    frame = circuit("x' = -x + cos(t)", x="output(0.5)").run(
        2.0, 0.1, outputs={"x": "p/op/x"}, float_precision="float32", **{**TIGHT, "rtol": 1e-5, "atol": 1e-7}
    )
    np.testing.assert_allclose(frame["x"], (np.sin(frame.index) + np.cos(frame.index)) / 2, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(frame["x"], frame["x"].astype(np.float32))
    assert frame.attrs["state"].state.carry.y[0] != np.float32(frame.attrs["state"].state.carry.y[0])


def van_der_pol(t: float, y: np.ndarray) -> list[float]:
    return [y[1], 1000.0 * (1 - y[0] ** 2) * y[1] - y[0]]


def test_a_stiff_van_der_pol_oscillator_goes_where_radau_goes() -> None:
    model = circuit("x' = z", "z' = mu*(1 - x^2)*z - x", x="output(2.0)", z="variable(0.0)", mu=1000.0)
    frame = model.run(800.0, 100.0, method="Kvaerno5", outputs={"x": "p/op/x"}, **TIGHT)
    other = solve_ivp(van_der_pol, (0, 800), [2.0, 0.0], method="Radau", rtol=1e-10, atol=1e-12, t_eval=frame.index)
    np.testing.assert_allclose(frame["x"], other.y[0], rtol=0, atol=1e-6)


def test_robertsons_reaction_ends_where_the_published_table_says() -> None:
    """At t = 1e11: the reference solution of problem ROBER of the Test Set for IVP Solvers, Mazzia and Magherini."""
    model = circuit(
        "a' = -0.04*a + 1e4*b*c", "b' = 0.04*a - 1e4*b*c - 3e7*b^2", "c' = 3e7*b^2", a="output(1.0)", b="variable(0.0)",
        c="variable(0.0)",
    )  # fmt: skip
    outputs = ["p/op/a", "p/op/b", "p/op/c"]
    reaction = compiled(model, 1e11, 1e10, outputs=outputs, method="Kvaerno5", atol=1e-18)
    row = reaction.run(state=reaction.run(), simulation_time=1e10).iloc[0]
    np.testing.assert_allclose(row, [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050], rtol=1e-7)


def refused(kind: type[Exception], model: CircuitTemplate, **settings: Any) -> str:
    with pytest.raises(kind) as caught:
        model.run(1.0, 0.1, **{"backend": "jax", "solver": "diffrax", "verbose": False, **settings})
    return str(caught.value)


DECAY = circuit("x' = -x", x="output(1.0)")


def test_other_backends_are_refused_before_anything_is_generated() -> None:
    assert refused(UnsupportedFeatureError, DECAY, backend="numpy") == (
        "The solver 'diffrax' does not work with the backend 'numpy'. Give backend='jax'."
    )


def test_delays_and_noise_are_refused_by_name() -> None:
    delayed = refused(UnsupportedFeatureError, circuit("x' = -past(x, 0.1)", x="output(1.0)"))
    assert delayed.startswith("The solver 'diffrax' does not support what this model needs: ")
    noisy = refused(UnsupportedFeatureError, circuit("x' = -x + xi", x="output(1.0)", xi="noise"))
    assert noisy.startswith("The solver 'diffrax' does not support what this model needs: ")


@pytest.mark.exhaustive
def test_chains_in_place_of_a_delay_work() -> None:
    model = circuit("x' = -past(x, tau)", x="output(1.0)", tau=0.5)
    frame = model.run(1.0, 0.1, delay_approximation=3, outputs={"x": "p/op/x"}, **TIGHT)
    chain = model.run(
        1.0, 0.1, delay_approximation=3, outputs={"x": "p/op/x"}, **{**TIGHT, "backend": "numpy", "solver": "dopri5"}
    )
    np.testing.assert_allclose(frame["x"], chain["x"], rtol=0, atol=1e-7)


def test_an_index_that_changes_is_refused_by_name_and_one_that_does_not_works() -> None:
    text = refused(UnsupportedFeatureError, circuit("x' = index(v, floor(x))", x="output(0.5)", v=[1.0, 2.0]))
    assert text == (
        "'p/op/x' picks an element by an index that changes during a run. Each index is looked at, which a solver of a "
        "library cannot do; take one that calls the model step by step, such as solver='dopri5'."
    )
    frame = circuit("x' = index(v, k)", x="output(0.0)", v=[1.0, 2.0], k=1).run(
        1.0, 0.1, outputs={"x": "p/op/x"}, **TIGHT
    )
    np.testing.assert_allclose(frame["x"], 2.0 * frame.index, rtol=0, atol=1e-12)


def test_unknown_methods_and_options_name_those_that_there_are() -> None:
    assert refused(UnknownNameError, DECAY, method="tsit5") == (
        "Solver 'diffrax' has no method 'tsit5'. Did you mean 'Tsit5'? The methods: Tsit5, Dopri5, Dopri8, Bosh3, "
        "Heun, Midpoint, Ralston, Euler, Kvaerno3, Kvaerno4, Kvaerno5, ImplicitEuler."
    )
    assert refused(UnknownNameError, DECAY, pcoef=1.0) == (
        "There is no argument or option 'pcoef'. Did you mean 'pcoeff'? Options of solver 'diffrax': rtol, atol, "
        "max_step, first_step, max_steps, pcoeff, icoeff, dcoeff, adjoint. Options of backend 'jax': device, surrogate."
    )
    assert refused(ArgumentError, DECAY, rtol=-1.0) == "rtol must be a number that is positive; it is -1.0."


def test_a_run_that_fails_gives_its_time_what_it_recorded_and_the_variable() -> None:
    with pytest.raises(SimulationError) as caught:
        circuit("x' = x^2", x="output(1.0)").run(2.0, 0.1, outputs={"x": "p/op/x"}, **TIGHT)
    assert caught.value.time == pytest.approx(1.0, abs=1e-3)
    assert "'p/op/x' changes fastest there." in str(caught.value)
    assert caught.value.result is not None
    np.testing.assert_allclose(caught.value.result["x"].iloc[:9], 1 / (1 - np.arange(9) / 10), rtol=1e-6)


def test_a_computed_variable_that_is_no_number_ends_the_run_there() -> None:
    with pytest.raises(NonFiniteError) as caught:
        circuit("x' = -1.0", "z = sqrt(x)", x="output(1.0)", z="variable(0.0)").run(
            2.0, 0.1, outputs={"z": "p/op/z"}, **TIGHT
        )
    assert str(caught.value).startswith("'p/op/z' became NaN or infinite at t = 1")
    assert caught.value.time == pytest.approx(1.0, abs=0.1001)


ABSENT = """
import sys
sys.modules["diffrax"] = None  # importing it is an error now
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
model = CircuitTemplate("m", {"p": NodeTemplate("n", [OperatorTemplate("op", "x' = -x", {"x": "output(1.0)"})])})
print(len(model.run(1.0, 0.1, backend="jax", verbose=False)))
try:
    model.run(1.0, 0.1, backend="jax", solver="diffrax", verbose=False)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_diffrax_the_backend_works_and_the_solver_says_what_is_missing() -> None:
    done = subprocess.run([sys.executable, "-c", ABSENT], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "10",
        f"{PluginError.__name__} 'rates_jax.driver:DiffraxDriver' of rates-jax cannot be imported: the module "
        "'diffrax' is missing. Install it, or install rates-jax again.",
    ], done.stderr
