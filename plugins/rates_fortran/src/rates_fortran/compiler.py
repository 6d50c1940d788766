"""Compile generated modules, once per content: what was compiled is kept in the cache directory."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import re
import subprocess
import tempfile
from functools import cache
from itertools import takewhile
from pathlib import Path

import platformdirs
from rates_core.errors import SimulationError

from rates_fortran import probe

GNU = (
    "-O3", "-march=native", "-fopenmp", "-fno-semantic-interposition", "-fno-math-errno", "-fno-trapping-math",
    "-ffree-line-length-none",
)  # fmt: skip
OTHER = ("-O3",)


class CompilerError(SimulationError):
    """There is no Fortran compiler, or it does not accept a module."""


def cache_directory() -> Path:
    """Return where compiled modules are kept: `RATES_CACHE_DIR`, or the platform's directory for caches."""
    chosen = os.environ.get("RATES_CACHE_DIR")
    return (Path(chosen) if chosen else Path(platformdirs.user_cache_dir("rates"))) / "fortran"


@cache
def _command(*chosen: str) -> tuple[str, ...]:
    """Return the call of a compiler that makes a shared library, and what tells its kind and this machine apart."""
    found = subprocess.run([*chosen, "--version"], capture_output=True, text=True, check=False)
    version = found.stdout.partition("\n")[0]
    program = list(takewhile(lambda word: not word.startswith("-"), chosen))
    flags = GNU if "GNU" in version else OTHER
    return (*program, *flags, *chosen[len(program) :], "-shared", "-fPIC", f"#{version} {_processor()}")


def _processor() -> str:
    """Return what tells processors apart for which code is compiled."""
    known = Path("/proc/cpuinfo")
    if known.is_file():
        match = re.search(r"^flags.*$", known.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        if match:
            return hashlib.sha256(match[0].encode()).hexdigest()
    return f"{platform.machine()} {platform.processor()}"


def library(source: str) -> ctypes.CDLL:
    """Return the compiled library of a module.

    Raises:
        CompilerError: there is no compiler, or it does not accept the module.
    """
    missing = probe.probe()
    if missing is not None:
        raise CompilerError(f"A Fortran module cannot be compiled: {missing}.")
    *command, kind = _command(*probe.command())
    key = hashlib.sha256("\n".join([kind, *command, source]).encode()).hexdigest()[:24]
    path = cache_directory() / f"rates_{key}.so"
    if not path.is_file():
        _compile(command, source, path)
    return ctypes.CDLL(str(path))


def _compile(command: list[str], source: str, path: Path) -> None:
    """Compile a module in a folder of its own and put the library in its place whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = tempfile.TemporaryDirectory(dir=path.parent)
    except OSError as error:
        raise CompilerError(
            f"What is compiled cannot be kept in '{path.parent}': {error.strerror}. Let RATES_CACHE_DIR name a folder "
            "that can be written."
        ) from error
    with place as folder:
        text = Path(folder) / "model.f90"
        text.write_text(source, encoding="utf-8")
        made = Path(folder) / path.name
        call = [*command, str(text), "-o", str(made)]
        result = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode:
            raise CompilerError(_message(command[0], source, result.stderr))
        if not made.is_file():
            raise CompilerError(
                f"'{command[0]}' makes no library of a generated module. Let FC name a compiler of Fortran."
            )
        os.replace(made, path)


def _message(compiler: str, source: str, errors: str) -> str:
    """Return what a compiler says, with the line that it says it of and the path of the model that stands there."""
    place = re.search(r"model\.f90:(\d+)", errors)
    said = re.search(r"(?:Fatal )?Error: (.*)", errors)
    reason = said[1] if said else errors.strip().partition("\n")[0]
    lines = source.splitlines()
    number = int(place[1]) if place else 0
    if not 0 < number <= len(lines):
        return f"{compiler} does not accept a generated module: {reason}"
    path = next((line.partition("! ")[2] for line in reversed(lines[:number]) if "! " in line), "")
    where = f", which computes '{path}'" if path else ""
    return (
        f"{compiler} does not accept line {number} of a generated module{where}: {reason}\n"
        f"    {lines[number - 1].strip()}\nThis is an error of rates; please report it with the model."
    )
