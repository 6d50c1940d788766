"""The model that a word of the command line names: a template as in Python, or a file of any installed format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rates_core.plugins.formats import MODEL_FILES, format_of_source, function_of, has_known_ending

if TYPE_CHECKING:
    from rates_core.plugins.specs import FormatSpec
    from rates_core.templates.circuit import CircuitTemplate
    from rates_core.templates.template import Template


def template_of(source: str) -> Template:
    """Return the template of any kind that a word names.

    Raises:
        RatesError: as what reads its format.
    """
    from rates_core.yaml.reader import load

    spec = _other_format(source)
    if spec is None:
        return load(source)
    template: Template = function_of(spec.reader, spec)(source)
    return template


def circuit_of(source: str) -> CircuitTemplate:
    """Return the circuit that a word names.

    Raises:
        RatesError: as `CircuitTemplate.from_file`.
    """
    from rates_core.templates.circuit import CircuitTemplate

    spec = _other_format(source)
    return CircuitTemplate.from_yaml(source) if spec is None else CircuitTemplate.from_file(source, format=spec.name)


def _other_format(source: str) -> FormatSpec | None:
    """Return the format of a file that is no model file."""
    spec = format_of_source(source, None, "'rates convert --from'") if has_known_ending(source) else None
    return None if spec is None or spec.name == MODEL_FILES else spec
