"""What losses compute: equal formulas are compiled once, and values that losses refer to are as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rates_core.programs.arrays.losses import CheckedLoss
from rates_core.simulation.compile import CompiledModel
from rates_jax.formulas import MOST, Formulas, traced

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

SHAPES = {"x": jax.ShapeDtypeStruct((4,), np.float32), "y": jax.ShapeDtypeStruct((4, 2), np.float32)}
OUTPUTS = {"x": jnp.arange(4.0, dtype=np.float32), "y": jnp.ones((4, 2), dtype=np.float32)}
Outputs = Mapping[str, Any]


def squares(outputs: Outputs) -> Any:
    return (outputs["x"] ** 2).sum() + outputs["y"].sum()


def distance(wanted: np.ndarray) -> CheckedLoss:
    return CheckedLoss(lambda outputs: ((outputs["x"] - wanted) ** 2).sum())


def scaled(factor: float) -> CheckedLoss:
    return CheckedLoss(lambda outputs: factor * outputs["x"].sum())


def decided(outputs: Outputs) -> Any:
    return squares(outputs) if outputs["x"][0] > 0 else 2 * squares(outputs)


def measured(outputs: Outputs) -> Any:
    return outputs["x"].sum() * float(outputs["x"][-1])


def chosen(outputs: Outputs) -> Any:
    return outputs["x"][outputs["x"] > 1].sum()


def shown(outputs: Outputs) -> Any:
    jax.debug.print("{x}", x=outputs["x"])
    return squares(outputs)


def test_a_formula_computes_what_its_loss_computes() -> None:
    found = traced(CheckedLoss(squares), SHAPES)
    assert found is not None
    formula, arrays = found
    assert float(formula.of(OUTPUTS, arrays)) == 0 + 1 + 4 + 9 + 8


def test_formulas_are_equal_whatever_the_arrays_are_that_losses_refer_to() -> None:
    wanted = [np.array(values, dtype=np.float32) for values in ([0, 1, 2, 3], [1, 1, 1, 1])]
    first, second = (traced(distance(values), SHAPES) for values in wanted)
    assert first is not None
    assert second is not None
    assert first[0] == second[0]
    assert [float(formula.of(OUTPUTS, arrays)) for formula, arrays in (first, second)] == [0, 6]


def test_formulas_differ_by_numbers_that_stand_in_them_and_by_what_is_computed() -> None:
    losses = [scaled(2.0), scaled(3.0), CheckedLoss(squares), distance(np.zeros(4, dtype=np.float32))]
    formulas = [found[0] for loss in losses if (found := traced(loss, SHAPES)) is not None]
    assert len(set(formulas)) == len(losses)


@pytest.mark.parametrize("loss", [decided, measured, chosen, shown])
def test_losses_that_look_at_values_or_do_more_than_computing_have_no_formula(loss: Callable[[Outputs], Any]) -> None:
    assert traced(CheckedLoss(loss), SHAPES) is None


def compiled(formulas: Formulas, losses: Iterable[CheckedLoss]) -> list[bool | None]:
    """Return for each loss whether it is worth compiling."""
    return [None if found is None else found.compiled for found in map(formulas.of, losses)]


def test_a_loss_in_which_another_number_stands_each_time_is_not_compiled_each_time() -> None:
    assert compiled(Formulas(SHAPES), map(scaled, (2.0, 3.0, 2.0))) == [True, False, True]


def test_what_is_not_compiled_computes_what_its_loss_computes() -> None:
    formulas, factors = Formulas(SHAPES), [2.0]
    loss = CheckedLoss(lambda outputs: factors[-1] * outputs["x"].sum())
    found = [formulas.of(loss)]
    factors.append(3.0)
    found.append(formulas.of(loss))
    assert [(one.compiled, float(one.of(OUTPUTS))) for one in found if one is not None] == [(True, 12.0), (False, 18.0)]


def test_a_loss_that_makes_its_functions_anew_is_compiled_once() -> None:
    def loss(outputs: Outputs) -> Any:
        return jax.jit(lambda x: (x * len(outputs)).sum())(outputs["x"])

    assert compiled(Formulas(SHAPES), [CheckedLoss(loss)] * 3) == [True, False, False]


def test_other_losses_are_compiled_when_they_come_twice_as_long_as_the_one_before_did_not() -> None:
    first, second, third = CheckedLoss(squares), scaled(2.0), distance(np.zeros(4, dtype=np.float32))
    assert compiled(Formulas(SHAPES), [first, second, third, second, second]) == [True, False, False, False, True]
    assert compiled(Formulas(SHAPES), [first, first, second, third, second, third]) == [True] * 3 + [False] + [True] * 2


def test_only_some_losses_are_compiled_for_runs_of_one_kind() -> None:
    losses = [CheckedLoss(lambda outputs, power=power: (outputs["x"] ** power).sum()) for power in range(2, MOST + 4)]
    twice = [loss for loss in losses for _ in range(2)]
    assert compiled(Formulas(SHAPES), twice) == [True] * (2 * MOST) + [False] * 4


def decaying(rate: float = 0.5) -> CompiledModel:
    operator = OperatorTemplate("op", ["x' = -k*x"], {"x": "output(1.0)", "k": rate})
    circuit = CircuitTemplate("c", nodes={"n": NodeTemplate("n", [operator])})
    return circuit.compile(backend="jax", step_size=1.0, simulation_time=2.0, outputs={"x": "n/op/x"})


@pytest.mark.parametrize("counted", [float, lambda count: np.full(2, count)])
def test_a_loss_is_called_once_for_each_gradient(counted: Callable[[int], Any]) -> None:
    model, calls = decaying(), count(1)
    found = [
        model.gradient(lambda outputs: (counted(next(calls)) * outputs["x"]).sum(), ["n/op/k"]) for _ in range(4)
    ]  # x is 1, then 1 - k
    assert [one.loss for one in found] == [1.5, 3.0, 4.5, 6.0]
    assert [one["n/op/k"] for one in found] == [-1.0, -2.0, -3.0, -4.0]


def test_losses_may_refer_to_keys_of_random_numbers() -> None:
    model, keys = decaying(), [jax.random.key(seed) for seed in (1, 2)]
    for key in keys:
        noise = jax.random.bits(key, (2,), "uint8")
        found = model.gradient(
            lambda outputs, key=key: (outputs["x"] * jax.random.bits(key, (2,), "uint8")).sum(), ["n/op/k"]
        )
        assert found["n/op/k"] == -float(noise[1])


@pytest.mark.parametrize(("rate", "last"), [(0.5, 0.5), (1.5, -0.5)])
def test_gradients_of_losses_that_decide_by_values_are_those_of_what_they_decide(rate: float, last: float) -> None:
    model = decaying(rate)

    def loss(outputs: Outputs) -> Any:
        return outputs["x"][-1] if outputs["x"][-1] > 0 else -3 * outputs["x"][-1]

    found = model.gradient(loss, ["n/op/k"])  # x[1] = 1 - k
    assert found.loss == (last if last > 0 else -3 * last)
    assert found["n/op/k"] == (-1.0 if last > 0 else 3.0)


def test_arrays_that_change_in_place_are_seen() -> None:
    model, losses = decaying(), []
    wanted = np.zeros(2)
    for value in (0.0, 0.25):
        wanted[:] = value
        losses.append(model.gradient(lambda outputs: ((outputs["x"] - wanted) ** 2).sum(), ["n/op/k"]).loss)
    assert losses == [1.25, 0.75**2 + 0.25**2]
