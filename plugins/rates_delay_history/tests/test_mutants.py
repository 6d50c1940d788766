"""The kit finds a storage of past values that is wrong, and takes a refusal only by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import define, frozen
from rates_core.delays.strategy import AcceptedHistory, Storage, StorageContext
from rates_core.errors import UnsupportedFeatureError
from rates_core.testing import Report, check_delay_strategy


@define(eq=False)
class Late(AcceptedHistory):
    """A past that is a hundredth older than it should be."""

    inner: AcceptedHistory

    def copy(self) -> AcceptedHistory:
        return Late(self.inner.copy())

    def accept(self, start: float, end: float, interpolant: Callable[[float], np.ndarray]) -> None:
        self.inner.accept(start, end, interpolant)

    def read(self, t: float) -> tuple[Any, ...]:
        return self.inner.read(t - 0.01)


@frozen(eq=False)
class LateStorage(Storage):
    inner: Storage

    def history(self, context: StorageContext) -> AcceptedHistory:
        history = self.inner.history(context)
        assert isinstance(history, AcceptedHistory)
        return Late(history)

    def resumed(self, history: Any, context: StorageContext) -> AcceptedHistory:
        raise NotImplementedError


@frozen(eq=False)
class Refusing(Storage):
    text: str

    def history(self, context: StorageContext) -> AcceptedHistory:
        raise UnsupportedFeatureError(self.text)

    def resumed(self, history: Any, context: StorageContext) -> AcceptedHistory:
        raise UnsupportedFeatureError(self.text)


def checked(wrap: Callable[[Any], Any]) -> Report:
    return check_delay_strategy("history", backend="numpy", wrap=wrap, families=["accuracy"])


def test_a_past_that_is_too_old_is_found() -> None:
    report = checked(LateStorage)
    assert len(report.failures) >= 3  # one problem reads what hardly changes
    assert not report.of("refused")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("The delay strategy 'history' does not support what this model needs: a past.", "refused"),
        ("The delay strategy 'mine' does not support what this model needs: a past.", "failed"),
        ("No.", "failed"),
    ],
)
def test_a_refusal_is_one_if_it_is_by_name(text: str, result: Any) -> None:
    report = checked(lambda inner: Refusing(text))
    assert len(report.of(result)) == len(report.outcomes) > 0
