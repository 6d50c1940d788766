"""Progress of long runs, on a terminal only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class Progress:
    """A progress bar that appears if asked for and if standard error is a terminal.

    Args:
        verbose: whether it is asked for.
        total: what is to be done.
        unit: what is counted.
    """

    def __init__(self, verbose: bool, total: float, unit: str = "step") -> None:
        self._unit = unit
        self._show = verbose and sys.stderr.isatty()
        self._total = total
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self._show:
            from tqdm import tqdm

            self._bar = tqdm(total=self._total, delay=0.5, leave=False, unit=self._unit, unit_scale=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self, amount: float) -> None:
        """Show that this much more is done."""
        if self._bar is not None:
            self._bar.update(amount)
