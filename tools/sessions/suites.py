"""How suites are run in a session."""

from __future__ import annotations

import os
from collections.abc import Mapping

import nox

from sessions.environments import end_without, install, lacking
from sessions.members import ROOT, TEST_TOOLS, WHEELS, Member


def suite(member: Member) -> str:
    """Return the folder of a member's tests."""
    return str((member.folder / "tests").relative_to(ROOT))


def pytest(
    session: nox.Session,
    *paths: str,
    strict: bool = True,
    exhaustive: bool = True,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run the suites under the tier's selection and leave a report where the runner of all sessions wants it."""
    selection = [] if exhaustive and os.environ.get("RATES_TIER") == "all" else ["-m", "not exhaustive"]
    report = [f"--junitxml={os.environ['RATES_REPORT']}"] if "RATES_REPORT" in os.environ else []
    variables = {"OMP_NUM_THREADS": "1", "RATES_WHEELS": str(WHEELS), **(environment or {})}
    if strict:
        variables["RATES_STRICT_PLUGINS"] = "1"
    session.run("pytest", "-q", *selection, *report, *paths, *session.posargs, env=variables)


def run_suite(
    session: nox.Session,
    member: Member,
    *requirements: str,
    versions: str,
    exhaustive: bool = True,
    every: int = 1,
    paths: list[str] | None = None,
) -> None:
    """Run the suite of a member; where its programs cannot be had, what of it needs none, and say that the rest is not.

    Args:
        session: in whose environment.
        member: whose suite.
        requirements: that are installed beside it and what its suite names.
        versions: that are taken of them.
        exhaustive: run the exhaustive cases too, in the tier that has them.
        every: n, to run one in n of the cases of each test.
        paths: of tests, in place of the whole suite.
    """
    reason = lacking(session, [member])
    paths = member.tests_without_tools if reason else paths or [suite(member)]
    if paths:
        install(session, member.name, *requirements, *TEST_TOOLS, *member.test_requirements, versions=versions)
        pytest(session, *paths, exhaustive=exhaustive, environment={"RATES_EVERY": str(every)})
    end_without(session, reason)
