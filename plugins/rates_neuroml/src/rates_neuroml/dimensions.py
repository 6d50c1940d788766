"""Dimensions and units, and quantities in SI: volt, second, ampere, metre, whatever a file writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

BASE = ("m", "l", "t", "i", "k", "n", "j")  # mass, length, time, current, temperature, amount, luminous intensity
_SYMBOLS = ("kg", "m", "s", "A", "K", "mol", "cd")
_QUANTITY = re.compile(r"\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\W\d]\w*)?\s*")


@frozen
class Dimension:
    """Exponents of mass, length, time, current, temperature, amount and luminous intensity."""

    exponents: tuple[float, ...] = (0.0,) * 7

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension(tuple(a + b for a, b in zip(self.exponents, other.exponents, strict=True)))

    def __pow__(self, power: float) -> Dimension:
        return Dimension(tuple(power * a for a in self.exponents))

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    @property
    def unit(self) -> str:
        """Return the unit of SI, as people write it: `V`, `S/m^2`, `1`."""
        known = _KNOWN.get(self)
        if known is not None:
            return known
        over = [_power(*pair) for pair in zip(_SYMBOLS, self.exponents, strict=True) if pair[1] > 0]
        under = [_power(symbol, -power) for symbol, power in zip(_SYMBOLS, self.exponents, strict=True) if power < 0]
        return "/".join(["*".join(over) or "1", *under])


def _power(symbol: str, power: float) -> str:
    return symbol if power == 1 else f"{symbol}^{power:g}"


NONE = Dimension()
TIME = Dimension((0, 0, 1, 0, 0, 0, 0))
_VOLT = Dimension((1, 2, -3, -1, 0, 0, 0))
_AMPERE = Dimension((0, 0, 0, 1, 0, 0, 0))
_METRE = Dimension((0, 1, 0, 0, 0, 0, 0))
_SIEMENS, _FARAD, _MOLE = _AMPERE / _VOLT, _AMPERE * TIME / _VOLT, Dimension((0, 0, 0, 0, 0, 1, 0))
_KNOWN: Mapping[Dimension, str] = MappingProxyType({
    NONE: "1", TIME: "s", TIME**-1: "1/s", _VOLT: "V", _VOLT**-1: "1/V", _AMPERE: "A", _SIEMENS: "S", _FARAD: "F",
    _VOLT / _AMPERE: "ohm", _AMPERE * TIME: "C", _SIEMENS / _METRE**2: "S/m^2", _FARAD / _METRE**2: "F/m^2",
    _AMPERE / _METRE**2: "A/m^2", _VOLT / TIME: "V/s", _SIEMENS / _VOLT: "S/V", _VOLT * _METRE / _AMPERE: "ohm*m",
    _AMPERE * TIME / _MOLE: "C/mol",
})  # fmt: skip
#: Dimensions by their unit of SI, those that have a name.
BY_UNIT: Mapping[str, Dimension] = MappingProxyType({unit: dimension for dimension, unit in _KNOWN.items()})


def dimension_of(unit: str) -> Dimension | None:
    """Return the dimension of a unit of SI as `Dimension.unit` writes it, or None."""
    if unit in BY_UNIT:
        return BY_UNIT[unit]
    over, *under = unit.split("/")
    found = NONE
    for part, sign in [*((one, 1.0) for one in over.split("*") if one != "1"), *((one, -1.0) for one in under)]:
        symbol, _, power = part.partition("^")
        if symbol not in _SYMBOLS or (power and not re.fullmatch(r"-?[\d.]+", power)):
            return None
        exponents = tuple(1.0 if one == symbol else 0.0 for one in _SYMBOLS)
        found = found * Dimension(exponents) ** (sign * float(power or 1))
    return found


@frozen
class Unit:
    """A unit: `value*scale*10^power + offset` is the quantity in SI.

    Attributes:
        symbol: as files write it.
        dimension: the name of its dimension.
    """

    symbol: str
    dimension: str
    power: int = 0
    scale: float = 1.0
    offset: float = 0.0

    def in_si(self, text: str) -> float:
        """Return a number of this unit in SI."""
        if self.power and self.scale == 1.0 and self.offset == 0.0:
            return _scaled(text, self.power)
        return float(text) * self.scale * 10.0**self.power + self.offset


def _scaled(text: str, power: int) -> float:
    """Return `text` times a power of ten, rounded once: `-70` mV is the number that `-70e-3` is."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + power}")


@frozen
class Quantity:
    """A number with a unit, as files write it.

    Attributes:
        number: its text.
        unit: its symbol, empty if there is none.
    """

    number: str
    unit: str = field(default="")


def parse_quantity(text: str) -> Quantity | None:
    """Return a number with a unit, or None if a text is none."""
    match = _QUANTITY.fullmatch(text)
    return None if match is None else Quantity(match["number"], match["unit"] or "")
