"""No suite turns green under CI by skipping, nor without the tools that it was told to use."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = "import pytest\n\n\ndef test_one():\n    pytest.skip('no moon tonight')\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A root of its own: the conftest of the workspace, no allowed skip, one test that skips."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "allowed_skips.txt").write_text("# nothing\n")
    (tmp_path / "tests" / "test_moon.py").write_text(SKIPPED)
    return tmp_path


def run(suite: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    clean = {name: value for name, value in os.environ.items() if name not in {"CI", "RATES_REQUIRE", "RATES_EVERY"}}
    clean["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # those of zarr and of jaxtyping take ten times as long as the test
    return subprocess.run(command, cwd=suite, env=clean | environment, capture_output=True, text=True, check=False)


def test_a_skip_under_ci_is_a_failure_that_says_what_to_do(suite: Path) -> None:
    done = run(suite, CI="true")
    assert done.returncode == 1
    assert (
        "tests/test_moon.py::test_one was skipped (no moon tonight), and under CI a skip is a failure.\n"
        "Mend what makes it skip, or give it a line `test | reason` in tests/allowed_skips.txt."
    ) in done.stdout


def test_a_skip_of_a_module_under_ci_is_a_failure(suite: Path) -> None:
    (suite / "tests" / "test_moon.py").write_text("import pytest\n\npytest.importorskip('moon', reason='no moon')\n")
    done = run(suite, CI="true")
    assert done.returncode != 0
    assert "tests/test_moon.py was skipped (no moon), and under CI a skip is a failure." in done.stdout


def test_a_skip_elsewhere_is_a_skip(suite: Path) -> None:
    done = run(suite)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout


def test_a_skip_that_is_allowed_with_its_reason_passes_ci(suite: Path) -> None:
    (suite / "tests" / "allowed_skips.txt").write_text("tests/test_moon.py::* | no moon*\n")
    assert run(suite, CI="true").returncode == 0


def test_a_skip_for_another_reason_than_the_allowed_one_fails(suite: Path) -> None:
    (suite / "tests" / "allowed_skips.txt").write_text("tests/test_moon.py::* | no sun*\n")
    assert run(suite, CI="true").returncode == 1


def test_an_expected_failure_is_no_skip(suite: Path) -> None:
    text = "import pytest\n\n\n@pytest.mark.xfail(reason='not yet')\ndef test_one():\n    raise ValueError\n"
    (suite / "tests" / "test_moon.py").write_text(text)
    done = run(suite, CI="true")
    assert done.returncode == 0
    assert "1 xfailed" in done.stdout


def test_a_tool_that_must_be_there_and_is_not_stops_the_run(suite: Path) -> None:
    done = run(suite, RATES_REQUIRE="sh, moonc,sunc", XDG_DATA_HOME="/nowhere")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    said = "ERROR: RATES_REQUIRE asks for tools that are neither on the path nor in '/nowhere/rates': moonc, sunc"
    assert said in done.stderr


def test_a_tool_is_looked_for_under_the_name_that_the_user_gave(suite: Path) -> None:
    assert run(suite, RATES_REQUIRE="gfortran", FC="sh").returncode == 0
    assert run(suite, RATES_REQUIRE="gfortran", FC="moonc").returncode == pytest.ExitCode.USAGE_ERROR
    assert run(suite, RATES_REQUIRE="julia", RATES_JULIA="sh -O3").returncode == 0
    assert run(suite, RATES_REQUIRE="julia", RATES_JULIA="moonc -O3").returncode == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(("variable", "folder"), [("XDG_DATA_HOME", "."), ("HOME", ".local/share")])
def test_a_tool_that_was_unpacked_is_found_where_its_backend_looks(suite: Path, variable: str, folder: str) -> None:
    program = suite / folder / "rates" / "julia" / "bin" / "julia"
    nothing = {"RATES_JULIA": "", "XDG_DATA_HOME": "", "PATH": "/nowhere"}
    given = {**nothing, variable: str(suite), "RATES_REQUIRE": "julia"}
    assert run(suite, **given).returncode == pytest.ExitCode.USAGE_ERROR
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert run(suite, **given).returncode == 0
    asked = "from rates_julia.probe import command; print(*command())"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=os.environ | given, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(program)


def test_one_case_in_a_few_of_those_selected_is_run(suite: Path) -> None:
    (suite / "tests" / "test_moon.py").write_text(
        "import pytest\n\n\n"
        "@pytest.mark.parametrize('day', [pytest.param(0, marks=pytest.mark.full), *range(1, 9)])\n"
        "def test_day(day):\n    print(f'day {day}.')\n\n\ndef test_night():\n    print('night.')\n"
    )
    (suite / "pytest.ini").write_text("[pytest]\nmarkers = full\naddopts = -m 'not full' -rP\n")
    done = run(suite, RATES_EVERY="3")
    assert re.findall(r"(day \d|night)\.", done.stdout) == ["day 1", "day 4", "day 7", "night"]
    assert "4 passed, 6 deselected" in done.stdout
    assert "9 passed, 1 deselected" in run(suite).stdout
