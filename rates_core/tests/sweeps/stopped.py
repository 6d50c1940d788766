"""Sweeps that somebody stops, and what they have to give when they went on."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from rates_core.simulation import many
from rates_core.sweeps import SweepResult


def interrupt_after(monkeypatch: pytest.MonkeyPatch, after: int | None) -> list[Any]:
    """Let the user press Ctrl-C when so many points were run; return the points that are."""
    real, calls = many._alone, []

    def alone(point):
        if len(calls) == after:
            raise KeyboardInterrupt
        calls.append(point)
        return real(point)

    monkeypatch.setattr(many, "_alone", alone)
    return calls


def assert_same(result: SweepResult, other: SweepResult) -> None:
    """Compare what is kept and what ended early."""
    pd.testing.assert_frame_equal(result.table, other.table)
    assert dict(result.ended_early) == dict(other.ended_early)
