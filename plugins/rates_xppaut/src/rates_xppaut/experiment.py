"""A file of XPPAUT: a circuit, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.tree import Expression, symbols
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.experiment import Experiment
from rates_core.templates.node import NodeTemplate
from rates_core.templates.value import plain

from rates_xppaut.document import declarations_of
from rates_xppaut.names import identifier
from rates_xppaut.notes import read_notes
from rates_xppaut.omissions import Omissions
from rates_xppaut.operator_reader import Model, read_model


@frozen
class FormulaOfTime:
    """What a variable was before the start, by time."""

    tree: Expression
    values: Mapping[str, Any]

    def __call__(self, time: float) -> float:
        """Return the value at a time."""
        return float(evaluate(self.tree, {**self.values, "t": time}))


def read_experiment(path: str | Path) -> Experiment:
    """Return the circuit of a file of XPPAUT, and how it is run.

    Its settings are `simulation_time`, `step_size`, `sampling_step_size`, `cutoff`, `solver`, `method`, `rtol`, `atol`
    and `history`.

    Raises:
        ModelFileError: the file cannot be read, is malformed or none of XPPAUT's.
        UnsupportedFeatureError: it says what rates cannot compute; each statement is named.
        EquationError: an expression is malformed, or names what the file does not define.
    """
    return opened(path, settings_are_lost=False)


def opened(path: str | Path, settings_are_lost: bool) -> Experiment:
    """Return what a file holds, and warn of what it says beside that.

    Args:
        path: of the file.
        settings_are_lost: nobody will see how it is run; that is warned of, too.
    """
    file, omissions = Path(path), Omissions()
    declarations = declarations_of(file, omissions)
    name = identifier(file.stem, ())
    notes = read_notes(one.text for one in declarations if one.kind == "comment")
    model = read_model(declarations, notes.operator or f"{name}_op", file, omissions, notes)
    named, node = notes.templates or (name, f"{name}_node")
    circuit = CircuitTemplate(named, nodes={notes.node: NodeTemplate(node, [model.operator])})
    settings = {**model.settings.arguments(), **_history(model, f"{notes.node}/{model.operator.name}")}
    if settings_are_lost:
        said = model.settings.said or ["history"] * ("history" in settings)
        if said:
            omissions.add(f"how it is run, which rates_xppaut.read_experiment returns: {_listed(settings)}")
    omissions.report(f"{path} says what a template of rates cannot hold; it is left out:")
    return Experiment(circuit, settings)


def _history(model: Model, path: str) -> dict[str, Any]:
    if not model.histories:
        return {}
    variables = model.operator.variables
    values = {key: plain(one.value) for key, one in variables.items() if one.kind == "parameter"}
    found: dict[str, Any] = {}
    for name, tree in model.histories.items():
        moving = symbols(tree)
        found[f"{path}/{name}"] = FormulaOfTime(tree, values) if moving else float(evaluate(tree, {}))
    return {"history": found}


def _listed(settings: Mapping[str, Any]) -> str:
    said = [f"{name}={value!r}" for name, value in settings.items() if name != "history"]
    said += [f"history of {', '.join(settings['history'])}"] if "history" in settings else []
    return ", ".join(said)
