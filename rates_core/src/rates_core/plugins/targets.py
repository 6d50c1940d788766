"""Targets: what a descriptor names as `module:attribute` and imports only on use."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import Any

from rates_core.errors import PluginError, RatesError
from rates_core.plugins.fields import check_kind


def load_target(target: str, distribution: str = "") -> Any:
    """Import `module:attribute` and return the attribute.

    Raises:
        PluginError: the module cannot be imported or has no such attribute; names the distribution.

    Example:
        >>> from rates_core.plugins import load_target
        >>> load_target("math:pi")
        3.141592653589793
    """
    check_kind("target", target, str)
    check_kind("distribution", distribution, str)
    module_name, _, path = target.partition(":")
    owner = distribution or "the plugin"
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or _is_part_of(module_name, error.name):
            raise PluginError(f"'{target}' of {owner} does not exist: {describe(error)}.") from error
        raise PluginError(
            f"'{target}' of {owner} cannot be imported: the module '{error.name}' is missing. "
            f"Install it, or install {owner} again."
        ) from error
    except Exception as error:  # whatever a plugin raises is reported as the plugin's
        raise PluginError(f"'{target}' of {owner} cannot be imported: {describe(error)}.") from error
    try:
        return reduce(getattr, path.split("."), module)
    except AttributeError as error:
        raise PluginError(f"'{target}' of {owner} does not exist: {describe(error)}.") from error


def describe(error: BaseException) -> str:
    """Return an exception as one line without a final period: its type, unless it is ours, and what it says."""
    text = " ".join(str(error).split()).removesuffix(".")
    if isinstance(error, RatesError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _is_part_of(module: str, missing: str) -> bool:
    """Return whether `missing` is `module` or one of the packages it lies in."""
    return module == missing or module.startswith(f"{missing}.")
