"""A model as functions of arrays of a library, for solvers that the library brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

#: Samples of each external input, or what gives the values of all of them at a time.
Fed = Sequence[Any] | Callable[[float], Sequence[Any]]
Bound = tuple[Callable[..., Any], Callable[..., tuple[Any, ...]]]


@frozen(eq=False)
class Equations:
    """One run's right-hand side, and what it records, in arrays of the backend's library.

    A solver compiles functions of `values`, which it calls with `bind`, and keeps them in `kept`: then other values
    compile nothing again.

    Attributes:
        bind: takes values and returns two pure functions of time and the real vector of states: its derivative, and the
            recorded variables. With delays both take the values of all reads too, in the order of the System's; what
            they are of is in `Problem.past`. It is one object for all runs of a program; what does not depend on time
            and states is computed when it is called.
        values: of this run: parameters by path of the System, and what `bind` knows the inputs by.
        kinds: of each recorded variable, `float` or `complex`.
        precision: floating-point type that the states are expected in.
        check: raises what an input that is a function of time has raised, where compiled code went on with NaN.
        kept: what solvers keep with the program, under keys of their own.
    """

    bind: Callable[[Any], Bound]
    values: tuple[Mapping[str, Any], Any]
    kinds: tuple[type, ...]
    precision: str
    check: Callable[[], None]
    kept: dict[Any, Any] = field(factory=dict)
