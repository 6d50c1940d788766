"""Evaluate expressions of parameters with NumPy, for delays and other numbers of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rates_core.errors import EquationError, UnsupportedFeatureError
from rates_core.expressions.functions import CONSTANTS, FUNCTIONS
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Constant, Expression, Number

_TRUTHS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression, a number or an array.

    Raises:
        UnsupportedFeatureError: the expression holds a function that makes no sense among parameters.
        EquationError: an axis has no such element, axes do not fit, or a real function gets a complex number.
    """
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            return _value(expression, values)
    except (IndexError, OverflowError, TypeError, ValueError) as error:
        raise EquationError(f"'{to_text(expression)}' has no value: {error}") from error


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
            found = [_value(argument, values) for argument in arguments]
            if function in FUNCTIONS and FUNCTIONS[function].real_only and any(map(_is_complex, found)):
                raise TypeError(f"'{function}' is defined for real numbers only and got a complex one.")
            return known[function](*found)
        case _:
            return values[expression.name]


def _is_complex(value: Any) -> bool:
    import numpy as np

    return bool(np.iscomplexobj(value))


def _as_number(truth: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose truth values are 0.0 and 1.0, with which one can calculate."""
    return lambda *arguments: truth(*arguments) * 1.0


def _element(x: Any, i: Any) -> Any:
    """Return the elements of an axis that whole numbers from 0 on name."""
    import numpy as np

    axis, places = np.atleast_1d(x), np.asarray(i)
    whole = np.isrealobj(places) and bool((places == np.floor(places)).all())
    if not whole or not ((places >= 0) & (places < len(axis))).all():
        raise IndexError(f"an index is a whole number from 0 to {len(axis) - 1}, not {i}.")
    return axis[places.astype(int)]


def _mean(x: Any) -> Any:
    """Return the mean of an axis, which an empty one has not."""
    import numpy as np

    if not np.size(x):
        raise ValueError("an axis without elements has no mean.")
    return np.mean(x)


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    import numpy as np

    same = (
        "sin cos tan sinh cosh tanh arcsin arccos arctan arctan2 exp log log10 sqrt abs sign floor ceil round fmod mod "
        "add subtract multiply divide power negative where real imag conj matmul"
    )
    found: dict[str, Callable[..., Any]] = {name: getattr(np, name) for name in same.split()}
    found |= {name: _as_number(getattr(np, name)) for name in _TRUTHS}
    found |= {
        "min": np.minimum, "max": np.maximum, "and": _as_number(np.logical_and), "or": _as_number(np.logical_or),
        "not": _as_number(np.logical_not),
        "heaviside": lambda x: np.heaviside(x, 1.0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "vsum": np.sum,
        "mean": _mean, "maxi": np.max, "mini": np.min, "matvec": np.matmul, "index": _element,
        "index_range": lambda x, start, stop: x[int(start) : int(stop)],
        "index_axis": lambda x, i, axis=0: np.moveaxis(_element(np.moveaxis(x, axis, 0), i), 0, axis),
        "concatenate": lambda *parts: np.concatenate([np.atleast_1d(part) for part in parts]), "ravel": np.ravel,
        "erf": np.vectorize(math.erf), "erfc": np.vectorize(math.erfc),
        "power": lambda x, y: np.power(np.asarray(x) * 1.0, y),
    }  # fmt: skip
    return found
