"""The records that the library is compared with are made by scripts that know nothing of rates."""

from __future__ import annotations

import ast
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

INDEPENDENT = Path(__file__).parents[3] / "tests" / "independent"
SCRIPTS = sorted(path.with_suffix(".py").name for path in INDEPENDENT.glob("*.json"))
ALLOWED = {"numpy", "scipy", "mpmath", *sys.stdlib_module_names, *(path.stem for path in INDEPENDENT.glob("*.py"))}


def imported(script: Path) -> set[str]:
    """Return the top-level modules that a script names in its imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("script", sorted(INDEPENDENT.glob("*.py")), ids=lambda path: path.name)
def test_a_script_imports_nothing_of_rates(script: Path) -> None:
    assert imported(script) <= ALLOWED


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_record_names_the_script_that_made_it(script: str) -> None:
    record = json.loads((INDEPENDENT / script).with_suffix(".json").read_text(encoding="utf-8"))
    assert record["script"] == script


def differences(old: Any, new: Any, place: str = "") -> list[str]:
    """Return where two records differ by more than rounding."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return [line for key in old for line in differences(old[key], new[key], f"{place}/{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line for i, pair in enumerate(zip(old, new, strict=True)) for line in differences(*pair, f"{place}[{i}]")
        ]
    if isinstance(old, float) and isinstance(new, float):
        # trajectories at the limit of double precision, where libraries for mathematics round differently
        return [] if math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-9) else [f"{place}: {old} {new}"]
    if isinstance(old, str) and isinstance(new, str) and old.endswith("j"):
        return [] if abs(complex(old) - complex(new)) < 1e-9 else [f"{place}: {old} {new}"]
    return [] if old == new else [f"{place}: {old} {new}"]


@pytest.mark.exhaustive  # ten seconds
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_makes_its_record_again(script: str, tmp_path: Path) -> None:
    for path in INDEPENDENT.glob("*.py"):
        shutil.copy(path, tmp_path)
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True)
    name = Path(script).with_suffix(".json")
    old, new = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (INDEPENDENT, tmp_path))
    assert differences(old, new) == []
