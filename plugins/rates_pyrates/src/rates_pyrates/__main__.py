"""Run a script on rates: `python -m rates_pyrates [--replace] (SCRIPT | -m MODULE | -c COMMAND) [ARGUMENT …]`."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rates_core.errors import RatesError

from rates_pyrates import activate

USAGE = "Usage: python -m rates_pyrates [--replace] (SCRIPT | -m MODULE | -c COMMAND) [ARGUMENT ...]"


def main(arguments: list[str]) -> None:
    """Run what the arguments name, with `pyrates`, `pycobi` and `rectipy` being rates.

    Raises:
        SystemExit: nothing is named, it is not there, or rates may not take the place of a package.
    """
    replace = arguments[:1] == ["--replace"]
    given = arguments[1:] if replace else arguments
    if given in (["-h"], ["--help"]):
        print(USAGE)
        return
    run = prepared(given)
    try:
        activate(replace)
    except RatesError as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None
    run()


def prepared(given: list[str]) -> Callable[[], object]:
    """Set arguments and path as Python does for a script, a module or a command, and return what runs it."""
    kind, *rest = given or [""]
    if kind in ("-m", "-c") and rest:
        sys.argv, sys.path[0] = [kind, *rest[1:]], ""
        if kind == "-m":
            return partial(runpy.run_module, rest[0], run_name="__main__", alter_sys=True)
        return partial(exec, compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    if not kind or kind.startswith("-"):
        raise SystemExit(f"There is no option '{kind}'.\n{USAGE}" if kind else USAGE)
    script = Path(kind)
    if not script.is_file():
        raise SystemExit(f"There is no script '{script}' in {Path.cwd()}.")
    sys.argv, sys.path[0] = given, str(script.resolve().parent)
    return partial(runpy.run_path, str(script), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
