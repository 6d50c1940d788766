"""Tell whether there is a compiler, without running it."""

from __future__ import annotations

import os
import shutil


def probe() -> str | None:
    """Return what is missing and how to get it, or None."""
    chosen = os.environ.get("FC", "gfortran")
    if shutil.which(chosen) is None:
        where = "the environment variable FC names it" if "FC" in os.environ else "it is looked for on the path"
        return (
            f"the Fortran compiler '{chosen}' is not there ({where}). Install one, such as gfortran "
            "(Debian: apt-get install gfortran; macOS: brew install gcc), or let FC name it"
        )
    return None
