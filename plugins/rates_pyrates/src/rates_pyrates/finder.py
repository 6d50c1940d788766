"""Modules of other tools, made of ours when they are imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dis import opmap
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from rates_core.errors import UnsupportedFeatureError, closest

from rates_pyrates.tools import pycobi, pyrates, rectipy
from rates_pyrates.tools.tool import Tool

TOOLS = {tool.name: tool for tool in (pyrates.TOOL, pycobi.TOOL, rectipy.TOOL)}
#: first names of what is imported; the first tool is known by the name of its distribution, too
ROOTS = (*TOOLS, "PyRates")


class RefusedNameError(UnsupportedFeatureError, AttributeError):
    """A name of another tool has no meaning here; the text says what to use."""


class RefusedImportError(UnsupportedFeatureError, ImportError):
    """A name that is imported from another tool has no meaning here; the text says what to use."""


class Finder(MetaPathFinder):
    """Find the modules of all tools."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a module is made, or None for modules that are none of these tools'.

        Raises:
            ModuleNotFoundError: the tool has no such module, rates refuses it, or an extension is missing.
        """
        root, _, rest = fullname.partition(".")
        if root not in ROOTS:
            return None
        if root not in TOOLS:
            return ModuleSpec(fullname, _SameModule(), is_package=True)
        tool = TOOLS[root]
        if not rest and tool.extension is not None and find_spec(tool.extension) is None:
            distribution = tool.extension.replace("_", "-")
            raise ModuleNotFoundError(
                f"'{root}' runs on {distribution}, which is not installed: pip install {distribution}", name=fullname
            )
        if fullname not in tool.modules:
            raise ModuleNotFoundError(_no_module(tool, fullname), name=fullname)
        below = [name for name in (*tool.modules, *tool.former_modules) if name.startswith(f"{fullname}.")]
        return ModuleSpec(fullname, _Made(tool), is_package=bool(below))


class _SameModule(Loader):
    """Give the module of the other spelling."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the other one in its place, which is what an import gives then."""
        sys.modules[module.__name__] = import_module(f"pyrates{module.__name__.removeprefix('PyRates')}")


class _Made(Loader):
    """Make a module whose names are looked up when they are used."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        doc = f"What rates has for {spec.name}; see docs/explanation/coming_from_older_tools.md."
        return _Module(spec.name, doc, self.tool)

    def exec_module(self, module: ModuleType) -> None:
        """Say at the top whose names it has; all others are looked up."""
        if module.__name__ == self.tool.name:
            vars(module)["__version__"] = self.tool.version


class _Module(ModuleType):
    """A module of another tool."""

    def __init__(self, name: str, doc: str, tool: Tool) -> None:
        super().__init__(name, doc)
        self.__tool__ = tool

    def __getattr__(self, name: str) -> Any:
        tool: Tool = self.__tool__
        names = tool.modules[self.__name__]
        if name in names and name in tool.offered:
            value = tool.value(name)
            setattr(self, name, value)
            return value
        if f"{self.__name__}.{name}" in tool.modules:
            return import_module(f"{self.__name__}.{name}")
        if name.startswith("_"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        text = _refused(tool, self.__name__, name) if name in names else _unknown(tool, self.__name__, name)
        raise (RefusedImportError if _is_from_import(sys._getframe(1)) else RefusedNameError)(text)

    def __dir__(self) -> list[str]:
        tool: Tool = self.__tool__
        return sorted({*super().__dir__(), *(name for name in tool.modules[self.__name__] if name in tool.offered)})


def _is_from_import(frame: Any) -> bool:
    """Tell whether `from … import …` asks: its own message would take the place of one that is an AttributeError."""
    return bool(frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"])


def _refused(tool: Tool, module: str, name: str) -> str:
    return f"'{module}.{name}' is refused: {tool.reason(module, name)}"


def _unknown(tool: Tool, module: str, name: str) -> str:
    offered = [known for known in tool.modules[module] if known in tool.offered]
    near = closest(name, offered, 1)
    if near:
        return f"'{module}' has no name '{name}'. Did you mean '{near[0]}'?"
    elsewhere = [where for where, names in tool.modules.items() if name in names and name in tool.offered]
    if elsewhere:
        return f"'{module}' has no name '{name}'. It is in '{min(elsewhere, key=len)}'."
    listed = f" Its names are: {', '.join(sorted(offered))}." if offered else ""
    return f"'{module}' has no name '{name}'.{listed}"


def _no_module(tool: Tool, name: str) -> str:
    for place, reason in tool.former_modules.items():
        if name == place or name.startswith(f"{place}."):
            return f"'{name}' is refused: {reason}"
    near = closest(name, tool.modules, 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"There is no module '{name}'.{hint}"
