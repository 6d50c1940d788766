"""What formulas are made of, whatever language they are written in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

from rates_core.reports.symbol import VariableSymbol

Sign = Literal[
    "plus", "minus", "times", "dot", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
    "and", "or", "not", "comma", "colon",
]  # fmt: skip
Fence = Literal["round", "square", "bar", "floor", "ceiling"]


class Writer(ABC):
    """Writes the parts of formulas as text of one language; abstract."""

    @abstractmethod
    def symbol(self, symbol: VariableSymbol) -> str:
        """Return the symbol of a variable."""

    @abstractmethod
    def derivative(self, symbol: VariableSymbol) -> str:
        """Return the derivative of a variable by time: its symbol under a dot."""

    @abstractmethod
    def constant(self, name: Literal["pi", "E", "I", "inf", "nan"]) -> str:
        """Return a mathematical constant, upright where it is a letter."""

    @abstractmethod
    def digits(self, text: str) -> str:
        """Return a number without sign and exponent."""

    @abstractmethod
    def scientific(self, mantissa: str, exponent: str) -> str:
        """Return a number times a power of ten, or that power alone if the mantissa is empty."""

    @abstractmethod
    def sign(self, name: Sign) -> str:
        """Return an operator; `times` is the small space of a product, `dot` a visible one."""

    @abstractmethod
    def function(self, name: str) -> str:
        """Return the name of a function, upright."""

    @abstractmethod
    def row(self, *parts: str) -> str:
        """Return parts one beside the other."""

    @abstractmethod
    def fenced(self, fence: Fence, inside: str) -> str:
        """Return something between brackets or bars that are as high as it is."""

    @abstractmethod
    def fraction(self, above: str, below: str) -> str:
        """Return a fraction."""

    @abstractmethod
    def power(self, base: str, exponent: str) -> str:
        """Return something with a raised exponent."""

    @abstractmethod
    def lowered(self, base: str, content: str) -> str:
        """Return something with a subscript."""

    @abstractmethod
    def root(self, inside: str) -> str:
        """Return a square root."""

    @abstractmethod
    def overlined(self, inside: str) -> str:
        """Return something under a line."""

    @abstractmethod
    def cases(self, rows: Sequence[tuple[str, str | None]]) -> str:
        """Return values with their conditions, one below the other; the last row has no condition."""
