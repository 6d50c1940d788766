"""Ctrl-C while results are written: heard when they are."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


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


@contextmanager
def not_lost() -> Iterator[Callable[[], None]]:
    """Give a function that raises KeyboardInterrupt where Ctrl-C was pressed and nobody heard it.

    Python drops what is raised while it takes objects apart, as those of libraries that wait for workers.
    """
    heard = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or heard is not signal.default_int_handler:
        yield lambda: None
        return
    pressed: list[int] = []

    def press(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        signal.default_int_handler(number, frame)

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, press)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, heard)
