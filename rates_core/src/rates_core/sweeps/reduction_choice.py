"""Which reduction a user asks for: names, functions, lists and dicts of those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.sweeps.measures import MEASURES, ORDERED
from rates_core.sweeps.quantities import Column, entries_of
from rates_core.sweeps.reductions import OfColumn, OfTable, Reduction, Rows, Several


def reduction_of(asked: Any, columns: Sequence[Column], rows: int) -> Reduction:
    """Return the reduction that is asked for.

    Args:
        asked: None for all rows; a function of a run's table; a name or a list of names for all outputs; or a dict of
            output to a name, a function of values and times, a list or a dict of such.
        columns: of a run's table.
        rows: their number.

    Raises:
        UnknownNameError: there is no such output or reduction.
        ArgumentError: it is something else, or there is nothing to reduce.
    """
    outputs = entries_of(columns)
    if asked is None:
        return Rows({f"{column.key}{column.unit}": column for column in columns}, rows)
    if not rows:
        raise ArgumentError("cutoff leaves no row that could be reduced.")
    if callable(asked):
        return OfTable(taking(asked, 1, "the function", "a table"), _name_of("reduce", asked))
    if not isinstance(asked, Mapping):
        asked = dict.fromkeys(outputs, asked)
    parts = []
    for key, entry in asked.items():
        if key not in outputs:
            listed = f"{did_you_mean(key, outputs)} The outputs: {', '.join(outputs)}."
            raise UnknownNameError(f"reduce: There is no output {_quoted(key)}.{listed}")
        for suffix, measure in _measures(key, entry).items():
            parts += [_of_column(f"{key}_{suffix}{column.unit}", column, measure) for column in outputs[key]]
    _check_names([part.name for part in parts])
    return Several(tuple(parts))


def _of_column(name: str, column: Column, measure: Any) -> OfColumn:
    if column.complex and measure in ORDERED:
        raise ArgumentError(
            f"reduce: '{column.key}' is complex, and complex numbers have no {measure}. "
            "Give a function, such as {'modulus': lambda values, times: abs(values).max()}."
        )
    return OfColumn(name, column, measure)


def _measures(key: str, entry: Any) -> dict[str, Any]:
    """Return names of measures, or functions, by the end of the name of what they give."""
    if isinstance(entry, Mapping):
        return {str(suffix): _checked(key, measure) for suffix, measure in entry.items()}
    listed = entry if isinstance(entry, list | tuple) else [entry]
    named = [(_name_of(key, measure) if callable(measure) else measure, measure) for measure in listed]
    _check_names([f"{key}_{name}" for name, _ in named])
    return {name: _checked(key, measure) for name, measure in named}


def _checked(key: str, measure: Any) -> Any:
    if callable(measure):
        return taking(measure, 2, f"'{key}'", "values and times")
    if not isinstance(measure, str):
        raise ArgumentError(f"reduce: '{key}' takes names of reductions, or functions; it is {shown(measure)}.")
    if measure not in MEASURES:
        raise UnknownNameError(
            f"There is no reduction '{measure}'.{did_you_mean(measure, MEASURES)} "
            f"The reductions: {', '.join(MEASURES)}; or give a function."
        )
    return measure


def taking(
    function: Callable[..., Any], count: int, what: str, arguments: str, argument: str = "reduce: "
) -> Callable[..., Any]:
    """Return a function that can be called with so many arguments.

    Args:
        function: that a user gave.
        count: of arguments.
        what: the function is called in messages.
        arguments: what they are.
        argument: by which it was given, as messages begin.

    Raises:
        ArgumentError: it cannot.
    """
    try:
        signature(function).bind(*[None] * count)
    except ValueError:  # a built-in one does not say
        return function
    except TypeError as error:
        raise ArgumentError(f"{argument}{what} has to be called with {arguments}: {error}.") from None
    return function


def _name_of(key: str, function: Any) -> str:
    name: str = getattr(function, "__name__", "")
    if name.isidentifier():
        return name
    where = "a name, as def does" if key == "reduce" else f"a name: {{'{key}': {{'name': function}}}}"
    raise ArgumentError(f"reduce: A function without a name gives a column without one. Give it {where}.")


def _check_names(names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ArgumentError(f"reduce: Two reductions are called '{name}'. Name them by a dict.")


def _quoted(name: Any) -> str:
    return f"'{shown(name)[1:-1]}'" if isinstance(name, str) else shown(name)
