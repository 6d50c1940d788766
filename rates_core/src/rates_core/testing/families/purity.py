"""Purity: what a program returned stays as it is, and what it was given too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect
from rates_core.testing.parts import circuit, node, population, single
from rates_core.testing.prepared import Prepared, prepared
from rates_core.testing.subject import Subject

H, STEPS = 0.1, 12
METHOD = "heun"


def cases() -> Iterator[Case]:
    """Yield each promise for single units and for populations."""
    ring, vector = Requirements(delays={"ring"}), Requirements(delays={"ring"}, vector=True)
    promises: dict[str, Callable[[Callable[[], CircuitTemplate], Subject], None]] = {
        "derivatives are not changed by later calls": _derivatives_stay,
        "rows are not changed by later calls": _rows_stay,
        "what is stored is not changed by later calls": _slots_stay,
        "arguments are not changed": _arguments_stay,
        "the carry is not changed by a loop": _carry_stays,
        "the same loop twice gives the same": _loops_agree,
        "two kernels of one program do not meet": _kernels_apart,
    }
    for promise, check in promises.items():
        yield Case("purity", f"{promise}, of single units", partial(check, _units), needs=ring)
        yield Case("purity", f"{promise}, of populations", partial(check, _population), needs=vector)


EQUATIONS = ["x' = -k*x + v + u", "v' = -past(x, tau)*k - v", "z = x*v"]


def _units() -> CircuitTemplate:
    return single(EQUATIONS, x="output(0.4)", v="variable(0.1)", z="variable(0.0)", u="input(0.0)", k=0.7, tau=0.3)


def _population() -> CircuitTemplate:
    unit = node(EQUATIONS, x="output(0.4)", v="variable(0.1)", z="variable(0.0)", u="input(0.0)", k=0.7, tau=0.3)
    return circuit(populations={"p": population(unit, 9, x=np.linspace(-1, 1, 9), k=np.linspace(0.1, 1, 9))})


def _prepared(make: Callable[[], CircuitTemplate], subject: Subject, k: float | None = None) -> Prepared:
    """Return the model with its program bound, ready for a loop."""
    samples = {"p/op/u": np.sin(np.arange(STEPS + 1.0))}
    outputs = ["p/op/x", "p/op/v", "p/op/z"]
    model = subject.once(("purity", make), lambda: subject.compiled(make(), METHOD, H, outputs=outputs, inputs=samples))
    return prepared(subject, model, STEPS, H, samples, None if k is None else {"all/op/k": k})


def _frozen(values: Any) -> list[bytes]:
    """Return the bits of numbers and arrays, however they are nested."""
    if isinstance(values, (tuple, list)):
        return [bits for value in values for bits in _frozen(value)]
    return [np.asarray(values).tobytes()]


def _unchanged(what: str, values: Any, before: list[bytes]) -> None:
    expect(_frozen(values) == before, f"{what} was changed by a later call.")


def _derivatives_stay(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    first = run.kernel.rhs(*run.instant())
    before = _frozen(first)
    t, y, inputs, reads, draws = run.instant()
    second = run.kernel.rhs(t + 1.0, y + 1.0, inputs, reads, draws)
    _unchanged("A derivative", first, before)
    expect(not np.shares_memory(first, second), "Two derivatives share their memory.")
    expect(_frozen(first) != _frozen(second), "Two different derivatives are equal.")
    run.loop()
    _unchanged("A derivative", first, before)


def _rows_stay(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    row, (carry, rows) = run.kernel.observe(*run.instant()), run.loop()
    before = _frozen([row, rows])
    t, y, inputs, reads, draws = run.instant()
    y += 1.0
    run.kernel.observe(t, y, inputs, reads, draws)
    y += 1.0
    run.loop(carry, 2)
    run.loop()
    _unchanged("A row", [row, rows], before)


def _slots_stay(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    t, y, inputs, reads, draws = run.instant()
    stored = run.kernel.slots(t, y, inputs, reads, draws)
    before = _frozen(stored)
    y += 1.0
    run.kernel.slots(t, y, inputs, reads, draws)
    _unchanged("What is stored", stored, before)


def _arguments_stay(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    arguments = run.instant()
    before = _frozen(arguments)
    for call in (run.kernel.rhs, run.kernel.observe, run.kernel.slots):
        call(*arguments)
        expect(_frozen(arguments) == before, f"'{call.__name__}' changes its arguments.")


def _carry_stays(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    middle, _ = run.loop(samples=2)
    for carry in (run.carry, middle):
        before = _frozen([carry.y, carry.step, carry.time])
        # what is read at the end of the last step is read from samples
        past = _frozen(carry.history.read(carry.step, 0.0)) if carry.step else None
        run.loop(carry, 3)
        expect(_frozen([carry.y, carry.step, carry.time]) == before, "A loop changed the carry that it was given.")
        if past is not None:
            expect(_frozen(carry.history.read(carry.step, 0.0)) == past, "A loop changed the past in its carry.")


def _loops_agree(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    first, second = run.loop(), run.loop()
    for (carry, rows), (other, others) in ((first, second),):
        expect(_frozen([carry.y, rows]) == _frozen([other.y, others]), "Two equal loops give different numbers.")


def _kernels_apart(make: Callable[[], CircuitTemplate], subject: Subject) -> None:
    run = _prepared(make, subject)
    before = _frozen([run.kernel.rhs(*run.instant()), run.loop()[1]])
    other = _prepared(make, subject, k=3.0)
    found = _frozen([other.kernel.rhs(*other.instant()), other.loop()[1]])
    expect(found != before, "A kernel with another parameter gives the same numbers.")
    again = _frozen([run.kernel.rhs(*run.instant()), run.loop()[1]])
    expect(again == before, "Binding parameters anew changed a kernel that was bound before.")
