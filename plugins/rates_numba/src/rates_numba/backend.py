"""The Numba backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, MatrixProgram, Program, ProgramRequest
from rates_core.programs.python_folder import python_folder
from rates_core.programs.surrogate import chosen_slope
from rates_core.system.linearisation import Linearisation

from rates_numba.compiled import load_module
from rates_numba.function import write_function
from rates_numba.kernel import NumbaProgram
from rates_numba.matrix import NumbaMatrix


class NumbaBackend(Backend):
    """Generate modules of functions that Numba compiles."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        return NumbaProgram(request, chosen_slope(options))

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the module of a derivative matrix."""
        return NumbaMatrix(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need Python and NumPy, SciPy and Numba alone."""
        return python_folder(request, "NumPy, SciPy and Numba")

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        function: Callable[..., Any] = getattr(load_module(source.text), name)
        return function
