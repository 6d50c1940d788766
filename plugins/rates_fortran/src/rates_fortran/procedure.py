"""Procedures of a generated module: what they take, and their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen
from rates_core.programs.elementwise.given import Key

from rates_fortran.lines import INDENT

_WORD = re.compile(r"[A-Za-z]\w*")


@frozen
class Argument:
    """A dummy argument.

    Attributes:
        key: what it stands for, such as `("t",)` or `("constant", path)`: callers give what has this key.
        name: in the procedure.
        type: of its entries.
        bounds: of the axes of an array, `("3",)` or `("0:*",)`.
        intent: in, out or inout.
        by_value: whether it is a number that is passed by its value.
        interface: of a procedure, which is what the argument then is.
    """

    key: Key
    name: str
    type: str = "real(dp)"
    bounds: tuple[str, ...] = ()
    intent: str = "in"
    by_value: bool = False
    interface: str = ""

    @property
    def extent(self) -> str:
        """Return the bounds as a declaration has them."""
        return extent(*self.bounds)

    def entry(self, place: str) -> str:
        """Return the part at a place of a last axis that is added to those of the argument, or is its last."""
        return f"{self.name}({', '.join([*[':'] * len(self.bounds), place])})"

    @property
    def declaration(self) -> str:
        """Return the line that declares it."""
        if self.interface:
            return f"procedure({self.interface}) :: {self.name}"
        passed = ", value" if self.by_value else ""
        return f"{self.type}, intent({self.intent}){passed} :: {self.name}{self.extent}"


@frozen(eq=False)
class Procedure:
    """A subroutine of a module.

    Attributes:
        name: by which C, and so Python, knows it too.
        summary: what it does, one line each.
        arguments: that it takes.
        locals: types and declared names of its own variables, `("real(dp)", "x(3)")`.
        body: its statements.
    """

    name: str
    summary: Sequence[str]
    arguments: Sequence[Argument]
    locals: Sequence[tuple[str, str]]
    body: Sequence[str]

    def lines(self) -> list[str]:
        """Return its text, line by line."""
        first, *rest = self.summary
        binding = "bind(c)" if self.name.islower() else f'bind(c, name="{self.name}")'  # C tells J from j
        head = f"subroutine {self.name}({', '.join(argument.name for argument in self.arguments)}) {binding}"
        inner = [
            *(argument.declaration for argument in self.arguments),
            *declarations(self.locals),
            *self.body,
        ]
        return [
            f"!> {first}", *(f"!! {line}".rstrip() for line in rest), head, *(INDENT + line for line in inner),
            "end subroutine",
        ]  # fmt: skip

    def trimmed(self) -> Procedure:
        """Return the procedure without arguments and variables that its statements do not need."""
        needed = set(_WORD.findall("\n".join(self.body)))
        for _, name in self.locals:
            if name.partition("(")[0] in needed:
                needed.update(_WORD.findall(name))
        for argument in reversed(self.arguments):
            if argument.name in needed:
                needed.update(_WORD.findall(argument.extent))
        return evolve(
            self,
            arguments=[argument for argument in self.arguments if argument.name in needed],
            locals=[(kind, name) for kind, name in self.locals if name.partition("(")[0] in needed],
        )

    def called(self, given: Mapping[Key, str]) -> str:
        """Return the statement that calls it; what is not given has its own name at the place of the call."""
        return f"call {self.name}({', '.join(given.get(argument.key, argument.name) for argument in self.arguments)})"


def extent(*bounds: object) -> str:
    """Return the bounds of an array as a declaration has them; nothing for a number."""
    return f"({', '.join(map(str, bounds))})" if bounds else ""


def declarations(variables: Sequence[tuple[str, str]]) -> list[str]:
    """Return lines that declare variables, those of one type together."""
    by_type: dict[str, list[str]] = {}
    for kind, name in variables:
        by_type.setdefault(kind, []).append(name)
    lines = []
    for kind, names in by_type.items():
        for start in range(0, len(names), 100):
            lines.append(f"{kind} :: {', '.join(names[start : start + 100])}")
    return lines


def merged(*lists: Sequence[Argument]) -> list[Argument]:
    """Return arguments of several lists, each once."""
    found: dict[Key, Argument] = {}
    for arguments in lists:
        for argument in arguments:
            found.setdefault(argument.key, argument)
    return list(found.values())
