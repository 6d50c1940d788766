"""`rates check`: one line, the failures, and an exit code."""

from __future__ import annotations

import json

import pytest
from rates_core.cli.main import main
from rates_core.plugins import get_manager
from rates_core.plugins.known import KNOWN
from rates_core.testing import delay_cases, families


def test_one_line_says_what_came_of_a_solver(capsys):
    assert main(["check", "heun", "--family", "orders", "--family", "noise"]) == 0
    out = "solver 'heun': claimed 4/5, passed 4, refused 1, expected failures 0\n"
    assert capsys.readouterr() == (out, "")


def test_one_line_says_what_came_of_a_backend(capsys):
    assert main(["check", "numpy", "--family", "precision"]) == 0
    out = "backend 'numpy': claimed 2/3, passed 2, refused 1, expected failures 0\n"
    assert capsys.readouterr() == (out, "")


def test_one_line_says_what_came_of_a_delay_strategy(capsys):
    assert main(["check", "history", "--family", "accuracy", "--backend", "numpy"]) == 0
    cases = [case for case in delay_cases(get_manager().delay_strategy("history")) if case.family == "accuracy"]
    count = len(cases)
    assert count > 3
    out = f"delay strategy 'history': claimed {count}/{count}, passed {count}, refused 0, expected failures 0\n"
    assert capsys.readouterr() == (out, "")


def test_json_has_every_case(capsys):
    assert main(["check", "dopri5", "--family", "noise", "--json"]) == 0
    names = [
        "noise: it adds the noise of a step to that step",
        "noise: white noise has unit strength",
        "noise: noise scaled by the state is taken at the start of a step",
    ]
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "kind": "solver",
        "name": "dopri5",
        "ok": True,
        "line": "solver 'dopri5': claimed 0/3, passed 0, refused 3, expected failures 0",
        "counts": {"passed": 0, "refused": 3, "failed": 0, "expected failure": 0, "not run": 0},
        "cases": [{"family": "refusals", "name": name, "result": "refused", "text": ""} for name in names],
    }


def test_a_failure_is_printed_and_is_the_exit_code(capsys, monkeypatch):
    monkeypatch.setattr(families.precision, "_check_double", lambda subject: 1 / 0)
    assert main(["check", "numpy", "--family", "precision"]) == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "backend 'numpy': claimed 2/3, passed 1, refused 1, expected failures 0, FAILED 1"
    assert second == "  FAILED  precision: float64 carries 15 digits"
    assert third.startswith("      ZeroDivisionError: division by zero (raised in <lambda>, line ")


ERRORS = [
    (["nump"], "There is no backend, solver or delay strategy 'nump'. Did you mean 'numpy'? Backends: "),
    (["numpy", "--family", "order"], "There is no family of cases 'order'. Did you mean 'orders'?"),
    (
        ["numpy", "--backend", "numpy"],
        "'numpy' is a backend; --backend says what others are tested on.",
    ),
    (["sweep"], "'sweep' is an analysis: only its own tests know what it should find."),
    (
        ["gamma", "--exhaustive"],
        "'gamma' is a delay strategy, all of whose cases are run; --exhaustive is for ",
    ),
    (["euler", "--exhaustive"], "'euler' is a solver, all of whose cases are run; --exhaustive is for backends."),
]


@pytest.mark.parametrize(("arguments", "text"), ERRORS)
def test_what_cannot_be_meant_is_an_error(arguments, text, capsys):
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"rates: {text}")


def test_a_backend_that_is_known_but_not_there_is_told_with_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(KNOWN["backend"], "abacus", "rates-abacus")
    assert main(["check", "abacus"]) == 2
    text = "The backend 'abacus' is not installed. Install it with: pip install rates-abacus. Installed"
    assert capsys.readouterr().err.startswith(f"rates: {text}")
