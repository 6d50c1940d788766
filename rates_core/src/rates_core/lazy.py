"""Lazy packages: a public name is imported when it is first asked for (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping


def lazy_exports(
    package: str, names: Mapping[str, str], modules: Iterable[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package whose names live in other modules.

    Args:
        package: `__name__` of the package, which defines `__all__`.
        names: each public name with the module that defines it.
        modules: submodules that are public attributes of the package.
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

    def __dir__() -> list[str]:  # noqa: N807  # becomes the package's
        return sorted({*vars(sys.modules[package])["__all__"], *submodules})

    return __getattr__, __dir__
