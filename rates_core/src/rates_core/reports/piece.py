"""The formula of a part of a tree, with what decides whether it needs brackets where it is put."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from attrs import frozen

Edge = Literal["", "number", "name", "fraction", "bracket"]


class Binding(IntEnum):
    """How tightly the outermost operation of a formula binds."""

    OPEN = 0  # conditionals, which have no end
    OR = 1
    AND = 2
    COMPARISON = 3
    SUM = 4
    PRODUCT = 5
    POWER = 6  # what is a unit in a product, but needs brackets under an exponent
    ATOM = 7


@frozen
class Piece:
    """A formula that may become part of a larger one.

    Attributes:
        text: the formula, in the language of some writer.
        binding: how tightly it binds.
        is_truth: whether it is a statement, true or false, that counts as 1 or 0 in brackets.
        is_signed: whether it begins with a minus sign.
        begins: what its first part is, where that matters beside another one.
        ends: what its last part is.
        function: the function whose call it is, as it stands in the tree, or empty.
        arguments: the formulas of that function's arguments.
        rows: values and conditions of a conditional, to which others may add more.
    """

    text: str
    binding: Binding
    is_truth: bool = False
    is_signed: bool = False
    begins: Edge = ""
    ends: Edge = ""
    function: str = ""
    arguments: tuple[str, ...] = ()
    rows: tuple[tuple[str, str | None], ...] = ()
