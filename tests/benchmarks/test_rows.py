"""The table of the benchmarks tells the truth about misses."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.growth import Curve, Panel
from benchmarks.peers import Done
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
    assert cells(row) == ("work", "0.5 ms", "20 ms", "–", "30 ms", "–", "–", "1.50", "≤ 2 × reference", "1.0e-15", "OK")


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
    assert cells(Row("work", ours=2.0))[-7:] == ("2.00 s", "–", "–", "–", "–", "–", "–")


@pytest.mark.parametrize(
    "name",
    [
        "qif_euler.loop",
        "startup.import_of_core",
        "builds.named",
        "continuation.field_of_one_state",
        "models.list_of_models",
        "models.load_of_the_largest_file",
    ],
)
def test_a_row_is_measured_by_its_name(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", name]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True)
    *_, row = done.stdout.splitlines()
    assert row.endswith(("| OK |", "| **MISS** |")), done.stdout


def test_what_fails_is_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken() -> Row:
        raise RuntimeError("this | that")

    monkeypatch.setattr("benchmarks.__main__.measurements", lambda *_: [("broken", broken), ("sound", sound)])
    monkeypatch.setattr("benchmarks.growth.panels", lambda _: [("growing", broken), ("grown", grown)])
    monkeypatch.setattr("sys.argv", ["benchmarks", "--output", str(tmp_path / "new")])
    main()
    printed = capsys.readouterr().out
    assert (tmp_path / "new" / "benchmarks.md").read_text(encoding="utf-8") == printed
    assert (tmp_path / "new" / "growth.svg").stat().st_size > 1000
    lines = printed.splitlines()
    assert "growing: **FAILED**: RuntimeError: this / that" in lines
    assert lines[lines.index("Steps:") + 2 :][:4] == [
        "| N | ours | C |", "| ---: | ---: | ---: |", "| 10 | 1 µs | – |", "| 100 | 0.1 ms | 10 µs |",
    ]  # fmt: skip
    failed, passed = (line for line in lines if line.startswith(("| broken", "| sound")))
    assert failed == "| broken: RuntimeError: this / that | – | – | – | – | – | – | – | – | – | **FAILED** |"
    assert passed.startswith("| sound |")


def sound() -> Row:
    return Row("sound", ours=1.0)


def grown() -> list[Panel]:
    curves = Curve("ours", ((10, 1e-6), (100, 1e-4))), Curve("C", ((100, 1e-5),))
    return [Panel("Steps", "N", "s", curves)]


def test_a_peer_counts_by_what_it_takes_when_all_is_built_and_only_if_it_is_right() -> None:
    right, wrong = Done("quick 1.0", first=9.0, again=0.5, error=1e-12), Done("wrong 1.0", first=0.1, error=1.0)
    row = Row("work", ours=1.0, target=Target(seconds=2.0), peers=(right, wrong, Done("none", reason="it says why")))
    assert row.verdict == "OK"
    row = replace(row, tolerance=1e-9)
    assert row.verdict == "**MISS** (behind quick 1.0)"
    assert cells(row)[3] == "quick 1.0: 500 ms (9.00 s first), 1e-12; wrong 1.0: 100 ms, 1e+00; none: it says why"


@pytest.mark.exhaustive  # half a minute
def test_the_growth_of_steps_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "growth.steps", "--output", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True)
    assert "FAILED" not in done.stdout, done.stdout
    assert "| N | dense, ours |" in done.stdout
    assert "<svg" in (tmp_path / "growth.svg").read_text(encoding="utf-8")
