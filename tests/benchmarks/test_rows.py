"""The table of the benchmarks tells the truth about misses."""

from __future__ import annotations

import os
import subprocess
import sys
from math import inf, nan
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.row import Row, Target
from benchmarks.table import cells

ROOT = Path(__file__).parents[2]


def test_a_target_is_a_multiple_of_the_reference_and_seconds_on_top() -> None:
    assert Target(2.0).bound(0.3) == pytest.approx(0.6)
    assert Target(1.0, 0.15).bound(0.3) == pytest.approx(0.45)
    assert Target(seconds=0.15).bound(None) == 0.15
    assert [str(Target(2.0)), str(Target(1.0, 0.15)), str(Target(seconds=0.3))] == [
        "≤ 2 × reference",
        "≤ reference + 0.15 s",
        "≤ 0.3 s",
    ]


def test_a_target_that_is_met_is_ok_and_has_its_ratio() -> None:
    row = Row("work", ours=0.03, reference=0.02, limit=0.0005, target=Target(2.0), error=1e-15, tolerance=1e-9)
    assert cells(row) == ("work", "0.5 ms", "20 ms", "–", "30 ms", "–", "1.50", "≤ 2 × reference", "1.0e-15", "OK")


def test_a_target_that_is_not_met_is_a_miss_and_keeps_its_ratio() -> None:
    row = Row("work", ours=0.05, reference=0.02, target=Target(2.0))
    assert cells(row)[-4:] == ("2.50", "≤ 2 × reference", "–", "**MISS**")


def test_a_build_that_takes_too_much_memory_is_a_miss() -> None:
    target = Target(seconds=0.5, memory=200)
    assert cells(Row("build", ours=0.1, memory=201.0, target=target))[-5:] == (
        "201 MB", "0.20", "≤ 0.5 s, 200 MB", "–", "**MISS**",
    )  # fmt: skip
    assert Row("build", ours=0.1, memory=199.0, target=target).verdict == "OK"


@pytest.mark.parametrize("error", [1e-8, inf, nan])
def test_a_wrong_result_has_no_ratio_however_fast_it_came(error: float) -> None:
    row = Row("work", ours=0.001, reference=0.02, target=Target(2.0), error=error, tolerance=1e-9)
    assert row.ratio is None
    assert row.verdict == "**MISS** (differs)"


def test_a_row_without_a_target_informs_only() -> None:
    assert cells(Row("work", ours=2.0))[-6:] == ("2.00 s", "–", "–", "–", "–", "–")


@pytest.mark.parametrize(
    "name",
    [
        "qif_euler.loop",
        "startup.import_of_core",
        "builds.named",
        "models.list_of_models",
        "models.load_of_the_largest_file",
    ],
)
def test_a_row_is_measured_by_its_name(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", name]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True)
    *_, row = done.stdout.splitlines()
    assert row.endswith(("| OK |", "| **MISS** |")), done.stdout


def test_a_row_that_fails_is_a_row(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Row:
        raise RuntimeError("this | that")

    monkeypatch.setattr("benchmarks.__main__.measurements", lambda *_: [("broken", broken), ("sound", sound)])
    monkeypatch.setattr("sys.argv", ["benchmarks"])
    main()
    failed, passed = capsys.readouterr().out.splitlines()[-2:]
    assert failed == "| broken: RuntimeError: this / that | – | – | – | – | – | – | – | – | **FAILED** |"
    assert passed.startswith("| sound |")


def sound() -> Row:
    return Row("sound", ours=1.0)
