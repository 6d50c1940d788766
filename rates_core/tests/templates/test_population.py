"""Populations give values per unit, and their sizes must agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import RatesError, TemplateError, UnknownNameError
from rates_core.templates.array import Array
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate


def test_values_are_numbers_or_one_per_unit(predator: NodeTemplate) -> None:
    population = PopulationTemplate("p", predator, n=np.int64(3), params={"lv/x": [1, 2, 3], "lv/alpha": 2})
    assert population.n == 3
    assert population.params == {"lv/x": Array([1.0, 2.0, 3.0]), "lv/alpha": 2.0}
    assert population.value("lv", "alpha") == 2.0
    assert PopulationTemplate("p", predator, 3).value("lv", "alpha") == -1.0


def test_a_matrix_parameter_has_both_axes_of_the_units() -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = matvec(W, x)", {"x": "output", "W": 0.0})])
    population = PopulationTemplate("p", node, 2, {"op/W": [[0, 1], [1, 0]]})
    assert population.value("op", "W") == Array([[0.0, 1.0], [1.0, 0.0]])


def test_content_decides_equality(predator: NodeTemplate) -> None:
    one, other = (PopulationTemplate("p", predator, 2, {"lv/x": [1, 2]}) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != PopulationTemplate("p", predator, 2, {"lv/x": [1, 3]})


def test_a_derived_population_merges_parameters(predator: NodeTemplate) -> None:
    base = PopulationTemplate("p", predator, 2, {"lv/x": [1, 2]})
    derived = base.update_template("q", params={"lv/alpha": 3.0})
    assert derived == PopulationTemplate("q", predator, 2, {"lv/x": [1, 2], "lv/alpha": 3.0})
    with pytest.raises(TemplateError) as caught:
        base.update_template(n=3)
    assert str(caught.value) == "Population 'p': 'lv/x' has 2 values, but the population has 3 units."


@pytest.mark.parametrize(
    ("n", "params", "error", "message"),
    [
        (0, {}, TemplateError, "The number of units n of a population is a whole number of at least 1, not 0."),
        (2.0, {}, TemplateError, "The number of units n of a population is a whole number of at least 1, not 2.0."),
        (True, {}, TemplateError, "The number of units n of a population is a whole number of at least 1, not True."),
        (2, {"x": 1}, TemplateError, "Population 'p': a parameter is named 'op/var', not 'x'."),
        (2, {"lw/x": 1}, UnknownNameError, "'predator' has no operator 'lw'. Did you mean 'lv'?"),
        (2, {"lv/alpa": 1}, UnknownNameError, "Operator 'lv' has no variable 'alpa'. Did you mean 'alpha'?"),
        (1, {"lv/x": [1, 2]}, TemplateError, "Population 'p': 'lv/x' has 2 values, but the population has 1 unit."),
        (2, {"lv/x": [float("nan"), 2]}, TemplateError, "Population 'p': 'lv/x': 1 value is NaN."),
        (
            2,
            {"lv/x": [[1, 2], [3, 4]]},
            TemplateError,
            "Population 'p': 'lv/x' has the shape (2, 2); give one number or one per unit.",
        ),
    ],
)
def test_a_population_that_does_not_fit_is_refused(
    predator: NodeTemplate, n: Any, params: dict[str, Any], error: type[RatesError], message: str
) -> None:
    with pytest.raises(error) as caught:
        PopulationTemplate("p", predator, n, params)
    assert str(caught.value) == message


@pytest.mark.parametrize("declared", ["variable(0.0,3)", [1.0, 2.0, 3.0]])
def test_a_vector_in_a_population_is_refused_by_name(declared: Any) -> None:
    node = NodeTemplate("n", [OperatorTemplate("op", "x' = x", {"x": "output", "v": declared})])
    with pytest.raises(TemplateError) as caught:
        PopulationTemplate("p", node, 4)
    assert str(caught.value) == (
        "Population 'p': 'op/v' is declared with the shape (3,). "
        "In a population the units are the axis; declare a scalar and give values per unit in params."
    )


def test_a_vector_that_a_node_declares_by_its_value_is_refused_too() -> None:
    node = NodeTemplate("n", {OperatorTemplate("op", "x' = k*x", {"x": "output", "k": 1.0}): {"k": [1.0, 2.0]}})
    with pytest.raises(TemplateError) as caught:
        PopulationTemplate("p", node, 2)
    assert str(caught.value) == (
        "Population 'p': 'op/k' is declared with the shape (2,). "
        "In a population the units are the axis; declare a scalar and give values per unit in params."
    )
