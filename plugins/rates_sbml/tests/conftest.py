"""Files of SBML, written by hand from formulas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import libsbml
import pandas as pd
import pytest
from rates_sbml.reader import read

from rates_core import CircuitTemplate

Reader = Callable[..., CircuitTemplate]
CELL = (
    '<listOfCompartments><compartment id="cell" spatialDimensions="3" size="2" constant="true"/></listOfCompartments>'
)
NAMESPACES = {1: "http://www.sbml.org/sbml/level1", 2: "http://www.sbml.org/sbml/level2/version{version}"}
ADAPTIVE: dict[str, Any] = {"solver": "scipy", "method": "DOP853", "rtol": 1e-10, "atol": 1e-12}
LEVEL_3 = "http://www.sbml.org/sbml/level3/version{version}/core"


class Xml:
    """Parts of files, from formulas."""

    CELL = CELL

    @staticmethod
    def math(formula: str) -> str:
        """Return a formula as MathML."""
        node = libsbml.parseL3Formula(formula)
        assert node is not None, libsbml.getLastParseL3Error()
        return str(libsbml.writeMathMLToString(node)).partition("?>")[2].strip()

    @staticmethod
    def listed(kind: str, *items: str) -> str:
        """Return a list of elements."""
        return f"<listOf{kind}>{''.join(items)}</listOf{kind}>"

    @staticmethod
    def parameter(name: str, value: float | None = None, constant: bool = False, rest: str = "") -> str:
        """Return a parameter."""
        given = "" if value is None else f' value="{value!r}"'
        return f'<parameter id="{name}"{given} constant="{str(constant).lower()}" {rest}/>'

    @staticmethod
    def species(name: str, start: str, amounts: bool = False, boundary: bool = False) -> str:
        """Return a species of the compartment `cell`."""
        rest = f'hasOnlySubstanceUnits="{str(amounts).lower()}" boundaryCondition="{str(boundary).lower()}"'
        return f'<species id="{name}" compartment="cell" {start} constant="false" {rest}/>'

    @staticmethod
    def reaction(name: str, formula: str, taken: str = "", made: str = "", rest: str = "") -> str:
        """Return a reaction of one species to another, as `S1` or `2 S1`."""
        sides = "".join(
            Xml.listed(kind, *(Xml._reference(one) for one in side.split("+")))
            for kind, side in (("Reactants", taken), ("Products", made))
            if side
        )
        law = f"<kineticLaw>{Xml.math(formula)}</kineticLaw>" if formula else ""
        return f'<reaction id="{name}" reversible="false" {rest}>{sides}{law}</reaction>'

    @staticmethod
    def _reference(text: str) -> str:
        count, _, name = text.strip().rpartition(" ")
        return f'<speciesReference species="{name}" stoichiometry="{count or 1}" constant="true"/>'

    @staticmethod
    def rule(kind: str, name: str, formula: str) -> str:
        """Return a rule: `rate`, `assignment` or `algebraic`."""
        return f"<{kind}Rule" + (f' variable="{name}"' if name else "") + f">{Xml.math(formula)}</{kind}Rule>"

    @staticmethod
    def event(
        name: str, trigger: str, sets: dict[str, str], delay: str = "", priority: str = "", rest: str = ""
    ) -> str:
        """Return an event; `rest` may say `initialValue`, `persistent` and `useValuesFromTriggerTime`."""
        began, kept = ("false" if f'{key}="false"' in rest else "true" for key in ("initialValue", "persistent"))
        early = "false" if 'useValuesFromTriggerTime="false"' in rest else "true"
        parts = [f'<trigger initialValue="{began}" persistent="{kept}">{Xml.math(trigger)}</trigger>']
        parts += [f"<delay>{Xml.math(delay)}</delay>"] if delay else []
        parts += [f"<priority>{Xml.math(priority)}</priority>"] if priority else []
        parts.append(
            Xml.listed(
                "EventAssignments",
                *(
                    f'<eventAssignment variable="{key}">{Xml.math(value)}</eventAssignment>'
                    for key, value in sets.items()
                ),
            )
        )
        return f'<event id="{name}" useValuesFromTriggerTime="{early}">{"".join(parts)}</event>'

    @staticmethod
    def sbml(*parts: str, level: int = 3, version: int = 2, attributes: str = "", model: str = 'id="m"') -> str:
        """Return a file."""
        namespace = NAMESPACES.get(level, LEVEL_3).format(version=version)
        start = f'<?xml version="1.0" encoding="UTF-8"?>\n<sbml xmlns="{namespace}" level="{level}" version="{version}"'
        return f"{start} {attributes}>\n<model {model}>\n" + "\n".join(parts) + "\n</model>\n</sbml>\n"


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a text to a file and returns its path."""

    def write(text: str, name: str = "model.xml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def reading(file: Callable[..., Path]) -> Reader:
    """Return a function that reads what parts of a model say."""
    return lambda *parts, **rest: read(file(Xml.sbml(*parts, **rest)))


@pytest.fixture
def xml() -> type[Xml]:
    """Return what makes parts of files."""
    return Xml


@pytest.fixture
def run() -> Callable[..., pd.DataFrame]:
    """Return a function that runs a circuit at tight tolerances."""
    return _run


def _run(circuit: CircuitTemplate, names: list[str], duration: float, rows: int = 10, **options: Any) -> pd.DataFrame:
    """Return the values of identifiers from 0 to the end of a run, rows + 1 times."""
    step = duration / rows
    outputs = {name: f"model/sbml/{name}" for name in names}
    return circuit.run(
        duration + step, step, outputs=outputs, backend="numpy", verbose=False, **{**ADAPTIVE, **options}
    )
