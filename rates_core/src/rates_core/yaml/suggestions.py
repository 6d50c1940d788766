"""Which templates may be meant by a text that leads to none: the closest ones, in folders and in model libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from attrs import frozen

from rates_core.errors import LONGEST_NAME, closest
from rates_core.yaml.references import EXTENSIONS
from rates_core.yaml.scan import model_files, template_names

COUNT = 3
LIKELY = 0.55  # a name that is right in another file and another folder still is
WEIGHTS = (4.0, 2.0)  # of the name and of the file; a folder weighs 1

Parts = tuple[str, ...]


@frozen
class Candidate:
    """A template, or a file alone, that a text may mean.

    Attributes:
        text: how it would be written.
        score: how close it is, from 0 to 1.
        place: its file and name, so that what has several texts is offered once.
    """

    text: str
    score: float
    place: tuple[Path, str]


def best(candidates: Iterable[Candidate]) -> list[str]:
    """Return the texts of the closest candidates, best first."""
    found: dict[tuple[Path, str], str] = {}
    for candidate in sorted(candidates, key=lambda item: -item.score):
        if candidate.score >= LIKELY:
            found.setdefault(candidate.place, candidate.text)
    return list(found.values())[:COUNT]


def closeness(asked: Sequence[str], known: Sequence[str]) -> float:
    """Return how close the parts of a text are to those of a template, which are compared from the end.

    Parts that the text leaves out do not count; parts that it has in excess fit nothing.
    """
    weights = [WEIGHTS[number] if number < len(WEIGHTS) else 1.0 for number in range(len(asked))]
    pairs = zip(weights, reversed(asked), reversed(known), strict=False)
    return sum(weight * _ratio(one, other) for weight, one, other in pairs) / sum(weights)


def _ratio(one: str, other: str) -> float:
    """Return how alike two parts are; the ending that all model files have makes none alike."""
    return SequenceMatcher(None, _comparable(one), _comparable(other)).ratio()


def _comparable(part: str) -> str:
    return _stem(part)[:LONGEST_NAME].casefold()


def _stem(part: str) -> str:
    return part.rpartition(".")[0] if part.endswith(EXTENSIONS) else part


def in_library(name: str, folder: Path, asked: Parts, write: Callable[[Parts], str]) -> Iterator[Candidate]:
    """Yield all templates of a model library.

    Args:
        name: of the library.
        folder: of the library.
        asked: the parts of the text, the library first if it names one.
        write: gives the text of such parts.
    """
    for file, path in model_files(folder):
        for template in template_names(file):
            parts = (name, *path, template)
            yield Candidate(write(parts), closeness(asked, parts), (file.resolve(), template))


def in_folder(folder: Path, asked: Parts, write: Callable[[Parts], str]) -> Iterator[Candidate]:
    """Yield templates and files in a folder, on paths that look like the one that was asked for.

    Args:
        folder: where the parts begin.
        asked: folders and file, or folders, file and name.
        write: gives the text of such parts.
    """
    for file, parts in _similar_files(folder, asked):
        yield Candidate(write(parts), closeness(asked, parts), (file.resolve(), ""))
    for file, path in _similar_files(folder, asked[:-1]):
        for template in closest(asked[-1], template_names(file), COUNT):
            parts = (*path, template)
            yield Candidate(write(parts), closeness(asked, parts), (file.resolve(), template))


def _similar_files(folder: Path, asked: Parts) -> Iterator[tuple[Path, Parts]]:
    """Yield model files on paths that look like the one that was asked for, with the parts of their paths."""
    if len(asked) > 1:
        known = {path.name: path for path in _entries(folder) if path.is_dir()}
        for name in _similar(asked[0], {".": folder, "..": folder / "..", **known}):
            for file, parts in _similar_files(folder / name, asked[1:]):
                yield file, (name, *parts)
    elif asked:
        files = [path for path in _entries(folder) if path.suffix in EXTENSIONS and path.is_file()]
        known = {path.stem: path for path in reversed(files)}
        whole = asked[0].endswith(EXTENSIONS)
        for name in _similar(_stem(asked[0]), known):
            yield known[name], (known[name].name if whole else name,)


def _similar(asked: str, known: Iterable[str]) -> list[str]:
    """Return the name itself if it is there, else those that look like it."""
    return [asked] if asked in known else closest(asked, known, COUNT)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # it is no folder, or nobody may look into it
        return []
