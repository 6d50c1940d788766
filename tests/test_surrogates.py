"""Derivatives through conditions of events: those of smooth steps, the same in every library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rates_core.errors import ApproximationWarning, ArgumentError

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

LIBRARIES = ("torch", "jax", "tf")
#: Loops of their own; one compiles in a moment.
BACKENDS = (*LIBRARIES, "fortran", pytest.param("numba", marks=pytest.mark.exhaustive))
H, SLOPE = 0.1, 10.0


def unit(when: str, **values: float) -> NodeTemplate:
    """Return a unit that sends a pulse where a condition becomes true."""
    operator = OperatorTemplate(
        "op", ["v' = I", "r' = s"],
        {"v": "output(0.0)", "r": "variable(0.0)", "s": "output", "I": 8.0, "th": 0.9, **values},
        events=[{"when": when, "set": {"v": "0.1*v"}, "emit": "s"}],
    )  # fmt: skip
    return NodeTemplate("node", [operator])


def step(x: float) -> float:
    """Return the derivative of a smooth step, x from its threshold."""
    return 0.5 * SLOPE / (1.0 + SLOPE * abs(x)) ** 2


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("v > th", {"p/op/I": step(-0.1), "p/op/th": -step(-0.1) / H}),
        ("th <= v", {"p/op/I": step(-0.1), "p/op/th": -step(-0.1) / H}),
        ("not v <= th", {"p/op/I": step(-0.1), "p/op/th": -step(-0.1) / H}),
        ("v > th and r < 5", {"p/op/I": step(-0.1), "p/op/th": -step(-0.1) / H}),
        ("v > th and r > 5", {"p/op/I": 0.0, "p/op/th": 0.0}),
        ("v > th or v > 2*th", {"p/op/I": step(-0.1) + step(-1.0), "p/op/th": -(step(-0.1) + 2 * step(-1.0)) / H}),
    ],
)
def test_a_pulse_has_the_derivative_of_a_smooth_step(backend: str, when: str, wanted: dict[str, float]) -> None:
    model = CircuitTemplate("model", nodes={"p": unit(when)}).compile(
        backend, step_size=H, simulation_time=2 * H, outputs={"s": "p/op/s"}, surrogate=SLOPE
    )
    found = model.gradient({"s": np.array([0.0, 1.0])}, list(wanted))
    assert found.loss == 0.0
    assert dict(found) == pytest.approx(wanted, rel=1e-12, abs=1e-14)


def network() -> CircuitTemplate:
    driven = OperatorTemplate("drive", "I = I_0 + 0.02*s_in", {"I": "output", "I_0": 1.7, "s_in": "input"})
    operator = OperatorTemplate(
        "op", ["v' = I - 0.3*v", "s_out' = s - s_out"],
        {"v": "output(0.0)", "s_out": "output(0.0)", "s": "variable", "I": "input"},
        events=[{"when": "v > 1.013", "set": {"v": "0.03"}, "emit": "s"}],
    )  # fmt: skip
    node = NodeTemplate("node", [driven, operator])
    weights = np.array([[0.0, 3.1, 0.7], [2.3, 0.0, 1.1], [1.3, 2.9, 0.0]])
    return CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", node, 3, {"drive/I_0": np.array([1.7, 2.0, 1.4])})},
        connections=[Connectivity("p/op/s_out", "p/drive/s_in", weights, delays=0.2)],
    )


def derivatives(backend: str, **options: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the path of a network, and the derivatives of a loss of it."""
    model = network().compile(
        backend, step_size=H, simulation_time=4.0, outputs={"x": "all/op/s_out"}, solver="heun", **options
    )
    wrt = ["p/op/s_out->p/drive/s_in/weight", "all/drive/I_0", "p/op/v"]
    found = model.gradient(_loss if backend in LIBRARIES else _told, wrt)
    return model.run(verbose=False).to_numpy(), {path: np.asarray(found[path]) for path in wrt}


def _loss(outputs: Any) -> Any:
    x = outputs["x"][-1]
    return x[0] * x[0] + x[1] * x[2]


def _told(outputs: Any) -> Any:
    slopes, x = np.zeros_like(outputs["x"]), outputs["x"][-1]
    slopes[-1] = [2.0 * x[0], x[2], x[1]]
    return _loss(outputs), {"x": slopes}


@pytest.mark.parametrize("native", ["fortran", pytest.param("numba", marks=pytest.mark.exhaustive)])
def test_backends_agree_about_networks_and_no_path_is_another_one(native: str) -> None:
    paths, found = zip(*(derivatives(backend, surrogate=SLOPE) for backend in (*LIBRARIES, native)), strict=True)
    with pytest.warns(ApproximationWarning, match="do not see an event move"):
        plain, blind = derivatives("torch")
    assert np.any(plain > 0)
    for path, gradient in zip(paths, found, strict=True):
        np.testing.assert_allclose(path, paths[0], rtol=1e-13, atol=1e-14)
        for name, values in gradient.items():
            np.testing.assert_allclose(values, found[0][name], rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(plain, paths[0])
    assert not np.allclose(blind["all/drive/I_0"], found[0]["all/drive/I_0"])


@pytest.mark.parametrize("slope", [0.0, -1.0, "steep", True, float("inf")])
def test_a_slope_is_a_positive_number(slope: Any) -> None:
    with pytest.raises(ArgumentError) as refused:
        network().compile("torch", step_size=H, surrogate=slope)
    assert str(refused.value) == f"surrogate must be a positive number, the slope of a smooth step; it is {slope!r}."


@pytest.mark.parametrize("backend", ["fortran", pytest.param("numba", marks=pytest.mark.exhaustive)])
def test_without_a_slope_compiled_loops_warn_as_libraries_do(backend: str) -> None:
    model = CircuitTemplate("c", nodes={"p": unit("v > th")}).compile(backend, step_size=H, simulation_time=2 * H)
    with pytest.warns(ApproximationWarning) as told:
        found = model.gradient({"p/op/v": np.array([0.0, 1.0])}, ["p/op/I"])
    assert [str(item.message) for item in told] == [
        "Events happen where conditions become true; derivatives through conditions are 0, and do not see an event "
        "move. Compile with surrogate=10.0, a slope, for those of smooth steps."
    ]
    assert found["p/op/I"] == pytest.approx(H, rel=1e-14)
