"""Memory of TensorFlow: its context keeps all that XLA compiled for as long as it lives, some 20 GB in these tests."""

from __future__ import annotations

from itertools import count

from tensorflow.python.eager import context

MOST = 50  # tests that share a context
ended = count(1)


def pytest_runtest_teardown() -> None:
    """Begin a context anew, now and then; what was compiled for the old one is traced again if a test still runs it."""
    if next(ended) % MOST == 0:
        context._reset_context()
