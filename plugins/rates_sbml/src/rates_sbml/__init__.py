"""Models in the Systems Biology Markup Language (SBML), read and written."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import FormatSpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_formats() -> Iterable[FormatSpec]:
    """Offer the format SBML."""
    yield FormatSpec(
        name="sbml",
        suffixes=(".sbml.xml", ".sbml", ".xml"),
        reader="rates_sbml.reader:read",
        writer="rates_sbml.writer:write",
        recognizer="rates_sbml.document:is_sbml",
        summary="models of the Systems Biology Markup Language, levels 1 to 3",
    )
