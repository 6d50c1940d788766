"""What paths name in a compiled model."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.simulation.named import named_values
from rates_core.testing.parts import circuit, connectivity, node, population, single

from rates_core import ArgumentError, UnknownNameError, UnsupportedFeatureError


def test_values_have_the_shape_of_derivatives() -> None:
    unit = node("x' = s - k*x", x="output(0.5)", s="input(0.0)", k=1.0)
    weights = np.arange(4.0).reshape(2, 2) + 1
    model = circuit(
        populations={"p": population(unit, 2, x=np.array([0.1, 0.2]))},
        connections=[connectivity("p/op/x", "p/op/s", weights)],
    ).compile(backend="numpy")
    found = named_values(model, ["p/op/k", "p[1]/op/k", "p/op/x", "p/op/x->p/op/s/weight"])
    assert [item.initial for item in found.values()] == [False, False, True, False]
    assert found["p[1]/op/k"].value.shape == ()
    assert found["p/op/x"].value.tolist() == [0.1, 0.2]
    assert sorted(np.ravel(found["p/op/x->p/op/s/weight"].value)) == [1.0, 2.0, 3.0, 4.0]


def test_a_name_that_is_none_is_said_with_the_closest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        named_values(single("x' = -k*x", x="output(1.0)", k=1.0).compile(backend="numpy"), ["p/op/kk"], "free")
    assert str(caught.value).startswith("free: ")
    assert "Did you mean 'k'?" in str(caught.value)


def test_complex_numbers_and_inputs_are_refused() -> None:
    turning = single("z' = g*z + u", z="output(1.0)", g=1j, u="input(0.0)")
    with pytest.raises(UnsupportedFeatureError) as caught:
        named_values(turning.compile(backend="numpy"), ["p/op/g"])
    assert str(caught.value) == "parameters: 'p/op/g' is complex; only real numbers can be named here."
    fed = turning.compile(backend="numpy", inputs={"p/op/u": np.zeros(3)})
    with pytest.raises(ArgumentError):
        named_values(fed, ["p/op/u"])
