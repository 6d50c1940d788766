from __future__ import annotations

import math

import pytest
from rates_core.errors import ArgumentError, UnsupportedFeatureError
from rates_core.reference import EULER, HEUN, RK4, Interpreter, Tableau
from rates_core.reference.integrate import interpolated
from rates_core.templates.connectivity import Connectivity
from rates_core.templates.node import EdgeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate


def delayed_decay(single, delay, start=1.0):
    return single(["x' = -past(x, d)"], x=f"variable({start})", d=delay)


@pytest.mark.parametrize("steps", [1, 2, 3, 7])
def test_euler_with_a_delay_of_whole_steps_has_a_closed_form(single, steps):
    # x_{n+1} = x_n - h x_{n-m}, 1 before the start: the sum over j of C(n - (j-1)m, j) (-h)^j, by induction
    run = delayed_decay(single, steps * 0.1).run(3.0, 0.1, EULER)
    for n, x in enumerate(run["p/op/x"]):
        terms = [math.comb(n - (j - 1) * steps, j) * (-0.1) ** j for j in range(n + 1) if n >= (j - 1) * steps]
        assert x == pytest.approx(sum(terms), rel=1e-12, abs=1e-14)


def test_the_method_of_steps_is_met_as_the_step_falls(single):
    # x' = -x(t - 0.1), 1 before 0: 1 - t + (t - 0.1)^2/2 - (t - 0.2)^3/6 + ... ; exactly 0.643670833333333 at 0.4
    exact = 1 - 0.4 + 0.3**2 / 2 - 0.2**3 / 6 + 0.1**4 / 24
    errors = [abs(delayed_decay(single, 0.1).run(0.5, 0.1 / n, RK4)["p/op/x"][4 * n] - exact) for n in (4, 8)]
    assert errors[0] < 2e-9
    # the kink at each multiple of the delay is on the grid, but samples on both sides of it are interpolated
    assert math.log2(errors[0] / errors[1]) > 3.5


@pytest.mark.parametrize("delay", [0.0, 0.037, 0.1, 0.137, 0.3, 0.337])
@pytest.mark.parametrize("method", [EULER, HEUN, RK4], ids=["euler", "heun", "rk4"])
def test_the_past_of_a_line_is_exact_after_any_delay(single, method, delay):
    # every method and every interpolation is exact for a line; a rounded delay would not be
    model = single(["y' = 2", "z = past(y, d)"], y="variable(5.0)", z="variable", d=delay)
    run = model.run(2.0, 0.1, method, outputs=["p/op/z"])
    expected = [5.0 + 2.0 * max(0.0, t - delay) for t in run.times]
    assert run["p/op/z"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_interpolation_is_exact_up_to_the_order_of_the_method(single, power):
    # t^4 is integrated exactly by RK4 and lies on five samples; 3.37 steps back there are five from the fourth step on
    model = single([f"y' = {power}*t^{power - 1}", "z = y(t - d)"], y="variable", z="variable", d=0.337)
    run = model.run(2.0, 0.1, RK4, outputs=["p/op/z"])
    expected = [max(0.0, t - 0.337) ** power for t in run.times]
    assert run["p/op/z"] == pytest.approx(expected, abs=1e-13)


def test_interpolation_takes_one_sample_more_than_the_order(single):
    # a parabola lies on the three samples of Heun's method, but not on the two of Euler's
    for method, error in ((HEUN, 0.0), (EULER, 0.37 * 0.63 * 0.1**2)):
        model = single(["y' = 0", "q = t^2 + y", "z = past(q, 0.137)"], y="variable", q="variable", z="variable")
        run = model.run(1.0, 0.1, method, outputs=["p/op/z"])
        assert run["p/op/z"][3:] == pytest.approx([(t - 0.137) ** 2 + error for t in run.times[3:]], abs=1e-14)


def test_interpolation_never_uses_what_was_before_the_start(single):
    # 0.37 steps into the run there are too few samples, whatever the past: q is computed from the extension of the step
    model = single(["y' = 0", "q = t^2 + y", "z = past(q, 0.063)"], y="variable", q="variable", z="variable")
    run = model.run(1.0, 0.1, RK4, outputs=["p/op/z"], history={"p/op/q": 1000.0})
    assert run["p/op/z"][:2] == [1000.0, pytest.approx((0.37 * 0.1) ** 2)]


def test_the_window_of_samples_lies_around_the_position(single):
    # |t - 1| has its corner at sample 10; Heun's window is k - 1, k, k + 1 around the interval from k on
    model = single(["y' = 0", "q = abs(t - 1) + y", "z = past(q, 0.35)"], y="variable", q="variable", z="variable")
    run = model.run(2.0, 0.1, HEUN, outputs=["p/op/z"])
    position = {n: n * 0.1 - 0.35 for n in range(4, 20)}
    for n, t in position.items():
        # only the window 9, 10, 11, of the position 10.5, holds the corner: its parabola is h/4 there, and not h/2
        value = 0.1 / 4 if n == 14 else abs(t - 1.0)
        assert run["p/op/z"][n] == pytest.approx(value, abs=1e-13)


def test_lagrange_interpolation_reproduces_a_cubic():
    samples = {k: float(k**3 - 2 * k) for k in (2, 3, 4, 5)}
    assert interpolated(3.25, samples) == pytest.approx(3.25**3 - 6.5, rel=1e-14)
    assert interpolated(4.0, samples) == 56.0


# a delay smaller than the step


def test_a_read_inside_the_step_repeats_it(single):
    # x' = -x(t - 0.37 h) with Heun's method by hand: the second stage reads 0.63 of the step
    h = 0.1
    run = delayed_decay(single, 0.037).run(0.3, h, HEUN)

    def extended(start, theta, first, second):  # the extension of Heun's method: θ - θ²/2 and θ²/2 of the two slopes
        return start + h * ((theta - theta**2 / 2) * first + theta**2 / 2 * second)

    line = -(1.0 - 0.63 * h)  # first pass: along the first slope, which is -1
    slope = -extended(1.0, 0.63, -1.0, line)  # its repetition
    second = 1.0 + h / 2 * (-1.0 + slope)
    assert run["p/op/x"][1] == pytest.approx(second, rel=1e-14)

    start = -extended(1.0, 0.63, -1.0, slope)  # 0.63 of the first step: there are no three samples yet
    line = -(second + 0.63 * h * start)
    end = -extended(second, 0.63, start, line)
    assert run["p/op/x"][2] == pytest.approx(second + h / 2 * (start + end), rel=1e-14)


def test_rk4_with_a_delay_below_the_step_integrates_the_kink_by_simpson(single):
    # y = t; x' = y(t - 0.37 h): the first step sees 0, 0.13 h, 0.13 h, 0.63 h, the later ones a line
    h, delay = 0.1, 0.037
    model = single(["y' = 1", "x' = past(y, d)"], y="variable", x="variable", d=delay)
    run = model.run(1.0, h, RK4)
    first = h * h * (4 * 0.13 + 0.63) / 6
    expected = [first + ((t - delay) ** 2 - (0.63 * h) ** 2) / 2 for t in run.times[1:]]
    assert run["p/op/x"][1:] == pytest.approx(expected, abs=1e-14)


def test_rk4_with_a_delay_of_3_37_steps_integrates_the_kink_by_simpson(single):
    # y = t^3: the fourth step sees 0, (0.13 h)^3 twice, (0.63 h)^3; Simpson's rule is exact on the cubics after it
    h, delay = 0.1, 0.337
    model = single(["y' = 3*t^2", "x' = past(y, d)"], y="variable", x="variable", d=delay)
    run = model.run(1.5, h, RK4)
    first = h * h**3 * (4 * 0.13**3 + 0.63**3) / 6
    expected = [first + ((t - delay) ** 4 - (0.63 * h) ** 4) / 4 for t in run.times[4:]]
    assert run["p/op/x"][:4] == [0.0, 0.0, 0.0, 0.0]
    assert run["p/op/x"][4:] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("source", ["past", "edge"])
@pytest.mark.parametrize(("method", "order"), [(EULER, 1), (HEUN, 2), (RK4, 4)])
def test_the_order_is_kept_with_a_delay_of_no_multiple_of_the_step(single, node, circuit, method, order, source):
    # x' = -exp(-d) x(t - d) with the past exp(-t) goes on as exp(-t): a smooth start
    delay, weight = 0.337, -math.exp(-0.337)
    if source == "past":
        model = single(["x' = w*past(x, d)"], x="variable(1.0)", d=delay, w=weight)
    else:
        unit = node(["x' = u"], x="output(1.0)", u="input")
        edges = [("p/op/x", "p/op/u", None, {"delay": delay, "weight": weight})]
        model = Interpreter(circuit({"p": unit}, edges=edges))

    def error(steps):
        run = model.run(1.0 + 1.5 / steps, 1.0 / steps, method, history=lambda t: math.exp(-t))
        return abs(run["p/op/x"][steps] - math.exp(-1.0))

    assert math.log2(error(20) / error(80)) / 2 == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize(("method", "order"), [(HEUN, 2), (RK4, 4)])
def test_repetitions_carry_the_order_of_the_method_below_the_step(single, method, order):
    # a delay of 0.37 steps, from a smooth start that is far behind: the error is that of one step size against another
    def error(steps):
        delay = 0.37 / steps
        model = single(
            ["x' = (-exp(-d)*past(x, d)) if t > 0.499 else -x"], x="variable(1.0)", d=delay
        )  # the first half gives enough samples
        run = model.run(1.0 + 1.5 / steps, 1.0 / steps, method)
        return abs(run["p/op/x"][steps] - math.exp(-1.0))

    assert math.log2(error(20) / error(80)) / 2 >= order - 0.3


def test_the_first_pass_reads_along_the_first_slope(single):
    # a method of order 1 makes one pass; its third stage, at the end of the step, reads 0.9 of the way there
    method = Tableau(1, (0.0, 0.5, 1.0), ((), (0.5,), (0.0, 1.0)), (0.0, 0.0, 1.0))
    model = single(["y' = 1", "x' = past(y, 0.01)"], y="variable", x="variable")
    assert model.run(0.2, 0.1, method)["p/op/x"] == [0.0, pytest.approx(0.1 * 0.09)]


# what is delayed


def test_a_hidden_expression_is_stored_and_interpolated_as_such(single):
    # between samples Euler's method draws a line through y^2, not the square of a line through y
    model = single(["y' = 1", "z = past(y^2, 0.15)"], y="variable", z="variable")
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    expected = [((t - 0.1) ** 2 + (t - 0.2) ** 2) / 2 for t in run.times[2:]]
    assert run["p/op/z"][2:] == pytest.approx(expected, abs=1e-14)


def test_what_has_no_sample_yet_is_computed_inside_the_step(single):
    # half a step back there is a line through y, and y^2 is the square of what is on it
    model = single(["y' = 1", "z = past(y^2, 0.05)"], y="variable", z="variable")
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    assert run["p/op/z"][1:] == pytest.approx([(t - 0.05) ** 2 for t in run.times[1:]], abs=1e-14)


@pytest.mark.parametrize(
    "term", ["past(y, 2*d)", "y(t - (d + d))", "y(t - d - d)", "past(past(y, d), d)", "past(y, e)"]
)
def test_delays_may_be_expressions_and_add(single, term):
    model = single(["y' = 1", "z = past(y, d)", "e = 2*d", f"x = {term}"], y="variable", z="variable", e="variable",
                   x="variable", d=0.13)  # fmt: skip
    run = model.run(1.0, 0.1, HEUN, outputs=["p/op/x"])
    assert run["p/op/x"] == pytest.approx([max(0.0, t - 0.26) for t in run.times], abs=1e-13)


def test_a_delayed_variable_may_be_delayed_again(single):
    model = single(["y' = 1", "z = past(y, d)", "x = past(z, d)"], y="variable", z="variable", x="variable", d=0.13)
    run = model.run(1.0, 0.1, HEUN, outputs=["p/op/x"])
    # z has a corner at 0.13, which interpolation rounds; three samples later all is a line again
    assert run["p/op/x"][5:] == pytest.approx([t - 0.26 for t in run.times[5:]], abs=1e-13)
    assert run["p/op/x"][:2] == [0.0, 0.0]


def test_nested_delays_are_one_delay_and_no_interpolation_of_interpolated_values(single):
    # 0.05 + 0.05 is a step of the grid: the sample itself is read
    model = single(["y' = 0", "q = t^2 + y", "z = past(past(q, 0.05), 0.05)"], y="variable", q="variable", z="variable")
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    assert run["p/op/z"][1:] == pytest.approx([(t - 0.1) ** 2 for t in run.times[1:]], abs=1e-15)


def test_two_edges_of_one_source_keep_their_delays(node, circuit):
    source, target = node(["x' = 1"], x="output"), node(["z = u"], z="variable", u="input")
    edges = [
        ("s/op/x", "a/op/u", None, {"delay": 0.3}),
        ("s/op/x", "b/op/u", None, {"delay": 0.45}),
        ("s/op/x", "c/op/u", None, {}),
        ("s/op/x", "c/op/u", None, {"delay": 0.2, "weight": 10.0}),
    ]
    model = Interpreter(circuit({"s": source, "a": target, "b": target, "c": target}, edges=edges))
    run = model.run(1.0, 0.1, HEUN, outputs=["a/op/z", "b/op/z", "c/op/z"])
    assert run["a/op/z"] == pytest.approx([max(0.0, t - 0.3) for t in run.times], abs=1e-14)
    assert run["b/op/z"] == pytest.approx([max(0.0, t - 0.45) for t in run.times], abs=1e-14)
    assert run["c/op/z"] == pytest.approx([t + 10.0 * max(0.0, t - 0.2) for t in run.times], abs=1e-13)


def test_connections_have_a_delay_each(node, circuit):
    unit = node(["x' = k", "z = u"], x="output", z="variable", u="input", k=1.0)
    connection = Connectivity("p/op/x", "p/op/u", [[1.0, 1.0], [1.0, 1.0]], delays=[[0.0, 0.2], [0.3, 0.0]])
    population = PopulationTemplate("p", unit, 2, {"op/k": [1.0, 10.0]})
    model = Interpreter(circuit(populations={"p": population}, connections=[connection]))
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    assert run["p[0]/op/z"] == pytest.approx([t + 10.0 * max(0.0, t - 0.2) for t in run.times], abs=1e-14)
    assert run["p[1]/op/z"] == pytest.approx([max(0.0, t - 0.3) + 10.0 * t for t in run.times], abs=1e-14)


def test_the_delay_of_an_edge_acts_before_its_operators_and_on_its_source_only(node, circuit):
    unit = node(["x' = 1", "z = u"], x="output", z="variable", u="input")
    operator = OperatorTemplate("eo", ["m = (pre + t) * now"], {"m": "output", "pre": "input", "now": "input"})
    template = EdgeTemplate("edge", [operator])
    edges = [("p/op/x", "p/op/u", template, {"weight": 2.0, "delay": 0.3, "eo/pre": "source", "eo/now": "p/op/x"})]
    run = Interpreter(circuit({"p": unit}, edges=edges)).run(1.0, 0.1, EULER, outputs=["p/op/z"])
    expected = [2.0 * (max(0.0, t - 0.3) + t) * t for t in run.times]
    assert run["p/op/z"] == pytest.approx(expected, abs=1e-14)


def test_a_delayed_vector_is_delayed_element_by_element(single):
    model = single(["y' = k", "z = past(y, 0.15)"], y="variable(0.0,2)", z="variable(0.0,2)", k=[1.0, 10.0])
    run = model.run(1.0, 0.1, EULER, outputs=["p/op/z"])
    for t, (first, second) in zip(run.times, run["p/op/z"], strict=True):
        assert (first, second) == pytest.approx((max(0.0, t - 0.15), 10.0 * max(0.0, t - 0.15)), abs=1e-13)


def test_a_loop_of_delayed_algebraic_variables_needs_no_state_but_a_past(single):
    # z doubles after each delay of two steps: from 3 in the past, 6 in the first two steps, then 12, 24, ...
    model = single(["z = 2*past(z, 0.2)"], z="variable")
    run = model.run(0.8, 0.1, HEUN, outputs=["p/op/z"], history=3.0)
    assert run["p/op/z"] == [6.0, 6.0, 12.0, 12.0, 24.0, 24.0, 48.0, 48.0]


def test_a_loop_with_a_delay_of_no_multiple_of_the_step_uses_earlier_samples(single):
    # with Euler's method z_k = 2 z(k - 1.5) is read on the line between k - 2 and k - 1
    model = single(["z = 2*past(z, 0.15)"], z="variable")
    run = model.run(0.6, 0.1, EULER, outputs=["p/op/z"], history=3.0)
    # positions -1.5, -0.5, 0.5, 1.5, 2.5, 3.5
    assert run["p/op/z"] == pytest.approx([6.0, 6.0, 12.0, 18.0, 30.0, 48.0])


@pytest.mark.parametrize("method", [EULER, HEUN, RK4], ids=["euler", "heun", "rk4"])
@pytest.mark.parametrize("delay", [0.137, 0.15, 0.2, 0.337])
def test_a_loop_of_delayed_algebraic_variables_goes_on_as_a_line(single, method, delay):
    # z(t) = z(t - d) + d holds for the line t; no sample of z may be needed for itself
    model = single(["z = past(z, d) + d", "x' = z"], z="variable", x="variable", d=delay)
    run = model.run(2.0, 0.1, method, outputs=["p/op/z"], history=lambda t: t)
    assert run["p/op/z"] == pytest.approx(run.times, abs=1e-10)


def test_a_loop_with_a_delay_below_the_step_is_followed_inside_it(single):
    # half a step back there is no sample yet: z is computed there, from what it was half a step before that
    model = single(["z = 2*past(z, 0.05)", "x' = z"], z="variable", x="variable")
    assert model.run(0.4, 0.1, EULER, outputs=["p/op/z"], history=3.0)["p/op/z"] == [6.0, 12.0, 48.0, 192.0]


def test_a_delay_of_zero_is_none(single):
    model = single(["x' = past(x, d)"], x="variable", d=0.0)
    assert model.derivative(0.0, {"p/op/x": 2.0}, history=100.0) == {"p/op/x": 2.0}


def test_the_derivative_takes_past_values_from_the_history(single):
    model = single(["x' = past(x, 0.5) + past(x^2, 1)"], x="variable")
    state = {"p/op/x": 2.0}
    assert model.derivative(3.0, state) == {"p/op/x": 6.0}
    assert model.derivative(3.0, state, history=10.0) == {"p/op/x": 110.0}
    assert model.derivative(3.0, state, history=lambda t: 10.0 * t) == {"p/op/x": 25.0 + 400.0}
    assert model.derivative(3.0, state, history={"p/op/x": 1.0}) == {"p/op/x": 2.0}


def test_a_delay_is_a_parameter(node, circuit):
    unit = node(["x' = u"], x="output", u="input")
    edges = [("p/op/x", "p/op/u", None, {"delay": 0.3})]
    model = Interpreter(circuit({"p": unit}, edges=edges))
    path = "p/op/x->p/op/u[0]/delay"
    found = model.derivative(1.0, {"p/op/x": 0.0}, history=lambda t: t, parameters={path: 0.75})
    assert found == {"p/op/x": 0.25}


@pytest.mark.parametrize(("delay", "culprit"), [("d + x", "x"), ("u", "u"), ("z", "x")])
def test_a_delay_that_changes_is_refused(single, delay, culprit):
    model = single([f"x' = past(x, {delay})", "z = x"], x="variable", z="variable", u="input", d=1.0)
    with pytest.raises(UnsupportedFeatureError) as error:
        model.derivative(0.0, {"p/op/x": 1.0})
    assert str(error.value).endswith(f"depends on 'p/op/{culprit}'; delays are constant.")


def test_a_negative_delay_is_refused(single):
    with pytest.raises(ArgumentError) as error:
        delayed_decay(single, -1.0).derivative(0.0, {"p/op/x": 1.0})
    assert str(error.value).startswith("A delay is a finite number of at least 0; that of 'p/op/past(")
    assert str(error.value).endswith("' is -1.0.")
