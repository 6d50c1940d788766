"""The NumPy backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rates_core.programs.field import FieldProgram, FieldRequest
from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, MatrixProgram, Program, ProgramRequest
from rates_core.programs.python_folder import python_folder
from rates_core.system.linearisation import Linearisation

from rates_numpy.field import NumpyField
from rates_numpy.function import write_function
from rates_numpy.kernel import NumpyProgram, load_module
from rates_numpy.matrix import NumpyMatrix


class NumpyBackend(Backend):
    """Generate Python modules; single units become Python numbers, populations NumPy arrays."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate and load the module of a lowered System."""
        return NumpyProgram(request)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate and load the module of a derivative matrix."""
        return NumpyMatrix(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need Python and NumPy alone."""
        return python_folder(request, "NumPy")

    def field(self, request: FieldRequest) -> FieldProgram:
        """Generate and load functions of one state, and of many at once."""
        return NumpyField(request)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        function: Callable[..., Any] = getattr(load_module(source.text), name)
        return function
