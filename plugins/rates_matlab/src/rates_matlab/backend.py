"""The MATLAB backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rates_core.programs.folder import Folder, FolderRequest
from rates_core.programs.program import Backend, FunctionRequest, FunctionSource, MatrixProgram, Program, ProgramRequest
from rates_core.system.linearisation import Linearisation

from rates_matlab.function import MatlabSource, load_function, write_function
from rates_matlab.kernel import MatlabProgram
from rates_matlab.matrix import MatlabMatrix
from rates_matlab.run_folder import write_run


class MatlabBackend(Backend):
    """Generate function files of MATLAB."""

    def program(self, request: ProgramRequest, options: Mapping[str, Any]) -> Program:
        """Generate the file of a lowered System."""
        return MatlabProgram(request)

    def jacobian(self, linearisation: Linearisation) -> MatrixProgram:
        """Generate the file of a derivative matrix."""
        return MatlabMatrix(linearisation)

    def function(self, request: FunctionRequest) -> FunctionSource:
        """Write one function as a file of its own."""
        return write_function(request)

    def folder(self, request: FolderRequest) -> Folder:
        """Write a run as files that need MATLAB or GNU Octave alone."""
        return write_run(request)

    def load(self, source: FunctionSource, name: str) -> Callable[..., Any]:
        """Return the callable of a written function."""
        assert isinstance(source, MatlabSource)
        return load_function(source, name)
