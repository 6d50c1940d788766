"""Identifiers of everything that one generated module names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Self

from attrs import frozen

from rates_core.programs.naming import Identifiers
from rates_core.programs.routine import Routine
from rates_core.system.system import TIME, System


def named_paths(system: System, routines: Iterable[Routine]) -> list[str]:
    """Return the paths that routines of a System name, in order of importance: what users know comes first."""
    paths = [item.path for item in system.states]
    paths += [item.path for item in system.parameters if not item.structural]
    paths += [item.path for kind in (system.inputs, system.reads, system.draws) for item in kind]
    paths += [item.path for item in system.parameters if item.structural]
    for routine in routines:
        paths += [item.target for item in (*routine.prepared, *routine.body)]
    return paths


@frozen(eq=False)
class ModuleNames:
    """Identifiers of one module.

    Attributes:
        system: whose symbols they are.
        identifiers: by path; time is `t`.
        all: those that are taken.
    """

    system: System
    identifiers: Mapping[str, str]
    all: Identifiers

    @classmethod
    def choose(
        cls, system: System, paths: Iterable[str], reserved: Collection[str], longest: int | None = None
    ) -> Self:
        """Return identifiers of paths; arguments are those of `naming.identifiers`."""
        chosen = Identifiers.of(paths, reserved, longest=longest)
        return cls(system, {TIME: "t", **chosen.chosen}, chosen)

    def of(self, paths: Iterable[str], form: str = "{}") -> list[str]:
        """Return identifiers of paths, or names made from those by a form such as `d_{}`."""
        if form == "{}":
            return [self.identifiers[path] for path in paths]
        return [self.all.derived(form, self.identifiers[path]) for path in paths]
