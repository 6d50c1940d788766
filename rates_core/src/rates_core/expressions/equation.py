"""Equations: what stands on the left of `=`, and the tree of what stands on the right."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from attrs import frozen

from rates_core.errors import EquationError, did_you_mean
from rates_core.expressions.parser import parse_source
from rates_core.expressions.source import Source
from rates_core.expressions.tree import Expression
from rates_core.paths import TIME

_NAME = r"(?P<name>[^\W\d]\w*)"
_ALGEBRAIC = re.compile(rf"{_NAME}\s*")
_DIFFERENTIAL = (re.compile(rf"{_NAME}\s*'\s*"), re.compile(rf"d\s*/\s*dt(?:\s*\*\s*|\s+){_NAME}\s*"))

_EQUALS = re.compile(r"(?P<before>[-+*/%^&|@:<>!]{0,2})=(?P<after>=?)")

_OTHER_LEFT_SIDES = (
    (
        re.compile(rf"{_NAME}\s*(?:'\s*'|\").*|d\s*(?:\^|\*\*)\s*\d.*", re.DOTALL),
        "Introduce a second variable for the first derivative, as in x' = y and y' = ...",
    ),
    (re.compile(rf"d{_NAME}\s*/\s*dt\s*"), "Write {name}' = ..."),
    (re.compile(rf"d\s*/\s*dt\s*\(\s*{_NAME}\s*\)\s*"), "Write {name}' = ..."),
    (re.compile(rf"(?:diff|Derivative)\s*\(\s*{_NAME}.*", re.DOTALL), "Write {name}' = ..."),
    (re.compile(rf"{_NAME}\s*[’′]\s*"), "Write {name}' = ... with a straight quote."),
    (re.compile(rf"{_NAME}\s*'\s*\(\s*t\s*\)\s*"), "Write {name}' = ..."),
    (re.compile(rf"{_NAME}\s*\(\s*t\s*\)\s*"), "Write {name} = ..."),
)
_LEFT_SIDES = "Write x' = ... or d/dt * x = ... for a derivative, x = ... for a value."


@frozen
class Equation:
    """One equation of an operator.

    Attributes:
        kind: "differential" for `x' = ...`, "algebraic" for `x = ...`.
        target: the variable that the equation defines.
        expression: the right side.
        text: the equation as it was written, on one line.
    """

    kind: Literal["differential", "algebraic"]
    target: str
    expression: Expression
    text: str


def parse_equation(text: str, declared: Collection[str], *, where: str = "") -> Equation:
    """Return the equation that a text states.

    Args:
        text: the equation in the language.
        declared: the names of the variables of the operator, the target among them.
        where: what holds the equation, for messages, as "operator 'qif', model.yaml:12".

    Raises:
        EquationError: the text is malformed or names what is not declared.
    """
    source = Source(text, "equation", where)
    equals = _equals_sign(source)
    left = source.text[: equals.start()]
    kind: Literal["differential", "algebraic"] = "algebraic"
    match = _ALGEBRAIC.fullmatch(left)
    if match is None:
        kind = "differential"
        match = next(filter(None, (pattern.fullmatch(left) for pattern in _DIFFERENTIAL)), None)
    if match is None:
        raise _left_side_error(source, left)
    target = _checked_target(source, match, declared)
    return Equation(kind, target, parse_source(source, equals.end(), declared), source.text)


def _equals_sign(source: Source) -> re.Match[str]:
    """Return where the left side ends."""
    match = _EQUALS.search(source.text)
    if match is None:
        raise source.error("There is no '='", 0, len(source.text), _LEFT_SIDES)
    if match["before"] or match["after"]:
        problem = f"'{match.group()}' does not define anything"
        raise source.error(problem, match.start(), match.end(), _LEFT_SIDES)
    return match


def _left_side_error(source: Source, left: str) -> EquationError:
    """Return the error that says what to write instead of a left side."""
    left = left.rstrip()
    remedy = _LEFT_SIDES
    for pattern, advice in _OTHER_LEFT_SIDES:
        match = pattern.fullmatch(left)
        if match is not None:
            remedy = advice.format_map(match.groupdict())
            break
    problem = f"The left side '{left}' is not part of the language" if left else "There is no left side"
    return source.error(problem, 0, max(1, len(left)), remedy)


def _checked_target(source: Source, match: re.Match[str], declared: Collection[str]) -> str:
    """Return the variable on the left side if it may stand there."""
    target = match["name"]
    if target == TIME:
        raise source.error("Time is defined", match.start("name"), match.end("name"), "'t' is time in every model.")
    if target not in declared:
        raise source.error(
            f"Unknown name '{target}'", match.start("name"), match.end("name"), did_you_mean(target, declared).strip()
        )
    return target
