"""Records of the scripts in tests/independent, and the library's models ready to run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rates_models
import yaml
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate, EdgeTemplate, NodeTemplate, OperatorTemplate

Record = dict[str, Any]
ADAPTIVE = {"solver": "scipy", "method": "DOP853", "rtol": 1e-10, "atol": 1e-12}
INDEPENDENT = Path(__file__).parents[3] / "tests" / "independent"


def records() -> Iterator[Record]:
    """Yield what the scripts recorded, one model at a time."""
    for path in sorted(INDEPENDENT.glob("*.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))["models"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `recorded_<part>` every record that has this part."""
    for name in metafunc.fixturenames:
        if name.startswith("recorded_"):
            part = name.removeprefix("recorded_")
            chosen = [record for record in records() if record.get(part)]
            assert chosen
            ids = [record["model"].removeprefix("model_templates.") for record in chosen]
            metafunc.parametrize(name, chosen, ids=ids)


def in_circuit(template: Any) -> CircuitTemplate:
    """Return a template in a circuit; a node or an operator stands in the node p, an edge between the nodes a and b."""
    if isinstance(template, OperatorTemplate):
        template = NodeTemplate(template.name, [template])
    if isinstance(template, NodeTemplate):
        template = CircuitTemplate(template.name, nodes={"p": template})
    if isinstance(template, EdgeTemplate):
        ends = "a/li_op/r", "b/li_op/m_in"
        nodes = dict.fromkeys("ab", load("model_templates.base_templates.li_node"))
        template = CircuitTemplate(template.name, nodes=nodes, edges=[(*ends, template, {"weight": 1.0})])
    assert isinstance(template, CircuitTemplate)
    return template


@pytest.fixture(scope="session")
def circuit_of() -> Callable[[str], CircuitTemplate]:
    """Return a model of the library as a circuit."""
    return lambda name: in_circuit(load(name))


@pytest.fixture(scope="session")
def number() -> Callable[[Any], Any]:
    """Return a recorded number; complex ones are recorded as text."""
    return lambda value: complex(value) if isinstance(value, str) else value


@pytest.fixture(scope="session")
def numbers() -> Callable[[Record], Record]:
    """Return recorded numbers by path."""
    return lambda values: {path: complex(v) if isinstance(v, str) else v for path, v in values.items()}


@pytest.fixture(scope="session")
def until() -> Callable[..., pd.DataFrame]:
    """Return a function that runs a circuit to a time, adaptively; the last row is at that time."""

    def run(
        circuit: CircuitTemplate,
        t_end: float,
        paths: Sequence[str],
        rows: int = 100,
        parameters: Record | None = None,
        initial: Record | None = None,
    ) -> pd.DataFrame:
        step = t_end / rows
        model = circuit.compile(
            backend="numpy",
            simulation_time=t_end + step,
            step_size=step,
            outputs={path: path for path in paths},
            **ADAPTIVE,
        )
        return model.run(parameters=parameters or {}, initial=initial or {})

    return run


@pytest.fixture(scope="session")
def recorded() -> dict[str, Record]:
    """Return what the scripts recorded, by model."""
    return {record["model"]: record for record in records()}


@pytest.fixture(scope="session")
def circuits() -> list[str]:
    """Return the name of every circuit of the library; the second name of a folder is left out."""
    library, found = Path(rates_models.__file__).parent, []
    for file in sorted(library.rglob("*.yaml")):
        parts = file.relative_to(library).with_suffix("").parts
        if "coupled_oscillators" not in parts:
            templates = yaml.safe_load(file.read_text(encoding="utf-8"))
            found += [".".join((*parts, n)) for n, body in templates.items() if body["base"] == "CircuitTemplate"]
    return found
