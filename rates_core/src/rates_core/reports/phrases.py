"""The words of a report: how quantities, places and projections are said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rates_core.reports.block import Cited, Line, Name, Span
from rates_core.reports.content import End, Members, Reading, Setting
from rates_core.reports.quantity import Listed, Quantity, Range, Several
from rates_core.templates.counting import counted

NAMED = 4  # places that are named one by one; of more the first two and the last are


def joined(parts: Iterable[Line], between: str) -> Line:
    """Return lines as one, with a text between them."""
    line: list[Span] = []
    for part in parts:
        line += [between, *part] if line else part
    return tuple(line)


def names(paths: Sequence[str]) -> Line:
    """Return paths; of many the first two and the last."""
    if len(paths) <= NAMED:
        return joined(((Name(path),) for path in paths), ", ")
    return Name(paths[0]), ", ", Name(paths[1]), ", …, ", Name(paths[-1])


def places(members: Members, noun: str = "unit") -> Line:
    """Return where something is: paths, and how many units they have if that cannot be seen."""
    named = names(members.paths)
    is_seen = members.units == len(members.paths) <= NAMED
    return named if is_seen else (*named, f" ({counted(members.units, noun)})")


def amount(value: Quantity) -> Line:
    """Return a number, or what several numbers are."""
    match value:
        case Several(counts):
            return joined(((number, f" ({count}×)") for number, count in counts), ", ")
        case Listed(entries, shape):
            listed = joined(((entry,) for entry in entries), ", ")
            return listed if len(shape) < 2 else (*listed, f" ({by(shape)})")
        case Range():
            return _range(value)
        case _:
            return (value,)


def _range(value: Range) -> Line:
    sizes = f"{by(value.shape)} entries" if len(value.shape) > 1 else f"{value.count} values"
    modulus = "moduli " if isinstance(value.mean, complex) else ""
    extent = rounded(value.least), " to ", rounded(value.largest)
    return (f"{sizes}, {modulus}", *extent, ", mean ", rounded(value.mean), ", deviation ", rounded(value.deviation))


def by(shape: Sequence[int]) -> str:
    """Return a shape as `3×4`."""
    return "×".join(map(str, shape))


def rounded(number: float | complex) -> float | complex:
    """Return a number to four digits, as is enough where many are summarised."""
    if isinstance(number, complex):
        return complex(rounded(number.real), rounded(number.imag))
    return float(f"{number:.4g}")


def settings(values: Sequence[Setting]) -> Line:
    """Return the values of a variable, each with its places where they differ."""
    return joined(map(_setting, values), "; ")


def _setting(setting: Setting) -> Line:
    value = amount(setting.value)
    return value if setting.where is None else (*value, " in ", *places(setting.where))


def end(place: End) -> Line:
    """Return a variable of one node as its path, that of several with where they are."""
    paths, units = place.members.paths, place.members.units
    if len(paths) == 1:
        return places(Members((f"{paths[0]}/{place.variable}",), units))
    return (Name(place.variable), " of ", *places(place.members))


def reading(item: Reading) -> Line:
    """Return what a variable of an edge is."""
    value: Line = ("source",) if item.value == "source" else ()
    if isinstance(item.value, End):
        value = end(item.value)
    elif not isinstance(item.value, str):
        value = amount(item.value)
    return (Name(item.variable), " = ", *value)


def cited(numbers: tuple[int, ...]) -> Line:
    """Return numbers of sources behind a space, or nothing."""
    return (" ", Cited(numbers)) if numbers else ()
