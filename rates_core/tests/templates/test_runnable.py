"""The doors of a circuit pass everything on."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, dict[str, Any]]]:
    """Record the calls that reach the layers behind the doors."""
    seen: list[tuple[str, Any, dict[str, Any]]] = []

    def install(module: str, *names: str) -> None:
        fake = ModuleType(module)
        for name in names:
            setattr(fake, name, lambda circuit, name=name, **given: seen.append((name, circuit, given)))
        monkeypatch.setitem(sys.modules, module, fake)

    install("rates_core.simulation.run", "run")
    install("rates_core.simulation.compile", "compile_model")
    install("rates_core.simulation.functions", "get_run_func", "get_jacobian_func", "jacobian")
    return seen


def test_run_passes_its_arguments_on(circuit: CircuitTemplate, calls: list[Any]) -> None:
    circuit.run(2.0, 0.1, outputs={"x": "fox/lv/x"}, solver="heun", seed=1, rtol=1e-3)
    ((name, given_circuit, given),) = calls
    assert (name, given_circuit) == ("run", circuit)
    assert {key: value for key, value in given.items() if value is not None} == {
        "simulation_time": 2.0,
        "step_size": 0.1,
        "outputs": {"x": "fox/lv/x"},
        "cutoff": 0.0,
        "solver": "heun",
        "vectorize": True,
        "verbose": True,
        "float_precision": "float64",
        "seed": 1,
        "rtol": 1e-3,
    }


def test_the_other_doors_lead_to_their_layers(circuit: CircuitTemplate, calls: list[Any]) -> None:
    circuit.compile(step_size=0.1, cutoff=1.0)
    circuit.get_run_func("f", 0.1, file_name="f", auto=True)
    circuit.get_jacobian_func("j", 0.1, sparse=True)
    circuit.jacobian()
    assert [name for name, _, _ in calls] == ["compile_model", "get_run_func", "get_jacobian_func", "jacobian"]
    assert calls[0][2]["cutoff"] == 1.0
    assert (calls[1][2]["func_name"], calls[1][2]["file_name"], calls[1][2]["auto"]) == ("f", "f", True)
    assert calls[2][2]["sparse"] is True


def test_templates_are_loaded_by_their_kind(monkeypatch: pytest.MonkeyPatch, circuit: CircuitTemplate) -> None:
    from rates_core.errors import TemplateError

    fake = ModuleType("rates_core.yaml.reader")
    loaded = {"models/Web": circuit, "models.fox": circuit.nodes["fox"]}
    fake.load = loaded.__getitem__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rates_core.yaml.reader", fake)
    assert CircuitTemplate.from_yaml("models/Web") is circuit
    assert CircuitTemplate.from_file("models/Web") is circuit
    assert CircuitTemplate("c", nodes={"a": "models.fox"}).nodes["a"] == circuit.nodes["fox"]
    with pytest.raises(TemplateError) as caught:
        NodeTemplate.from_yaml("models/Web")
    assert str(caught.value) == (
        "The template must be of kind NodeTemplate, but 'models/Web' is of kind CircuitTemplate."
    )


def test_templates_need_no_array_library_to_be_imported(installation: Any) -> None:
    code = """
    import sys
    import rates_core.templates.circuit
    value = sorted({"numpy", "pandas", "pluggy", "scipy", "sympy", "yaml"} & set(sys.modules))
    """
    assert installation.value(code) == []
