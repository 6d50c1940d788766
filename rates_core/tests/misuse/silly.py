"""What could stand in the place of an argument: hardly ever what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

CRIME = "crime"  # the file that texts make if they are executed


class Sulking:
    """An object that refuses to be anything, even true or false, equal, or written."""

    def _refuse(self, *_: object) -> Any:
        raise ArithmeticError("I am nothing")

    __repr__ = __str__ = __bool__ = __len__ = __iter__ = __float__ = __int__ = __index__ = __array__ = _refuse
    __call__ = __eq__ = __hash__ = __getattr__ = __getitem__ = __contains__ = __fspath__ = _refuse


def deep(kind: type, count: int) -> Any:
    """Return a list or a dict that holds another one, so many times."""
    found: Any = kind()
    for _ in range(count):
        found = [found] if kind is list else {"a": found}
    return found


def endless() -> list[Any]:
    """Return a list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


NUMBERS = {
    "0": 0, "-1": -1, "2": 2, "0.5": 0.5, "-0.5": -0.5, "1e308": 1e308, "nan": nan, "inf": inf, "-inf": -inf,
    "10**400": 10**400, "-10**20": -(10**20), "1j": 1j, "complex nan": complex(nan, 0.0), "True": True, "False": False,
    "Fraction": Fraction(1, 3), "Decimal": Decimal("0.1"), "Decimal NaN": Decimal("nan"), "int8": np.int8(3),
    "float32": np.float32(0.5), "bool_": np.bool_(True), "complex64": np.complex64(1j), "number array": np.array(2.0),
}  # fmt: skip
TEXTS = {
    "empty text": "", "space": " ", "x": "x", "path": "p/op/x", "all": "all/all/all", "slashes": "///", "nul": "a\0b",
    "half a character": "\ud800", "long text": "x" * 100_000, "bracket": "p[", "unit": "p[-1]/op/x", "colon": ":",
    "edge": "a->b[0]/weight", "long path": "../" * 5000, "many parts": "a." * 5000, "keyword": "lambda",
    "format": "{0.__class__}%s%n", "line end": "x\n", "minus": "-", "bytes": b"x", "bytearray": bytearray(3),
    "code": f"open('{CRIME}', 'w')", "import": f"__import__('pathlib').Path('{CRIME}').touch()",
    "equation of code": f"x' = open('{CRIME}', 'w')", "tag": f"!!python/object/apply:open [{CRIME}, w]",
    "path object": Path("nowhere"),
}  # fmt: skip
COLLECTIONS: dict[str, Any] = {
    "list": [], "list of None": [None], "numbers": [1.0, 2.0], "texts": ["a", "b"], "ragged": [[1], [1, 2]],
    "tuple": (), "pair": ("a", 1), "three": (1, 2, 3), "dict": {}, "dict of text": {"x": "y"}, "by number": {1: 2},
    "dict of None": {"x": None}, "None key": {None: None}, "nested": {"x": {"y": [1, {"z": None}]}}, "set": {1},
    "range": range(3), "deep list": deep(list, 5000), "deep dict": deep(dict, 5000), "endless": endless(),
    "frozenset": frozenset("ab"), "slice": slice(1), "path of None": {"p/op/x": None}, "path of nan": {"p/op/tau": nan},
    "path of text": {"p/op/tau": "a"}, "path of array": {"p/op/tau": np.zeros((3, 3))},
}  # fmt: skip
ARRAYS: dict[str, Any] = {
    "array": np.zeros(3), "nan array": np.array([nan]), "matrix": np.ones((2, 2)), "empty array": np.zeros((0, 2)),
    "complex array": np.array([1j]), "texts array": np.array(["a"]), "objects": np.array([None, {}], dtype=object),
    "integers": np.arange(3), "cube": np.zeros((2, 2, 2)), "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "date": np.datetime64("2020-01-01"), "records": np.zeros(2, dtype=[("a", float), ("b", int)]),
    "masked": np.ma.masked_array([1.0, 2.0], [True, False]), "frame": pd.DataFrame({"a": [1.0]}),
    "series": pd.Series([1.0]), "index": pd.Index(["a"]), "sparse": sparse.csr_array(np.eye(3)),
}  # fmt: skip
OBJECTS: dict[str, Any] = {
    "None": None, "ellipsis": ..., "object": object(), "sulking": Sulking(), "class": dict, "type": OperatorTemplate,
    "function": len, "lambda": lambda: 1, "of t": lambda t: t, "of anything": lambda *_: None, "module": np,
    "exception": ValueError("x"), "operator": OperatorTemplate("other", "x' = -x", {"x": "output"}),
    "node": NodeTemplate("other"), "circuit": CircuitTemplate("other"),
}  # fmt: skip
#: Those that are used up, made anew every time.
ONCE: dict[str, Callable[[], Any]] = {
    "generator": lambda: (number for number in range(3)),
    "raising generator": lambda: (1 // number for number in range(3)),
    "iterator of texts": lambda: iter(["a", "b"]),
}

SILLY: Mapping[str, Callable[[], Any]] = {
    **{
        name: lambda value=value: value
        for named in (NUMBERS, TEXTS, COLLECTIONS, ARRAYS, OBJECTS)
        for name, value in named.items()
    },
    **ONCE,
}
