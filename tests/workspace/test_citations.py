"""What the code and the models cite stands in docs/references.bib."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIBLIOGRAPHY = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
KEYS = re.findall(r"^@\w+\{(\w+),$", BIBLIOGRAPHY, re.MULTILINE)
IDENTIFIERS = set(re.findall(r"^  (?:doi|isbn) = \{(.*)\},$", BIBLIOGRAPHY, re.MULTILINE))
TREES = ("rates_core/src", "plugins/*/src", "examples")
FILES = [path for tree in TREES for end in ("py", "yaml") for path in ROOT.glob(f"{tree}/**/*.{end}")]


def cited(pattern: str) -> set[tuple[str, str]]:
    """Return what the files cite in one way, with the name of the file."""
    found = ((path.name, key) for path in FILES for key in re.findall(pattern, path.read_text(encoding="utf-8")))
    return {(name, key.rstrip(".,;" if "(" in key else ".,;)")) for name, key in found}


def test_every_key_is_defined_once() -> None:
    assert sorted(KEYS) == sorted(set(KEYS))


def test_every_doi_and_isbn_is_in_the_bibliography() -> None:
    assert {found for found in cited(r"(?:doi:|isbn:)([^\s\"']+)") if found[1] not in IDENTIFIERS} == set()


def test_every_key_of_a_descriptor_is_in_the_bibliography() -> None:
    tuples = cited(r"references=\(([^)]*)\)")
    keys = {(name, key) for name, listed in tuples for key in re.findall(r"\"(\w+)\"", listed)}
    assert {found for found in keys if found[1] not in KEYS} == set()


def test_every_key_in_brackets_is_in_the_bibliography() -> None:
    assert {found for found in cited(r"\[([a-z]+(?:18|19|20)\d\d)[\],]") if found[1] not in KEYS} == set()
