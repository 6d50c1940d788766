"""Delays of lengths: the units in which TVBO says lengths, speeds and times."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rates_tvbo.section import Section

STANDARD_SPEED = 3.0  # mm/ms, which TVBO takes where a file names none

_MILLIMETRES: Mapping[str, float] = MappingProxyType({"": 1.0, "mm": 1.0, "cm": 10.0, "m": 1000.0})
_MILLIMETRES_PER_MS: Mapping[str, float] = MappingProxyType({"": 1.0, "mm_per_ms": 1.0, "m_per_s": 1.0})
_PER_MS: Mapping[str, float] = MappingProxyType({"": 1.0, "ms": 1.0, "s": 1e-3})


def delay_of_length(length: float, network: Section, speed: Section | None) -> float:
    """Return the time that a length takes, in the unit of time of the network.

    Raises:
        UnsupportedFeatureError: units do not give a time.
        ModelFileError: the speed is no positive number.
    """
    size = factor(network, "distance_unit", _MILLIMETRES)
    time = factor(network, "time_unit", _PER_MS)
    if speed is None:
        return length * size / STANDARD_SPEED * time
    value = speed.number("value")
    if value is None or value <= 0.0:
        raise speed.error("A speed is a positive number.", "value")
    return length * size / (value * factor(speed, "unit", _MILLIMETRES_PER_MS)) * time


def factor(section: Section, key: str, units: Mapping[str, float]) -> float:
    """Return what a unit is in the one that is computed in."""
    unit = section.text(key)
    if unit not in units:
        known = ", ".join(filter(None, units))
        raise section.refusal(f"'{key}' is '{unit}', which gives no time here; known are {known}.", key)
    return units[unit]
