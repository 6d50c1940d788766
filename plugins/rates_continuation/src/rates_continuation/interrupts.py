"""Ctrl-C while curves are followed: what was found is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from attrs import define
from rates_core.errors import warn

Found = TypeVar("Found")

TOLD = (
    "The continuation was interrupted. What it had found is returned; curves that were cut off have ended "
    "'interrupted', and special points from which others begin may be left. continuation.extended(branch, bounds) goes "
    "on with a branch. To give all of it up, press Ctrl-C twice."
)


@define(eq=False)
class Interrupts:
    """Whether Ctrl-C was pressed.

    Attributes:
        heard: it was: curves end at their next point.
    """

    heard: bool = False

    def around(self, work: Callable[[], Found]) -> Found:
        """Return what work returns, which is done again where an interrupt broke it off for the first time.

        Signals do not break it off where they are listened to; what a right-hand side raises does.

        Raises:
            KeyboardInterrupt: it is not the first one.
        """
        try:
            return work()
        except KeyboardInterrupt:
            if self.heard:
                raise
            self.heard = True
        return work()


_current: ContextVar[Interrupts | None] = ContextVar("interrupts", default=None)


def interrupted() -> bool:
    """Tell whether Ctrl-C was pressed in the block that this is in."""
    current = _current.get()
    return current is not None and current.heard


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Let the first Ctrl-C end what is inside at its next point; the second one is heard as ever.

    Inside of another such block all is heard by that one.

    Warns:
        RuntimeWarning: it was pressed.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    found = Interrupts()
    token = _current.set(found)
    try:
        with _listened(found):
            yield found
    finally:
        _current.reset(token)
    if found.heard:
        warn(TOLD, RuntimeWarning)


@contextmanager
def _listened(found: Interrupts) -> Iterator[None]:
    """Listen to Ctrl-C where that can be done: in the main thread, unless it is ignored."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def pressed(number: int, frame: Any) -> None:
        if found.heard:
            before(number, frame)
        found.heard = True

    signal.signal(signal.SIGINT, pressed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
