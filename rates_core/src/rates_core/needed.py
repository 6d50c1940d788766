"""Libraries that only some calls need: looked for when they are asked for."""

from __future__ import annotations

from importlib.util import find_spec

from rates_core.errors import PluginError


def check_needed(what: str, *modules: str, extra: str) -> None:
    """Check that libraries are installed.

    Args:
        what: what needs them, as the beginning of a sentence.
        modules: their names.
        extra: of rates-core, which brings them.

    Raises:
        PluginError: one is not; all missing ones and how to install them are named.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise PluginError(
            f"{what} needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed. "
            f"Install with: pip install {' '.join(missing)}, or pip install 'rates-core[{extra}]'."
        )
