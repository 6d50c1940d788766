"""Lazy packages: a public name is imported when it is first asked for (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping


def lazy_names(package: str, names: Mapping[str, str], modules: Iterable[str] = ()) -> Callable[[str], object]:
    """Return the `__getattr__` of a package whose names live in other modules, as of a plugin's light module.

    Args:
        package: `__name__` of the package.
        names: each public name with the module that defines it.
        modules: submodules that are public attributes of the package.

    Example:
        In the `__init__.py` of a plugin, `__getattr__ = lazy_names(__name__, {"tau": "math"})`.

        >>> from rates_core.lazy import lazy_names
        >>> attribute = lazy_names("math", {"tau": "math"})
        >>> attribute("tau")
        6.283185307179586
    """
    submodules = frozenset(modules)

    def __getattr__(name: str) -> object:  # noqa: N807  # becomes the package's
        from importlib import import_module

        if name in submodules:
            return import_module(f"{package}.{name}")
        if name not in names:
            from rates_core.errors import did_you_mean

            hint = did_you_mean(name, [*names, *submodules])
            raise AttributeError(f"module '{package}' has no attribute '{name}'.{hint}", name=name)
        value: object = getattr(import_module(names[name]), name)
        setattr(sys.modules[package], name, value)  # the next access does not come here
        return value

    return __getattr__


def lazy_exports(
    package: str, names: Mapping[str, str], modules: Iterable[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__`, as `lazy_names` does, and a `__dir__` that lists what is public alone.

    It is none for a light module, whose hooks are looked for in `dir()`.

    Args:
        package: `__name__` of the package, which defines `__all__`.
        names: each public name with the module that defines it.
        modules: submodules that are public attributes of the package.

    Example:
        >>> from rates_core.lazy import lazy_exports
        >>> attribute, listed = lazy_exports("rates_core.plugins", {"Option": "rates_core.plugins.specs"})
        >>> "Option" in listed()
        True
    """
    submodules = frozenset(modules)

    def __dir__() -> list[str]:  # noqa: N807  # becomes the package's
        return sorted({*vars(sys.modules[package])["__all__"], *submodules})

    return lazy_names(package, names, submodules), __dir__
