"""Records of the scripts in tests/independent, and the library's models ready to run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rates_core.yaml.reader import load

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

Record = dict[str, Any]
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


@pytest.fixture(scope="session")
def circuit_of() -> Callable[[str], CircuitTemplate]:
    """Return a model of the library as a circuit; a node or an operator alone stands in the node p."""

    def load_circuit(name: str) -> CircuitTemplate:
        template = load(name)
        if isinstance(template, OperatorTemplate):
            template = NodeTemplate(template.name, [template])
        if isinstance(template, NodeTemplate):
            template = CircuitTemplate(template.name, nodes={"p": template})
        assert isinstance(template, CircuitTemplate)
        return template

    return load_circuit


@pytest.fixture(scope="session")
def number() -> Callable[[Any], Any]:
    """Return a recorded number; complex ones are recorded as text."""
    return lambda value: complex(value) if isinstance(value, str) else value
