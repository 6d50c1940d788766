"""Reports in words and as data."""

from __future__ import annotations

from rates_core.testing import Outcome, Report

REPORT = Report(
    "backend",
    "fast",
    (
        Outcome("functions", "sine is right", "passed"),
        Outcome("functions", "round is right", "failed", "round(0.5) is 1.0\ninstead of 0.0."),
        Outcome("refusals", "noise: white noise has unit strength", "refused"),
        Outcome("delays", "euler reads a past", "not run", "The delay strategy 'ring' is not installed."),
        Outcome("names", "states may be called like words", "expected failure", "no Unicode"),
    ),
)

TEXT = """\
backend 'fast': claimed 4/5, passed 1, refused 1, expected failures 1, not run 1, FAILED 1
  FAILED  functions: round is right
      round(0.5) is 1.0
      instead of 0.0.
  not run  delays: euler reads a past
      The delay strategy 'ring' is not installed."""


def test_a_report_is_a_line_and_what_is_wrong():
    assert str(REPORT) == TEXT
    assert not REPORT.ok
    assert REPORT.failed_families == {"functions"}


def test_a_report_without_failures_is_a_line():
    report = Report("solver", "rk4", (Outcome("orders", "it has its order", "passed"),))
    assert report.ok
    assert str(report) == "solver 'rk4': claimed 1/1, passed 1, refused 0, expected failures 0"


def test_a_report_as_data_has_all_cases():
    data = REPORT.as_data()
    assert data["counts"] == {"passed": 1, "refused": 1, "failed": 1, "expected failure": 1, "not run": 1}
    assert [case["result"] for case in data["cases"]] == [outcome.result for outcome in REPORT.outcomes]
    assert data["line"] == TEXT.splitlines()[0]
