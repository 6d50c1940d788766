"""What the README and the documentation tell a reader to type works as it stands there.

A line above a block of code says what is special about it: `<!-- file: NAME -->`: the reader saves it under this name;
`<!-- printed -->`: the programs of the document print it; `<!-- not run: WHY -->`: nobody can run it here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rates_core.yaml.reader import load

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "rates_core/README.md", "plugins/*/README.md")
DOCUMENTS = sorted(path for place in PLACES for path in ROOT.glob(place))
BLOCK = re.compile(r"(?P<before>[^\n]*\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
MARKED = re.compile(r"<!-- (?P<mark>file|printed|not run)(?:: (?P<what>.+?))? -->")
DATA = ("yaml", "toml", "csv")  # languages whose blocks are of use as files only


def marked(document: Path, mark: str | None) -> list[tuple[str, str, str]]:
    """Return the blocks with a mark, or without one: language, what the mark says, text."""
    found = []
    for block in BLOCK.finditer(document.read_text(encoding="utf-8")):
        match = MARKED.match(block["before"] or "")
        if (match and match["mark"]) == mark:
            found.append((block["language"], (match and match["what"]) or "", block["text"]))
    return found


def program(document: Path, language: str) -> str:
    """Return what a reader types in one language, in order."""
    return "\n".join(text for found, _, text in marked(document, None) if found == language)


def save_files(document: Path, folder: Path) -> list[Path]:
    """Save the files that a document tells its reader to save."""
    paths = []
    for _, name, text in marked(document, "file"):
        paths.append(folder / name)
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def parameters(documents: list[Path]) -> list[object]:
    """Return documents as parameters with a readable name."""
    return [pytest.param(document, id=str(document.relative_to(ROOT))) for document in documents]


def without_ends(text: str) -> list[str]:
    """Return lines without the spaces at their ends, which editors take away."""
    return [line.rstrip() for line in text.splitlines()]


def written_in(language: str) -> list[object]:
    """List the documents that hold blocks of a language."""
    return parameters([document for document in DOCUMENTS if program(document, language).strip()])


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
    save_files(document, clone)
    script = "set -eux\n" + program(document, "sh")
    quick = os.environ | {"PIP_NO_COMPILE": "1"}  # what is installed is imported once
    done = subprocess.run(["bash", "-c", script], cwd=clone, capture_output=True, text=True, check=False, env=quick)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("document", written_in("python"))
def test_the_programs_of_a_document_run_without_a_warning_and_print_what_it_says(
    document: Path, tmp_path: Path
) -> None:
    save_files(document, tmp_path)
    command = [sys.executable, "-W", "error", "-c", program(document, "python")]
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    environment = {"MPLBACKEND": "Agg", "PATH": os.environ.get("PATH", ""), **kept}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    printed = [text for _, _, text in marked(document, "printed")]
    if printed:
        assert without_ends(done.stdout) == without_ends("".join(printed))


@pytest.mark.parametrize("document", parameters(DOCUMENTS))
def test_every_block_of_data_is_a_file_that_the_reader_saves(document: Path) -> None:
    assert [text for language, _, text in marked(document, None) if language in DATA] == []


@pytest.mark.parametrize("document", parameters([d for d in DOCUMENTS if marked(d, "file")]))
def test_every_template_of_a_model_file_of_a_document_loads(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [file for file in save_files(document, tmp_path) if file.suffix == ".yaml"]
    monkeypatch.chdir(tmp_path)
    for file in files:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
        names = [name for name, entry in entries.items() if isinstance(entry, dict) and "base" in entry]
        assert names
        for name in names:
            assert load(file / name)
