"""Sums over arrays of variables with weights of a table: `special k=conv(even,51,5,w,u0)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number

from rates_xppaut.declarations import Declaration, whole
from rates_xppaut.expression_reader import added
from rates_xppaut.tables import Table

_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
#: The names of arguments; `size` values are computed, each of `width` connections, or of `2*width + 1` in convolutions.
_FORMS: Mapping[str, tuple[str, ...]] = {
    "conv": ("ends", "size", "width", "weights", "first"),
    "fconv": ("ends", "size", "width", "weights", "first", "second", "function"),
    "sparse": ("size", "width", "weights", "places", "first"),
    "fsparse": ("size", "width", "weights", "places", "first", "second", "function"),
    "mmult": ("width", "size", "weights", "first"),
    "fmmult": ("width", "size", "weights", "first", "second", "function"),
}


@frozen(eq=False)
class WeightedSums:
    """The values of one `special`.

    Attributes:
        declaration: where it is declared.
        size: how many there are.
        terms: weight and place in the array for each value.
        first: the name of the array's first variable.
        second: that of the array whose variable at the place of the value a function gets, too; or empty.
        function: what is applied before weights are; or empty.
    """

    declaration: Declaration
    size: int
    terms: Sequence[Sequence[tuple[float, int]]]
    first: str
    second: str = ""
    function: str = ""

    def at(
        self,
        place: int,
        variable: Callable[[str, int], Expression],
        applied: Callable[[str, Sequence[Expression]], Expression],
    ) -> Expression:
        """Return one value; outside of their number it is 0.

        Args:
            place: which one.
            variable: returns the variable that is so many places behind one of a name.
            applied: a function of the file, applied.
        """
        if not 0 <= place < self.size:
            return Number(0.0)
        found: list[Expression] = []
        for weight, source in self.terms[place]:
            value = variable(self.first, source)
            if self.function:
                value = applied(self.function, (value, variable(self.second, place)))
            if weight != 0.0:
                found.append(Apply("multiply", (Number(weight), value)))
        return added(found) if found else Number(0.0)


def read_sums(declaration: Declaration, tables: Mapping[str, Table]) -> WeightedSums:
    """Return what a `special` computes.

    Raises:
        ModelFileError: it is malformed.
        UnsupportedFeatureError: its kind is none of those that rates computes.
    """
    line = declaration.line
    match = _CALL.fullmatch("".join(declaration.text.split()).lower())
    kind = match[1] if match else ""
    if match is None or kind not in _FORMS:
        known = ", ".join(_FORMS)
        raise UnsupportedFeatureError(
            f"{line.where}: special '{declaration.name}': rates computes {known}, not '{kind or declaration.text}'."
        )
    names, given = _FORMS[kind], match[2].split(",")
    if len(given) != len(names):
        raise line.error(f"'{kind}' takes {len(names)} arguments ({', '.join(names)}), and {len(given)} are given.")
    parts = dict(zip(names, given, strict=True))
    size, width = (whole(parts[key], line, f"The {key} of '{kind}'") for key in ("size", "width"))

    def table(key: str, least: int) -> Sequence[float]:
        values = tables[parts[key]].values if parts[key] in tables else ()
        if len(values) < least:
            raise ModelFileError(f"{line.where}: '{kind}' needs a table of {least} values, and '{parts[key]}' is none.")
        return [float(value) for value in values]

    if kind.endswith("conv"):
        weights = table("weights", 2 * width + 1)
        terms = [list(_convolved(weights, place, size, width, parts["ends"][:1])) for place in range(size)]
    else:
        weights = table("weights", size * width)
        sparse = kind.endswith("sparse")
        places = table("places", size * width) if sparse else [float(at % width) for at in range(size * width)]
        terms = [
            [(weights[at], int(places[at])) for at in range(row * width, (row + 1) * width) if places[at] >= 0]
            for row in range(size)
        ]
    return WeightedSums(declaration, size, terms, parts["first"], parts.get("second", ""), parts.get("function", ""))


def _convolved(weights: Sequence[float], place: int, size: int, width: int, ends: str) -> Iterator[tuple[float, int]]:
    """Yield weights and places around one; beyond its ends an array is mirrored (e), empty (0, z) or goes round (p)."""
    for offset in range(-width, width + 1):
        source = place + offset
        if ends == "p":
            yield weights[offset + width], source % size
        elif ends in ("0", "z"):
            if 0 <= source < size:
                yield weights[offset + width], source
        elif abs(source) < 2 * size:
            source = abs(source)
            yield weights[offset + width], abs(2 * size - 2 - source) if source >= size else source
