"""Model files of The Virtual Brain Ontology (TVBO), read and written without tvbo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import FormatSpec, hookimpl

if TYPE_CHECKING:
    from rates_core.templates.experiment import Experiment

    from rates_tvbo.experiment import read_experiment
    from rates_tvbo.unbounded import without_bounds

__all__ = ["Experiment", "read_experiment", "without_bounds"]

rates_api = (1, 0)


@hookimpl
def rates_formats() -> Iterable[FormatSpec]:
    """Offer the format of TVBO's own files."""
    yield FormatSpec(
        name="tvbo",
        suffixes=(".tvbo.yaml", ".tvbo.yml", ".yaml", ".yml"),
        reader="rates_tvbo.reader:read",
        writer="rates_tvbo.writer:write",
        recognizer="rates_tvbo.document:is_tvbo",
        experiment="rates_tvbo.experiment:read_experiment",
        summary="Dynamics, networks and experiments of The Virtual Brain Ontology",
    )


__getattr__ = lazy_names(
    __name__,
    {
        "Experiment": "rates_core.templates.experiment",
        "read_experiment": "rates_tvbo.experiment",
        "without_bounds": "rates_tvbo.unbounded",
    },
)
