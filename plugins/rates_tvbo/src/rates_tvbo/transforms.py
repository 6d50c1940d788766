"""What TVBO does with weights before it takes them: expressions of their matrix, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rates_core.expressions.evaluate import evaluate

from rates_tvbo.expression_reader import Scope, read_expression
from rates_tvbo.section import Section

if TYPE_CHECKING:
    import numpy as np


def transformed(network: Section, weights: np.ndarray, lengths: np.ndarray | None) -> np.ndarray:
    """Return the weights after all transforms of a network.

    Raises:
        UnsupportedFeatureError: one is made by a program.
        EquationError: an expression is malformed.
    """
    listed = not isinstance(network.value("transforms"), dict)
    named = network.sections("transforms", "transform").values() if not listed else ()
    for part in network.items("transforms", "transform") if listed else named:  # a list may change one matrix twice
        name = part.text("name") or part.name
        part.ignore("label", "description", "definition", "acronym", "iri")
        if name != "weight":
            part.omissions.add("transform of what are no weights", "network", name)
            continue
        equation = part.section("equation", f"equation of transform '{name}'")
        if equation is None or part.has("callable") or part.has("source_code"):
            raise part.refusal("It is made by a program (callable), which is not read. Give the weights that it makes.")
        arguments = part.sections("arguments", f"argument of transform '{name}'")
        values: dict[str, Any] = {key: one.number("value") for key, one in arguments.items()}
        values |= {key: one.number("value") for key, one in equation.sections("parameters", "parameter").items()}
        values = {**_matrices(weights, lengths), **values}
        scope = Scope(frozenset(values), where=f"{equation.location}, {equation.kind}")
        weights = evaluate(read_expression(equation.text("rhs"), scope), values) + 0.0 * weights
    return weights


def _matrices(weights: np.ndarray, lengths: np.ndarray | None) -> dict[str, Any]:
    """Return what expressions may name; a sum that divides is 1 where it is 0."""
    import numpy as np

    sums = {"W_rowsum": weights.sum(axis=1, keepdims=True), "W_colsum": weights.sum(axis=0, keepdims=True)}
    safe = {f"{name}_safe": np.where(found > 0, found, 1.0) for name, found in sums.items()}
    least, most = np.nanmin(weights), np.nanmax(weights)
    ends = {"M_min": least, "W_min": least, "M_max": most, "W_max": most}
    found = {"M": weights, "W": weights, **ends, **sums, **safe}
    return found if lengths is None else {**found, "L": lengths}
