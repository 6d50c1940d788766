"""Conditions on solutions of boundary value problems, in the paths of a model: `start(p/op/u) = 0`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, EquationError, UnknownNameError, did_you_mean, shown
from rates_core.expressions.derivative import differentiate
from rates_core.expressions.evaluate import evaluate
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Expression, Symbol, substitute, symbols

LENGTH = "interval"
TIME = "t"

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_PART = r"[^\W\d]\w*(?:\[\d+\])?"
_PATH = rf"{_PART}(?:/{_PART})+"
_READ = re.compile(
    rf"(?<![\w.])(?:(?P<end>start|end)\s*\(\s*(?P<of>{_PATH}|{_PART})\s*\)|(?P<plain>{_PATH}|{LENGTH}\b))"
)


@frozen(eq=False)
class Condition:
    """An expression that has to be zero.

    Attributes:
        text: as it was written.
        expression: of what it reads: `start(path)`, `end(path)`, paths, and `interval`, the length.
    """

    text: str
    expression: Expression

    @cached_property
    def reads(self) -> frozenset[str]:
        """What it reads."""
        return frozenset(symbols(self.expression))


def condition(setting: str, text: Any) -> Condition:
    """Return a condition: an equation whose two sides have to be equal, or an expression that has to be zero.

    Args:
        setting: where it was written, for messages.
        text: of it.

    Raises:
        ArgumentError: it is no text.
        EquationError: it is malformed, or a name in it is no path.
    """
    if not isinstance(text, str):
        raise ArgumentError(f"{setting} holds {shown(text)}, which is no text such as 'start(p/op/u) = 0'.")
    words = dict[str, str]()

    def replaced(match: re.Match[str]) -> str:
        meant = match["plain"] or f"{match['end']}({match['of']})"
        word = re.sub(r"\W", "_", match["plain"] or f"{match['end']}_of_{match['of']}")
        while words.get(word, meant) != meant:
            word += "_"
        words[word] = meant
        return word

    sides = _EQUALS.split(_READ.sub(replaced, text), maxsplit=1)
    try:
        parsed = [parse_expression(side, words, where=setting) for side in sides]
    except EquationError as error:
        error.add_note("States at the ends of the interval are start(path) and end(path).")
        raise
    expression = parsed[0] if len(parsed) == 1 else Apply("subtract", tuple(parsed))
    if TIME in symbols(expression):
        raise ArgumentError(f"{setting}: '{text}' reads the time, which is 0 at the start and `{LENGTH}` at the end.")
    return Condition(text, substitute(expression, {word: Symbol(meant) for word, meant in words.items()}))


def conditions_of(setting: str, texts: Any) -> list[Condition]:
    """Return some conditions.

    Raises:
        ArgumentError: they are no list of texts.
        EquationError: one is malformed.
    """
    if isinstance(texts, str) or not isinstance(texts, Sequence):
        raise ArgumentError(f"{setting} must be a list of texts such as 'start(p/op/u) = 0'; it is {shown(texts)}.")
    return [condition(setting, text) for text in texts]


def parameters_read(conditions: Sequence[Condition], states: Collection[str]) -> Iterator[str]:
    """Yield the paths that conditions read and that are no states."""
    for each in conditions:
        yield from sorted(path for path in each.reads if "(" not in path and path not in states and path != LENGTH)


def check_ends(each: Condition, states: Sequence[str]) -> None:
    """Raise unless a condition reads states at ends of the interval alone.

    Raises:
        UnknownNameError: there is no such state.
        ArgumentError: it reads a state, and does not say where.
    """
    for read in sorted(each.reads):
        if "(" in read:
            path = read[read.index("(") + 1 : -1]
            if path not in states:
                alike = [state for state in states if state.endswith(f"/{path}")]
                hint = did_you_mean(alike[0], alike) if alike else did_you_mean(path, states)
                raise UnknownNameError(
                    f"conditions: '{each.text}' asks for {read}, and there is no state '{path}'.{hint} States: "
                    f"{', '.join(states)}."
                )
        elif read in states:
            raise ArgumentError(
                f"conditions: '{each.text}' has to say where it reads the state '{read}': start({read}) or end({read})."
            )


def check_mean(each: Condition, states: Sequence[str]) -> None:
    """Raise if a condition on the mean reads a state at an end of the interval.

    Raises:
        ArgumentError: it does.
    """
    for read in sorted(each.reads):
        if "(" in read:
            raise ArgumentError(
                f"on_average: '{each.text}' holds on average over the interval, and reads {read}. Put what holds at "
                "the ends into conditions."
            )


class Expressions:
    """Conditions as functions of numbers, with their derivatives.

    Args:
        conditions: these.
        names: of the arguments, in order.
    """

    def __init__(self, conditions: Sequence[Condition], names: Sequence[str]) -> None:
        self._expressions = [each.expression for each in conditions]
        places = {name: number for number, name in enumerate(names)}
        self._reads = [{name: places[name] for name in each.reads} for each in conditions]
        self._derivatives = [
            {place: differentiate(each.expression, name) for name, place in reads.items()}
            for each, reads in zip(conditions, self._reads, strict=True)
        ]
        self._count = len(names)

    def __len__(self) -> int:
        return len(self._expressions)

    def values(self, z: np.ndarray) -> np.ndarray:
        """Return what has to be zero, `[..., conditions]`."""
        found = np.zeros((*z.shape[:-1], len(self)))
        for number, (expression, reads) in enumerate(zip(self._expressions, self._reads, strict=True)):
            found[..., number] = evaluate(expression, {name: z[..., place] for name, place in reads.items()})
        return found

    def derivatives(self, z: np.ndarray) -> np.ndarray:
        """Return the derivatives, `[..., conditions, arguments]`."""
        found = np.zeros((*z.shape[:-1], len(self), self._count))
        for number, (own, reads) in enumerate(zip(self._derivatives, self._reads, strict=True)):
            values = {name: z[..., place] for name, place in reads.items()}
            for place, expression in own.items():
                found[..., number, place] = evaluate(expression, values)
        return found
