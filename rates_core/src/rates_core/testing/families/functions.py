"""Functions: the right-hand side of every function and operator of the language, in units and populations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.reference import Interpreter
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.node import NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import MismatchError, expect_close
from rates_core.testing.formulas import (
    ARGUMENTS,
    COMPLEX_POINTS,
    FORMULAS,
    IMAGINARY,
    REAL_POINTS,
    SPECIAL_POINTS,
    Formula,
    Point,
)
from rates_core.testing.layout import Layout
from rates_core.testing.subject import Subject

Units = Literal["single", "population", "parameters"]
Kind = Literal["real", "complex", "special"]

_POINTS: Mapping[Kind, Sequence[Point]] = {
    "real": REAL_POINTS,
    "complex": COMPLEX_POINTS,
    "special": SPECIAL_POINTS,
}
_WHERE: Mapping[Units, str] = {
    "single": "in a single unit",
    "population": "in every unit of a population",
    "parameters": "where all are parameters",
}


def cases() -> Iterator[Case]:
    """Yield a case for each formula, kind of number and kind of unit."""
    for formula in (*FORMULAS, *IMAGINARY):
        for where in _WHERE:
            name = f"'{formula.text}' has its value {_WHERE[where]}"
            if formula in IMAGINARY:
                yield _case(formula, "real", where, f"{name}, complex for real numbers", is_complex=True)
                continue
            yield _case(formula, "real", where, name)
            if formula.complex:
                yield _case(formula, "complex", where, f"{name}, for complex numbers", is_complex=True)
            if formula.nan and where != "parameters":
                yield _case(formula, "special", where, f"{name}, for NaN and infinity")


def _case(formula: Formula, kind: Kind, units: Units, name: str, is_complex: bool = False) -> Case:
    needs = Requirements(functions=formula.functions, vector=units == "population", complex=is_complex)
    return Case("functions", name, partial(_check, formula, kind, units), needs=needs)


def _check(formula: Formula, kind: Kind, units: Units, subject: Subject) -> None:
    points = _POINTS[kind]
    group = IMAGINARY if formula in IMAGINARY else FORMULAS
    wanted = subject.oracle.once(("functions", kind, group), partial(_wanted, group, kind))[formula.text]
    found = _found(subject, group, formula, kind, units)
    for point, value, right in zip(points, found, wanted, strict=True):
        at = ", ".join(f"{name} = {number:g}" for name, number in zip(ARGUMENTS, point, strict=True))
        expect_close(f"'{formula.text}' at {at}", value, right)


def _wanted(group: Sequence[Formula], kind: Kind) -> dict[str, list[complex]]:
    """Return the value of each formula at each point."""
    chosen = [formula for formula in group if _applies(formula, kind)]
    interpreter = Interpreter(_circuit(chosen, kind, "single"))
    found: dict[str, list[complex]] = {formula.text: [] for formula in chosen}
    for point in _POINTS[kind]:
        state = {f"p/op/{name}": value for name, value in zip(ARGUMENTS, point, strict=True)}
        state |= {f"p/op/f{number}": 0.0 for number in range(len(chosen))}
        slopes = interpreter.derivative(0.0, state)
        for number, formula in enumerate(chosen):
            value = slopes[f"p/op/f{number}"]
            assert not isinstance(value, list)
            found[formula.text].append(value)
    return found


def _applies(formula: Formula, kind: Kind) -> bool:
    return {"real": True, "complex": formula.complex, "special": formula.nan}[kind]


def _found(subject: Subject, group: Sequence[Formula], formula: Formula, kind: Kind, units: Units) -> Sequence[complex]:
    """Return the values of a formula, from a program with all formulas; if that one breaks, from one of its own."""
    claimed = [
        other
        for other in group
        if _applies(other, kind) and not subject.missing(Requirements(functions=other.functions))
    ]

    def together() -> dict[str, Sequence[complex]] | None:
        try:
            return _values(subject, claimed, kind, units)
        except Exception:  # noqa: BLE001  # one formula broke it; which one, its own program says
            return None

    values = subject.once(("functions", kind, units, group), together) if formula in claimed else None
    if values is None:
        values = subject.once(("functions", kind, units, formula), partial(_values, subject, [formula], kind, units))
    return values[formula.text]


def _values(subject: Subject, formulas: Sequence[Formula], kind: Kind, units: Units) -> dict[str, Sequence[complex]]:
    """Return the value of each formula at each point, from the derivatives of one program."""
    model = subject.compiled(_circuit(formulas, kind, units), outputs=["p/op/f0"])
    kernel, layout = subject.kernel(model), Layout(model.system)
    points = _POINTS[kind]
    paths = [f"p[{number}]" for number in range(len(points))] if units == "population" else ["p"]
    groups = [points] if units == "population" else [[point] for point in points]
    found: dict[str, list[complex]] = {formula.text: [] for formula in formulas}
    for group in groups:
        values: dict[str, complex] = {}
        for path, point in zip(paths, group, strict=True):
            values |= {f"{path}/op/{name}": value for name, value in zip(ARGUMENTS, point, strict=True)}
        if units == "parameters":
            kernel = subject.kernel(model, values)
        y = layout.packed({**dict.fromkeys(layout.places, 0.0), **values})
        slopes = layout.unpacked(np.asarray(kernel.rhs(0.0, y, (), (), ())))
        for path in paths:
            for number, formula in enumerate(formulas):
                found[formula.text].append(_number(slopes, f"{path}/op/f{number}"))
    return dict(found)


def _number(slopes: Mapping[str, complex], path: str) -> complex:
    if path not in slopes:
        raise MismatchError(f"'{path}' has no derivative.")
    return slopes[path]


def _circuit(formulas: Sequence[Formula], kind: Kind, units: Units) -> CircuitTemplate:
    """Return units with arguments that rest, or are parameters, and a state per formula whose derivative it is."""
    start: str | complex = "variable(0.0+0.0j)" if kind == "complex" else "variable(0.0)"
    if units == "parameters":
        start = 1.0 + 1.0j if kind == "complex" else 1.0
    equations = [] if units == "parameters" else [f"{name}' = 0*{name}" for name in ARGUMENTS]
    equations += [f"f{number}' = {formula.text}" for number, formula in enumerate(formulas)]
    states = {f"f{number}": "variable(0.0)" for number in range(len(formulas))}
    operator = OperatorTemplate("op", equations, {**dict.fromkeys(ARGUMENTS, start), **states})
    node = NodeTemplate("node", [operator])
    if units != "population":
        return CircuitTemplate("functions", nodes={"p": node})
    population = PopulationTemplate("population", node, len(_POINTS[kind]))
    return CircuitTemplate("functions", populations={"p": population})
