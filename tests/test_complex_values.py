"""Values that programs train are real: complex ones are refused by name, whatever the library."""

from __future__ import annotations

import pytest

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, UnsupportedFeatureError

TURN = OperatorTemplate("op", "z' = k*z", {"z": "output(0.7+0.2j)", "k": -0.3 + 1.1j})


@pytest.mark.parametrize("path", ["p/op/k", "p/op/z"])
@pytest.mark.parametrize("asks", ["trainable", "steps"])
@pytest.mark.parametrize("backend", ["jax", "tf", "torch"])
def test_complex_values_are_refused_by_name(backend: str, asks: str, path: str) -> None:
    circuit = CircuitTemplate("turn", nodes={"p": NodeTemplate("n", [TURN])})
    model = circuit.compile(backend, step_size=0.1, simulation_time=1.0, outputs={"z": "p/op/z"})
    with pytest.raises(UnsupportedFeatureError) as caught:
        getattr(model, asks)([path])
    assert str(caught.value) == (
        f"wrt: '{path}' is complex; the values of {asks}() are real. gradient() differentiates by it."
    )
