"""Models of NeuroML 2 and LEMS: component dynamics, cells and their networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import FormatSpec, Option, hookimpl

if TYPE_CHECKING:
    from rates_core.templates.experiment import Experiment

    from rates_neuroml.experiment import read_experiment
    from rates_neuroml.reader import read_component

__all__ = ["Experiment", "read_component", "read_experiment"]

rates_api = (1, 0)


@hookimpl
def rates_formats() -> Iterable[FormatSpec]:
    """Offer the format of files of NeuroML and LEMS."""
    yield FormatSpec(
        name="neuroml",
        suffixes=(".nml", ".lems.xml", ".xml"),
        reader="rates_neuroml.reader:read",
        writer="rates_neuroml.writer:write",
        recognizer="rates_neuroml.document:is_neuroml",
        experiment="rates_neuroml.experiment:read_experiment",
        options=[
            Option("component", None, "id of the network, cell or component that is read, not what the file wants run"),
            Option("include", (), "folders and archives in which included files are looked for"),
        ],
        summary="components, cells and networks of NeuroML 2 and LEMS",
    )


__getattr__ = lazy_names(
    __name__,
    {
        "Experiment": "rates_core.templates.experiment",
        "read_component": "rates_neuroml.reader",
        "read_experiment": "rates_neuroml.experiment",
    },
)
