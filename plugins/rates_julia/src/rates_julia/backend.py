"""The Julia backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, MatrixProgram, Program, ProgramRequest
from rates_core.system.linearisation import Linearisation

from rates_julia.folder import write_folder
from rates_julia.function import JuliaSource, load_function, write_function
from rates_julia.kernel import JuliaProgram
from rates_julia.matrix import JuliaMatrix


class JuliaBackend(Backend):
    """Generate modules of Julia."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the module of a lowered System."""
        return JuliaProgram(request)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the module of a derivative matrix."""
        return JuliaMatrix(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a module of its own."""
        return write_function(request)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need Julia alone."""
        return write_folder(request)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        assert isinstance(source, JuliaSource)
        return load_function(source, name)
