"""Derivatives that compiled loops carry back are those of PyTorch, and of differences, on models of the library."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest
from rates_core.expressions.tree import symbols
from rates_core.plugins import get_manager
from rates_core.simulation.compile import CompiledModel
from rates_core.testing.parts import circuit, connectivity, node, population, single

from rates_core import ArgumentError, CircuitTemplate, UnknownNameError

STEPS = 60
#: Methods and step sizes by model.
MODELS = {
    "neural_mass_models.jansenrit.JRC": ("euler", 1e-3),
    "neural_mass_models.jansenrit.JRC_2delaycoupled": ("euler", 1e-3),
    "neural_mass_models.qif.qif_sfa": ("rk4", 1e-3),
    "neural_mass_models.qif.qif_sd": ("heun", 1e-3),
    "neural_mass_models.wilsoncowan.WC": ("rk4", 1e-2),
    "neural_mass_models.wilsoncowan.WC_stp": ("heun", 1e-2),
    "oscillators.vanderpol.vdp": ("euler", 1e-2),
    "systems.brusselator.brusselator": ("heun", 1e-2),
    "systems.fitzhugh_nagumo.fhn": ("rk4", 1e-2),
    "systems.hodgkin_huxley.hh": ("rk4", 1e-2),
    "systems.lorenz.lorenz": ("euler", 1e-3),
    "systems.lotka_volterra.lv": ("rk4", 1e-2),
    "systems.lotka_volterra.lv_delayed": ("euler", 1e-2),
    "systems.mackey_glass.mg": ("heun", 0.5),
}
NATIVE = [name for name in ("fortran", "numba") if name in get_manager().backends()]


def compiled(name: str, backend: str) -> CompiledModel:
    solver, step = MODELS[name]
    circuit = CircuitTemplate.from_yaml(f"model_templates.{name}")
    return circuit.compile(backend=backend, solver=solver, step_size=step, simulation_time=STEPS * step)


def asked(model: CompiledModel) -> list[str]:
    """Return up to five parameters, and the start of the first state that has one."""
    values = [item.path for item in model.system.parameters if not (item.structural or item.integer or item.shape)]
    parameters = [path for path in values if path.count("/") == 2 and "->" not in path][:5]
    return [*parameters, next(state.path for state in model.system.states if not isinstance(state.initial, str))]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "backend", [name if name == "fortran" else pytest.param(name, marks=pytest.mark.exhaustive) for name in NATIVE]
)
def test_derivatives_are_those_of_pytorch_and_of_differences(name: str, backend: str) -> None:
    model, other = compiled(name, backend), compiled(name, "torch")
    rows, paths = model.run(), asked(model)
    weights = {key: np.cos(np.arange(len(rows)) + place) for place, key in enumerate(rows)}
    found, wanted = model.gradient(weights, paths), other.gradient(weights, paths)
    np.testing.assert_allclose(found.loss, wanted.loss, rtol=1e-10)
    delays = {path for read in model.system.reads for path in symbols(read.delay)}  # differences see bends at samples
    for path in paths:
        scale = max(abs(wanted[path]), 1e-3)
        assert abs(found[path] - wanted[path]) <= 1e-10 * scale, path
        assert path in delays or abs(found[path] - difference(model, path, weights)) <= 1e-6 * scale, path


def difference(model: CompiledModel, path: str, weights: dict[str, np.ndarray]) -> float:
    """Return the central difference of fourth order of a weighted sum of rows."""
    state = model.system.state_paths.get(path)
    value = float(model.system.parameter_paths[path].value if state is None else state.initial)
    shift = 1e-3 * max(abs(value), 1e-2)

    def loss(moved: float) -> float:
        rows = model.run(**{"parameters" if state is None else "initial": {path: moved}})
        return float(sum((rows[key] * numbers).sum() for key, numbers in weights.items()))

    near, far = (loss(value + d) - loss(value - d) for d in (shift, 2 * shift))
    return (8 * near - far) / (12 * shift)


@pytest.mark.parametrize("backend", NATIVE)
def test_what_is_recorded_and_what_is_read_late_may_depend_on_different_states(backend: str) -> None:
    """Each is followed by a function of its own, which brings nothing to what it does not depend on."""
    model = single(
        ["x' = -x + w", "w' = -0.3*w + 0.2*past(z, d)", "z = tanh(c*w)"],
        x="output(0.4)", w="variable(0.7)", z="variable(0.0)", d=0.5, c=1.3,
    ).compile(backend, step_size=0.1, simulation_time=2.0, outputs={"x": "p/op/x"}, sampling_step_size=0.2)  # fmt: skip
    weights, paths = {"x": np.cos(np.arange(10.0))}, ["p/op/c", "p/op/x", "p/op/w"]
    found = model.gradient(weights, paths)
    for path in paths:
        np.testing.assert_allclose(found[path], difference(model, path, weights), rtol=1e-9)


def network(backend: str, time: float) -> CompiledModel:
    """Return units that read each other late, and record little."""
    unit = node("x' = tanh(s) - k*x", x="output(0.1)", s="input(0.0)", k=1.0)
    model = circuit(
        populations={"p": population(unit, 50)},
        connections=[connectivity("p/op/x", "p/op/s", np.cos(np.arange(2500.0)).reshape(50, 50), delays=0.05)],
    )
    return model.compile(
        backend=backend, step_size=0.01, simulation_time=time, sampling_step_size=time / 10, outputs={"x": "p/op/x"}
    )


@pytest.mark.parametrize("backend", NATIVE[:1])
def test_memory_grows_with_the_root_of_the_number_of_steps(backend: str) -> None:
    """A hundred times as many steps take at most about ten times the memory; all their states are 80 MB."""

    def peak(time: float) -> int:
        model = network(backend, time)
        weights = {"x": np.ones((10, 50))}
        model.gradient(weights, ["p/op/k"])
        gc.collect()
        tracemalloc.start()
        model.gradient(weights, ["p/op/k"])
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(2000.0) < 6e6


@pytest.mark.parametrize("backend", NATIVE[:1])
def test_a_loss_may_tell_its_derivatives(backend: str) -> None:
    model = network(backend, 1.0)
    weights = np.cos(np.arange(500.0)).reshape(10, 50)
    plain = model.gradient({"x": weights}, ["p/op/k"])
    told = model.gradient(lambda outputs: ((weights * outputs["x"]).sum(), {"x": weights}), ["p/op/k"])
    assert (told.loss, told["p/op/k"]) == (plain.loss, plain["p/op/k"])


@pytest.mark.parametrize("backend", NATIVE[:1])
def test_the_way_back_over_many_segments_is_that_over_one(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from rates_core.programs.elementwise import way_back

    model, weights = network(backend, 3.0), {"x": np.cos(np.arange(500.0)).reshape(10, 50)}
    once = model.gradient(weights, ["p/op/k", "p/op/x->p/op/s/weight", "p/op/x"])
    monkeypatch.setattr(way_back, "NUMBERS_AT_HAND", 1)
    again = model.gradient(weights, ["p/op/k", "p/op/x->p/op/s/weight", "p/op/x"])
    assert again.loss == once.loss
    for path in once:
        np.testing.assert_allclose(again[path], once[path], rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize(
    ("returned", "kind", "said"),
    [
        (
            3.0, ArgumentError,
            "The backend does not differentiate functions of arrays: loss is given arrays of NumPy and has to return "
            "its value and a dict of its derivatives by outputs; it returned 3.0. Return both, or give a dict of "
            "weights, or compile with a backend of an array library, such as torch.",
        ),
        (
            (3.0, {"y": np.ones((10, 50))}), UnknownNameError,
            "loss returned a derivative by the output 'y'. Recorded are: x.",
        ),
        (
            (3.0, {"x": np.ones(10)}), ArgumentError,
            "loss returned a derivative by 'x' of the shape (10,); it has to be (10, 50).",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backend", NATIVE[:1])
def test_what_a_loss_has_to_return_is_said(backend: str, returned: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        network(backend, 1.0).gradient(lambda outputs: returned, ["p/op/k"])
    assert str(caught.value) == said
