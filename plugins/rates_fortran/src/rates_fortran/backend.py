"""The Fortran backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rates_core.programs.program import Backend, Program, ProgramRequest

from rates_fortran.kernel import FortranProgram


class FortranBackend(Backend):
    """Generate modules of Fortran."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        return FortranProgram(request)
