"""What an ensemble keeps on disk while it is computed, and goes on from: a file for each start and for each curve."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError
from rates_core.files import kept_at, whole_folder

from rates_continuation.archives import read, write
from rates_continuation.line import Line
from rates_continuation.native.curve import Place
from rates_continuation.starting import Start
from rates_continuation.stored import FORMAT, branch_of, branch_text

ENDING = ".branches"
ABOUT = "ensemble.json"
START, BRANCH = "start", "branch"  # beginnings of names of files
DIGESTS = ("model", "parameters", "starts")  # of a question: what only digests are kept of


@frozen(eq=False)
class Kept:
    """A folder with what is done of an ensemble.

    Attributes:
        path: of the folder.
    """

    path: Path

    def starts(self, given: Sequence[Mapping[str, float]], parameter: str) -> dict[int, Start]:
        """Return what starts led to, by their numbers.

        Args:
            given: all starts.
            parameter: path of the one that varies.
        """

        def made(path: Path, text: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Start:
            place = None
            if text["found"]:
                z, tangent, scale = (arrays[name] for name in ("z", "tangent", "scale"))
                place = Place(z, tangent, scale, text["iterations"], text["error"])
            states = {key: value for key, value in given[text["number"]].items() if key != parameter}
            return Start(states, text["p"], tuple(arrays[f"tried/{k}"] for k in range(text["tried"])), place)

        return {number: read("save", file, made, _refused) for number, file in self._files(START)}

    def lines(self) -> dict[int, Line]:
        """Return curves by the numbers of the starts that they were followed from."""

        def made(path: Path, text: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Line:
            branch = branch_of(text["branches"][0], "0/", arrays)
            rows = zip(*(arrays[f"curve/{name}"] for name in ("z", "tangents", "scales")), strict=True)
            found = zip(text["located"], arrays["curve/located"], strict=True)
            return Line(
                [Place(*row) for row in rows], [(number, z) for number, z in found], branch.ended, lambda: branch
            )

        return {number: read("save", file, made, _refused) for number, file in self._files(BRANCH)}

    def put_start(self, number: int, start: Start) -> None:
        """Write what a start led to."""
        arrays = {f"tried/{k}": x for k, x in enumerate(start.tried)}
        text = {"number": number, "p": start.p, "tried": len(start.tried), "found": start.place is not None}
        if start.place is not None:
            arrays |= {"z": start.place.z, "tangent": start.place.tangent, "scale": start.place.scale}
            text |= {"iterations": start.place.iterations, "error": float(start.place.error)}
        write("save", self._file(START, number), text, arrays)

    def put_line(self, number: int, line: Line) -> None:
        """Write a curve, unless Ctrl-C has cut it off; the file is a diagram too, which `load` reads."""
        if "interrupted" in line.ended:
            return
        columns = {
            "z": [place.z for place in line.places],
            "tangents": [place.tangent for place in line.places],
            "scales": [place.scale for place in line.places],
            "located": [z for _, z in line.located],
        }
        arrays = {f"curve/{name}": np.array(rows) for name, rows in columns.items()}
        text = {"format": FORMAT, "branches": [branch_text(line.branch(), "0/", arrays)], "origins": [None]}
        text |= {"located": [before for before, _ in line.located]}
        write("save", self._file(BRANCH, number), text, arrays)

    def _file(self, what: str, number: int) -> Path:
        return self.path / f"{what}-{number:06}.npz"

    def _files(self, what: str) -> Iterator[tuple[int, Path]]:
        for file in sorted(self.path.glob(f"{what}-*.npz")):
            yield int(file.stem.partition("-")[2]), file


def kept_in(save: str | Path | None, resume: bool, question: Mapping[str, Any]) -> Kept | None:
    """Return the folder that a path names, or None if nothing is to be kept.

    Args:
        save: the path.
        resume: whether what is there is gone on with.
        question: all that the branches depend on, by name.

    Raises:
        ArgumentError: it cannot be one, or something is there already and is not to be resumed, or belongs to another
            ensemble.
    """
    if save is None:
        if resume:
            raise ArgumentError("resume: There is nothing to go on with. Give save= of the ensemble that was stopped.")
        return None
    place = kept_at(save, [ENDING], resume)
    if not place.exists():
        with whole_folder(place) as folder:
            (folder / ABOUT).write_text(json.dumps({"format": FORMAT, "question": question}, indent=1), "utf-8")
    _check_question(place, question)
    return Kept(place)


def _check_question(place: Path, question: Mapping[str, Any]) -> None:
    """Raise unless a folder belongs to the question that is asked.

    Raises:
        ArgumentError: it does not; it says what differs.
    """
    try:
        about = json.loads((place / ABOUT).read_text("utf-8"))
        known, written = about["question"], about["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ArgumentError(f"resume: '{place}' is no ensemble that rates has saved.") from None
    if written != FORMAT:
        raise ArgumentError(f"'{place}' was written by a later version of rates-continuation, in format {written}.")
    asked = json.loads(json.dumps(question))
    differing = [
        name if name in DIGESTS else f"{name} ({known.get(name)} there, {value} here)"
        for name, value in asked.items()
        if known.get(name) != value
    ]
    if differing:
        raise ArgumentError(
            f"resume: '{place}' belongs to another ensemble, which differs in its {', '.join(differing)}. Give another "
            "path."
        )


def _refused(path: Path, error: Exception) -> str:
    return f"resume: '{path}' cannot be read: {error}. Without this file, what it held is computed again."
