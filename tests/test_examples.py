"""Every script in examples/ runs in an empty folder and leaves its picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_in_an_empty_folder_and_leaves_its_picture(script: Path, tmp_path: Path) -> None:
    picture = tmp_path / "pictures" / "result.png"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), "--quick", "--output", str(picture)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(PNG)
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"], "files only where the user asked for them"
