"""Numbers as formulas: signs, powers of ten, complex numbers."""

from __future__ import annotations

from typing import Literal, cast

from attrs import evolve

from rates_core.reports.piece import Binding, Piece
from rates_core.reports.writer import Writer


def literal(value: int | float | complex, writer: Writer) -> Piece:
    """Return the formula of a number, from which its exact value can be read."""
    if not isinstance(value, complex):
        return _real(value, writer)
    imaginary = _imaginary(value.imag, writer)
    if value.real == 0.0:
        return imaginary
    real, size = _real(value.real, writer), _imaginary(abs(value.imag), writer)
    sign = writer.sign("minus" if imaginary.is_signed else "plus")
    return Piece(writer.row(real.text, sign, size.text), Binding.SUM, is_signed=real.is_signed)


def _imaginary(value: float, writer: Writer) -> Piece:
    size = _real(value, writer)
    text = writer.row(size.text, writer.sign("times"), writer.constant("I"))
    return evolve(size, text=text, binding=Binding.PRODUCT, ends="")


def _real(value: int | float, writer: Writer) -> Piece:
    text = repr(value)
    positive = _positive(text.removeprefix("-"), writer)
    if not text.startswith("-"):
        return positive
    negative = writer.row(writer.sign("minus"), positive.text)
    return evolve(positive, text=negative, binding=Binding.PRODUCT, is_signed=True, begins="")


def _positive(text: str, writer: Writer) -> Piece:
    if text in ("inf", "nan"):
        return Piece(writer.constant(cast(Literal["inf", "nan"], text)), Binding.ATOM)
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return Piece(writer.digits(text), Binding.ATOM, begins="number", ends="number")
    if mantissa == "1":
        mantissa = ""
    written, binding = writer.scientific(mantissa, str(int(exponent))), Binding.PRODUCT if mantissa else Binding.POWER
    return Piece(written, binding, begins="number", ends="number")
