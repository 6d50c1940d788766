"""Units as TVBO names them, `per_ms`, and as people write them, `1/ms`."""

from __future__ import annotations

#: The units that a file of TVBO may name (version 0.4.0 of its schema).
NAMES = frozenset({
    "s", "ms", "us", "s2", "per_s", "per_ms", "Hz", "kHz", "rad", "rad_per_ms", "rad_per_s", "degC",
    "V", "mV", "per_mV", "mV_per_ms", "mV_per_s", "A", "nA", "pA", "uA_per_cm2", "per_nC", "per_pC", "Hz_per_nA",
    "pF", "nF", "uF_per_cm2", "nS", "uS", "pS", "S_per_cm2", "mS_per_cm2", "S_per_m2", "S_per_m", "nS_per_mV",
    "mol_per_m3", "mol_per_cm3", "mmol_per_m3", "mol_per_m_per_A_per_s", "H_per_m", "ohm", "Mohm", "kohm_cm",
    "um3", "m", "mm", "cm", "m_per_s", "m_per_s2", "mm_per_ms", "kg", "kg_per_s", "N_per_m",
    "dimensionless", "percent", "arbitrary_unit", "per_unit",
})  # fmt: skip


def readable(name: str) -> str:
    """Return a unit as people write it: `mV_per_ms` is `mV/ms`, `per_ms` is `1/ms`."""
    parts = name.removeprefix("per_").split("_per_")
    return "/".join(["1", *parts] if name.startswith("per_") else parts)


def tvbo_unit(text: str) -> str:
    """Return the name of a unit that is written as people do, where TVBO has one; else the text as it is."""
    parts = text.strip().split("/")
    name = f"per_{'_per_'.join(parts[1:])}" if parts[0] == "1" and len(parts) > 1 else "_per_".join(parts)
    return name if name in NAMES else text.strip()
