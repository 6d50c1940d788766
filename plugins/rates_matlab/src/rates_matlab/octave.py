"""One GNU Octave that works for this process, and what it is told through pipes."""

from __future__ import annotations

import os
import shlex
import struct
import subprocess
import tempfile
from types import MappingProxyType

import numpy as np

from rates_matlab.probe import octave_missing
from rates_matlab.session import ANSWER, ASKED, FAILED, OctaveError, Session
from rates_matlab.values import encoded


class OctaveSession(Session):
    """One process of Octave.

    Raises:
        OctaveError: there is no Octave.
    """

    name = "GNU Octave"
    files = MappingProxyType({"rates_server.m": ("server.m", "answer.m")})  # Octave calls functions of one file faster

    def __init__(self) -> None:
        missing = octave_missing()
        if missing is not None:
            raise OctaveError(f"A MATLAB module cannot be run: {missing}.")
        super().__init__()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        folder = str(self._folder).replace("'", "''")
        command = [*shlex.split(os.environ.get("OCTAVE", "octave")), "--no-gui", "--quiet", "--no-init-file"]
        command += ["--no-history", "--eval", f"addpath('{folder}'); rates_server();"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, cwd=self._folder,
            start_new_session=True,  # Ctrl-C is for Python
        )  # fmt: skip

    @property
    def is_alive(self) -> bool:
        """Tell whether the process takes messages."""
        return not self._broken and self._process.poll() is None

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()

    def _answer(self, message: np.ndarray) -> np.ndarray:
        error: Exception | None = None
        try:
            self._send(message)
            while (answer := self._receive())[0] == ASKED:
                try:
                    reply = np.concatenate([[ANSWER], encoded(self._callbacks[int(answer[1])](float(answer[2])))])
                except Exception as raised:  # noqa: BLE001 - it cannot pass through Octave; it is raised below
                    error = error or raised
                    reply = np.array([FAILED])
                self._send(reply)
        except BaseException:  # the other side is in the middle of a message: what comes next is not understood
            self._broken = True
            self._process.kill()
            raise
        if error is not None:
            raise error
        return answer

    def _send(self, array: np.ndarray) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("=d", len(array)) + array.tobytes())
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise self._ended() from error

    def _receive(self) -> np.ndarray:
        """Return a message."""
        return np.frombuffer(self._bytes(int(struct.unpack("=d", self._bytes(8))[0]) * 8))

    def _bytes(self, count: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(count)
        if len(data) < count:
            raise self._ended()
        return data

    def _ended(self) -> OctaveError:
        code = self._process.wait()
        self._said.seek(0)
        said = [line for line in self._said.read().decode(errors="replace").splitlines() if line.strip()]
        last = f" It said last: {said[-1]}" if said else ""
        return OctaveError(f"GNU Octave ended with status {code}, and what it held is lost; run again.{last}")
