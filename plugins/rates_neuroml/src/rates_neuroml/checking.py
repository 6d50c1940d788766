"""Dimensions of expressions: what does not fit is told, and computed as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, fold

from rates_neuroml.dimensions import NONE, TIME, Dimension
from rates_neuroml.flattening import TIME as TIME_NAME
from rates_neuroml.flattening import Flattening

_SUMS = ("add", "subtract")
_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
_LOGIC = ("and", "or", "not")


@frozen
class _Part:
    """Of an expression: its dimension, None where any fits, and its number if it is one."""

    dimension: Dimension | None
    number: float | None = None


def dimensions_of(flat: Flattening) -> dict[str, Dimension | None]:
    """Return the dimensions of all variables that declare one."""
    found: dict[str, Dimension | None] = {TIME_NAME: TIME}
    for name, origin in flat.origins.items():
        element = origin.element
        if origin.kind == "pulse" or (element is not None and element.tag == "OnEvent"):
            found[name] = TIME**-1
        elif element is not None and element.tag != "Regime":
            declared = element.get("dimension") or _exposed(flat, name)
            found[name] = flat.definitions.dimension(declared, element)
    return found


def _exposed(flat: Flattening, name: str) -> str | None:
    """Return the dimension of what an exposure shows, for variables that declare none themselves."""
    origin = flat.origins[name]
    exposure = None if origin.element is None else origin.element.get("exposure")
    shown = origin.instance.type.named["Exposure"].get(exposure or "")
    return None if shown is None else shown.get("dimension")


def mismatches(flat: Flattening, dimensions: dict[str, Dimension | None]) -> list[str]:
    """Return a line for each expression whose dimensions do not fit."""
    found: list[str] = []
    for name, value in flat.equations.items():
        found += _compared(name, dimensions.get(name), value, dimensions)
    for name, value in flat.derivatives.items():
        own = dimensions.get(name)
        found += _compared(f"{name}'", None if own is None else own / TIME, value, dimensions)
    return found


def _compared(
    target: str, wanted: Dimension | None, value: Expression, dimensions: dict[str, Dimension | None]
) -> list[str]:
    found: list[str] = []

    def part(node: Expression, parts: Sequence[_Part]) -> _Part:
        return _part(node, parts, dimensions, lambda text: found.append(f"{target}: {text}"))

    got = fold(value, part)
    if not found and None not in (wanted, got.dimension) and wanted != got.dimension and got.number != 0.0:
        assert wanted is not None
        assert got.dimension is not None
        found.append(f"{target} has the unit {wanted.unit}, and '{to_text(value)}' {got.dimension.unit}")
    return found


def _part(
    node: Expression, parts: Sequence[_Part], dimensions: dict[str, Dimension | None], tell: Callable[[str], None]
) -> _Part:
    if isinstance(node, Number):
        value = float(node.value.real)
        return _Part(NONE if value else None, value)
    if isinstance(node, Symbol):
        return _Part(dimensions.get(node.name))
    if not isinstance(node, Apply):
        return _Part(NONE)
    known = [part.dimension for part in parts]
    match node.function:
        case "multiply" | "divide":
            left, right = known
            if left is None or right is None:
                return _Part(None)
            return _Part(left * right if node.function == "multiply" else left / right)
        case "power":
            return _Part(_power(parts))
        case "sqrt":
            return _Part(None if known[0] is None else known[0] ** 0.5)
        case "negative" | "abs" | "ceil" | "floor":
            return _Part(known[0], None if parts[0].number is None else -parts[0].number)
        case "where":
            known = known[1:]
        case function if function in _LOGIC:
            return _Part(NONE)
        case function if function not in _SUMS + _COMPARISONS:
            known.append(NONE)  # functions of numbers alone
    definite = {one for one in known if one is not None}
    if len(definite) > 1:
        units = " and ".join(one.unit for one in known if one is not None)
        tell(f"'{to_text(node)}' has {units}" if node.function in (*_SUMS, *_COMPARISONS, "where") else
             f"'{to_text(node)}' is of a number with the unit {units.removesuffix(' and 1')}")  # fmt: skip
        return _Part(None)
    if node.function in _SUMS or node.function == "where":
        return _Part(next(iter(definite), None))
    return _Part(NONE)


def _power(parts: Sequence[_Part]) -> Dimension | None:
    base, exponent = parts
    if base.dimension is None or base.dimension == NONE:
        return base.dimension
    return None if exponent.number is None else base.dimension**exponent.number
