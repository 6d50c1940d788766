"""Names of variables: identifiers of a file as they are, but for words of the equation language."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

RESERVED = frozenset({"t", "and", "or", "not", "if", "else"})


@define
class Names:
    """The names of one model.

    Attributes:
        of: names of variables, by identifier.
        taken: all names.
    """

    of: dict[str, str] = field(factory=dict)
    taken: set[str] = field(factory=lambda: set(RESERVED))

    def declare(self, identifiers: Iterable[str]) -> None:
        """Give identifiers names: their own where they can have them."""
        wanted = list(identifiers)
        self.taken |= {one for one in wanted if one not in RESERVED}
        for one in wanted:
            self.of[one] = self.fresh(one) if one in RESERVED else one

    def fresh(self, name: str) -> str:
        """Return a name that no other variable has, as much like this one as can be."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name
