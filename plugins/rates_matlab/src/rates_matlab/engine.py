"""One MATLAB that works for this process, through its engine for Python."""

from __future__ import annotations

import io
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from rates_matlab.probe import engine_missing
from rates_matlab.session import OctaveError, Session

OPTIONS = "-nodesktop -nosplash"


class EngineSession(Session):
    """One MATLAB, which is started by its engine.

    Raises:
        OctaveError: there is no engine, or it does not start MATLAB.
    """

    name = "MATLAB"
    files = MappingProxyType({"rates_answer.m": ("answer.m",)})

    def __init__(self) -> None:
        missing = engine_missing()
        if missing is not None:
            raise OctaveError(f"A MATLAB module cannot be run: {missing}.")
        super().__init__()
        self._matlab = import_module("matlab")
        self._engine: Any = None
        try:
            self._engine = import_module("matlab.engine").start_matlab(OPTIONS)
            self._engine.addpath(str(self._folder), nargout=0)
        except Exception as error:
            self._broken = True
            raise OctaveError(f"MATLAB does not start: {error}") from error

    @property
    def is_alive(self) -> bool:
        """Tell whether MATLAB takes messages."""
        return not self._broken

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.quit()

    def _answer(self, message: np.ndarray) -> np.ndarray:
        if self._callbacks:
            raise OctaveError(
                "MATLAB cannot ask for a function of time through its engine. Let RATES_MATLAB be 'octave' for that."
            )
        given = self._matlab.double(message[:, None].tolist())  # versions before R2022a take nothing else
        try:
            found = self._engine.feval("rates_answer", given, nargout=1, stdout=io.StringIO(), stderr=io.StringIO())
        except BaseException as error:
            self._broken = True
            if isinstance(error, Exception):
                raise OctaveError(
                    f"MATLAB ended, and what it held is lost; run again. It said last: {error}"
                ) from error
            raise
        return np.array(found, dtype=float).ravel()
