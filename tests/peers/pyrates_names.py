"""Write the public names of PyRates, PyCoBi and RectiPy: modules, what stands in them, arguments and members.

It needs the environments of nox's session `peer(rectipy)` and pycobi, and nothing of rates; run it to write the record
again. Only names are kept: what a script can write down.
"""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

TOOLS = ("pyrates", "pycobi", "rectipy")


def modules_of(tool: str) -> list[ModuleType]:
    """Return all modules of a tool that can be imported here, and are not private."""
    package = import_module(tool)
    names = [tool, *(found.name for found in pkgutil.walk_packages(package.__path__, f"{tool}."))]
    found = []
    for name in names:
        if not any(part.startswith("_") for part in name.split(".")):
            found.append(import_module(name))
    return found


def names_of(module: ModuleType, tool: str) -> dict[str, Any]:
    """Return what a module has of its tool: classes and functions, and values that it assigns itself."""
    assigned = assigned_in(module)
    found: dict[str, Any] = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") or inspect.ismodule(value):
            continue
        if inspect.isclass(value) or inspect.isroutine(value):
            place = str(getattr(value, "__module__", ""))
            if place.partition(".")[0] == tool:
                found[name] = place if place != module.__name__ else described(value, tool)
        elif name in assigned:
            found[name] = {"kind": "data", "type": type(value).__name__}
    return found


def assigned_in(module: ModuleType) -> set[str]:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def described(value: Any, tool: str) -> dict[str, Any]:
    """Return a function with its arguments, or a class with those of its constructor and its members."""
    if not inspect.isclass(value):
        return {"kind": "function", "arguments": arguments_of(value)}
    members = {}
    for name in sorted(dir(value)):
        owner = next(cls for cls in value.__mro__ if name in vars(cls) or cls is object)
        if name.startswith("_") or owner.__module__.partition(".")[0] != tool:
            continue  # those of torch's modules and of dictionaries are not the tool's
        member = inspect.getattr_static(value, name)
        function = getattr(member, "__func__", member)
        if inspect.isfunction(function):
            members[name] = arguments_of(function)[0 if isinstance(member, staticmethod) else 1 :]
        else:
            members[name] = None
    return {"kind": "class", "arguments": arguments_of(value), "members": members}


def arguments_of(call: Any) -> list[str]:
    """Return arguments: `name`, `name=` where there is a default, `name:` by keyword alone, and those with stars."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:  # of exceptions
        return ["*args"]
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        marks.get(one.kind, "")
        + one.name
        + (":" if one.kind is inspect.Parameter.KEYWORD_ONLY else "")
        + ("" if one.default is inspect.Parameter.empty else "=")
        for one in parameters
    ]


if __name__ == "__main__":
    record = {
        tool: {
            "version": version(tool),
            "modules": {module.__name__: names_of(module, tool) for module in modules_of(tool)},
        }
        for tool in TOOLS
    }
    text = json.dumps(record, indent=1)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
