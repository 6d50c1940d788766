"""Tell where Julia is, without running it, and whether it has a package."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

import platformdirs

PACKAGE = "OrdinaryDiffEq"
#: variables that tell Julia where packages are
WHERE = "JULIA_LOAD_PATH", "JULIA_PROJECT", "JULIA_DEPOT_PATH", "HOME"


def command() -> tuple[str, ...] | None:
    """Return how Julia is called: as `RATES_JULIA` says, from the path, or from the user's data directory.

    `RATES_JULIA` may add options of Julia's own behind the program. None means that there is no such program.
    """
    chosen = os.environ.get("RATES_JULIA")
    if chosen:
        if (found := shutil.which(chosen)) is not None:
            return (found,)
        program, *options = _words(chosen)
        found = shutil.which(program)
        return None if found is None else (found, *options)
    found = shutil.which("julia")
    if found is None:
        found = shutil.which(str(unpacked()))
    return None if found is None else (found,)


def _words(chosen: str) -> list[str]:
    """Return a program and its options."""
    try:
        return shlex.split(chosen) or [chosen]
    except ValueError:  # a quotation mark that nothing closes
        return [chosen]


def unpacked() -> Path:
    """Return where a Julia stands that was unpacked for rates."""
    return Path(platformdirs.user_data_dir("rates")) / "julia" / "bin" / "julia"


def probe() -> str | None:
    """Return what is missing and how to get it, or None."""
    if command() is not None:
        return None
    chosen = os.environ.get("RATES_JULIA")
    if chosen:
        where = f"the program '{_words(chosen)[0]}' that the environment variable RATES_JULIA names is not there"
    else:
        where = f"the program 'julia' is neither on the path nor at '{unpacked()}'"
    return f"{where}. Install Julia 1.5 or later (https://julialang.org/downloads), or let RATES_JULIA name it"


def package_probe(package: str = PACKAGE) -> str | None:
    """Return what is missing for solvers of DifferentialEquations.jl and how to get it, or None; Julia is asked."""
    found = command()
    if found is None:
        return probe()
    if _has_package(package, found, tuple(os.environ.get(name, "") for name in WHERE)):
        return None
    return (
        f"the package {package} of DifferentialEquations.jl is not installed for '{found[0]}'. "
        f'Install it there: using Pkg; Pkg.add("{package}")'
    )


@cache
def _has_package(package: str, found: tuple[str, ...], where: tuple[str, ...]) -> bool:
    """Tell whether a Julia finds the package where the environment says that packages are."""
    asked = [*found, "--startup-file=no", "-e", f'exit(Base.find_package("{package}") === nothing)']
    try:
        return subprocess.run(asked, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False  # it cannot be started, which it says where it is asked to run something
