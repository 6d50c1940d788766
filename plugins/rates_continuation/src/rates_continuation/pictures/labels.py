"""Names of parameters and states in pictures: symbols in place of paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rates_core.reports.symbol import symbol_of
from rates_core.reports.tex import TeX

SHORTER: tuple[Callable[[list[str]], list[str]], ...] = (
    lambda parts: [],
    lambda parts: parts[:1],
    lambda parts: parts[-2:-1],
    lambda parts: parts[:-1],
)


def label(path: str, among: Sequence[str]) -> str:
    """Return how a picture names what a path leads to: a symbol, and of where it is no more than tells it apart.

    Args:
        path: of a parameter or of a state.
        among: the paths that it must not be taken for.
    """
    parts = path.split("/")
    symbol = f"${TeX().symbol(symbol_of(parts[-1]))}$"
    others = [other.split("/") for other in among if other != path]
    for where in SHORTER:
        said = where(parts)
        if all(other[-1] != parts[-1] or where(other) != said for other in others):
            return f"{symbol} ({'/'.join(said)})" if said else symbol
    return symbol
