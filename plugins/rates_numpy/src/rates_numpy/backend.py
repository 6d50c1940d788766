"""The NumPy backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.programs.program import Backend, Program, ProgramRequest
from rates_numpy.kernel import NumpyProgram


class NumpyBackend(Backend):
    """Generate Python modules; single units become Python numbers, populations NumPy arrays."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate and load the module of a lowered System."""
        return NumpyProgram(request)
