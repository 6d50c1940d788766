"""Delays of lengths: the units in which TVBO says lengths, speeds and times."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

from attrs import define

from rates_tvbo.section import Section

STANDARD_SPEED = 3.0  # mm/ms, which TVBO takes where a file names none

_MILLIMETRES: Mapping[str, float] = MappingProxyType({"": 1.0, "mm": 1.0, "cm": 10.0, "m": 1000.0})
_MILLIMETRES_PER_MS: Mapping[str, float] = MappingProxyType({"": 1.0, "mm_per_ms": 1.0, "m_per_s": 1.0})
_PER_MS: Mapping[str, float] = MappingProxyType({"": 1.0, "ms": 1.0, "s": 1e-3})


@define(slots=False)
class Speed:
    """How fast signals travel in a network.

    Attributes:
        network: says the units of lengths and times.
        speed: the parameter that says it, or None.
    """

    network: Section
    speed: Section | None = None

    def delay(self, length: float) -> float:
        """Return the time that a length takes, in the unit of time of the network.

        Raises:
            UnsupportedFeatureError: units do not give a time.
            ModelFileError: the speed is no positive number.
        """
        size, speed, time = self._factors
        return length * size / speed * time

    @cached_property
    def _factors(self) -> tuple[float, float, float]:
        """Return millimetres per unit of length, millimetres per millisecond, and units of time per millisecond."""
        size = factor(self.network, "distance_unit", _MILLIMETRES)
        time = factor(self.network, "time_unit", _PER_MS)
        if self.speed is None:
            return size, STANDARD_SPEED, time
        value = self.speed.number("value")
        if value is None or value <= 0.0:
            raise self.speed.error("A speed is a positive number.", "value")
        return size, value * factor(self.speed, "unit", _MILLIMETRES_PER_MS), time


def factor(section: Section, key: str, units: Mapping[str, float]) -> float:
    """Return what a unit is in the one that is computed in."""
    unit = section.text(key)
    if unit not in units:
        known = ", ".join(filter(None, units))
        raise section.refusal(f"'{key}' is '{unit}', which gives no time here; known are {known}.", key)
    return units[unit]
