"""Chunks of runs: as long as takes some time, and of sizes that do not let it show in their numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rates_core.simulation import fixed
from rates_core.simulation.grid import time_grid


@pytest.mark.parametrize(("stride", "steps"), [(1, 100_000), (7, 100_000), (1000, 3_500_000)])
def test_chunks_hold_all_rows_and_grow_by_multiples(monkeypatch: pytest.MonkeyPatch, stride: int, steps: int) -> None:
    """A loop that takes some steps in one leaves as many over, however long it takes for them."""
    ticks: Iterator[float] = iter(0.0123 * number for number in range(10**6))
    monkeypatch.setattr(fixed, "perf_counter", lambda: next(ticks))
    grid = time_grid(steps * 0.5, 0.5, stride * 0.5, 0.0, fixed=True)
    first, *between, _last = [samples for samples, every in fixed.chunks(grid) if every == stride]
    assert first == max(1, 500 // stride)
    assert between
    assert max(between) > 100
    assert all(samples % fixed.EVEN == 0 or samples < fixed.EVEN for samples in between)
    assert sum(samples * every for samples, every in fixed.chunks(grid)) == steps
