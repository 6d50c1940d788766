"""Gradients of runs: what paths name, what is refused, and fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from rates_core import (
    ApproximationWarning,
    ArgumentError,
    CircuitTemplate,
    Connectivity,
    NodeTemplate,
    NonFiniteError,
    OperatorTemplate,
    PopulationTemplate,
    SimulationError,
    UnknownNameError,
    UnsupportedFeatureError,
)

DECAY = OperatorTemplate("op", ["x' = c - k*x"], {"x": "output(0.4)", "k": 0.7, "c": 1.3})
SUMMED = OperatorTemplate("op", ["x' = s - k*x"], {"x": "output(0.4)", "s": "input(0.0)", "k": 0.7})
H, STEPS = 0.1, 10


def units(count: int = 3) -> CircuitTemplate:
    return CircuitTemplate("units", populations={"p": PopulationTemplate("p", NodeTemplate("n", [DECAY]), count)})


def compiled(circuit: CircuitTemplate, solver: str = "euler", **options: Any) -> Any:
    return circuit.compile(
        backend="torch", solver=solver, step_size=H, simulation_time=STEPS * H, outputs={"x": "p/op/x"}, **options
    )


def late(variable: str, delay: float) -> CircuitTemplate:
    equations = [f"x' = -k*past({variable}, tau)", "w = x + 0.1*past(w, tau)" if variable == "w" else "w = x"]
    unit = OperatorTemplate("op", equations, {"x": "output(0.4)", "w": "variable(0.0)", "k": 0.7, "tau": delay})
    return CircuitTemplate("late", nodes={"p": NodeTemplate("n", [unit])})


def last(outputs: Mapping[str, Any]) -> Any:
    return outputs["x"][-1].sum()


def by_k(k: float = 0.7, c: float = 1.3, x: float = 0.4) -> float:
    """Return the derivative by k of what Euler's method makes of the decay, (1 - h k)^n (x - c/k) + c/k."""
    n, left = STEPS - 1, 1 - H * k
    return -n * H * left ** (n - 1) * (x - c / k) + left**n * c / k**2 - c / k**2


def test_a_number_for_all_units_has_one_derivative() -> None:
    found = compiled(units()).gradient(last, ["p/op/k"])
    assert np.isclose(found["p/op/k"], 3 * by_k(), rtol=1e-12)
    assert np.isclose(found.loss, 3 * (0.93**9 * (0.4 - 1.3 / 0.7) + 1.3 / 0.7), rtol=1e-12)


def test_a_named_unit_has_its_own() -> None:
    found = compiled(units()).gradient(last, ["p[1]/op/k", "p[2]/op/x"])
    assert np.isclose(found["p[1]/op/k"], by_k(), rtol=1e-12)
    assert np.isclose(found["p[2]/op/x"], 0.93**9, rtol=1e-12)


def test_units_with_values_of_their_own_have_one_each() -> None:
    circuit = units().update_var(node_vars={"p/op/k": np.array([0.5, 0.7, 0.9])})
    found = compiled(circuit).gradient(last, "p/op/k")
    assert np.allclose(found["p/op/k"], [by_k(k) for k in (0.5, 0.7, 0.9)], rtol=1e-12)


@pytest.mark.parametrize(
    ("form", "wanted"), [("dense", [[0.5, 0.7], [0.5, 0.7]]), ("sparse", [[0.0, 0.7], [0.5, 0.0]])]
)
def test_weights_have_theirs_in_the_order_of_the_matrix_and_what_is_not_stored_has_zero(
    form: str, wanted: list[list[float]]
) -> None:
    weights = np.array([[0.0, 2.0], [3.0, 0.0]])
    unit = OperatorTemplate("op", "x' = s", {"x": "output(0.0)", "s": "input(0.0)"})
    circuit = CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [unit]), 2, {"op/x": np.array([0.5, 0.7])})},
        connections=[Connectivity("p/op/x", "p/op/s", weights)],
    )
    model = circuit.compile(
        backend="torch", step_size=H, simulation_time=2 * H, outputs={"x": "p/op/x"}, projections=form
    )
    found = model.gradient(last, ["p/op/x->p/op/s/weight"])["p/op/x->p/op/s/weight"]
    assert np.allclose(found.reshape(2, 2), H * np.array(wanted), rtol=1e-12)


def several(count: int) -> CircuitTemplate:
    """Return nodes with values of their own, which are grouped from eight on."""
    unit = NodeTemplate("n", [DECAY])
    circuit = CircuitTemplate("several", nodes={f"n{i}": unit for i in range(count)})
    return circuit.update_var(node_vars={f"n{i}/op/k": 0.5 + 0.1 * i for i in range(count)})


@pytest.mark.parametrize("count", [2, 7, 9])
def test_a_path_of_several_numbers_has_a_derivative_by_each_however_nodes_are_grouped(count: int) -> None:
    model = several(count).compile(backend="torch", step_size=H, simulation_time=STEPS * H, outputs={"x": "all/op/x"})
    found = model.gradient(last, ["all/op/k", "all/op/x", "all/op/c"])
    rates = 0.5 + 0.1 * np.arange(count)
    assert np.allclose(found["all/op/k"], [by_k(k) for k in rates], rtol=1e-12)
    assert np.allclose(found["all/op/x"], (1 - H * rates) ** (STEPS - 1), rtol=1e-12)
    assert isinstance(found["all/op/c"], float)  # one value in the template, for all of them


def test_edges_of_a_group_and_one_beside_it_have_a_derivative_each() -> None:
    unit = OperatorTemplate("op", "x' = s - x", {"x": "output(0.0)", "s": "input(0.0)"})
    sources = {f"n{i}": 0.1 * (i + 1) for i in range(9)} | {"a": 3.0}
    other = OperatorTemplate("op", "x' = -x", {"x": "output(0.0)"})
    circuit = CircuitTemplate(
        "edges",
        nodes={**{name: NodeTemplate("n", [other]) for name in sources if name != "a"},
               "a": NodeTemplate("m", [unit]), "b": NodeTemplate("m", [unit])},
        edges=[(f"{name}/op/x", "b/op/s", None, {"weight": 0.5}) for name in sources],
    )  # fmt: skip
    model = circuit.compile(backend="torch", step_size=H, simulation_time=2 * H, outputs={"x": "b/op/x"})
    start = {f"{name}/op/x": value for name, value in sources.items()}
    found = model.gradient(last, ["all/op/x->b/op/s/weight"], initial=start)["all/op/x->b/op/s/weight"]
    assert np.allclose(found, [H * value for value in sources.values()], rtol=1e-12)


def test_a_matrix_of_one_unit_has_a_derivative_of_its_shape() -> None:
    op = OperatorTemplate(
        "op", "x' = vsum(matvec(W, v))*x", {"x": "output(0.4)", "W": np.eye(3), "v": np.array([1.0, 2.0, 3.0])}
    )
    circuit = CircuitTemplate("matrix", nodes={"p": NodeTemplate("n", [op])})
    model = circuit.compile(backend="torch", step_size=H, simulation_time=2 * H, outputs={"x": "p/op/x"})
    found = model.gradient(last, ["p/op/W", "p/op/v"])
    assert np.allclose(found["p/op/W"], H * 0.4 * np.tile([1.0, 2.0, 3.0], (3, 1)), rtol=1e-12)
    assert np.allclose(found["p/op/v"], H * 0.4 * np.ones(3), rtol=1e-12)


def test_units_that_share_some_of_several_numbers_have_to_be_named() -> None:
    other = OperatorTemplate("op", ["x' = c - k*x"], {"x": "output(0.4)", "k": 0.9, "c": 1.3})
    circuit = CircuitTemplate(
        "shared",
        nodes={"a": NodeTemplate("n", [other])},
        populations={"p": PopulationTemplate("p", NodeTemplate("n", [DECAY]), 3)},
    )
    with pytest.raises(ArgumentError) as caught:
        compiled(circuit).gradient(last, ["all/op/k"])
    assert str(caught.value) == (
        "wrt: 'all/op/k' names several numbers, and units share some of them. Name each by a path of its own."
    )


def test_what_is_not_finite_is_an_error() -> None:
    def growing(equation: str) -> Any:
        op = OperatorTemplate("op", equation, {"x": "output(0.9)", "c": 100.0})
        return compiled(CircuitTemplate("growing", nodes={"p": NodeTemplate("n", [op])}))

    with pytest.raises(NonFiniteError) as run:
        growing("x' = c*x^3").gradient(last, ["p/op/c"])
    assert "p/op/x" in str(run.value)
    with pytest.raises(SimulationError) as kink:
        growing("x' = where(x > 10, sqrt(x - 10), 0)*c - x").gradient(last, ["p/op/x"])
    assert str(kink.value) == (
        "The derivative by 'p/op/x' is NaN or infinite, although the run is finite: an equation or the loss is "
        "differentiated where it has no derivative, as sqrt has none at 0, be it in a branch that is not taken."
    )
    with pytest.raises(SimulationError) as loss:
        growing("x' = -x").gradient(lambda outputs: torch.log(outputs["x"][-1] - 10.0), ["p/op/x"])
    assert str(loss.value) == "The loss is nan, although all that was recorded is finite."


def test_a_parameter_that_nothing_depends_on_has_a_derivative_of_zero() -> None:
    circuit = CircuitTemplate("two", nodes={"p": NodeTemplate("n", [DECAY]), "q": NodeTemplate("n", [DECAY])})
    assert compiled(circuit).gradient(last, ["q/op/k"])["q/op/k"] == 0.0


def test_rows_before_the_cutoff_are_not_seen() -> None:
    seen = []

    def note(outputs: Mapping[str, Any]) -> Any:
        seen.append(tuple(outputs["x"].shape))
        return outputs["x"][0].sum()

    found = compiled(units()).gradient(note, ["p/op/k"], cutoff=0.5)
    assert seen == [(5, 3)]
    assert np.isclose(found.loss, 3 * (0.93**5 * (0.4 - 1.3 / 0.7) + 1.3 / 0.7), rtol=1e-12)


def test_what_a_loss_may_not_do_is_said() -> None:
    model = compiled(units())
    for loss, said in (
        (lambda outputs: outputs["x"], "loss has to return one number; it returned an array of shape (10, 3)."),
        (
            lambda outputs: 3.0,
            "loss has to return a number of the backend's library, computed from the outputs by functions of that "
            "library; it returned 3.0.",
        ),
        (
            lambda outputs: np.float64(3.0),
            "loss has to return a number of the backend's library, computed from the outputs by functions of that "
            f"library; it returned {np.float64(3.0)!r}.",  # which NumPy 1 writes as 3.0
        ),
    ):
        with pytest.raises(ArgumentError) as caught:
            model.gradient(loss, ["p/op/k"])
        assert str(caught.value) == said
    with pytest.raises(UnknownNameError) as missing:
        model.gradient(lambda outputs: outputs["z"].sum(), ["p/op/k"])
    assert str(missing.value) == "loss asks for the output 'z'. Recorded are: x."


def test_a_delay_of_one_step_is_that_step_from_the_first_one_on() -> None:
    operator = OperatorTemplate("op", "x' = -k*past(x, a)", {"x": "output(0.4)", "k": 0.7, "a": H})
    model = compiled(CircuitTemplate("c", {"p": NodeTemplate("n", [operator])}), solver="heun")
    found = model.gradient(lambda outputs: outputs["x"][-1], ["p/op/k"])

    def end(k: complex) -> complex:  # Heun's method by hand: its second stage reads the present sample
        x: list[complex] = [0.4]
        for _ in range(STEPS - 1):
            x.append(x[-1] - H / 2 * k * (x[max(len(x) - 2, 0)] + x[-1]))
        return x[-1]

    assert found.loss == pytest.approx(end(0.7).real, rel=1e-14)
    assert found["p/op/k"] == pytest.approx(end(0.7 + 1e-30j).imag / 1e-30, rel=1e-13)


def test_without_delay_a_variable_is_read_as_it_is() -> None:
    def model(first: str, second: str) -> Any:
        variables = {"x": "output(0.4)", "z": "variable(0.0)", "k": 0.7, "a": 0.0, "b": 0.2}
        equations = [f"x' = -k*{first} - past(x, b)", f"z = tanh(x) + {second}"]
        used = {name: value for name, value in variables.items() if name != "a" or ", a)" in equations[0]}
        return compiled(
            CircuitTemplate("c", {"p": NodeTemplate("n", [OperatorTemplate("op", equations, used)])}), solver="rk4"
        )

    late, plain = model("past(z, a)", "past(x, a)"), model("z", "x")
    for mode in ("reverse", "forward"):
        found, wanted = (some.gradient(last, ["p/op/k", "p/op/x", "p/op/b"], mode=mode) for some in (late, plain))
        assert found.loss == pytest.approx(wanted.loss, rel=1e-13)
        for path, value in wanted.items():
            assert found[path] == pytest.approx(value, rel=1e-12)
    with pytest.raises(UnsupportedFeatureError) as zero:
        late.gradient(last, ["p/op/a"])
    assert str(zero.value) == (
        "wrt asks for the derivative by a delay of 'p/op/z' that is 0: it cannot become less. Leave it out of wrt."
    )


def test_delays_that_move_what_is_computed_inside_steps_may_be_refused() -> None:
    fed = {"x": "output(0.4)", "z": "variable(0.0)", "u": "input(0.0)", "a": 0.037}
    operator = OperatorTemplate("op", ["x' = -past(z, a)", "z = x + u"], fed)
    inputs = {"p/op/u": np.ones(20)}
    model = compiled(CircuitTemplate("c", {"p": NodeTemplate("n", [operator])}), solver="rk4", inputs=inputs)
    with pytest.raises(UnsupportedFeatureError) as shifted:
        model.gradient(last, ["p/op/a"])
    assert str(shifted.value) == (
        "Derivatives of runs do not follow a delay by which a computed variable is read inside steps that depends on "
        "the input 'p/op/u'. Leave delays out of wrt, or delay a state."
    )
    twice = {"x": "output(0.4)", "z": "variable(0.0)", "a": 0.2, "b": 0.1}
    operator = OperatorTemplate("op", ["x' = -past(z, a)", "z = past(x, b) + x"], twice)
    model = compiled(CircuitTemplate("c", {"p": NodeTemplate("n", [operator])}), solver="rk4")
    with pytest.raises(UnsupportedFeatureError) as whole:
        model.gradient(last, ["p/op/a"])
    assert str(whole.value) == (
        "Derivatives of runs follow delayed values that lie on samples or between them. Here the derivative by a delay "
        "of whole steps is wanted where such delays bend the solution, and a computed variable that is read there "
        "reads 'p/op/x' late itself. Shift the delay by a part of a step, or take a method of lower order, such as "
        "'heun'."
    )


@pytest.mark.parametrize("asks", ["gradient", "sensitivities", "trainable", "steps"])
def test_a_method_or_a_model_that_is_not_followed_is_refused_by_who_was_asked(asks: str) -> None:
    with pytest.raises(UnsupportedFeatureError) as steps:
        asked(compiled(units(), solver="dopri5"), asks, ["p/op/k"])
    assert str(steps.value) == (
        f"{asks}() follows fixed steps; the solver 'dopri5' chooses its own. Compile with solver='rk4'."
    )
    with pytest.raises(UnsupportedFeatureError) as circle:
        asked(compiled(late("w", 0.3)), asks, ["p/op/k"])
    assert str(circle.value) == (
        f"{asks}() does not follow 'p/op/w', a computed variable that depends on its own past. "
        "Delay a state in its place."
    )


def test_what_has_no_gradient_is_refused() -> None:
    spread = CircuitTemplate(
        "spread",
        nodes={name: NodeTemplate("n", [SUMMED]) for name in "pq"},
        edges=[("q/op/x", "p/op/s", None, {"weight": 0.5, "delay": 0.4, "spread": 0.2})],
    )
    with pytest.raises(UnsupportedFeatureError) as width:
        compiled(spread).gradient(last, ["q/op/x->p/op/s/spread"])
    assert str(width.value) == (
        "wrt: 'q/op/x->p/op/s/spread' is a spread, which says how many stages a chain has: runs are not differentiated "
        "by it."
    )
    with pytest.raises(UnknownNameError) as unknown:
        compiled(units()).gradient(last, ["p/op/kk"])
    assert str(unknown.value) == (
        "wrt: Unknown variable 'kk' in path 'p/op/kk'. Did you mean 'k'? The variables are: x, k, c."
    )


def by_heun(k: complex, tau: complex, x: float = 0.4) -> complex:
    """Return x after one step of Heun's method with x' = -k x(t - tau), tau < h: its stages are computed twice.

    Inside the step x is x + h (theta - theta^2/2) k1 + h theta^2/2 k2, and x + theta h k1 as long as there is no k2.
    """
    theta, first = 1 - tau / H, -k * x
    second = -k * (x + theta * H * first)
    second = -k * (x + H * ((theta - theta**2 / 2) * first + theta**2 / 2 * second))
    return x + H / 2 * (first + second)


def test_a_delay_shorter_than_a_step_is_followed_inside_it() -> None:
    found = compiled(late("x", 0.037), solver="heun").gradient(lambda o: o["x"][1], ["p/op/k", "p/op/tau"])
    assert np.isclose(found.loss, by_heun(0.7, 0.037).real, rtol=1e-14)
    assert np.isclose(found["p/op/k"], by_heun(0.7 + 1e-30j, 0.037).imag / 1e-30, rtol=1e-12)
    assert np.isclose(found["p/op/tau"], by_heun(0.7, 0.037 + 1e-30j).imag / 1e-30, rtol=1e-12)


@pytest.mark.parametrize("options", [{"checkpoint": True}, {"mode": "forward"}])
def test_steps_that_are_looked_into_are_followed_in_all_ways(options: dict[str, Any]) -> None:
    model = compiled(late("x", 0.137), solver="rk4")
    plain, other = (model.gradient(last, ["p/op/k", "p/op/tau", "p/op/x"], **o) for o in ({}, options))
    for path in ("p/op/k", "p/op/tau", "p/op/x"):
        assert np.isclose(plain[path], other[path], rtol=1e-12)


def test_a_trainable_run_looks_inside_steps() -> None:
    model = compiled(late("x", 0.137), solver="rk4")
    rows = model.trainable(["p/op/k"])()["x"]
    np.testing.assert_allclose(rows.detach().numpy(), model.run()["x"].to_numpy().ravel(), rtol=1e-13)


def test_a_delay_of_one_step_has_the_mean_of_both_sides() -> None:
    model = compiled(late("x", H), solver="heun")
    found = model.gradient(last, ["p/op/tau"])["p/op/tau"]
    sides = [
        (float(last({"x": model.run(parameters={"p/op/tau": H + shift})["x"].to_numpy()})) - found_at) / shift
        for found_at in [float(last({"x": model.run()["x"].to_numpy()}))]
        for shift in (1e-6, -1e-6)
    ]
    assert abs(sides[0] - sides[1]) > 1e-5 * abs(found)  # they do differ
    assert np.isclose(found, np.mean(sides), rtol=1e-6)


@pytest.mark.parametrize("asks", ["gradient", "sensitivities", "trainable", "steps"])
def test_functions_that_jump_are_named(asks: str) -> None:
    equations = ["x' = heaviside(x - k)*c + z", "z = where(x > 1, x, 1)*sign(t - 1)"]
    unit = OperatorTemplate("op", equations, {"x": "output(0.4)", "z": "variable(0.0)", "k": 0.7, "c": 1.3})
    model = compiled(CircuitTemplate("jumping", nodes={"p": NodeTemplate("n", [unit])}))
    with pytest.warns(ApproximationWarning) as caught:
        asked(model, asks, ["p/op/c"])
    assert [str(item.message) for item in caught] == [
        f"{asks}(): 'heaviside', in the equation of 'p/op/x', is constant between its jumps: derivatives through it "
        "are 0, and do not see a jump move."
    ]


def asked(model: Any, asks: str, paths: list[str]) -> Any:
    """Return what a method returns that differentiates runs."""
    return getattr(model, asks)(*([last] if asks == "gradient" else []), paths)


def test_how_derivatives_are_accumulated_is_one_of_two_ways() -> None:
    for options, said in (
        ({"mode": "backward"}, "mode is 'backward'; it is 'reverse', or 'forward' for few variables."),
        ({"checkpoint": 1}, "checkpoint must be True or False; it is 1."),
        (
            {"mode": "forward", "checkpoint": True},
            "checkpoint=True is of mode='reverse'; forwards nothing is kept.",
        ),
    ):
        with pytest.raises(ArgumentError) as caught:
            compiled(units()).gradient(last, ["p/op/k"], **options)
        assert str(caught.value) == said


def test_the_samples_of_an_input_have_a_derivative_each() -> None:
    unit = OperatorTemplate("op", "x' = s", {"x": "output(0.0)", "s": "input(0.0)"})
    circuit = CircuitTemplate("fed", populations={"p": PopulationTemplate("p", NodeTemplate("n", [unit]), 2)})
    samples = np.zeros(STEPS + 1)
    found = compiled(circuit, inputs={"p/op/s": samples}).gradient(last, ["p/op/s"])["p/op/s"]
    assert np.allclose(found, 2 * H * (np.arange(STEPS + 1) < STEPS - 1), rtol=1e-12)
    wide = np.zeros((STEPS + 1, 2))
    found = compiled(circuit, solver="heun", inputs={"p/op/s": wide}).gradient(
        lambda outputs: outputs["x"][2, 1], ["p/op/s"]
    )["p/op/s"]
    assert np.allclose(found, H * np.outer([0.5, 1.0, 0.5] + [0.0] * (STEPS - 2), [0.0, 1.0]), rtol=1e-12)
    with pytest.raises(ArgumentError) as function:
        compiled(circuit, inputs={"p/op/s": np.sin}).gradient(last, ["p/op/s"])
    assert str(function.value) == (
        "wrt: the input 'p/op/s' is a function of time; feed samples of it to have a gradient by them."
    )


def test_the_derivative_by_a_delay_is_that_of_the_solution() -> None:
    # constant before the start, x is x0*(1 - k t) up to the delay, and then x0*(1 - k t + k^2 (t - tau)^2/2)
    k, tau, end = 0.7, 0.437, 0.8
    model = late("x", tau).compile(
        backend="torch", solver="heun", step_size=1e-3, simulation_time=end + 1e-3, outputs={"x": "p/op/x"}
    )
    found = model.gradient(lambda outputs: outputs["x"][-1], ["p/op/tau", "p/op/x", "p/op/k"])
    assert np.isclose(found["p/op/tau"], -0.4 * k**2 * (end - tau), rtol=2e-3)
    assert np.isclose(found["p/op/x"], 1 - k * end + k**2 * (end - tau) ** 2 / 2, rtol=2e-3)
    assert np.isclose(found["p/op/k"], 0.4 * (-end + k * (end - tau) ** 2), rtol=2e-3)


@pytest.mark.parametrize("source", ["x", "z"])
def test_chains_start_from_the_past_of_their_source(source: str) -> None:
    equations = ["x' = c - k*x + s", "z = c*x"]
    variables = {"x": "output(0.4)", "z": "variable(0.0)", "s": "input(0.0)", "k": 0.7, "c": 1.3}
    circuit = CircuitTemplate(
        "chained",
        nodes={"p": NodeTemplate("n", [OperatorTemplate("op", equations, variables)])},
        edges=[(f"p/op/{source}", "p/op/s", None, {"weight": 0.5, "delay": 0.4, "spread": 0.2})],
    )
    model, shift = compiled(circuit), 1e-5
    found = model.gradient(last, ["p/op/k", "p/op/c", "p/op/x"])
    for path, value in (("p/op/k", 0.7), ("p/op/c", 1.3)):
        ends = [model.run(parameters={path: value + d})["x"].iloc[-1] for d in (-shift, shift)]
        assert np.isclose(found[path], (ends[1] - ends[0]) / (2 * shift), rtol=1e-8)
    ends = [model.run(initial={"p/op/x": 0.4 + d})["x"].iloc[-1] for d in (-shift, shift)]
    assert np.isclose(found["p/op/x"], (ends[1] - ends[0]) / (2 * shift), rtol=1e-8)


@pytest.mark.parametrize("stride", [15, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_compiled_steps_give_the_same(stride: int) -> None:
    circuit, paths = late("x", 0.35), ["p/op/k", "p/op/tau", "p/op/x"]
    options = {"step_size": H, "simulation_time": 32 * H, "sampling_step_size": stride * H, "outputs": {"x": "p/op/x"}}
    plain, other = (circuit.compile(backend="torch", compile=each, **options) for each in (False, True))
    wanted = plain.gradient(last, paths)
    for _ in range(2):
        found = other.gradient(last, paths)
        assert np.isclose(found.loss, wanted.loss, rtol=1e-13)
        assert np.allclose([found[path] for path in paths], [wanted[path] for path in paths], rtol=1e-12)


def test_an_optimiser_of_the_library_recovers_the_damping_of_a_trace() -> None:
    circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
    model = circuit.compile(
        backend="torch", solver="rk4", step_size=0.05, simulation_time=4.0, outputs={"x": "p/vdp_op/x"}
    )
    trace = torch.tensor(model.run(parameters={"p/vdp_op/mu": 2.5})["x"].to_numpy())
    mu = torch.nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    optimiser = torch.optim.LBFGS([mu], line_search_fn="strong_wolfe", tolerance_change=1e-12)

    def distance(outputs: Mapping[str, Any]) -> Any:
        return ((outputs["x"] - trace) ** 2).mean()

    def closure() -> float:
        found = model.gradient(distance, ["p/vdp_op/mu"], parameters={"p/vdp_op/mu": mu.item()})
        mu.grad = torch.tensor(found["p/vdp_op/mu"], dtype=mu.dtype)
        return found.loss

    optimiser.step(closure)  # type: ignore[arg-type]
    assert abs(mu.item() - 2.5) < 1e-6
