"""Units of SBML as people write them, `mmol/l/s`, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import libsbml
from attrs import frozen

_SYMBOLS: Mapping[str, str] = MappingProxyType({
    "mole": "mol", "litre": "l", "metre": "m", "second": "s", "gram": "g", "kilogram": "kg", "item": "item",
    "ampere": "A", "coulomb": "C", "farad": "F", "henry": "H", "hertz": "Hz", "joule": "J", "kelvin": "K",
    "katal": "kat", "newton": "N", "ohm": "ohm", "pascal": "Pa", "radian": "rad", "siemens": "S", "tesla": "T",
    "volt": "V", "watt": "W", "weber": "Wb", "becquerel": "Bq", "candela": "cd", "gray": "Gy", "lumen": "lm",
    "lux": "lx", "sievert": "Sv", "steradian": "sr", "avogadro": "avogadro", "dimensionless": "1",
})  # fmt: skip
_KINDS = MappingProxyType({symbol: kind for kind, symbol in _SYMBOLS.items()})
_PREFIXES: Mapping[int, str] = MappingProxyType(
    {-15: "f", -12: "p", -9: "n", -6: "u", -3: "m", -2: "c", 3: "k", 6: "M", 9: "G"}
)
_SCALES = MappingProxyType({prefix: scale for scale, prefix in _PREFIXES.items()})
_TIMES: Mapping[float, str] = MappingProxyType({60.0: "min", 3600.0: "h", 86400.0: "d"})
_SECONDS = MappingProxyType({name: seconds for seconds, name in _TIMES.items()})
_PART = re.compile(
    r"(?:\((?P<factor>[0-9.e+-]+) (?P<inner>[A-Za-z0-9]+)\)|(?P<symbol>[A-Za-z0-9]+))(?:\^(?P<power>[0-9.]+))?"
)


@frozen
class Unit:
    """One factor of a unit: `(multiplier * 10^scale * kind)^exponent`."""

    kind: str
    exponent: float = 1.0
    scale: int = 0
    multiplier: float = 1.0

    @property
    def text(self) -> str:
        """Return the factor without the sign of its exponent."""
        symbol = _SYMBOLS.get(self.kind, self.kind)
        if self.kind == "second" and self.scale == 0 and self.multiplier in _TIMES:
            symbol = _TIMES[self.multiplier]
        elif self.multiplier == 1.0 and self.scale in _PREFIXES and self.kind not in ("kilogram", "dimensionless"):
            symbol = _PREFIXES[self.scale] + symbol
        elif self.multiplier != 1.0 or self.scale:
            symbol = f"({float(self.multiplier * 10.0**self.scale):.12g} {symbol})"
        size = abs(self.exponent)
        return symbol if size == 1 else f"{symbol}^{size:g}"


def text_of(definition: Any) -> str:
    """Return a unit as people write it; an empty text for none."""
    units = [
        Unit(
            libsbml.UnitKind_toString(one.getKind()).replace("meter", "metre").replace("liter", "litre"),
            one.getExponentAsDouble(),
            one.getScale(),
            one.getMultiplier(),
        )
        for one in (definition.getUnit(place) for place in range(definition.getNumUnits()))
    ]
    units = [one for one in units if one.exponent]
    factors = [one for one in units if one.kind != "dimensionless" or one.multiplier != 1.0 or one.scale]
    if not factors:
        return "dimensionless" if units else ""
    over = "*".join(one.text for one in factors if one.exponent > 0)
    return "/".join([over or "1", *(one.text for one in factors if one.exponent < 0)])


def units_of(text: str) -> list[Unit] | None:
    """Return the factors of a unit that is written as people do, None where it is written otherwise."""
    if text == "dimensionless":
        return [Unit("dimensionless")]
    over, *under = text.split("/")
    signed = [(part, 1.0) for part in over.split("*") if part != "1"] + [(part, -1.0) for part in under]
    found = [_factor(part, sign) for part, sign in signed]
    return None if None in found or not found else [one for one in found if one is not None]


def _factor(text: str, sign: float) -> Unit | None:
    match = _PART.fullmatch(text)
    if match is None:
        return None
    exponent = sign * float(match["power"] or 1)
    if match["factor"]:
        kind = _KINDS.get(match["inner"])
        return None if kind is None else Unit(kind, exponent, 0, float(match["factor"]))
    symbol = match["symbol"]
    if symbol in _SECONDS:
        return Unit("second", exponent, 0, _SECONDS[symbol])
    if symbol in _KINDS:
        return Unit(_KINDS[symbol], exponent)
    if symbol[:1] in _SCALES and symbol[1:] in _KINDS:
        return Unit(_KINDS[symbol[1:]], exponent, _SCALES[symbol[:1]])
    return None
