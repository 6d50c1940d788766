"""Tell whether there is a compiler, without running it."""

from __future__ import annotations

import os
import shlex
import shutil


def command() -> list[str]:
    """Return the call of the compiler: gfortran, or what FC names, behind which options may follow."""
    named = os.environ.get("FC", "")
    try:
        return shlex.split(named) or ["gfortran"]
    except ValueError:  # a quotation mark that nothing closes
        return [named]


def probe() -> str | None:
    """Return what is missing and how to get it, or None."""
    compiler, *_ = command()
    if shutil.which(compiler) is None:
        where = "the environment variable FC names it" if os.environ.get("FC") else "it is looked for on the path"
        return (
            f"the Fortran compiler '{compiler}' is not there ({where}). Install one, such as gfortran "
            "(Debian: apt-get install gfortran; macOS: brew install gcc), or let FC name it"
        )
    return None
