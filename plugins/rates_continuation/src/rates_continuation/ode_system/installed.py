"""What is there: models by their names, and Auto-07p in a folder that is named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_continuation.continuation import Continuation
from rates_core import CircuitTemplate

CIRCUIT = "CircuitTemplate"


def circuit_of(model: Any) -> tuple[CircuitTemplate, str | None]:
    """Return a circuit, and its path if it has one.

    Args:
        model: a circuit, its path, or the last part of one in the installed libraries.

    Raises:
        UnknownNameError: there is none, or several.
        ArgumentError: it is something else.
    """
    if isinstance(model, CircuitTemplate):
        return model, None
    if not isinstance(model, str | Path):
        raise ArgumentError(f"A model must be a CircuitTemplate or the path of one; it is {shown(model)}.")
    reference = str(model)
    if "/" not in reference and "." not in reference:
        reference = _in_libraries(reference)
    return CircuitTemplate.from_yaml(reference), reference


def _in_libraries(name: str) -> str:
    """Return the path of the model of the installed libraries that has a name.

    Raises:
        UnknownNameError: there is none, or several.
    """
    from rates_core.plugins import get_manager
    from rates_core.yaml.catalogue import read_catalogue

    models = [item for item in read_catalogue(get_manager().model_libraries().values()).models if item.kind == CIRCUIT]
    found = [item.reference for item in models if item.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownNameError(f"Several models are called '{name}': {', '.join(found)}. Give the whole path.")
    raise UnknownNameError(
        f"There is no model '{name}'.{did_you_mean(name, [item.name for item in models])} Give the path of one, "
        "such as 'model_templates.neural_mass_models.qif.qif_sfa'. Equations of Auto-07p's files are not read."
    )


def continuation_of(
    model: CircuitTemplate, values: Mapping[str, float], engine: str, auto_dir: str | Path | None
) -> Continuation:
    """Return what follows the curves of a model.

    Args:
        model: a circuit.
        values: of parameters that are not those of the model, by path.
        engine: its name.
        auto_dir: folder of Auto-07p; None is where it is looked for.

    Raises:
        PluginError: something is missing that the engine needs.
    """
    if engine != "auto" or auto_dir is None:
        return Continuation(model, values, engine)
    from rates_continuation.auto.engine import AutoEngine
    from rates_continuation.auto.finding import installation

    found = Continuation(model, values)
    found.engine = AutoEngine(found.model, found.parameters, installation(str(Path(auto_dir).expanduser())))
    return found
