"""Wrong numbers without a word: time, inputs, delays, edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

BOTH = pytest.mark.parametrize("count", [1, 9], ids=["single", "grouped"])


@BOTH
def test_01_operators_of_one_name_and_different_equations_stay_apart(count):
    slow = NodeTemplate("n", [OperatorTemplate("op", "x' = -x", {"x": "output(1.0)"})])
    fast = NodeTemplate("n", [OperatorTemplate("op", "x' = -2*x", {"x": "output(1.0)"})])
    members = {f"{kind}{number}": node for number in range(count) for kind, node in (("a", slow), ("b", fast))}
    run = {"simulation_time": 1.0, "step_size": 0.1, "verbose": False}
    steps = np.arange(10)
    together = CircuitTemplate("both", members).run(outputs={"a": "a0/op/x", "b": "b0/op/x"}, **run)
    assert np.allclose(together["a"], 0.9**steps, rtol=1e-14)
    assert np.allclose(together["b"], 0.8**steps, rtol=1e-14)
    for node, factor in ((slow, 0.9), (fast, 0.8), (slow, 0.9)):  # one process, one name of everything
        table = CircuitTemplate("both", {"p": node}).run(outputs={"x": "p/op/x"}, **run)
        assert np.allclose(table["x"], factor**steps, rtol=1e-14)


@pytest.mark.parametrize("step", [0.1, 0.05])
def test_02_t_is_time_under_every_solver_whatever_the_step(single, solver, step):
    table = single("x' = cos(t)", x="output(0.0)").run(1.0 + step, step, outputs={"x": "p/op/x"}, **solver.options)
    assert table.index[-1] == pytest.approx(1.0)
    assert table["x"].iloc[-1] == pytest.approx(np.sin(1.0), abs=solver.tolerance(step))


def measured_order(circuit, fixed, exact, step=1 / 16, **arguments):
    """Return by which power of a step, which is halved, the largest error up to t = 1.25 shrinks."""
    errors = []
    for length in (step, step / 2):
        given = {name: value(length) if name == "inputs" else value for name, value in arguments.items()}
        table = circuit.run(1.25, length, outputs={"x": "p/op/x"}, **given, **fixed.options)
        errors.append(np.max(np.abs(table["x"] - exact(table.index.to_numpy()))))
    return np.log2(errors[0] / errors[1])


def test_03_every_method_has_its_order_with_an_input(single, fixed):
    # x' = u - x with u = t is t - 1 + 2 exp(-t); a line is what lies between its samples.
    circuit = single("x' = u - x", x="output(1.0)", u="input")
    order = measured_order(
        circuit,
        fixed,
        lambda t: t - 1 + 2 * np.exp(-t),
        step=1 / 16 if fixed.order < 8 else 5 / 16,  # order 8 errs by no more than rounding where steps are short
        inputs=lambda step: {"p/op/u": np.arange(round(1.25 / step) + 1) * step},
    )
    assert order == pytest.approx(fixed.order, abs=0.2)


def test_03_every_method_has_its_order_with_a_delay(single, fixed):
    # x' = -pi x(t - 1/2) is cos(pi t), for cos(pi (t - 1/2)) = sin(pi t); the start is smooth with that past.
    circuit = single("x' = -pi*past(x, tau)", x="output(1.0)", tau=0.5)
    order = measured_order(circuit, fixed, lambda t: np.cos(np.pi * t), history=lambda t: np.cos(np.pi * t))
    assert order >= fixed.order - 0.2


@pytest.mark.parametrize("count", [1, 9], ids=["single", "grouped"])
@pytest.mark.parametrize("method", ["RK45", "RK23", "DOP853", "Radau", "BDF", "LSODA"])
def test_04_a_returned_derivative_stays_what_it_was(nodes, count, method):
    """SciPy keeps references: with the same function written by hand its steps, rows and evaluations are the same."""
    start = np.repeat([2.0, 0.0], count)
    circuit = nodes(count, ["x' = z", "z' = mu*(1 - x^2)*z - x"], x="output(2.0)", z="variable(0.0)", mu=5.0)
    func, (_, y, *rest) = circuit.get_run_func("van_der_pol", 0.1, adaptive=True)

    def by_hand(t, y):
        x, z = np.reshape(y, (2, count))
        return np.concatenate([z, 5.0 * (1 - x**2) * z - x])

    assert y.tolist() == start.tolist()
    first = func(0.0, y, *rest)
    kept = np.asarray(first).copy()
    func(1.0, y + 1.0, *rest)
    assert np.array_equal(first, kept)
    given = {"method": method, "rtol": 1e-6, "atol": 1e-9}
    ours, theirs = solve_ivp(func, (0, 20), y, args=rest, **given), solve_ivp(by_hand, (0, 20), start, **given)
    assert ours.nfev == pytest.approx(theirs.nfev, rel=0.02)  # a last digit may change a step
    assert np.allclose(ours.y[:, -1], theirs.y[:, -1], rtol=0, atol=1e-4)


def test_05_sampling_that_does_not_fit_is_an_error_under_fixed_steps(single, fixed):
    with pytest.raises(ArgumentError) as caught:
        single("x' = -x", x="output(1.0)").run(1.0, 0.1, sampling_step_size=0.25, **fixed.options)
    assert str(caught.value) == (
        "sampling_step_size (0.25) must be a multiple of step_size (0.1) in a fixed-step method. "
        "The nearest one is 0.2."
    )


def test_05_adaptive_steps_are_sampled_anywhere(single, adaptive):
    table = single("x' = -x", x="output(1.0)").run(1.0, 0.1, sampling_step_size=0.07, **adaptive.options)
    assert np.allclose(table.index, np.arange(14) * 0.07)
    assert np.allclose(table["p/op/x"], np.exp(-table.index), atol=1e-7)


WEIGHTS = np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0], [0.5, 0.5, 0.5]])


def driven_population(population):
    """Return three units x' = u, whose x reach the y of others through a matrix: y' = s."""
    matrix = {"source": "p/op/x", "target": "p/op/s", "weights": WEIGHTS}
    return population(
        3, ["x' = u", "y' = s"], connections=[matrix], x="output(0.0)", y="variable(0.0)", u="input", s="input"
    )


def slopes(circuit, **options):
    """Return what evaluates ∂f/∂y at a point, with columns and rows in the order of y."""
    func, (t, _, *rest) = circuit.get_jacobian_func("J", 0.1, adaptive=True, **options)
    return lambda at: np.asarray(func(t, np.asarray(at, dtype=float), *rest))


def test_06_a_jacobian_of_a_population_that_a_matrix_couples(population):
    # x_i' = -x_i^2 + x_i sum_j w_ij x_j
    weights = np.array([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0], [0.0, 5.0, 6.0]])
    connection = {"source": "p/op/x", "target": "p/op/u", "weights": weights}
    circuit = population(3, "x' = -x^2 + x*u", connections=[connection], x="output(1.0)", u="input")
    x = np.array([1.0, 2.0, 3.0])
    expected = np.diag(-2 * x + weights @ x) + x[:, None] * weights
    assert np.allclose(slopes(circuit)(x), expected, rtol=1e-14)


def test_06_functions_may_have_the_names_that_are_usual_for_them(single):
    weights = np.array([[0.5, 2.0, 3.0], [4.0, 1.0, 0.25]])
    circuit = single("x' = -x^2 + x*vsum(w*x)", x="output(2.0)", w=weights)
    for name in ("J", "jacobian", "Field"):
        func, (t, y, dy, *rest) = circuit.get_run_func(name, 0.1)
        assert np.allclose(func(t, y, dy, *rest), -4.0 + 4.0 * weights.sum(), rtol=1e-14)
        func, (t, y, *rest) = circuit.get_jacobian_func(name, 0.1)
        assert np.allclose(func(t, y, *rest), -4.0 + 4.0 * weights.sum(), rtol=1e-14)


@BOTH
def test_06_a_jacobian_of_equal_nodes_that_edges_couple(nodes, count):
    # x_k' = sin(x_k) + 3 x_{k-1}
    edges = [(f"n{k}/op/x", f"n{k + 1}/op/u", None, {"weight": 3.0}) for k in range(count - 1)]
    circuit = nodes(count, "x' = sin(x) + u", edges, x="output(1.0)", u="input")
    x = np.linspace(0.0, 2.0, count)
    assert np.allclose(slopes(circuit)(x), np.diag(np.cos(x)) + 3 * np.eye(count, k=-1), rtol=1e-14)


@BOTH
def test_06_a_jacobian_of_a_product_with_the_own_past(nodes, count):
    # x' = x x(t - 1): by x it is the past, 0.5 from the start on
    circuit = nodes(count, "x' = x*past(x, tau)", x="output(0.5)", tau=1.0)
    assert np.allclose(slopes(circuit)(np.full(count, 2.0)), 0.5 * np.eye(count), rtol=1e-14)


@pytest.mark.parametrize(
    ("path", "columns", "reached"),
    [
        ("p/op/u", [1.0, 2.0, 4.0], [1.0, 2.0, 4.0]),
        ("p/op/u", [3.0], [3.0, 3.0, 3.0]),
        ("p[1]/op/u", [3.0], [0.0, 3.0, 0.0]),
    ],
)
def test_07_an_input_leaves_the_size_and_the_connections_of_a_population_alone(
    population, solver, path, columns, reached
):
    # x_j = c_j t and y_i = sum of w_ij c_j t^2/2, which Euler sums to t (t - h)/2.
    signal = np.tile(columns, (21, 1))
    table = driven_population(population).run(
        2.0, 0.1, inputs={path: signal}, outputs={"x": "p/op/x", "y": "p/op/y"}, **solver.options
    )
    assert table.shape == (20, 6)
    t = table.index.to_numpy()[:, None]
    assert np.allclose(table["x"], t * reached, rtol=1e-7, atol=1e-12)
    area = t * (t - 0.1) / 2 if solver.order == 1 else t**2 / 2
    assert np.allclose(table["y"], area * (WEIGHTS @ reached), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("samples", [20, 21, 47])
def test_08_sample_k_of_an_input_is_at_k_steps_however_many_there_are(single, solver, samples):
    # u = t: x = t^2/2, and t (t - h)/2 under Euler.
    table = single("x' = u", x="output(0.0)", u="input").run(
        2.0, 0.1, inputs={"p/op/u": np.arange(samples) * 0.1}, outputs={"x": "p/op/x", "u": "p/op/u"}, **solver.options
    )
    t = table.index.to_numpy()
    assert np.allclose(table["u"], t, atol=1e-12)
    assert np.allclose(table["x"], t * (t - 0.1) / 2 if solver.order == 1 else t**2 / 2, atol=1e-9)


@BOTH
def test_09_small_increments_on_large_values_are_not_lost(nodes, solver, count):
    # A thousand additions of 1e-6 to 100, each rounded to 1.4e-14 at most; single precision would stay at 100.
    table = nodes(count, "x' = k", x="output(100.0)", k=1e-3).run(
        1.001, 1e-3, outputs={"x": "n0/op/x"}, **{**solver.options, **({"rtol": 1e-10} if solver.adaptive else {})}
    )
    assert table["x"].iloc[-1] - 100.001 == pytest.approx(0.0, abs=2e-11)


SOURCES = [(f"n{number}/op/x", f"n{number}/op/u") for number in range(9)]


@BOTH
@pytest.mark.parametrize("delay", [None, 0.3])
def test_10_parallel_edges_between_one_pair_add_up(nodes, fixed, count, delay):
    # x' = 1: u = (2 + 3 - 1) x(t - d).
    attributes = {} if delay is None else {"delay": delay}
    edges = [(*ends, None, {"weight": w, **attributes}) for ends in SOURCES[:count] for w in (2.0, 3.0, -1.0)]
    circuit = nodes(count, ["x' = 1", "z = u"], edges, x="output(0.0)", u="input", z="variable")
    table = circuit.run(1.0, 0.1, outputs={"z": f"n{count - 1}/op/z"}, **fixed.options)
    assert np.allclose(table["z"], 4 * np.maximum(table.index - (delay or 0.0), 0.0), atol=1e-12)


@BOTH
@pytest.mark.parametrize("delays", [(0.2, 0.5), (None, 0.5), (0.5, None), (0.2, 0.25, 0.5, None)])
def test_11_connections_from_one_source_keep_their_own_delays(nodes, solver, count, delays):
    edges = [
        (*ends, None, {"weight": 10.0**place, **({} if delay is None else {"delay": delay})})
        for ends in SOURCES[:count]
        for place, delay in enumerate(delays)
    ]
    circuit = nodes(count, ["x' = 1", "z = u"], edges, x="output(0.0)", u="input", z="variable")
    table = circuit.run(1.0, 0.1, outputs={"z": f"n{count - 1}/op/z"}, **solver.options)
    t = table.index.to_numpy()
    expected = sum(10.0**place * np.maximum(t - (delay or 0.0), 0.0) for place, delay in enumerate(delays))
    assert np.allclose(table["z"], expected, atol=1e-7 if solver.adaptive else 1e-10)


def test_11_a_matrix_of_delays_keeps_each(population, solver):
    delays = np.array([[0.1, 0.2, 0.3], [0.25, 0.35, 0.45], [0.15, 0.0, 0.6]])
    connection = {"source": "p/op/x", "target": "p/op/u", "weights": WEIGHTS, "delays": delays}
    circuit = population(
        3, ["x' = k", "z = u"], {"op/k": [1.0, 2.0, 3.0]}, [connection], x="output(0.0)", u="input", z="variable", k=1.0
    )
    table = circuit.run(1.0, 0.1, outputs={"z": "p/op/z"}, **solver.options)
    ramps = np.maximum(table.index.to_numpy()[:, None, None] - delays, 0.0) * np.array([1.0, 2.0, 3.0])
    assert np.allclose(table, (WEIGHTS * ramps).sum(axis=2), atol=1e-7 if solver.adaptive else 1e-10)


def check_delay(single, method, step, delay):
    """Compare with exp(-t), which solves x' = -exp(-d) x(t - d) for every d if it was so before the start."""
    circuit = single("x' = -exp(-tau)*past(x, tau)", x="output(1.0)", tau=delay)
    past = {"history": lambda t: np.exp(-t)}
    table = circuit.run(1.0 + step, step, outputs={"x": "p/op/x"}, **past, **method.options)
    assert table["x"].iloc[-1] == pytest.approx(np.exp(-1), abs=method.tolerance(step))


@pytest.mark.parametrize("steps", [1.0, 0.37, 0.01, 2.0, 3.37])
def test_12_a_delay_of_any_number_of_fixed_steps(single, fixed, steps):
    for step in (0.1, 0.05):
        check_delay(single, fixed, step, steps * step)


@pytest.mark.parametrize("delay", [0.1, 0.037])
def test_12_a_delay_under_adaptive_steps(single, adaptive, delay):
    check_delay(single, adaptive, 0.1, delay)


@BOTH
@pytest.mark.parametrize("steps", [1.0, 0.37, 2.0, 3.37])
def test_12_a_delayed_edge_carries_a_line_exactly(nodes, solver, count, steps):
    # x' = 1: the delayed value is t - d, and 0 before that; nothing is interpolated across the start.
    edges = [(*ends, None, {"delay": steps * 0.1}) for ends in SOURCES[:count]]
    circuit = nodes(count, ["x' = 1", "z = u"], edges, x="output(0.0)", u="input", z="variable")
    table = circuit.run(1.0, 0.1, outputs={"z": "n0/op/z"}, **solver.options)
    tolerance = 1e-7 if solver.adaptive else 1e-12
    assert np.allclose(table["z"], np.maximum(table.index - steps * 0.1, 0.0), atol=tolerance)
