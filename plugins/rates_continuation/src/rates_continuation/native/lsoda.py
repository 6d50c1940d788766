"""SciPy's LSODA, which in older versions keeps what it is at in one place for all."""

from __future__ import annotations

from threading import RLock

ONE_AT_A_TIME = RLock()  # held by whoever integrates with it
