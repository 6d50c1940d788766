"""What holds for every suite of the workspace: no silent skip under CI, the tools that must be there, Hypothesis."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
from collections import defaultdict
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import settings

# pytest names a test module by its folders, rates_core.tests.…, and would make the folder a package of that name.
with contextlib.suppress(ImportError):
    import rates_core  # noqa: F401

ALLOWED_SKIPS = Path(__file__).parent / "tests" / "allowed_skips.txt"

# A tool that has another name, or whose place the user may give, stands here.
TOOLS_NAMED_BY = {"gfortran": "FC", "julia": "RATES_JULIA", "octave": "OCTAVE"}

# The machine decides how long an example takes, so no example has a deadline; under CI the cases are always the same.
settings.register_profile("rates", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("rates")


def pytest_configure() -> None:
    """Refuse to start when a tool that `RATES_REQUIRE` names is missing; hear Ctrl-C where a shell does not.

    Shells let what they start in the background ignore it, and the programs that tests start would do so too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    names = [name.strip() for name in os.environ.get("RATES_REQUIRE", "").split(",") if name.strip()]
    missing = [name for name in names if not is_there(name)]
    if missing:
        where = f"neither on the path nor in '{unpacked_tools()}'"
        raise pytest.UsageError(f"RATES_REQUIRE asks for tools that are {where}: {', '.join(missing)}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the cases of every test that are left, keep the first and each n-th after it where `RATES_EVERY=n` says so."""
    every = int(os.environ.get("RATES_EVERY", "1"))
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    kept = {item for found in cases.values() for item in found[::every]}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def is_there(tool: str) -> bool:
    """Tell whether a tool is found where its backend looks: as the user names it, on the path, or unpacked."""
    chosen = os.environ.get(TOOLS_NAMED_BY.get(tool, ""))
    if chosen:  # options may follow
        return any(map(shutil.which, (chosen, *shlex.split(chosen)[:1])))
    return any(map(shutil.which, (tool, str(unpacked_tools() / tool / "bin" / tool))))


def unpacked_tools() -> Path:
    """Return where `tools/provide.sh` unpacks tools that are in no package: the user's folder of data."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rates"


def allowed_skips() -> list[tuple[str, str]]:
    """Read the skips that are allowed: pattern of the test and pattern of the reason, one `test | reason` a line."""
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    entries = [line.split("|", 1) for line in lines if line.strip() and not line.startswith("#")]
    return [(test.strip(), reason.strip()) for test, reason in entries]


def forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that is not allowed into a failure."""
    if not os.environ.get("CI") or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    for test, expected in allowed_skips():
        if fnmatchcase(report.nodeid, test) and fnmatchcase(reason, expected):
            return
    report.outcome = "failed"
    report.longrepr = (
        f"{report.nodeid} was skipped ({reason}), and under CI a skip is a failure.\n"
        f"Mend what makes it skip, or give it a line `test | reason` in tests/{ALLOWED_SKIPS.name}."
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of a test."""
    report = yield
    forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole module."""
    report = yield
    forbid(report)
    return report
