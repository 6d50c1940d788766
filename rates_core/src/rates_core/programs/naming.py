"""Short identifiers for paths, legal in the target language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from attrs import define, field


def identifiers(
    paths: Iterable[str], reserved: Collection[str], fold_case: bool = False, longest: int | None = None
) -> dict[str, str]:
    """Return an identifier for each path: its last part if that is unambiguous, else more of the path.

    Args:
        paths: model paths and temporaries, in order of importance.
        reserved: words that may not be used.
        fold_case: whether the language ignores case.
        longest: how many letters an identifier may have.
    """
    paths = list(dict.fromkeys(paths))

    def folded(name: str) -> str:
        return name.lower() if fold_case else name

    taken = {folded(word) for word in reserved}
    depths = _depths(paths, folded)
    chosen: dict[str, str] = {}
    for path in paths:
        parts = _parts(path)
        depth = min(depths[folded(_clean(parts[-1]))], len(parts))
        name = _clean("_".join(parts[-depth:]))
        while folded(name) in taken and depth < len(parts):
            depth += 1
            name = _clean("_".join(parts[-depth:]))
        candidate, count = _shortened(name, longest), 1
        while folded(candidate) in taken:
            candidate = f"{_shortened(name, longest, len(f'_{count}'))}_{count}"
            count += 1
        taken.add(folded(candidate))
        chosen[path] = candidate
    return chosen


def _depths(paths: Iterable[str], folded: Callable[[str], str]) -> dict[str, int]:
    """Return for each last part of a path how many parts tell all paths with that last part from each other."""
    groups: defaultdict[str, list[list[str]]] = defaultdict(list)
    for path in paths:
        parts = _parts(path)
        groups[folded(_clean(parts[-1]))].append(parts)
    depths = {}
    for last, members in groups.items():
        deepest = max(len(parts) for parts in members)
        depths[last] = next(
            (
                depth
                for depth in range(1, deepest + 1)
                if len({folded("_".join(parts[-depth:])) for parts in members}) == len(members)
            ),
            deepest,
        )
    return depths


@define(eq=False)
class Identifiers:
    """Identifiers of paths, and further ones that are made from them and meet none of the others."""

    chosen: Mapping[str, str]
    _taken: set[str]
    _derived: dict[tuple[str, str], str] = field(factory=dict)
    _fold_case: bool = False
    _longest: int | None = None

    @classmethod
    def of(
        cls, paths: Iterable[str], reserved: Collection[str], fold_case: bool = False, longest: int | None = None
    ) -> Identifiers:
        """Return the identifiers of paths; arguments are those of `identifiers`."""
        chosen = identifiers(paths, reserved, fold_case, longest)
        taken = {name.lower() if fold_case else name for name in (*chosen.values(), *reserved)}
        return cls(chosen, taken, fold_case=fold_case, longest=longest)

    def derived(self, form: str, name: str = "") -> str:
        """Return a name such as `d_x` for the form `d_{}` and the identifier x; the same for the same arguments."""
        if (form, name) not in self._derived:
            added = len(form.format(""))
            candidate = form.format(_shortened(name, self._longest, added))
            count = 1
            while (candidate.lower() if self._fold_case else candidate) in self._taken:
                end = f"_{count}"
                candidate = form.format(_shortened(name, self._longest, added + len(end))) + end
                count += 1
            self._taken.add(candidate.lower() if self._fold_case else candidate)
            self._derived[form, name] = candidate
        return self._derived[form, name]


def _shortened(name: str, longest: int | None, added: int = 0) -> str:
    """Return as much of a name as there is room for beside `added` letters; the end of it, which tells most."""
    if longest is None or len(name) + added <= longest:
        return name
    end = name[len(name) + added - longest :].lstrip("_0123456789")
    return end or f"x{name[len(name) + added - longest + 1 :]}"


def one_line(text: str) -> str:
    """Return text of a model that cannot end the comment that it stands in."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text).rstrip("\\ ")


def in_docstring(text: str) -> str:
    """Return text of a model that cannot end the docstring that it stands in."""
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _parts(path: str) -> list[str]:
    """Split a path; of an edge `source->target/weight`, only the nodes and the attribute are kept."""
    if "->" in path:
        source, _, rest = path.partition("->")
        target, _, attribute = rest.rpartition("/")
        return [*_node(source), *_node(target), attribute]
    *places, name = path.split("/")
    return [*places, name.partition("#")[0] or name]


def _node(path: str) -> list[str]:
    """Return the parts of a variable's path that name its node."""
    parts = path.split("/")
    return parts[:-2] or parts[:1]


def _clean(name: str) -> str:
    cleaned = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "x"
    return f"x{cleaned}" if cleaned[0].isdigit() else cleaned
