"""Functions that generated modules contain where they need them, and how they are taken from their file."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

#: functions that others of them call
CALLS = {
    "place_of": ("PlaceError",), "sampled!": ("sampled",), "lagged!": ("step_at", "chebyshev"), "rough": ("grown",),
    "erf": ("erf_sum", "erf_rest"), "erfc": ("erf_sum", "erf_rest"),
}  # fmt: skip
_NAME = re.compile(r"^(?:@inline )?(?:function |struct )?(?:Base\.)?([A-Za-z_]\w*!?)", re.MULTILINE)


@cache
def _texts() -> dict[str, str]:
    """Return the text of each function by its name."""
    found = {}
    for text in files("rates_julia").joinpath("support.jl").read_text(encoding="utf-8").split("\n\n")[1:]:
        code = re.sub(r'\A"(?:"".*?""|.*?)"\n', "", text.strip("\n"), flags=re.DOTALL)
        name = _NAME.match(code)
        assert name is not None
        found[name[1]] = text.strip("\n")
    return found


def support(used: Collection[str]) -> list[str]:
    """Return the texts of the functions that are used, and of those that they call."""
    wanted = set(used)
    while more := {name for one in wanted for name in CALLS.get(one, ())} - wanted:
        wanted |= more
    return [text for name, text in _texts().items() if name in wanted]
