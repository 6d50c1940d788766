"""Whether a library that a plugin works with is there, for probes."""

from __future__ import annotations

import re


def library_missing(name: str, package: str, least: str) -> str | None:
    """Return None, or what is wrong with a library and what to do.

    Nothing is imported but what tells versions.

    Args:
        name: of the library, for people.
        package: under which it is installed.
        least: first version that will do.

    Example:
        >>> from rates_core.plugins.tools import library_missing
        >>> library_missing("NumPy", "numpy", "1.26")
        >>> library_missing("NumPy", "numpy", "99.0")
        "NumPy ... is too old; 99.0 is needed. Get it: pip install 'numpy>=99.0'."
    """
    from importlib.metadata import PackageNotFoundError, version

    remedy = f"Get it: pip install '{package}>={least}'."
    try:
        found = version(package)
    except PackageNotFoundError:
        return f"{name} is not installed. {remedy}"
    if _numbers(found) < _numbers(least):
        return f"{name} {found} is too old; {least} is needed. {remedy}"
    return None


def _numbers(version: str) -> list[int]:
    """Return the numbers at the beginning of a version."""
    start = re.match(r"\d+(\.\d+)*", version)
    return [int(number) for number in start.group().split(".")] if start else []
