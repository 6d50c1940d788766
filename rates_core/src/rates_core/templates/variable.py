"""What an operator declares about one variable."""

from __future__ import annotations

import re
from typing import Any, Literal, cast

from attrs import field, frozen

from rates_core.errors import ArgumentError, TemplateError, did_you_mean
from rates_core.templates.array import Array
from rates_core.templates.exact import exact
from rates_core.templates.value import Value, number_text, parse_number, shape_of, to_value

Kind = Literal["parameter", "input", "output", "variable", "noise"]
DType = Literal["float", "complex"]

IS_TIME = "is time, in every solver and backend: nothing sets it or feeds it. Give a variable of your own another name."

_FORMS = "a number, a list, 'input', 'output', 'variable', 'noise', or e.g. 'output(0.5)', 'variable(complex,3)'"
_KINDS = ("input", "output", "variable", "noise")
_DECLARATION = re.compile(r"(?P<kind>input|output|variable|noise)\s*(?:\((?P<inside>[^()]*)\))?")


@frozen(cache_hash=True)
class Variable:
    """A declared variable.

    Attributes:
        kind: parameter, input, output, variable (neither input nor output) or noise.
        value: a parameter's value, an initial value, or what an input has when nothing feeds it.
        dtype: `complex` where it is declared or its value is complex.
        length: the declared length of its axis; None for a scalar, and for an array, whose length is that of its value.
    """

    kind: Kind
    value: Value = field(default=0.0, eq=exact)
    dtype: DType = "float"
    length: int | None = None

    @classmethod
    def parse(cls, spec: Any) -> Variable:
        """Read a variable as it stands in a template; a number or a list is a parameter.

        Raises:
            TemplateError: the text has none of the forms that the language knows, or a value is NaN.
        """
        if isinstance(spec, Variable):
            return spec
        if isinstance(spec, str):
            return _parse_text(spec.strip())
        try:
            value = to_value(spec)
        except ArgumentError as error:
            raise TemplateError(f"{error} A variable is {_FORMS}.") from None
        return cls("parameter", value, _dtype(value))

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the declared shape: `()`, `(length,)`, or that of an array."""
        return shape_of(self.value) or (() if self.length is None else (self.length,))

    def text(self) -> str:
        """Return the canonical text, from which `parse` makes an equal variable (arrays as parameters: a YAML list)."""
        if self.kind == "noise":
            return "noise"
        value = _value_text(self.value)
        if self.kind == "parameter":
            return value
        return f"{self.kind}({value})" if self.length is None else f"{self.kind}({value},{self.length})"


def _value_text(value: Value) -> str:
    if not isinstance(value, Array):
        return number_text(value)
    entries = value.tolist()
    return f"[{', '.join(map(number_text, entries))}]" if len(value.shape) == 1 else repr(entries)


def _dtype(value: Value) -> DType:
    if isinstance(value, (float, complex)):
        return "complex" if isinstance(value, complex) else "float"
    return "complex" if value.values.dtype.kind == "c" else "float"


def _parse_text(text: str) -> Variable:
    match = _DECLARATION.fullmatch(text)
    if match is None:
        return _parse_literal(text)
    kind, inside = cast(Kind, match["kind"]), match["inside"]
    if inside is None:
        return Variable(kind)
    if kind == "noise":
        raise TemplateError(f"'{text}': noise has unit strength; write 'noise' and scale it in the equation.")
    if "[" in inside or "]" in inside:
        array = _parse_list(inside.strip(), kind, text)
        return Variable(kind, array, _dtype(array))
    content, comma, length = inside.partition(",")
    if not content.strip():
        raise TemplateError(f"'{text}' has no value; write '{kind}' for 0.0, or one, as in '{kind}(0.5)'.")
    value = _parse_content(content.strip(), text)
    return Variable(kind, value, _dtype(value), _parse_length(length.strip(), text) if comma else None)


def _parse_literal(text: str) -> Variable:
    number = parse_number(text)
    if number is None or number != number:
        word = re.split(r"\W", text, maxsplit=1)[0]
        raise TemplateError(f"'{text}' declares no variable.{did_you_mean(word, _KINDS)} A variable is {_FORMS}.")
    return Variable("parameter", number, _dtype(number))


def _parse_content(content: str, text: str) -> float | complex:
    if content in ("float", "complex"):
        return 0j if content == "complex" else 0.0
    number = parse_number(content)
    if number is None or number != number:
        raise TemplateError(f"'{text}': '{content}' is neither a number nor 'float' or 'complex'.")
    return number


def _parse_list(inside: str, kind: Kind, text: str) -> Array:
    """Return values, one for each place on the axis."""
    entries = inside[1:-1]
    if not (inside.startswith("[") and inside.endswith("]")) or "[" in entries or not entries.strip():
        raise TemplateError(f"'{text}': a list of numbers is the whole content, as in '{kind}([0.5, 1.0])'.")
    return Array([_parse_content(entry.strip(), text) for entry in entries.split(",")])


def _parse_length(length: str, text: str) -> int:
    if not length.isdecimal() or int(length) < 1:
        raise TemplateError(f"'{text}': the length '{length}' is not a whole number of at least 1.")
    return int(length)
