"""External inputs: their columns at each run, and what they are between samples and in runs that go on."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import InputSignalError

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

NODE = NodeTemplate("n", [OperatorTemplate("l", "x' = -x + u", {"x": "output(1.0)", "u": "input(0.0)"})])
POPULATION = CircuitTemplate("c", populations={"p": PopulationTemplate("p", NODE, 3)})
NODES = CircuitTemplate("c", nodes=dict.fromkeys("abc", NODE))
GROUPED = CircuitTemplate("c", nodes={f"n{number}": NODE for number in range(9)})
RUN = {"simulation_time": 1.0, "step_size": 0.01, "outputs": {"x": "all/l/x"}}
LAST = 0.99  # time of the last row

each_circuit = pytest.mark.parametrize(
    ("circuit", "path", "count"), [(POPULATION, "p/l/u", 3), (NODES, "all/l/u", 3), (GROUPED, "all/l/u", 9)]
)
each_solver = pytest.mark.parametrize("solver", ["rk4", "scipy"])


def relaxed(levels: np.ndarray) -> np.ndarray:
    """Return x at the last row for x' = -x + level from 1."""
    return levels + (1 - levels) * np.exp(-LAST)


@each_solver
@each_circuit
def test_a_model_compiled_with_one_column_takes_one_per_unit(
    circuit: CircuitTemplate, path: str, count: int, solver: str
) -> None:
    model = circuit.compile(inputs={path: np.ones(101)}, solver=solver, **RUN)
    levels = np.arange(count, dtype=float)
    for given in (np.tile(levels, (101, 1)), lambda t: levels):
        found = model.run(inputs={path: given}).iloc[-1].to_numpy()
        np.testing.assert_allclose(found, relaxed(levels), rtol=0, atol=2e-6)
    np.testing.assert_allclose(model.run().iloc[-1], 1.0, rtol=0, atol=1e-12)


@each_solver
@each_circuit
def test_a_model_compiled_with_one_column_per_unit_takes_one_for_all(
    circuit: CircuitTemplate, path: str, count: int, solver: str
) -> None:
    model = circuit.compile(inputs={path: np.ones((101, count))}, solver=solver, **RUN)
    for given in (np.full(101, 2.0), np.full((101, 1), 2.0), lambda t: 2.0):
        found = model.run(inputs={path: given}).iloc[-1].to_numpy()
        np.testing.assert_allclose(found, relaxed(np.full(count, 2.0)), rtol=0, atol=2e-6)


def test_columns_reach_the_units_of_a_population_that_a_path_names() -> None:
    nodes = {f"{kind}{number}": NODE for number in range(9) for kind in "ab"}
    edge = ("a0/l/x", "b0/l/u", None, {"weight": 0.0})
    circuit = CircuitTemplate("c", nodes=nodes, edges=[edge])
    model = circuit.compile(inputs={"a3/l/u": np.ones(101), "all/l/u": np.ones(101)}, solver="rk4", **RUN)
    levels = np.arange(18.0)
    found = model.run(inputs={"a3/l/u": np.ones(101), "all/l/u": np.tile(levels, (101, 1))}).iloc[-1].to_numpy()
    levels[list(nodes).index("a3")] += 1
    np.testing.assert_allclose(found, relaxed(levels), rtol=0, atol=2e-6)


def test_a_program_for_more_columns_is_made_once() -> None:
    model = POPULATION.compile(inputs={"p/l/u": np.ones(101)}, **RUN)
    wide = {"p/l/u": np.ones((101, 3))}
    assert model.with_columns(wide, 0.0) is model.with_columns(wide, 0.0) is not model
    assert model.with_columns({"p/l/u": np.ones(101)}, 0.0) is model


INTEGRATOR = CircuitTemplate(
    "c", nodes={"p": NodeTemplate("n", [OperatorTemplate("l", "x' = u", {"x": "output(0.0)", "u": "input(0.0)"})])}
)
SIGNAL = np.array([1.0, 2.0, 4.0, 8.0, 100.0, 1000.0])


@pytest.mark.parametrize("solver", ["heun", "scipy"])
@pytest.mark.parametrize(
    ("samples", "end"),
    [
        (4, 9.25),  # trapezoids of 1, 2, 4, 8 and 8 again, which holds to the end, 0.5 apart
        (5, 32.25),  # the one sample behind the last step is its end
        (6, 32.25),  # further samples are not used
    ],
)
def test_one_sample_more_than_steps_is_used_and_no_further_one(solver: str, samples: int, end: float) -> None:
    first = INTEGRATOR.run(2.0, 0.5, inputs={"p/l/u": SIGNAL[:samples]}, outputs={"x": "p/l/x"}, solver=solver)
    np.testing.assert_allclose(first["x"], [0.0, 0.75, 2.25, 5.25], rtol=0, atol=1e-5)
    rest = INTEGRATOR.run(0.5, 0.5, inputs={"p/l/u": [0.0]}, outputs={"x": "p/l/x"}, solver=solver, state=first)
    np.testing.assert_allclose(rest["x"], [end], rtol=0, atol=1e-4)


@pytest.mark.parametrize("place", [4, 5])
def test_a_sample_that_is_not_used_may_not_be_nan_either(place: int) -> None:
    signal = SIGNAL.copy()
    signal[place] = np.nan
    with pytest.raises(InputSignalError) as refused:
        INTEGRATOR.run(2.0, 0.5, inputs={"p/l/u": signal})
    assert str(refused.value) == f"External input 'p/l/u' is NaN or infinite at sample {place}."


def test_runs_with_other_columns_go_on_from_each_other() -> None:
    model = POPULATION.compile(inputs={"p/l/u": np.zeros(101)}, solver="rk4", **RUN)
    first = model.run()
    found = model.run(state=first, inputs={"p/l/u": np.tile([0.0, 1.0, 2.0], (101, 1))}).iloc[-1].to_numpy()
    levels = np.arange(3.0)
    np.testing.assert_allclose(found, levels + (np.exp(-1.0) - levels) * np.exp(-LAST), rtol=0, atol=1e-8)


@pytest.mark.parametrize("solver", ["euler", "heun", "rk4"])
@pytest.mark.parametrize("delay", [0.03, 0.0137])
@pytest.mark.parametrize("step_size", [0.01, 0.1 / 3])
def test_two_short_runs_equal_a_long_one_to_the_last_bit(solver: str, delay: float, step_size: float) -> None:
    # z = u is computed from the input wherever its past is read, between samples too
    operator = OperatorTemplate(
        "o", ["z = 3*u", "x' = past(z, tau) - x*past(x*u, tau)"],
        {"x": "output(1.0)", "z": "variable", "u": "input(0.0)", "tau": delay},
    )  # fmt: skip
    signal = np.random.default_rng(1).normal(size=121)
    circuit = CircuitTemplate("c", nodes={"n": NodeTemplate("n", [operator])})
    model = circuit.compile(step_size=step_size, solver=solver, outputs={"x": "n/o/x"}, inputs={"n/o/u": signal})
    whole = model.run(simulation_time=120 * step_size)
    for cut in (1, 2, 37, 64):
        first = model.run(simulation_time=cut * step_size, inputs={"n/o/u": signal[: cut + 1]})
        rest = {"n/o/u": signal[cut:]}
        second = model.run(simulation_time=(120 - cut) * step_size, inputs=rest, state=first)
        assert np.array_equal(np.concatenate([first["x"], second["x"]]), whole["x"])


@pytest.mark.parametrize(
    ("path", "signal", "text"),
    [
        (
            "p[0]/l/u",
            lambda t: 1.0 if t < 0.5 else [1.0, 2.0],
            " gives 2 values at t = 0.5, but gave 1 at the start of the run; give equally many at all times.",
        ),
        (
            "p/l/u",
            lambda t: [1.0, 2.0, 3.0] if t < 0.5 else 1.0,
            " gives 1 value at t = 0.5, but gave 3 at the start of the run; give equally many at all times.",
        ),
        ("p/l/u", lambda t: 1.0 if t < 0.5 else "one", " gives 'one' at t = 0.5; it must give finite real numbers."),
        (
            "p/l/u",
            lambda t: 1.0 if t < 0.5 else {}["hour"],
            ": its function raises KeyError at t = 0.5: 'hour'",
        ),
    ],
)
def test_a_function_that_fails_later_is_named(path: str, signal: object, text: str) -> None:
    with pytest.raises(InputSignalError) as caught:
        POPULATION.run(1.0, 0.01, inputs={path: signal}, solver="heun", verbose=False)
    assert str(caught.value) == f"External input '{path}'{text}"
