"""Past values from a buffer, in functions that other programs step: read so that the order of a method is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from attrs import evolve

from rates_core.plugins.capabilities import Requirements
from rates_core.simulation.functions import get_run_func
from rates_core.templates.circuit import CircuitTemplate
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.parts import single
from rates_core.testing.subject import Subject

STEP = 0.1
ORDERS = {"euler": 1, "heun": 2, "rk4": 4}
READ = 1e-11  # relative: what weights of an interpolant may make of rounding
Field = Callable[..., Any]


def cases() -> Iterator[Case]:
    """Yield steps whose error is known, and polynomials that an interpolant has to be."""
    needs = Requirements(files=True, delays={"ring"})
    yield Case("files", "steps with a written function and its buffer keep their order", _check_steps, needs=needs)
    for kind, numbers in (("real", needs), ("complex", evolve(needs, complex=True))):
        name = f"a written function reads {kind} polynomials of the order of the method from its buffer"
        yield Case("files", name, partial(_check_read, 1.0 if kind == "real" else 0.6 - 0.8j), needs=numbers)


def _function(subject: Subject, model: CircuitTemplate, solver: str, step: float) -> tuple[Field, tuple[Any, ...]]:
    func, args = get_run_func(model, "derivative", step, backend=subject.backend, solver=solver, adaptive=False)
    return func, args


def _check_steps(subject: Subject) -> None:
    """Follow the sine: minus its value a quarter of a period ago, which is no multiple of a step, is its derivative."""
    model = single("x' = -past(x, tau)", x="output(0.0)", tau=math.pi / 2)
    steps = (1 / 8, 1 / 16)
    errors = [abs(_followed(*_function(subject, model, "rk4", h), h) - math.sin(1.0)) for h in steps]
    expect(
        errors[0] > 12 * errors[1],
        f"Half the step makes the error of 'rk4' {errors[1]!r} instead of {errors[0]!r}, not a twelfth of it or less.",
    )


def _followed(func: Field, args: tuple[Any, ...], h: float) -> float:
    """Return x(1) by the classical method over a function; what is not known yet stands in no row that is read."""
    _, y, tau, buffer = args
    buffer = np.sin(-h * np.arange(len(buffer)))[:, None]
    for step in range(round(1 / h)):
        later = np.concatenate([[[math.nan]], buffer[:-1]])
        first = np.asarray(func(step * h, y, tau, buffer))
        second = np.asarray(func((step + 0.5) * h, y + h / 2 * first, tau, buffer))
        third = np.asarray(func((step + 0.5) * h, y + h / 2 * second, tau, buffer))
        fourth = np.asarray(func((step + 1) * h, y + h * third, tau, later))
        y = y + h / 6 * (first + 2 * second + 2 * third + fourth)
        later[0], buffer = y, later
    return float(y[0])


def _check_read(start: complex, subject: Subject) -> None:
    for solver, order in ORDERS.items():
        model = single("z' = past(z, tau)", z=f"output({str(start).strip('()')})", tau=3 * STEP)
        func, (_, y, _, buffer) = _function(subject, model, solver, STEP)
        curve = np.polynomial.Polynomial(start / np.arange(1, order + 2))
        _check_curve(f"'{solver}'", func, y, curve, curve(0.3 - STEP * np.arange(len(buffer)))[:, None])


def _check_curve(solver: str, func: Field, y: np.ndarray, curve: Callable[[float], Any], rows: np.ndarray) -> None:
    """Read a curve between all rows and before them; one row where it lies on it or behind all; a line through two."""
    for time, delay in product((0.3, 0.342, 0.35), (0.02, 0.1, 0.137, 0.25, 0.3, (len(rows) - 1.5) * STEP)):
        wanted = _parts(curve(time - delay))
        expect_close(f"The value of {solver} {delay} before {time}", func(time, y, delay, rows), wanted, READ)
    others = np.full_like(rows, math.nan)
    others[1] = rows[1]
    expect_close(f"Row 1 of {solver}", func(0.3, y, STEP, others), _parts(rows[1, 0]))
    expect_close(f"What {solver} reads before the buffer", func(0.3, y, 10.0, rows), _parts(rows[-1, 0]))
    between = _parts((rows[0, 0] + rows[1, 0]) / 2)
    expect_close(f"What {solver} reads between two rows", func(0.35, y, STEP, rows[:2]), between)


def _parts(value: complex) -> list[float]:
    """Return the numbers that stand for a value in a state."""
    return [value.real, value.imag] if isinstance(value, complex) else [value]
