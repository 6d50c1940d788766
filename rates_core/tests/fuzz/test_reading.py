"""Whatever a text is: it is read or refused by an error of ours, soon, and nothing else happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .subjects import SUBJECTS

CASES = {
    "equation": 4000,
    "expression": 4000,
    "operator": 2000,
    "declaration": 2000,
    "path": 2000,
    "file": 2000,
    "tree": 1000,
}
MANY = {
    "equation": 400_000,
    "expression": 200_000,
    "operator": 100_000,
    "declaration": 60_000,
    "path": 40_000,
    "file": 140_000,
    "tree": 60_000,
}


def read_many(kind: str, seed: int, cases: int) -> dict[str, Any]:
    """Return how many texts of a kind were read and how many refused, in a process of their own."""
    code = (
        f"import sys; sys.path.insert(0, sys.argv[1]); from fuzz.harness import main; main({kind!r}, {seed}, {cases})"
    )
    arguments = [str(Path(__file__).parents[1])]
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert process.returncode == 0, process.stderr[-6000:]
    return dict(json.loads(process.stdout))


def test_every_reader_is_tried_and_a_million_texts_in_all():
    assert CASES.keys() == MANY.keys() == SUBJECTS.keys()
    assert sum(MANY.values()) == 1_000_000


@pytest.mark.parametrize(("kind", "cases"), CASES.items())
def test_texts_are_read_or_refused(kind, cases):
    outcomes = read_many(kind, 1, cases)
    assert outcomes["read"] + outcomes["refused"] == cases
    assert min(outcomes["read"], outcomes["refused"]) > cases / 20


@pytest.mark.exhaustive
@pytest.mark.parametrize(("kind", "cases"), MANY.items())
def test_a_million_texts_are_read_or_refused(kind, cases):
    outcomes = read_many(kind, 2, cases)
    assert outcomes["read"] + outcomes["refused"] == cases
