"""Checks that judge without running a model, one after the other, whichever fail."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nox


def holds(session: nox.Session, check: list[str], environment: dict[str, str]) -> bool:
    """Run one check and tell whether it passed, so that the others are run too."""
    try:
        session.run(*check, env=environment)
    except nox.command.CommandFailed:
        return False
    return True


WRITE_STARTERS = """
import pathlib, sys
from rates_core.cli.new import KINDS, Starter
for word in KINDS:
    Starter(word, f"some_{word}").write(pathlib.Path(sys.argv[1]))
"""


def failures_of_starters(session: nox.Session, path: str) -> list[list[str]]:
    """Return which checks fail of what `rates new` writes; types, which take longer, are for the exhaustive tier."""
    with TemporaryDirectory() as folder:
        session.run("python", "-c", WRITE_STARTERS, folder, env={"PYTHONPATH": path})
        failed = [
            check
            for check in (["ruff", "check", folder], ["ruff", "format", "--check", folder])
            if not holds(session, check, {})
        ]
        for package in sorted(Path(folder).iterdir()) if os.environ.get("RATES_TIER") == "all" else ():
            # core is found as source here, and judged by its own settings above
            settings = ["--follow-imports", "silent", "--config-file", str(package / "pyproject.toml")]
            check = ["mypy", *settings, str(package / "src"), str(package / "tests")]
            if not holds(session, check, {"MYPYPATH": os.pathsep.join([path, str(package / "src")])}):
                failed.append(check)
        return failed
