"""What arguments are called in refusals of core: as the caller has named them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rates_core.errors import ArgumentError, UnknownNameError


@contextmanager
def named(**own: str) -> Iterator[None]:
    """Let refusals that begin with the name of an argument of core begin with that of the argument here.

    Args:
        own: by the name that core has, as in `free="parameter"`.
    """
    try:
        yield
    except (ArgumentError, UnknownNameError) as refused:
        name, colon, rest = str(refused).partition(": ")
        if not colon or name not in own:
            raise
        raise type(refused)(f"{own[name]}: {rest}") from None
