"""What the README and the documentation tell a reader to type works as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")]
)
BLOCK = re.compile(r"(?P<before>[^\n]*\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN = "<!-- not run:"


def blocks(document: Path, language: str) -> str:
    """Return the blocks of one language in a document, in order, but those marked as not run (with the reason)."""
    found = BLOCK.finditer(document.read_text(encoding="utf-8"))
    return "\n".join(m["text"] for m in found if m["language"] == language and NOT_RUN not in (m["before"] or ""))


def written_in(language: str) -> list[object]:
    """List the documents that hold blocks of a language as parameters with a readable name."""
    return [pytest.param(d, id=str(d.relative_to(ROOT))) for d in DOCUMENTS if blocks(d, language).strip()]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Copy the files of the tree, as a fresh clone has them."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("document", written_in("sh"))
def test_the_commands_of_a_document_work_in_a_fresh_clone(document: Path, clone: Path) -> None:
    script = "set -eux\n" + blocks(document, "sh")
    done = subprocess.run(["bash", "-c", script], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("document", written_in("python"))
def test_the_programs_of_a_document_run_without_a_warning(document: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", blocks(document, "python")]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"MPLBACKEND": "Agg", "PATH": ""}
    )
    assert done.returncode == 0, done.stdout + done.stderr
