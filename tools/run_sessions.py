"""Run the sessions of a tier, two at a time, and sum them up: times per session, then `N passed, N failed`."""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".nox" / "results"
WHEELS = ROOT / ".nox" / "wheels"
OTHER_VERSIONS = {"lowest", "newest", "under", "core_under"}
EXHAUSTIVE = OTHER_VERSIONS | {"neuroml", "older_tools", "tvbo"}
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["rates"]


@dataclass(frozen=True)
class Outcome:
    """What one session came to."""

    session: str
    seconds: float
    code: int
    output: str
    passed: int
    failed: int
    skipped: int

    @property
    def left_out(self) -> bool:
        """Whether the session has ended, as nox says, without what it is for; some of its tests may have run."""
        return self.code == 0 and re.search(r"^nox > Session .* skipped: ", self.output, re.MULTILINE) is not None

    @property
    def verdict(self) -> str:
        """Return what became of it, in a word or a few."""
        if self.code != 0:
            return "FAILED"
        ran = self.passed + self.failed
        return ("NOT RUN" + f", but for {ran} tests" * bool(ran)) if self.left_out else "passed"


def sessions_of(tier: str) -> list[str]:
    """List the sessions of a tier: what the noxfile runs by default, the longest first."""
    listing = subprocess.run(["nox", "--list", "--json"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    left_out = EXHAUSTIVE if tier == "test" else set()
    return longest_first(entry["session"] for entry in json.loads(listing) if entry["name"] not in left_out)


def longest_first(sessions: Iterable[str]) -> list[str]:
    """Put the sessions first that are known to take long, so that none of them is still running when all else is done.

    Under lowest and newest versions a suite runs in part: these come last.
    """
    known: list[str] = SETTINGS["longest-sessions"]
    places = {name: place for place, name in enumerate(known)}

    def place(session: str) -> tuple[bool, int]:
        suite = re.sub(r"^(?:lowest|newest)\((\w+).*\)", r"tests(\1)", session)
        return suite != session, places.get(suite, len(known))

    return sorted(sessions, key=place)


def report_of(session: str) -> Path:
    """Return where pytest leaves the report of a session."""
    return RESULTS / f"{re.sub(r'[^A-Za-z0-9_]+', '_', session).strip('_')}.xml"


def counts(report: Path) -> tuple[int, int, int]:
    """Read how many tests passed, failed and were skipped from a report of pytest."""
    if not report.is_file():
        return 0, 0, 0
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(key, 0)) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def run(session: str, environment: dict[str, str], limit: float) -> Outcome:
    """Run one session to its end or to its limit."""
    report_of(session).unlink(missing_ok=True)
    start = time.monotonic()
    process = subprocess.Popen(
        ["nox", "--session", session],
        cwd=ROOT,
        env=environment | {"RATES_REPORT": str(report_of(session))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit)
    except BaseException as reason:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        if not isinstance(reason, subprocess.TimeoutExpired):
            raise
        output += f"\nstopped after {limit:.0f} s\n"
    if session.partition("(")[0] in OTHER_VERSIONS:  # gigabytes each, which nobody comes back to
        shutil.rmtree(ROOT / ".nox" / re.sub(r"[^\w-]+", "-", session).strip("-"), ignore_errors=True)
    passed, failed, skipped = counts(report_of(session))
    outcome = Outcome(session, time.monotonic() - start, process.returncode, output, passed, failed, skipped)
    if outcome.left_out:
        return replace(outcome, skipped=skipped + 1)
    if process.returncode != 0 and not failed:
        return replace(outcome, failed=1)
    # A session without tests, such as lint, counts as one.
    return outcome if passed + failed + skipped else replace(outcome, passed=1)


def announce(outcome: Outcome) -> None:
    """Print what a session said, under its name."""
    print(f"\n═══ {outcome.session}: {outcome.verdict} in {outcome.seconds:.0f} s ═══", flush=True)
    print(outcome.output.strip(), flush=True)


def summary(outcomes: Iterable[Outcome], seconds: float, spent: float) -> str:
    """Tell time and counts of every session, slowest first, and close with the line that sums up.

    What processors spent on all of them is told beside the time, which grows with what else a machine does.
    """
    outcomes = sorted(outcomes, key=lambda outcome: -outcome.seconds)
    everything = "all, two at a time"
    width = max(len(everything), *(len(outcome.session) for outcome in outcomes))
    rows = [
        f"{o.session:<{width}}  {o.seconds:7.1f} s  {o.passed:6d} passed  {o.failed:4d} failed  {o.skipped:4d} skipped"
        for o in outcomes
    ]
    passed, failed, skipped = (sum(getattr(o, key) for o in outcomes) for key in ("passed", "failed", "skipped"))
    total = f"{everything:<{width}}  {seconds:7.1f} s, {spent:.0f} s of processors"
    return "\n".join(["", *rows, total, "", f"{passed} passed, {failed} failed, {skipped} skipped"])


def main() -> int:
    """Build the wheels once, then run everything else beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", choices=("test", "all"), default="test")
    parser.add_argument("--jobs", type=int, default=2, help="sessions at a time")
    parser.add_argument("--limit", type=float, default=2400.0, help="seconds after which one session is stopped")
    parser.add_argument("sessions", nargs="*", help="run only these")
    options = parser.parse_args()

    start = time.monotonic()
    RESULTS.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"RATES_TIER": options.tier, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
    outcomes = [run("wheels", environment, options.limit)]
    announce(outcomes[0])
    if outcomes[0].code == 0:
        environment["RATES_WHEELS"] = str(WHEELS)
        with ThreadPoolExecutor(options.jobs) as pool:
            chosen = options.sessions or sessions_of(options.tier)
            for future in as_completed([pool.submit(run, name, environment, options.limit) for name in chosen]):
                outcomes.append(future.result())
                announce(outcomes[-1])
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(summary(outcomes, time.monotonic() - start, children.ru_utime + children.ru_stime))
    return int(any(outcome.code != 0 for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
