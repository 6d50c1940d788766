"""Model files of a folder and the names in them, by a look at their lines alone: quick, and never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rates_core.yaml.references import EXTENSIONS

MOST_BYTES = 2**20  # of a file that is looked at

_KEY = re.compile(r"^(?P<key>[^\s#{\[\"'&*!|>%@`-][^:#]*?)\s*:(?=\s|$)(?P<rest>.*)$")
_BASE = re.compile(r"(^|[\s{,\"'])base[\"']?\s*:(\s|$)")


def model_files(folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the model files of a folder and those below it in order, each with folders and name as parts."""
    found = (path for path in folder.rglob("*") if path.suffix in EXTENSIONS and path.is_file())
    for path in sorted(found):
        yield path, path.relative_to(folder).with_suffix("").parts


def template_names(file: Path) -> list[str]:
    """Return the names of templates in a file as far as its lines show them: keys at the margin with a base."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            lines = stream.read(MOST_BYTES).splitlines()
    except OSError:
        return []
    names: dict[str, None] = {}
    key = None
    for line in lines:
        match = _KEY.match(line)
        if match:
            key, line = match["key"], match["rest"]
        if key is not None and _BASE.search(line):
            names[key] = None
    return list(names)
