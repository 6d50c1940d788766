"""Tell whether there is an Octave, without running it."""

from __future__ import annotations

import os
import shutil


def probe() -> str | None:
    """Return what is missing and how to get it, or None."""
    chosen = os.environ.get("OCTAVE", "octave")
    if shutil.which(chosen) is None:
        where = "the environment variable OCTAVE names it" if "OCTAVE" in os.environ else "it is looked for on the path"
        return (
            f"the program '{chosen}' is not there ({where}). Install GNU Octave "
            "(Debian: apt-get install octave; macOS: brew install octave), or let OCTAVE name it"
        )
    return None
