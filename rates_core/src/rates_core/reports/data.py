"""Reports as what JSON can hold, for programs."""

from __future__ import annotations

import json
import math
from typing import Any

from rates_core.expressions.equation import Equation
from rates_core.expressions.text import to_text
from rates_core.reports.block import Symbols
from rates_core.reports.content import (
    Citation,
    End,
    Members,
    OperatorEntry,
    ProjectionEntry,
    Reading,
    Report,
    Setting,
    TemplateEntry,
    VariableEntry,
)
from rates_core.reports.mark import MARK
from rates_core.reports.notation import formula, left_side
from rates_core.reports.quantity import Listed, Quantity, Range, Scalar, Several
from rates_core.reports.tex import TeX
from rates_core.templates.event import ParsedEvent
from rates_core.templates.value import number_text


def as_json(report: Report) -> str:
    """Return a report as JSON."""
    return json.dumps({"generator": MARK, **as_data(report)}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """Return a report as nested dictionaries and lists; complex and infinite numbers are texts."""
    return {
        "kind": report.kind,
        "name": report.name,
        "label": report.label,
        "text": report.text,
        "cited": list(report.cited),
        "operators": list(map(_operator, report.operators)),
        "templates": list(map(_template, report.templates)),
        "projections": list(map(_projection, report.projections)),
        "citations": list(map(_citation, report.citations)),
    }


def _operator(operator: OperatorEntry) -> dict[str, Any]:
    symbols = operator.symbols
    return {
        "name": operator.name,
        "text": operator.text,
        "cited": list(operator.cited),
        "nodes": list(operator.users.paths),
        "units": operator.users.units,
        "edges": list(operator.edges),
        "equations": [_equation(equation, symbols) for equation in operator.equations],
        "events": list(map(_event, operator.events)),
        "variables": [_variable(variable, symbols) for variable in operator.variables],
    }


def _equation(equation: Equation, symbols: Symbols) -> dict[str, Any]:
    tex = TeX()
    return {
        "variable": equation.target,
        "kind": equation.kind,
        "expression": to_text(equation.expression),
        "latex": f"{left_side(equation, tex, symbols)} = {formula(equation.expression, tex, symbols)}",
    }


def _event(event: ParsedEvent) -> dict[str, Any]:
    values = {name: to_text(expression) for name, expression in event.set.items()}
    return {"when": to_text(event.when), "set": values, "emit": event.emit}


def _variable(variable: VariableEntry, symbols: Symbols) -> dict[str, Any]:
    return {
        "name": variable.name,
        "latex": TeX().symbol(symbols[variable.name]),
        "role": variable.role,
        "unit": variable.unit,
        "values": list(map(_setting, variable.settings)),
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"value": _quantity(setting.value), "nodes": None if setting.where is None else list(setting.where.paths)}


def _template(template: TemplateEntry) -> dict[str, Any]:
    return {
        "kind": template.kind,
        "name": template.name,
        "text": template.text,
        "cited": list(template.cited),
        **_members(template.members),
        "operators": list(template.operators),
        "joins": {join.target: list(join.sources) for join in template.joins},
    }


def _projection(projection: ProjectionEntry) -> dict[str, Any]:
    return {
        "source": _end(projection.source),
        "target": _end(projection.target),
        "inside": projection.inside,
        "edge": projection.template,
        "count": projection.count,
        "weight": _quantity(projection.weight),
        "delay": None if projection.delay is None else _quantity(projection.delay),
        "spread": None if projection.spread is None else _quantity(projection.spread),
        "variables": {reading.variable: _reading(reading) for reading in projection.readings},
    }


def _members(members: Members) -> dict[str, Any]:
    return {"nodes": list(members.paths), "units": members.units}


def _end(place: End) -> dict[str, Any]:
    return {"variable": place.variable, **_members(place.members)}


def _reading(reading: Reading) -> Any:
    if isinstance(reading.value, End):
        return _end(reading.value)
    return reading.value if isinstance(reading.value, str) else _quantity(reading.value)


def _citation(citation: Citation) -> dict[str, Any]:
    source = citation.source
    return {
        "number": citation.number,
        "text": source.text,
        "identifier": source.identifier,
        "address": source.address,
    }


def _quantity(value: Quantity) -> Any:
    match value:
        case Several(counts):
            return {"values": [{"value": _number(number), "count": count} for number, count in counts]}
        case Listed(entries, shape):
            return {"entries": list(map(_number, entries)), "shape": list(shape)}
        case Range():
            return {
                "count": value.count,
                "least": _number(value.least),
                "largest": _number(value.largest),
                "mean": _number(value.mean),
                "deviation": _number(value.deviation),
                "shape": list(value.shape) or None,
            }
        case _:
            return _number(value)


def _number(number: Scalar) -> Any:
    return number if not isinstance(number, complex) and math.isfinite(number) else number_text(number)
