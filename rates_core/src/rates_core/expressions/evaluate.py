"""Evaluate expressions of parameters with NumPy, for delays and other numbers of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.functions import CONSTANTS
from rates_core.expressions.tree import Apply, Constant, Expression, Number

_TRUTHS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression, a number or an array.

    Raises:
        UnsupportedFeatureError: the expression holds a function that makes no sense among parameters.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        return _value(expression, values)


def _value(expression: Expression, values: Mapping[str, Any]) -> Any:
    match expression:
        case Number(value):
            return value
        case Constant(name):
            return CONSTANTS[name]
        case Apply(function, arguments):
            known = _functions()
            if function not in known:
                raise UnsupportedFeatureError(f"'{function}' cannot be used in an expression of parameters.")
            return known[function](*(_value(argument, values) for argument in arguments))
        case _:
            return values[expression.name]


def _as_number(truth: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose truth values are 0.0 and 1.0, with which one can calculate."""
    return lambda *arguments: truth(*arguments) * 1.0


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    import numpy as np

    same = (
        "sin cos tan sinh cosh tanh arcsin arccos arctan arctan2 exp log log10 sqrt abs sign floor ceil round fmod mod "
        "add subtract multiply divide power negative where real imag conj mean matmul"
    )
    found: dict[str, Callable[..., Any]] = {name: getattr(np, name) for name in same.split()}
    found |= {name: _as_number(getattr(np, name)) for name in _TRUTHS}
    found |= {
        "min": np.minimum, "max": np.maximum, "and": _as_number(np.logical_and), "or": _as_number(np.logical_or),
        "not": _as_number(np.logical_not),
        "heaviside": lambda x: np.heaviside(x, 1.0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "vsum": np.sum,
        "maxi": np.max, "mini": np.min, "matvec": np.matmul, "index": lambda x, i: x[np.asarray(i).astype(int)],
        "erf": np.vectorize(math.erf), "erfc": np.vectorize(math.erfc),
        "power": lambda x, y: np.power(np.asarray(x) * 1.0, y),
    }  # fmt: skip
    return found
