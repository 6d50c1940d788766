"""Precision: arithmetic in float32 where it is claimed, and never where it is not asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rates_core.plugins.capabilities import Requirements
from rates_core.testing.case import Case
from rates_core.testing.compare import expect, expect_close
from rates_core.testing.parts import single
from rates_core.testing.subject import Subject


def cases() -> Iterator[Case]:
    """Yield one case for each precision, and one that no other is claimed."""
    yield Case("precision", "float64 carries 15 digits", _check_double)
    needs = Requirements(dtype="float32")
    yield Case("precision", "float32 carries 7 digits", _check_single, needs=needs)
    yield Case("precision", "no precision is claimed that is not tested", _check_known)


def _decay(subject: Subject, precision: str) -> tuple[np.ndarray, np.ndarray]:
    """Return what Euler's method makes of a decay from a number that float32 cannot hold, and what it should make."""
    steps = 50
    model = single("x' = -x", x="output(1.1)")
    frame = subject.run(model, steps * 0.1, "euler", 0.1, outputs=["p/op/x"], float_precision=precision)
    return frame["p/op/x"].to_numpy(), 1.1 * 0.9 ** np.arange(steps)


def _check_double(subject: Subject) -> None:
    found, wanted = _decay(subject, "float64")
    expect(found.dtype == np.float64, f"The rows are {found.dtype}.")
    expect_close("A decay", found, wanted, 1e-13)


def _check_single(subject: Subject) -> None:
    found, wanted = _decay(subject, "float32")
    expect_close("A decay", found, wanted, 1e-5)
    error = float(np.max(np.abs(found[1:] / wanted[1:] - 1)))
    expect(error > 1e-9, f"The error is {error:.1e}: this is not float32.")


def _check_known(subject: Subject) -> None:
    unknown = sorted(set(subject.backend.capabilities.dtypes) - {"float32", "float64"})
    expect(not unknown, f"It claims {', '.join(unknown)}; only float64 and float32 can be asked for.")
