"""What import-linter holds plugins to, written for those that are there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sessions.members import CORE, MEMBERS, PLUGINS, ROOT, WORKSPACE


def contracts_of_plugins() -> Path:
    """Write the contracts that hold for every plugin found: only public names of core, never each other."""
    names = [member.name for member in PLUGINS]
    lines = [
        "[importlinter]",
        listing("root_packages", MEMBERS),
        "[importlinter:contract:public]",
        "name = Plugins import only public modules of rates_core",
        "type = forbidden",
        "as_packages = false",
        "allow_indirect_imports = true",
        listing("source_modules", [*names, *(f"{name}.**" for name in names)]),
        listing("forbidden_modules", private_modules()),
        "[importlinter:contract:independent]",
        "name = Plugins never import each other",
        "type = independence",
        listing("modules", names),
    ]
    path = ROOT / ".nox" / "plugins.importlinter"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def private_modules() -> list[str]:
    """List the modules of core that are neither public themselves nor inside a public package."""
    source = CORE.folder / "src"
    files = (path for path in (source / CORE.name).rglob("*.py") if "starters" not in path.parts)
    paths = (path.relative_to(source).with_suffix("") for path in files)
    modules = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    public = tuple(f"{name}." for name in WORKSPACE["tool"]["rates"]["public-modules"])
    return sorted(module for module in modules - {CORE.name} if not f"{module}.".startswith(public))


def listing(key: str, values: Iterable[str]) -> str:
    """Spell a list as import-linter's configuration wants it."""
    return f"{key} =\n" + "\n".join(f"    {value}" for value in values)
