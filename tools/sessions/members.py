"""Members of the workspace: every folder that holds a distribution, without being named here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WHEELS = ROOT / ".nox" / "wheels"


@dataclass(frozen=True)
class Member:
    """One distribution of the workspace."""

    folder: Path

    @property
    def name(self) -> str:
        """Name as imported, which is the folder's."""
        return self.folder.name

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Hold the content of the member's pyproject.toml."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))

    @property
    def requirements(self) -> list[str]:
        """What the distribution needs to be used."""
        return list(self.settings["project"]["dependencies"])

    @property
    def requirements_of_extras(self) -> list[str]:
        """What it needs of others for all that it can do."""
        extras = self.settings["project"].get("optional-dependencies", {})
        return split(requirement for requirements in extras.values() for requirement in requirements)[1]

    @property
    def test_requirements(self) -> list[str]:
        """What its suite needs beyond that: the member's own dependency group `test`."""
        return list(self.settings.get("dependency-groups", {}).get("test", ()))

    @property
    def tests_with_plugins(self) -> list[str]:
        """List the tests that need other members, where the others have to pass without them too (core's do)."""
        return self._paths("tests-with-plugins")

    @property
    def tests_without_tools(self) -> list[str]:
        """List the tests that pass where the programs of `tools` are missing too, whose sessions run them then."""
        return self._paths("tests-without-tools")

    def _paths(self, key: str) -> list[str]:
        listed = self.settings.get("tool", {}).get("rates", {}).get(key, ())
        return [str((self.folder / path).relative_to(ROOT)) for path in listed]

    @property
    def tools(self) -> list[str]:
        """List the programs of other languages that its suite runs."""
        return list(self.settings.get("tool", {}).get("rates", {}).get("tools", ()))

    @property
    def wheel(self) -> str:
        """Path of the wheel that was built of it."""
        (wheel,) = WHEELS.glob(f"{self.name}-*.whl")
        return str(wheel)


CORE = Member(ROOT / "rates_core")
PLUGINS = [Member(path.parent) for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
MEMBERS = {member.name: member for member in (CORE, *PLUGINS)}
WORKSPACE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_TOOLS: list[str] = WORKSPACE["dependency-groups"]["test"]
LINT_TOOLS: list[str] = WORKSPACE["dependency-groups"]["lint"]
DEFAULT: list[str] = CORE.settings["project"]["optional-dependencies"]["default"]
DRAWING: list[str] = CORE.settings["project"]["optional-dependencies"]["pictures"]
SWEEPING: list[str] = CORE.settings["project"]["optional-dependencies"]["sweeps"]
PYTHONS: list[str] = WORKSPACE["tool"]["rates"]["pythons"]


def member_named(requirement: str) -> Member | None:
    """Return the member that a requirement such as `rates-numpy>=0.1` asks for."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return MEMBERS.get(match[0].replace("-", "_")) if match else None


def with_needed_members(members: Iterable[Member], found: dict[str, Member] | None = None) -> dict[str, Member]:
    """Return the members and those that they need: a name of ours is never looked up in a registry."""
    found = {} if found is None else found
    for member in members:
        if member.name not in found:
            found[member.name] = member
            with_needed_members(filter(None, map(member_named, member.requirements)), found)
    return found


def split(requirements: Iterable[str]) -> tuple[list[Member], list[str]]:
    """Split requirements into members of the workspace and everything else."""
    requirements = list(requirements)
    return [m for r in requirements if (m := member_named(r))], [r for r in requirements if not member_named(r)]
