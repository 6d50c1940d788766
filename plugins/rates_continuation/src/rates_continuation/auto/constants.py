"""What Auto-07p is told to compute: its constants."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

#: of all computations: meshes, what is located, how Newton's method ends
SHARED: Mapping[str, Any] = {
    "NTST": 1, "NCOL": 4, "IAD": 3, "ISW": 1, "ILP": 1, "ISP": 2, "IPLT": 0, "NBC": 0, "NINT": 0,
    "MXBF": 0, "IID": 2, "ITMX": 20, "ITNW": 9, "NWTN": 3, "JAC": 1, "IADS": 1,
    "EPSL": 1e-10, "EPSU": 1e-10, "EPSS": 1e-9,
    "NPR": 1,  # every point is written whole
}  # fmt: skip
PERIOD = 11  # in PAR


def text(constants: Mapping[str, Any]) -> str:
    """Return a file of constants."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in {**SHARED, **constants}.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Real):  # NumPy's numbers among them
        return repr(int(value) if isinstance(value, Integral) else float(value))
    return f"'{value}'"
