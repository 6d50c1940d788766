"""The flat model: one quantity per variable of each unit and each edge, named by its path."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from rates_core.expressions.tree import Expression
from rates_core.reference.functions import Value


@frozen(eq=False)
class Constant:
    """A parameter, or a variable without an equation."""

    path: str
    value: Value


@frozen(eq=False)
class State:
    """A variable with a differential equation, whose symbols are paths."""

    path: str
    expression: Expression
    initial: Value
    length: int | None = None
    complex: bool = False


@frozen(eq=False)
class Algebraic:
    """A variable with an algebraic equation; `hidden` if it is an expression of which a past value is asked."""

    path: str
    expression: Expression
    length: int | None = None
    complex: bool = False
    hidden: bool = False


@frozen
class Feed:
    """One term of an input: the value of a path, times a constant if there is a weight."""

    source: str
    weight: str | None = None


@frozen(eq=False)
class Input:
    """The sum of what feeds it; its default if nothing does."""

    path: str
    default: Value
    length: int | None = None
    complex: bool = False
    feeds: list[Feed] = field(factory=list)


@frozen(eq=False)
class Read:
    """The value that a variable had a delay ago."""

    path: str
    slot: str
    delay: Expression


@frozen(eq=False)
class Stage:
    """One stage of a gamma chain: `z' = rate*(upstream - z)` with rate = order/delay.

    Attributes:
        path: path of the stage.
        origin: variable that enters the chain.
        upstream: what enters this stage: the origin or the stage before.
        number: of the stage, from 1.
        order: number of stages of the chain.
        delay: mean of the kernel.
    """

    path: str
    origin: str
    upstream: str
    number: int
    order: int
    delay: Expression


@frozen(eq=False)
class Event:
    """What happens to states, named by their paths, when a condition becomes true.

    Attributes:
        when: the condition.
        set: new values, as expressions of those before.
        emit: what receives a pulse of integral 1, or None.
    """

    when: Expression
    set: Mapping[str, Expression]
    emit: str | None


Quantity = Constant | State | Algebraic | Input | Read | Stage
