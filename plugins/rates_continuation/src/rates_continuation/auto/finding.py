"""Where Auto-07p is, and what else has to be there for it: its compiler, and the backend that writes its equations."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from rates_core.errors import PluginError, RatesError
from rates_core.plugins import get_manager
from rates_core.plugins.status import tool_missing

BACKEND = "fortran"
OF_DEBIAN = Path("/usr/lib/auto-07p")
COMMANDS = ("auto", "auto-07p")


@frozen
class Installation:
    """What runs Auto-07p.

    Attributes:
        compiler: call of the Fortran compiler.
        library: the compiled files of Auto-07p.
    """

    compiler: tuple[str, ...]
    library: tuple[Path, ...]


def installation(chosen: str | None = None) -> Installation:
    """Return what is installed, without running any of it.

    Args:
        chosen: folder of Auto-07p; None is that of AUTO_DIR, if there is one.

    Raises:
        PluginError: something is missing; the text names all of it, with what to do.
    """
    folder = auto_folder(chosen)
    missing = [*_backend_missing(), *([_auto_missing(chosen)] if folder is None else [])]
    if folder is None or missing:
        raise PluginError(f"engine='auto' cannot be used. {' '.join(missing)}")
    return Installation(tuple(shlex.split(os.environ.get("FC", "gfortran"))), _library(folder))


def auto_folder(chosen: str | None = None) -> Path | None:
    """Return the folder of Auto-07p: a chosen one, or that of AUTO_DIR, else Debian's, else that of the command."""
    chosen = chosen or os.environ.get("AUTO_DIR")
    folders = [Path(chosen)] if chosen else [OF_DEBIAN, *_of_commands()]
    return next((folder for folder in folders if _library(folder)), None)


def _of_commands() -> Iterator[Path]:
    """Yield the folders in whose `bin` or `cmds` commands of Auto-07p lie."""
    for command in COMMANDS:
        found = shutil.which(command)
        if found:
            yield Path(found).resolve().parents[1]


def _library(folder: Path) -> tuple[Path, ...]:
    """Return the compiled files of Auto-07p in its folder; none unless its main program is among them."""
    found = tuple(sorted((folder / "lib").glob("*.o")))
    return found if any(file.name == "main.o" for file in found) else ()


def _auto_missing(named: str | None = None) -> str:
    if named:
        return (
            f"Auto-07p is not compiled in '{named}', which auto_dir names: there is no 'lib/main.o'. Let auto_dir name "
            "the folder in which it was made, or leave it out."
        )
    chosen = os.environ.get("AUTO_DIR")
    if chosen:
        return (
            f"Auto-07p is not compiled in '{chosen}', which AUTO_DIR names: there is no 'lib/main.o'. Let AUTO_DIR "
            "name the folder in which it was made, or unset it."
        )
    return (
        f"Auto-07p is not there: neither in '{OF_DEBIAN}', nor is there a command 'auto' on the path. Install it "
        "(Debian: apt-get install auto-07p; elsewhere from https://github.com/auto-07p/auto-07p), or let AUTO_DIR "
        "name its folder."
    )


def _backend_missing() -> Iterator[str]:
    try:
        backend = get_manager().backend(BACKEND)
    except RatesError as error:
        yield f"Its equations are written by rates-fortran. {error}"
        return
    missing = tool_missing(backend)
    if missing:
        yield f"{missing[0].upper()}{missing[1:]}."
