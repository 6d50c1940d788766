"""An engine that starts GNU Octave in place of MATLAB, and speaks to it by files."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from matlab import double

DONE = "the stand-in is done"


class EngineError(Exception):
    """There is no MATLAB any more."""


class MatlabEngine:
    """One program."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        called = ["/usr/bin/env", "-i", f"PATH={os.environ['PATH']}", "octave", "--no-gui", "--quiet", "--no-init-file"]
        self._process = subprocess.Popen(
            [*called, "--no-history"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def addpath(self, folder: str, nargout: int = 1) -> None:
        assert nargout == 0
        self._do(f"addpath('{folder}');")

    def feval(
        self, name: str, given: double, *, nargout: int, stdout: IO[str] | None = None, stderr: IO[str] | None = None
    ) -> Any:
        assert nargout == 1
        assert type(given) is double
        assert stdout is not None
        assert stderr is not None
        place = Path(self._folder.name)
        array = np.array(given, dtype=float)
        (place / "given").write_bytes(array.tobytes(order="F"))
        shape = f"[{array.shape[0]} {array.shape[1]}]"
        self._do(
            f"f = fopen('{place}/given'); x = fread(f, {shape}, 'double'); fclose(f); y = {name}(x);"
            f" f = fopen('{place}/found', 'w'); fwrite(f, [size(y).'; y(:)], 'double'); fclose(f);"
        )
        found = np.fromfile(place / "found")
        rows, columns = found[:2].astype(int)
        if rows * columns == 1:
            return float(found[2])  # as MATLAB's engine does
        return double(found[2:].reshape(rows, columns, order="F").tolist())

    def quit(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def _do(self, command: str) -> None:
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None
        assert pipes[1] is not None
        try:
            pipes[0].write(f"{command}\ndisp('{DONE}'); fflush(stdout);\n")
            pipes[0].flush()
        except BrokenPipeError:
            raise EngineError("MATLAB process has died.") from None
        said = []
        while line := pipes[1].readline():
            if line.strip() == DONE:
                if said:
                    raise EngineError(" ".join(said))
                return
            said.append(line.strip())
        raise EngineError("MATLAB process has died.")


def start_matlab(option: str) -> MatlabEngine:
    """Start a program."""
    assert option == "-nodesktop -nosplash"
    return MatlabEngine()
