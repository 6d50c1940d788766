from __future__ import annotations

import cmath
import math

import pytest
from rates_core.errors import ArgumentError, InputSignalError
from rates_core.reference import EULER, HEUN, RK4, Tableau

METHODS = {"euler": EULER, "heun": HEUN, "rk4": RK4}


def growth(order, z):
    """Return what one step of a method with as many stages as its order multiplies x by, for x' = z x."""
    return sum(z**k / math.factorial(k) for k in range(order + 1))


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_linear_equation_grows_by_the_stability_polynomial(single, method):
    run = single(["x' = k*x"], x="variable(2.0)", k=-0.7).run(2.0, 0.1, method)
    expected = [2.0 * growth(method.order, -0.07) ** n for n in range(20)]
    # a hundred operations of relative rounding 1e-16
    assert run["p/op/x"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_rotation_turns_by_the_stability_polynomial(single, method):
    run = single(["z' = I*w*z"], z="variable(1.0)", w=3.0).run(1.0, 0.1, method)
    factor = growth(method.order, 0.3j)
    assert all(abs(z - factor**n) < 1e-14 for n, z in enumerate(run["p/op/z"]))


def test_a_linear_pair_follows_its_eigenvalues(single):
    # with c = a + 2: c' = b/2, b' = c has the eigenvalues +-sqrt(1/2); c = (p + q), b = (p - q)/sqrt(1/2)
    run = single(["a' = 0.5*b", "b' = a + 2"], a="variable", b="variable").run(10.0, 0.1, EULER)
    root = math.sqrt(0.5)
    p, q = (1 + 0.1 * root) ** 99, (1 - 0.1 * root) ** 99
    assert run["p/op/a"][99] == pytest.approx(p + q - 2.0, rel=1e-12)
    assert run["p/op/b"][99] == pytest.approx((p - q) / root, rel=1e-12)
    assert run["p/op/a"][99] == pytest.approx(864.047289915, rel=1e-10)


def test_all_stages_use_the_states_of_one_moment(single):
    # a step that used the new x for y would not turn the pair alike
    run = single(["x' = y", "y' = -x"], x="variable(1.0)", y="variable").run(0.2, 0.1, EULER)
    assert (run["p/op/x"][1], run["p/op/y"][1]) == (1.0, -0.1)


@pytest.mark.parametrize(("method", "order"), [(EULER, 1), (HEUN, 2), (RK4, 4)])
def test_the_error_falls_with_the_order_of_the_method(single, method, order):
    model = single(["x' = x*cos(t)"], x="variable(1.0)")

    def error(steps):
        run = model.run(1.0 + 1.0 / steps, 1.0 / steps, method)
        return abs(run["p/op/x"][steps] - math.exp(math.sin(1.0)))

    assert math.log2(error(40) / error(80)) == pytest.approx(order, abs=0.1)


def test_a_tableau_may_have_any_nodes(single):
    # Ralston's method integrates t^2 to h^3 (1/4*0 + 3/4*(2/3)^2) = h^3/3 in its first step: exactly
    ralston = Tableau(2, (0.0, 2 / 3), ((), (2 / 3,)), (0.25, 0.75))
    run = single(["x' = t^2"], x="variable").run(1.0, 0.5, ralston)
    assert run["p/op/x"][1] == pytest.approx(0.5**3 / 3, rel=1e-15)


def test_times_and_rows_are_multiples_of_the_sampling_step(single):
    run = single(["x' = 1"], x="variable(5.0)").run(1.0, 0.05, EULER, sampling_step_size=0.2)
    assert list(run.times) == [0.0, 4 * 0.05, 8 * 0.05, 12 * 0.05, 16 * 0.05]
    assert run["p/op/x"] == pytest.approx([5.0, 5.2, 5.4, 5.6, 5.8])


def test_time_is_counted_and_not_accumulated(single):
    run = single(["x' = 0", "clock = t"], x="variable", clock="variable").run(10.0, 0.1, EULER, outputs=["p/op/clock"])
    assert list(run.times) == run["p/op/clock"] == [k * 0.1 for k in range(100)]


def test_a_sampling_step_that_does_not_fit_is_refused(single):
    with pytest.raises(ArgumentError) as error:
        single(["x' = 1"], x="variable").run(1.0, 0.1, EULER, sampling_step_size=0.25)
    assert str(error.value) == "sampling_step_size = 0.25 is no multiple of step_size = 0.1; take 0.2."


def test_every_kind_of_variable_can_be_recorded(single):
    model = single(["x' = u", "z = x + k"], x="variable", z="variable", u="input(1.0)", k=2.0)
    run = model.run(3.0, 1.0, EULER, inputs={"p/op/u": [1.0, 2.0, 4.0]}, outputs=["p/op/z", "p/op/u", "p/op/k"])
    assert run.values == {"p/op/z": [2.0, 3.0, 5.0], "p/op/u": [1.0, 2.0, 4.0], "p/op/k": [2.0, 2.0, 2.0]}


SAMPLES = [1.0, 5.0, -2.0, 8.0]


def driven(single, method, samples, time=5.0):
    return single(["x' = u"], x="variable", u="input(9.0)").run(time, 1.0, method, inputs={"p/op/u": samples})["p/op/x"]


def test_euler_takes_sample_k_in_step_k(single):
    assert driven(single, EULER, [*SAMPLES, 100.0]) == [0.0, 1.0, 6.0, 4.0, 12.0]


def test_heun_is_the_trapezoid_rule_on_the_samples(single):
    assert driven(single, HEUN, [*SAMPLES, 4.0]) == [0.0, 3.0, 4.5, 7.5, 13.5]


def test_between_samples_an_input_is_a_line(single):
    # Simpson's rule on a line is the trapezoid rule; a held sample would not be
    assert driven(single, RK4, [*SAMPLES, 4.0]) == pytest.approx([0.0, 3.0, 4.5, 7.5, 13.5])


def test_a_stage_inside_a_step_interpolates(single):
    midpoint = Tableau(2, (0.0, 0.25), ((), (0.25,)), (0.0, 1.0))
    assert driven(single, midpoint, [*SAMPLES, 4.0])[:2] == [0.0, 2.0]


def test_a_function_of_time_is_an_input(single):
    assert driven(single, HEUN, lambda t: 2.0 * t, 3.0) == [0.0, 1.0, 4.0]


def test_a_short_input_is_refused(single):
    with pytest.raises(InputSignalError) as error:
        driven(single, EULER, SAMPLES)
    assert str(error.value) == "The input of 'p/op/u' has 4 samples; the run needs 5."


def test_each_unit_has_its_column_and_one_column_serves_all(node, circuit):
    from rates_core.reference import Interpreter

    unit = node(["x' = u"], x="variable", u="input")
    model = Interpreter(circuit({"q": unit, "p": unit}))
    run = model.run(2.0, 1.0, EULER, inputs={"all/op/u": [[1.0, 10.0], [2.0, 20.0]]})
    assert run.values == {"q/op/x": [0.0, 1.0], "p/op/x": [0.0, 10.0]}
    run = model.run(2.0, 1.0, EULER, inputs={"all/op/u": [[3.0], [4.0]]})
    assert run.values == {"q/op/x": [0.0, 3.0], "p/op/x": [0.0, 3.0]}
    with pytest.raises(InputSignalError) as error:
        model.run(1.0, 1.0, EULER, inputs={"all/op/u": [[1.0, 2.0, 3.0]]}, outputs=["p/op/u"])
    assert str(error.value) == "The input of 'all/op/u' has 3 columns for 2 variables."


def test_a_complex_input_drives_a_complex_state(single):
    assert driven(single, EULER, [1j, 2j], 2.0) == [0j, 1j]
    assert cmath.isfinite(driven(single, EULER, [1j, 2j], 2.0)[1])


def test_a_small_increment_on_a_large_value_counts(single):
    run = single(["x' = 1e-3"], x="variable(100.0)").run(1.0, 1e-3, EULER)
    assert run["p/op/x"][999] == pytest.approx(100.0 + 999e-6, rel=1e-13)
