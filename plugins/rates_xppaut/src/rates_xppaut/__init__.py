"""Files of XPPAUT (.ode), read and written without xppaut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rates_core.lazy import lazy_names
from rates_core.plugins import FormatSpec, hookimpl

if TYPE_CHECKING:
    from rates_core.templates.experiment import Experiment

    from rates_xppaut.experiment import read_experiment

__all__ = ["Experiment", "read_experiment"]

rates_api = (1, 0)


@hookimpl
def rates_formats() -> Iterable[FormatSpec]:
    """Offer the format of XPPAUT's files."""
    yield FormatSpec(
        name="xppaut",
        suffixes=(".ode",),
        reader="rates_xppaut.reader:read",
        writer="rates_xppaut.writer:write",
        recognizer="rates_xppaut.document:is_xppaut",
        experiment="rates_xppaut.experiment:read_experiment",
        summary="differential equations as XPPAUT reads them",
    )


__getattr__ = lazy_names(
    __name__,
    {
        "Experiment": "rates_core.templates.experiment",
        "read_experiment": "rates_xppaut.experiment",
    },
)
