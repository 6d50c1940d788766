"""Ctrl-C while results are written: heard when they are."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let what is inside come to its end before Ctrl-C is heard.

    Raises:
        KeyboardInterrupt: it was pressed meanwhile; or what the handler that the user installed does.
    """
    heard = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(heard):
        yield
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
    if pressed:
        heard(signal.SIGINT, None)
