"""Short identifiers for paths, legal in the target language."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable


def identifiers(paths: Iterable[str], reserved: Collection[str], fold_case: bool = False) -> dict[str, str]:
    """Return an identifier for each path: its last part if that is unambiguous, else more of the path.

    Args:
        paths: model paths and temporaries, in order of importance.
        reserved: words that may not be used.
        fold_case: whether the language ignores case.
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
        candidate, count = name, 1
        while folded(candidate) in taken:
            candidate = f"{name}_{count}"
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


def _parts(path: str) -> list[str]:
    """Split a path; of an edge `source->target/weight`, only the units and the attribute are kept."""
    if "->" in path:
        source, _, rest = path.partition("->")
        target, _, attribute = rest.rpartition("/")
        source_unit, target_unit = source.split("/")[0], target.split("/")[0]
        return [source_unit, target_unit, attribute]
    *places, name = path.split("/")
    return [*places, name.partition("#")[0] or name]


def _clean(name: str) -> str:
    cleaned = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "x"
    return f"x{cleaned}" if cleaned[0].isdigit() else cleaned
