"""Vector fields of states and free parameters."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from rates_core.delays.strategy import Augmentation
from rates_core.errors import ArgumentError, UnknownNameError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Symbol
from rates_core.system.system import Assign, System
from rates_core.testing.parts import circuit, connectivity, node, population, single

from rates_core import CircuitTemplate

MODEL = single(["x' = k*x - x^3 + c*y", "y' = -y + tanh(x)"], x="output(0.4)", y="variable(-0.2)", k=0.7, c=1.5)


def test_values_and_derivatives_are_those_of_the_equations() -> None:
    field = MODEL.get_vector_field(["p/op/k", "p/op/c"])
    assert (field.states, field.parameters, field.size) == (("p/op/x", "p/op/y"), ("p/op/k", "p/op/c"), 2)
    assert (field.x.tolist(), field.p.tolist()) == ([0.4, -0.2], [0.7, 1.5])
    states = np.random.default_rng(1).normal(size=(3, 5, 2))
    (x, y), (k, c) = np.moveaxis(states, -1, 0), (0.3, -0.6)
    p = np.array([k, c])
    np.testing.assert_allclose(
        field.rates(states, p), np.stack([k * x - x**3 + c * y, -y + np.tanh(x)], -1), rtol=1e-14
    )
    matrices = field.by_states(states, p)
    np.testing.assert_allclose(matrices[..., 0, 0], k - 3 * x**2, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(matrices[..., 1, 0], 1 - np.tanh(x) ** 2, rtol=1e-14)
    assert (matrices[..., :, 1] == [c, -1.0]).all()
    slopes = field.by_parameters(states, p)
    assert (slopes[..., 0, :] == states).all()
    assert (slopes[..., 1, :] == 0).all()


def test_one_state_gives_what_it_gives_among_many() -> None:
    unit = node("x' = -k*x + tanh(u) - x^3/(1 + exp(-x))", x="output(0.1)", k=2.0, u="input(0.0)")
    chain = [("a/op/x", "b/op/u", None, {"weight": 0.8}), ("b/op/x", "a/op/u", None, {"weight": -0.3})]
    ring = circuit(
        populations={"p": population(unit, 3, k=[0.5, 1.0, 2.0])},
        connections=[connectivity("p/op/x", "p/op/u", np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 4.0], [5.0, 6.0, 0.0]]))],
    )
    units = circuit(nodes={"a": unit, "b": unit}, edges=chain)
    cases = [(units, ["a/op/x->b/op/u/weight", "b/op/k"]), (ring, ["p[1]/op/k"]), (MODEL, []), (MODEL, ["p/op/c"])]
    generator = np.random.default_rng(4)
    for model, free in cases:
        for vectorize in (True, False):
            field = model.get_vector_field(free, vectorize=vectorize)
            x, p = generator.normal(size=(5, field.size)), generator.normal(size=(5, len(free)))
            for function in (field.rates, field.by_states, field.by_parameters):
                alone = np.stack([function(*given) for given in zip(x, p, strict=True)])
                np.testing.assert_allclose(function(x, p), alone, rtol=1e-13, atol=1e-14)
                assert function(x[0], p[0]).dtype == float


def test_parameters_may_have_axes_in_front_of_those_of_states() -> None:
    field = MODEL.get_vector_field(["p/op/k", "p/op/c"])
    x, k, c = np.array([0.4, -0.2]), np.array([[0.7], [0.1]]), np.array([1.5, -0.5, 2.0])
    p = np.stack(np.broadcast_arrays(k, c), -1)
    first = k * x[0] - x[0] ** 3 + c * x[1]
    np.testing.assert_allclose(field.rates(x, p)[..., 0], first, rtol=1e-14)
    np.testing.assert_allclose(field.by_states(x, p)[..., 0, 1], np.broadcast_to(c, (2, 3)))
    assert field.by_parameters(x, p).shape == (2, 3, 2, 2)
    assert field.rates(np.zeros((4, 1, 1, 2)), p).shape == (4, 2, 3, 2)


def test_other_values_of_free_parameters_generate_nothing_again_and_change_nothing_before() -> None:
    field = MODEL.get_vector_field(["p/op/k"], {"p/op/c": 2.0})
    x = np.array([1.0, 0.5])
    first = field.rates(x, np.array([0.0]))
    second = field.rates(x, np.array([3.0]))
    assert (first[0], second[0]) == (0.0, 3.0)
    assert field.p.tolist() == [0.7]


def test_units_have_paths_of_their_own_and_one_of_them_may_have_the_free_parameter() -> None:
    unit = node("x' = -k*x + u", x="output(0.1)", k=2.0, u="input(0.0)")
    model = circuit(
        populations={"p": population(unit, 3, x=[0.1, 0.2, 0.3])},
        connections=[connectivity("p/op/x", "p/op/u", np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 4.0], [5.0, 6.0, 0.0]]))],
    )
    field = model.get_vector_field(["p[1]/op/k", "p[2]/op/x->p[0]/op/u/weight"])
    assert field.states == ("p[0]/op/x", "p[1]/op/x", "p[2]/op/x")
    assert field.p.tolist() == [2.0, 2.0]
    found = field.by_parameters(np.array([0.1, 0.2, 0.3]), np.array([7.0, 2.0]))
    np.testing.assert_allclose(found, [[0.0, 0.3], [-0.2, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(field.by_states(field.x, np.array([7.0, -1.0]))[:2], [[-2, 1, -1], [3, -7, 4]])


def test_named_nodes_that_are_computed_together_keep_their_names() -> None:
    unit = node("x' = -k*x", x="output(0.1)", k=2.0)
    field = circuit(nodes={"a": unit, "b": unit}).get_vector_field(["b/op/k"])
    assert field.states == ("a/op/x", "b/op/x")
    np.testing.assert_allclose(field.rates(np.array([1.0, 1.0]), np.array([5.0])), [-2.0, -5.0])


def test_complex_states_have_two_entries() -> None:
    field = single("z' = (k + 2*I)*z", z="output(1.0+0.5j)", k=0.3).get_vector_field(["p/op/k"])
    assert field.states == ("p/op/z.real", "p/op/z.imag")
    np.testing.assert_allclose(field.rates(np.array([1.0, 0.5]), np.array([0.3])), [0.3 - 1.0, 2.0 + 0.15])
    np.testing.assert_allclose(field.by_states(field.x, np.array([0.3])), [[0.3, -2.0], [2.0, 0.3]])


def test_the_start_may_be_given_in_part() -> None:
    assert MODEL.get_vector_field([]).x_of({"p/op/y": 3.0}).tolist() == [0.4, 3.0]


TIMED = single("x' = -x + cos(t)", x="output(0.4)")
NOISY = single("x' = -x + xi", x="output(0.4)", xi="noise")
LATE = single("x' = -past(x, 0.3)", x="output(0.4)")
TURNING = single("z' = k*z", z="output(1.0+0.5j)", k=0.3 + 2.0j)
CANNOT = "a vector field of states and parameters cannot have."


@pytest.mark.parametrize(
    ("model", "free", "error", "text"),
    [
        (MODEL, "p/op/k", ArgumentError, "free must be a list of paths of parameters; it is 'p/op/k'."),
        (MODEL, [3], ArgumentError, "free holds 3, which is no path."),
        (MODEL, ["p/op/x"], ArgumentError, "free: 'p/op/x' is a state; it takes paths of parameters."),
        (TURNING, ["p/op/k"], ArgumentError, "free: 'p/op/k' is a complex number; free parameters are real ones."),
        (NOISY, [], UnsupportedFeatureError, f"The model has noise, which {CANNOT}"),
        (LATE, [], UnsupportedFeatureError, f"The model has discrete delays, which {CANNOT}"),
        (
            TIMED,
            [],
            UnsupportedFeatureError,
            "'p/op/x' depends on time; a vector field of states and parameters was asked for. Let a part of the model "
            "oscillate in place of time: with x' = x - w*y - x*(x^2 + y^2) and y' = w*x + y - y*(x^2 + y^2), x becomes "
            "cos(w*t).",
        ),
    ],
)
def test_what_is_no_vector_field_is_refused(
    model: CircuitTemplate, free: list[str], error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as refused:
        model.get_vector_field(free)
    assert str(refused.value) == text


def test_a_path_that_names_several_numbers_is_refused() -> None:
    model = circuit(populations={"p": population(node("x' = -k*x", x="output(0.1)", k=2.0), 2, k=[1.0, 2.0])})
    with pytest.raises(ArgumentError) as refused:
        model.get_vector_field(["p/op/k"])
    assert str(refused.value) == "free: 'p/op/k' names several numbers. Name one of them, as in 'p[0]/op/k'."


def test_an_unknown_path_is_told() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'k'"):
        MODEL.get_vector_field(["p/op/kk"])


def test_numbers_that_are_missing_stay_where_they_are() -> None:
    field = single("x' = sqrt(x)*k", x="output(1.0)", k=1.0).get_vector_field(["p/op/k"])
    found = field.rates(np.array([[4.0], [-1.0], [9.0]]), np.array([1.0]))
    np.testing.assert_array_equal(found[:, 0], [2.0, np.nan, 3.0])


def test_one_state_leaves_the_finite_numbers_as_it_does_among_many() -> None:
    field = single(
        ["x' = x^5*k + 1/y", "y' = sqrt(-y)/(1/k)"], x="output(1.0)", y="variable(1.0)", k=1.0
    ).get_vector_field(["p/op/k"])
    for x in ([1e100, 2.0], [2.0, 0.0], [-1e200, -1e-300]):
        for k in (0.0, 1.0):
            for function in (field.rates, field.by_states, field.by_parameters):
                alone = function(np.array(x), np.array([k]))
                np.testing.assert_array_equal(alone, function(np.array([x]), np.array([k]))[0])


@pytest.mark.parametrize("k", [0.0, 1.0])
def test_constants_that_are_not_finite_are_so_for_one_state(k: float) -> None:
    field = single("x' = x/k + c*x", x="output(2.0)", k=k, c=1.0).get_vector_field(["p/op/c"])
    assert field.rates(field.x, field.p).tolist() == [2.0 + 2.0 / k if k else np.inf]
    assert field.by_states(field.x, field.p).tolist() == [[1.0 + 1.0 / k if k else np.inf]]
    assert field.by_parameters(field.x, field.p).tolist() == [[2.0]]


def test_entries_at_one_place_are_added_up() -> None:
    unit = node("x' = -x + u", x="output(0.5)", u="input(0.0)")
    twice = [("a/op/x", "b/op/u", None, {"weight": weight}) for weight in (0.5, 2.0, -0.25)]
    field = circuit(nodes={"a": unit, "b": unit}, edges=twice).get_vector_field([])
    for x in (np.ones(2), np.ones((3, 2))):
        assert (field.by_states(x, field.p) == [[-1.0, 0.0], [2.25, -1.0]]).all()


class Present(Augmentation):
    """What is read is there at once; and what delays it had."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def lower(self, system: System, stages: int | None = None) -> System:
        values = {item.path: item.value for item in system.parameters}
        self.delays += [float(evaluate(read.delay, values)) for read in system.reads]
        assigned = [Assign(read.path, Symbol(read.slot)) for read in system.reads]
        variables = {read.path: read.shape for read in system.reads}
        return evolve(
            system,
            reads=(),
            statements=(*assigned, *system.statements),
            variables={**system.variables, **variables},
        )


def test_a_delay_strategy_is_told_the_values_of_parameters_and_which_are_free() -> None:
    model = single("x' = a*past(x, s) + b*past(x, u)", x="output(0.4)", a=2.0, b=3.0, s=0.5, u=0.7)
    known, strategy = {"p/op/u": 0.9}, Present()
    field = model.get_vector_field(["p/op/a", "p/op/s"], known, delays=strategy)
    np.testing.assert_array_equal(strategy.delays, [np.nan, 0.9])
    assert field.p.tolist() == [2.0, 0.5]
    assert field.rates(np.array([0.4]), np.array([5.0, 1.0])).tolist() == [pytest.approx(0.4 * 8.0)]
    assert [state.path for state in field.system.states] == ["p/op/x"]
    assert not field.system.reads


def test_what_is_no_delay_strategy_is_refused() -> None:
    with pytest.raises(ArgumentError) as refused:
        LATE.get_vector_field([], delays="gamma")
    assert str(refused.value) == "delays must be an Augmentation of rates_core.delays.strategy; it is 'gamma'."
