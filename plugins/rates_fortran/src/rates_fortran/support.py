"""Functions that generated modules contain where they need them, and how they are taken from their file."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

#: functions that others of them call
CALLS = {
    "places": ("checked",), "sampled_all": ("sampled",), "lagged": ("step_at", "chebyshev"), "rough": ("grown",),
    "complex_lagged": ("step_at", "complex_chebyshev"), "complex_rough": ("complex_grown",),
}  # fmt: skip
#: functions whose names come from `ieee_arithmetic`
_IEEE = re.compile(r"\bieee_\w+")


@cache
def _texts() -> dict[str, str]:
    """Return the text of each function by its name."""
    found = {}
    for text in files("rates_fortran").joinpath("support.f90").read_text(encoding="utf-8").split("\n\n")[1:]:
        kinds = [("", "real"), ("complex_", "complex")] if "<>" in text else [("", "")]
        for prefix, kind in kinds:
            written = text.strip("\n").replace("<>", prefix).replace("<type>", kind)
            name = re.search(r"(?:function|subroutine) (\w+)", written)
            assert name is not None
            found[name[1]] = written
    return found


def support(used: Collection[str]) -> list[str]:
    """Return the texts of the functions that are used, and of those that they call."""
    wanted = set(used)
    while more := {name for one in wanted for name in CALLS.get(one, ())} - wanted:
        wanted |= more
    return [text for name, text in _texts().items() if name in wanted]


def ieee_names(texts: Collection[str]) -> list[str]:
    """Return what texts need of the intrinsic module `ieee_arithmetic`."""
    return sorted({name for text in texts for name in _IEEE.findall(text)} - {"ieee_arithmetic"})
