"""The equation language is light."""

from __future__ import annotations

from typing import Any


def test_the_language_needs_the_standard_library_and_attrs_only(installation: Any) -> None:
    code = """
    import sys
    import rates_core.expressions
    value = sorted({"numpy", "pandas", "pluggy", "sympy", "yaml"} & set(sys.modules))
    """
    assert installation.value(code) == []
