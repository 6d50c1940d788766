"""Functions of a generated module: what they take, and their lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen
from rates_core.programs.elementwise.given import Key

from rates_julia.lines import documented, inner


@frozen
class Argument:
    """An argument of a function.

    Attributes:
        key: what it stands for, such as `("t",)` or `("input", path)`: callers give what has this key.
        name: in the function.
        way: whether the function reads it ("in"), writes it ("out") or both ("inout").
    """

    key: Key
    name: str
    way: str = "in"


@frozen(eq=False)
class Procedure:
    """A function of a module.

    Attributes:
        name: of the function.
        summary: what it does, one line each.
        arguments: that it takes.
        body: its statements.
        result: the text of what it returns.
    """

    name: str
    summary: Sequence[str]
    arguments: Sequence[Argument]
    body: Sequence[str]
    result: str = "nothing"

    @property
    def head(self) -> str:
        """Return its name with its arguments."""
        return f"{self.name}({', '.join(argument.name for argument in self.arguments)})"

    def lines(self) -> list[str]:
        """Return its text, line by line."""
        said = documented(quoted(line) for line in self.summary)
        text = [f'"{said[0]}"'] if len(said) == 1 else ['"""', *said, '"""']
        return [*text, f"function {self.head}", *inner([*self.body, f"return {self.result}"]), "end"]

    def called(self, given: Mapping[Key, str]) -> str:
        """Return the text that calls it; what is not given has its own name at the place of the call."""
        return f"{self.name}({', '.join(given.get(argument.key, argument.name) for argument in self.arguments)})"


def quoted(text: str) -> str:
    """Return text as it stands in a docstring."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace('"', '\\"')


def merged(*lists: Sequence[Argument]) -> list[Argument]:
    """Return arguments of several lists, each once."""
    found: dict[Key, Argument] = {}
    for arguments in lists:
        for argument in arguments:
            found.setdefault(argument.key, argument)
    return list(found.values())
