"""A folder that one sweep at a time writes into: two would lose what each other has written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rates_core.errors import ArgumentError
from rates_core.files import whole_folder

LOCK = ".lock"  # readers of tables and of arrays leave it alone


def held(folder: Path) -> ExitStack:
    """Return what holds a folder until it is closed, or until this process ends, in whatever way.

    Where a file system has no locks, nothing is held.

    Raises:
        ArgumentError: somebody else holds it.
    """
    stack = ExitStack()
    try:
        import fcntl
    except ImportError:  # on Windows
        return stack
    file = stack.enter_context((folder / LOCK).open("ab"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stack.close()
        raise ArgumentError(
            f"save: Another sweep writes into '{folder}', here or in another process. Wait for its end, or give "
            "another path."
        ) from None
    except OSError:  # what this file system says that has no locks
        stack.close()
    return stack


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a new folder to write into, which then takes its name.

    Raises:
        ArgumentError: something has this name meanwhile.
    """
    try:
        with whole_folder(path) as folder:
            yield folder
    except OSError as error:
        if path.exists():
            raise ArgumentError(
                f"save: '{path}' was made by something else meanwhile; nothing is overwritten. Give another path."
            ) from error
        raise
