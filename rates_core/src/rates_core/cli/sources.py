"""The model that a word of the command line names: a template as in Python, or a file of any installed format."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from rates_core.cli.assignments import assigned
from rates_core.plugins.formats import MODEL_FILES, format_of_source, has_known_ending
from rates_core.plugins.manager import get_manager
from rates_core.plugins.reading import check_options, read

if TYPE_CHECKING:
    from rates_core.plugins.specs import FormatSpec
    from rates_core.templates.circuit import CircuitTemplate
    from rates_core.templates.experiment import Experiment
    from rates_core.templates.template import Template


def template_of(source: str, arguments: Namespace) -> Template:
    """Return the template of any kind that a word names, read as the arguments of `add_reader` say.

    Raises:
        RatesError: as what reads its format.
    """
    from rates_core.yaml.reader import load

    spec, options = _format(source, arguments), assigned("--from-option", arguments.reader_options)
    if spec.name == MODEL_FILES:
        check_options(spec, options)
        return load(source)
    template: Template = read(source, spec, options)
    return template


def circuit_of(source: str, arguments: Namespace) -> CircuitTemplate:
    """Return the circuit that a word names, read as the arguments of `add_reader` say.

    Raises:
        RatesError: as `CircuitTemplate.from_file`.
    """
    from rates_core.templates.circuit import CircuitTemplate

    options = assigned("--from-option", arguments.reader_options)
    return CircuitTemplate.from_file(source, format=_format(source, arguments).name, **options)


def experiment_of(source: str, arguments: Namespace) -> Experiment:
    """Return the circuit that a word names, and how its file says that it is run.

    Raises:
        RatesError: as `Experiment.from_file`.
    """
    from rates_core.templates.experiment import Experiment

    options = assigned("--from-option", arguments.reader_options)
    return Experiment.from_file(source, format=_format(source, arguments).name, **options)


def _format(source: str, arguments: Namespace) -> FormatSpec:
    """Return the format of a source; a name with an ending that no format has is one of a template."""
    chosen: str | None = arguments.reader
    if chosen is None and not has_known_ending(source):
        return get_manager().format(MODEL_FILES)
    return format_of_source(source, chosen)
