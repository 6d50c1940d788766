"""What a tool is to scripts: modules, names, and where ours are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from attrs import field, frozen

from rates_pyrates.tools.names import modules_of, version_of


@frozen
class Tool:
    """The names of a tool.

    Attributes:
        name: of its package.
        offered: where ours is, `module:name`, for each name that has one; or what it is, if it is no text with a colon.
        differences: names, or `Class.member`, that do the same by something else, or not all of it, and how; those of
            `offered` that are not here are the same.
        refused: what to use in place of a name, a `Class.member`, or of all names of a module, that have no meaning.
        extension: module that has to be installed for it beside core, or None.
        former_modules: likewise of modules of older versions.
    """

    name: str
    offered: Mapping[str, Any]
    differences: Mapping[str, str]
    refused: Mapping[str, str]
    extension: str | None = None
    former_modules: Mapping[str, str] = field(factory=dict)

    @property
    def version(self) -> str:
        """Return which version was read."""
        return version_of(self.name)

    @property
    def modules(self) -> Mapping[str, tuple[str, ...]]:
        """Return the public names of each of its modules."""
        return modules_of(self.name)

    def value(self, name: str) -> Any:
        """Return what we have for a name."""
        place = self.offered[name]
        if not isinstance(place, str) or ":" not in place:
            return place
        module, _, attribute = place.partition(":")
        return getattr(import_module(module), attribute)

    def reason(self, module: str, name: str) -> str:
        """Return what to use in place of a name that is refused."""
        if name in self.refused:
            return self.refused[name]
        while module not in self.refused:
            module = module.rpartition(".")[0]
        return self.refused[module]
