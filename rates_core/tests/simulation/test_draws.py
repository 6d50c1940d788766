"""Random numbers of a run: the same whatever the chunks are, and no more of them drawn than needed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from rates_core.simulation.draws import NUMBERS, Draws


def draws(width: int, kind: str = "normal", seed: int = 1) -> Draws:
    return Draws(SimpleNamespace(draws=(SimpleNamespace(shape=(width,), kind=kind),)), seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [1, 3, 1000, NUMBERS + 1])
def test_numbers_depend_on_seed_and_step_only(width: int) -> None:
    steps = 3 if width > NUMBERS else 1500
    whole = draws(width).tables(0, steps, 0.01)[0]
    for cuts in ([1, steps - 1], [steps // 2, steps - steps // 2]):
        cut, first = draws(width), 0
        for count in cuts:
            assert np.array_equal(cut.tables(first, count, 0.01)[0], whole[first : first + count])
            first += count
    assert np.array_equal(draws(width).tables(steps - 1, 1, 0.01)[0], whole[-1:])
    assert not np.array_equal(draws(width, seed=2).tables(0, steps, 0.01)[0], whole)


def test_different_blocks_hold_different_numbers() -> None:
    numbers = draws(1000).tables(0, 1500, 0.01)[0]
    assert len(np.unique(numbers)) == numbers.size


def test_noise_is_scaled_by_the_root_of_the_step() -> None:
    assert draws(2, "noise").tables(5, 3, 0.25)[0] == pytest.approx(2 * draws(2).tables(5, 3, 0.25)[0])


def test_a_step_of_a_wide_model_draws_no_thousand_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    generate = np.random.Generator

    def counted(bits: np.random.BitGenerator) -> SimpleNamespace:
        def standard_normal(shape: tuple[int, int]) -> np.ndarray:
            drawn.append(shape[0] * shape[1])
            return generate(bits).standard_normal(shape)

        return SimpleNamespace(standard_normal=standard_normal)

    monkeypatch.setattr(np.random, "Generator", counted)
    wide = draws(20_000)
    for step in range(26):
        wide.tables(step, 1, 0.01)
    assert sum(drawn) <= 26 * 20_000
