"""What is installed for a session: wheels of this tree, the rest in chosen versions, and other languages' programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import nox

from sessions.members import MEMBERS, ROOT, WHEELS, Member, split, with_needed_members

CONSTRAINTS = ROOT / "constraints" / "ci.txt"

VERSIONS = {
    "constrained": ["--constraint", str(CONSTRAINTS)],
    # in a used environment too; what this Python has no wheel of is had by nobody
    "lowest": ["--upgrade", "--resolution", "lowest-direct", "--only-binary", ":all:"],
    "newest": ["--upgrade"],
}


def install(session: nox.Session, *requirements: str, versions: str = "constrained") -> None:
    """Install members as wheels of this state of the tree, and the rest in constrained, lowest or newest versions."""
    ours, others = split(requirements)
    wheels = [member.wheel for member in with_needed_members(ours).values()] if ours and have_wheels(session) else []
    arguments = ["--quiet", *VERSIONS[versions], *wheels, *others]
    try:
        session.install(*arguments)
    except nox.command.CommandFailed:
        # Without a network the same set may still be whole in uv's cache.
        session.install("--offline", *arguments)


def have_wheels(session: nox.Session) -> bool:
    """Build every wheel, unless the runner of all sessions has done so already."""
    if os.environ.get("RATES_WHEELS") != str(WHEELS):
        build_wheels(session)
    return True


def build_wheels(session: nox.Session) -> None:
    """Build a wheel of every member with the tools' own hatchling: no build environment, no network."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    for member in MEMBERS.values():
        with session.chdir(member.folder):
            session.run("hatchling", "build", "-t", "wheel", "-d", str(WHEELS), external=True, silent=True)


def lacking(session: nox.Session, members: Iterable[Member]) -> str:
    """Install the programs that suites of members run; return what is said of those that cannot be had, or nothing.

    Where `CI` is set the session has failed then.
    """
    wanted = sorted({tool for member in members for tool in member.tools})
    if not wanted:
        return ""
    done = subprocess.run([str(ROOT / "tools" / "provide.sh"), *wanted], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    reason = f"NOT RUN: {(done.stderr.strip() or 'tools/provide.sh failed').splitlines()[-1]}"
    if os.environ.get("CI"):
        session.error(reason)
    return reason


def provide(session: nox.Session, members: Iterable[Member]) -> None:
    """Install the programs that suites of members run; a session whose programs cannot be had says so and ends."""
    end_without(session, lacking(session, members))


def end_without(session: nox.Session, reason: str) -> None:
    """End a session as not run, in red, if there is a reason."""
    if reason:
        session.skip(f"\x1b[31m{reason}\x1b[0m")


def interpreter_of(version: str) -> str:
    """Return a Python of this version that starts (from the path or pyenv), or its name, which nox reports missing."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for candidate in (f"python{version}", *map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))):
        if shutil.which(candidate) and subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return candidate
    return f"python{version}"
