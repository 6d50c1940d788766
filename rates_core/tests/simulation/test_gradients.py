"""Gradients are refused where they cannot be had, with what is wrong and who can."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.plugins import get_manager
from rates_core.programs.gradient import Weighted
from rates_core.simulation.gradient import Gradient
from rates_core.testing.parts import single

from rates_core import ArgumentError, UnknownNameError, UnsupportedFeatureError

CIRCUIT = single("x' = -k*x", x="output(1.0)", k=1.0)


def loss(outputs: Any) -> Any:
    return outputs["p/op/x"][-1]


def model() -> Any:
    return CIRCUIT.compile(backend="numpy", step_size=0.1, simulation_time=1.0)


def test_a_backend_without_gradients_says_who_has_them() -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        model().gradient(loss, ["p/op/k"])
    names = get_manager().backends()
    able = [name for name in names if get_manager().backend(name).capabilities.differentiation]
    who = f"Installed backends that do: {', '.join(able)}." if able else "No installed backend does."
    assert str(caught.value) == (
        f"The backend 'numpy' does not support what this model needs: derivatives of runs. {who}"
    )


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        model().gradient(loss, ["p/op/k"], parameter={})
    assert str(caught.value) == (
        "A compiled model's gradient() has no argument 'parameter'. Did you mean 'parameters'? It takes: loss, wrt, "
        "parameters, initial, inputs, simulation_time, sampling_step_size, cutoff, seed, mode, checkpoint."
    )


def test_what_was_given_to_compile_is_named() -> None:
    with pytest.raises(UnknownNameError) as caught:
        model().gradient(loss, ["p/op/k"], solver="rk4")
    assert str(caught.value) == "A compiled model's gradient() has no argument 'solver'. Give it to compile()."


@pytest.mark.parametrize(
    ("wrt", "said"),
    [
        ([], "wrt is empty. Name one path at least, such as 'node/op/var'."),
        (["p/op/k", 3], "wrt holds 3; it takes paths such as 'node/op/var'."),
        (3, "wrt holds 3; it takes paths such as 'node/op/var'."),
    ],
)
def test_what_is_no_path_is_refused(wrt: Any, said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        model().gradient(loss, wrt)
    assert str(caught.value) == said


def test_a_loss_is_a_function() -> None:
    with pytest.raises(ArgumentError) as caught:
        model().gradient(3, ["p/op/k"])
    assert str(caught.value) == "loss must be a function of the outputs by name, or a dict of weights; it is 3."


def test_weights_are_a_loss_of_outputs_that_numpys_arrays_can_be_multiplied_with() -> None:
    weighted = Weighted({"x": np.array([1.0, 2.0]), "y": np.array([[0.5]])})
    assert weighted({"x": np.array([3.0, 4.0]), "y": np.array([[2.0]]), "z": None}) == 3.0 + 8.0 + 1.0


def test_a_gradient_is_a_mapping_that_shows_what_it_holds() -> None:
    found = Gradient(0.5, {"p/op/k": -1.0})
    assert dict(found) == {"p/op/k": -1.0}
    assert len(found) == 1
    assert repr(found) == "<Gradient of 0.5: {'p/op/k': -1.0}>"
