"""Pages hang together: links lead somewhere, the index leads to every page, files that are named are there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("*.md", "docs/**/*.md", "rates_core/README.md", "plugins/*/README.md")
PAGES = sorted(path for place in PLACES for path in ROOT.glob(place))
LINK = re.compile(r"\]\((?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
FILE = re.compile(r"`(?P<name>[\w./-]+\.(?:py|md|toml|yaml|txt|bib|sh))`")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
PAGE = pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])

#: Pages that speak of the files of this repository; others speak of files of their readers.
OF_THE_REPOSITORY = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")


def prose(page: Path) -> str:
    """Return a page without its programs."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> list[str]:
    """Return what a link to a heading of a page may be, as code hosts make it."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def links(page: Path) -> list[tuple[Path, str]]:
    """Return files and headings that a page leads to, without those elsewhere."""
    found = [(match["file"], match["anchor"] or "") for match in LINK.finditer(prose(page))]
    return [((page.parent / file).resolve() if file else page, at) for file, at in found if ":" not in file]


@PAGE
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    for file, anchor in links(page):
        assert file.exists(), file
        assert not anchor or anchors(file).count(anchor) == 1, f"{file.name}#{anchor}"


def test_every_page_is_found_from_the_index_and_the_index_from_the_readme() -> None:
    index = ROOT / "docs" / "README.md"
    expected = {page for page in PAGES if page.parent != ROOT and page != index}
    assert expected <= {file for file, _ in links(index)}
    assert index in {file for file, _ in links(ROOT / "README.md")}


@pytest.mark.parametrize("name", OF_THE_REPOSITORY)
def test_every_file_that_a_page_names_is_in_the_repository(name: str) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    known = [f"/{path}" for path in listed.stdout.splitlines()]
    named = {match["name"] for match in FILE.finditer(prose(ROOT / name))}
    assert {file for file in named if not any(path.endswith(f"/{file}") for path in known)} == set()
