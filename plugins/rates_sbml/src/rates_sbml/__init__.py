"""Models in the Systems Biology Markup Language (SBML), read and written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rates_core.plugins import FormatSpec, hookimpl

if TYPE_CHECKING:
    from rates_sbml.omissions import OmissionWarning, UnitsWarning

__all__ = ["OmissionWarning", "UnitsWarning"]

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


def __getattr__(name: str) -> Any:
    if name in __all__:
        from rates_sbml import omissions

        return getattr(omissions, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
