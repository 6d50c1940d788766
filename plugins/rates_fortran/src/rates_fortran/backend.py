"""The Fortran backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rates_core.programs.continuation import ContinuationRequest
from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, MatrixProgram, Program, ProgramRequest
from rates_core.programs.surrogate import chosen_slope
from rates_core.system.linearisation import Linearisation

from rates_fortran.auto07p.equations import auto_files
from rates_fortran.folder import write_folder
from rates_fortran.function import FortranSource, load_function, write_function
from rates_fortran.kernel import FortranProgram
from rates_fortran.matrix import FortranMatrix


class FortranBackend(Backend):
    """Generate modules of Fortran."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        return FortranProgram(request, chosen_slope(options))

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the module of a derivative matrix."""
        return FortranMatrix(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request)

    def continuation(self, request: ContinuationRequest) -> Mapping[str, str]:
        """Write the files of Auto-07p."""
        return auto_files(request)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need a compiler alone."""
        return write_folder(request)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        assert isinstance(source, FortranSource)
        return load_function(source, name)
