"""Errors of model files: every one says in which file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rates_core.errors import ModelFileError, RatesError
from rates_core.templates.location import Location


def fault(location: Location, text: str) -> ModelFileError:
    """Return the error for what stands at a location, as a sentence."""
    return ModelFileError(f"{location}: {text[:1].upper()}{text[1:]}")


@contextmanager
def located(location: Location, subject: str = "") -> Iterator[None]:
    """Add file, line and subject to an error that does not name the file yet; its class stays."""
    try:
        yield
    except RatesError as error:
        if f"{location.file}:" in str(error):
            raise
        raise type(error)(f"{location}: {subject}{error}") from error
