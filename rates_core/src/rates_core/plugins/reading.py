"""A file read in its format, with the options that the format has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from rates_core.errors import UnknownNameError, did_you_mean
from rates_core.plugins.formats import function_of
from rates_core.plugins.specs import FormatSpec


def read(source: str | Path, spec: FormatSpec, options: Mapping[str, Any]) -> Any:
    """Return the template that a file holds.

    Raises:
        UnknownNameError: the format has no such option.
        RatesError: as its reader.
    """
    check_options(spec, options)
    return function_of(spec.reader, spec)(source, **options)


def read_experiment(source: str | Path, spec: FormatSpec, options: Mapping[str, Any]) -> Any:
    """Return the experiment that a file holds, in a format that has experiments.

    Raises:
        UnknownNameError: the format has no such option.
        RatesError: as what reads them.
    """
    check_options(spec, options)
    return function_of(spec.experiment, spec)(source, **options)


def check_options(spec: FormatSpec, options: Collection[str], others: Collection[str] = ()) -> None:
    """Refuse options that a format does not have.

    Args:
        spec: the format.
        options: names.
        others: arguments of the call that stand beside them.

    Raises:
        UnknownNameError: there is one; the closest name is given.
    """
    known = [option.name for option in spec.options]
    for name in options:
        if name not in known:
            takes = f"It takes: {', '.join(known)}." if known else "It takes none."
            hint = did_you_mean(name, [*known, *others])
            raise UnknownNameError(f"The format '{spec.name}' has no option '{name}'.{hint} {takes}")
