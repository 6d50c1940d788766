"""Vector fields: one state is computed by functions of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import rates_numpy.field
from rates_core.programs.arrays.field import ArrayField
from rates_core.programs.field import FieldFunctions, FieldProgram, FieldRequest
from rates_core.testing import check_backend
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_core.testing.passing import PassingBackend
from rates_numpy.many import NUMPY, NumpyRuntime

from rates_core import CircuitTemplate


class ForMany(ArrayField):
    """Functions of arrays that refuse one state."""

    def bind(self, arguments: Mapping[str, Any]) -> FieldFunctions:
        found = super().bind(arguments)

        def refusing(function: Any) -> Any:
            def refused(y: np.ndarray, inputs: Any, reads: Any) -> Any:
                assert y.ndim > 1
                return function(y, inputs, reads)

            return refused

        return FieldFunctions(refusing(found.rates), found.slots, tuple(map(refusing, found.matrices)))


UNITS = single(["x' = k*x - x^3 + c*y", "y' = -y + tanh(x)"], x="output(0.4)", y="variable(-0.2)", k=0.7, c=1.5)
RING = circuit(
    populations={"p": population(node("x' = -k*x^2 + u", x="output(0.1)", k=2.0, u="input(0.0)"), 3)},
    connections=[connectivity("p/op/x", "p/op/u", np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 4.0], [5.0, 6.0, 0.0]]))],
)


@pytest.mark.parametrize(("model", "free"), [(UNITS, "p/op/k"), (RING, "p[1]/op/k")])
def test_functions_of_arrays_are_not_asked_for_one_state(
    model: CircuitTemplate, free: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = model.get_vector_field([free])
    monkeypatch.setattr(rates_numpy.field, "ArrayField", ForMany)
    found = model.get_vector_field([free])
    for name in ("rates", "by_states", "by_parameters"):
        many = getattr(wanted, name)(wanted.x[None], wanted.p)[0]
        np.testing.assert_allclose(getattr(found, name)(wanted.x, wanted.p), many, rtol=1e-14)


@pytest.mark.parametrize(("model", "free"), [(UNITS, "p/op/k"), (RING, "p[1]/op/k")])
def test_entries_of_a_jacobian_have_their_places(model: CircuitTemplate, free: str) -> None:
    field = model.get_vector_field([free])
    rows, columns = field.places
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(rows)
    for x in (field.x, np.stack([field.x, 2 * field.x])):
        matrix = np.zeros((*x.shape, field.size))
        matrix[..., rows, columns] = field.entries(x, field.p)
        np.testing.assert_array_equal(matrix, field.by_states(x, field.p))


def test_a_single_unit_is_computed_by_numbers_of_python() -> None:
    source = UNITS.get_vector_field(["p/op/k"]).source
    assert "    return y.tolist()\n" in source
    assert "        return np.array([" in source


def test_functions_of_arrays_serve_one_state_where_a_backend_has_no_others() -> None:
    class OfArrays(PassingBackend):
        def field(self, request: FieldRequest) -> FieldProgram:
            return ArrayField(request, NUMPY, NumpyRuntime())

    report = check_backend("numpy", wrap=OfArrays, families=["fields"])
    assert report.ok, str(report)
