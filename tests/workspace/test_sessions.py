"""The sum over all sessions counts what failed, whatever way it failed."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
REPORT = """<?xml version="1.0"?><testsuites>
<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="16" time="1.0"></testsuite>
</testsuites>"""


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_sessions", ROOT / "tools" / "run_sessions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def nox(runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for nox on the path, to be written by the test."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(runner, "RESULTS", tmp_path)
    return tmp_path / "nox"


def stand_in(nox: Path, script: str) -> dict[str, str]:
    import os

    nox.write_text(f"#!/bin/sh\n{script}\n")
    nox.chmod(0o755)
    return dict(os.environ)


def test_a_report_is_read_whole(runner: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert runner.counts(tmp_path / "report.xml") == (10, 3, 3)


def test_a_session_without_tests_counts_as_one(runner: ModuleType, nox: Path) -> None:
    outcome = runner.run("lint", stand_in(nox, "echo fine"), 60.0)
    assert (outcome.passed, outcome.failed, outcome.output) == (1, 0, "fine\n")
    outcome = runner.run("lint", stand_in(nox, "exit 3"), 60.0)
    assert (outcome.passed, outcome.failed, outcome.code) == (0, 1, 3)


def test_a_session_that_could_not_be_run_here_counts_as_skipped(runner: ModuleType, nox: Path, capsys) -> None:
    said = "nox > Session newest(one) skipped: Python interpreter python3.13 not found."
    outcome = runner.run("newest(one)", stand_in(nox, f"echo '{said}'"), 60.0)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, 0, 1)
    runner.announce(outcome)
    assert "newest(one): NOT RUN" in capsys.readouterr().out


def test_a_session_that_ran_only_what_needs_no_tool_says_so(runner: ModuleType, nox: Path, capsys) -> None:
    said = "nox > Session tests(rates_julia) skipped: \x1b[31mNOT RUN: missing: julia\x1b[0m."
    passed = REPORT.replace('errors="1" failures="2" skipped="3"', 'errors="0" failures="0" skipped="0"')
    script = f"echo '{passed}' > $RATES_REPORT; echo '{said}'"
    outcome = runner.run("tests(rates_julia)", stand_in(nox, script), 60.0)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (16, 0, 1)
    runner.announce(outcome)
    printed = capsys.readouterr().out
    assert "tests(rates_julia): NOT RUN, but for 16 tests in" in printed
    assert "\x1b[31mNOT RUN: missing: julia\x1b[0m" in printed


def test_a_session_that_fails_after_its_tests_passed_counts_as_failed(runner: ModuleType, nox: Path) -> None:
    passed = REPORT.replace('errors="1" failures="2"', 'errors="0" failures="0"')
    outcome = runner.run("tests(one)", stand_in(nox, f"echo '{passed}' > $RATES_REPORT; exit 1"), 60.0)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (13, 1, 3)


def test_a_session_that_hangs_is_stopped_and_keeps_what_it_said(runner: ModuleType, nox: Path) -> None:
    outcome = runner.run("lint", stand_in(nox, "echo started; sleep 60"), 0.5)
    assert outcome.code != 0
    assert outcome.output == "started\n\nstopped after 0 s\n"
    assert outcome.seconds < 30


def test_the_summary_ends_with_one_plain_line(runner: ModuleType) -> None:
    outcomes = [
        runner.Outcome("lint", 2.0, 0, "", 1, 0, 0),
        runner.Outcome("tests(one)", 61.25, 1, "", 40, 2, 1),
    ]
    assert runner.summary(outcomes, 62.0, 101.4) == (
        "\n"
        "tests(one)             61.2 s      40 passed     2 failed     1 skipped\n"
        "lint                    2.0 s       1 passed     0 failed     0 skipped\n"
        "all, two at a time     62.0 s, 101 s of processors\n"
        "\n"
        "41 passed, 2 failed, 1 skipped"
    )


def test_the_longest_sessions_begin_first_under_whatever_versions(runner: ModuleType) -> None:
    first, *others = long = runner.SETTINGS["longest-sessions"]
    lowest, newest = first.replace("tests", "lowest"), first.replace("tests", "newest")
    short, part = ["demo", "wheels"], "newest(rates_scipy)"
    listed = [part, *short, *sorted(long), lowest, newest]
    assert runner.longest_first(listed) == [first, *others, *short, lowest, newest, part]


def test_the_longest_sessions_are_sessions(runner: ModuleType) -> None:
    functions = set(re.findall(r"^@nox\.session.*\n(?:@nox.*\n)*def (\w+)", (ROOT / "noxfile.py").read_text(), re.M))
    members = {
        path.parent.name for path in (*ROOT.glob("plugins/*/pyproject.toml"), ROOT / "rates_core/pyproject.toml")
    }
    for name in runner.SETTINGS["longest-sessions"]:
        function, _, member = name.removesuffix(")").partition("(")
        assert function in functions, name
        assert not member or member in members, name
