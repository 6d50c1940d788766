"""Rows of a run as a loss takes them, and what derivatives by outputs are of single entries of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.gradient import GradientRequest, Part, Weighted


@frozen(eq=False)
class Rows:
    """What is recorded of a run, and the derivatives of a loss by it.

    Attributes:
        columns: one array per recorded variable, `[rows, ...]`.
        seeds: `[rows, entries of all recorded variables]`.
        firsts: place of each variable among these entries.
    """

    columns: tuple[np.ndarray, ...]
    seeds: np.ndarray
    firsts: tuple[int, ...]

    @classmethod
    def of(cls, request: AdjointRequest, run: GradientRequest) -> Rows:
        """Return room for the rows of a run, of all trials that a module takes side by side."""
        shapes = [request.extents(request.system.shapes[path]) for path in request.program.recorded]
        columns = tuple(np.zeros((run.samples, *shape)) for shape in shapes)
        ends = np.cumsum([0, *(column[0].size for column in columns)]).tolist()
        return cls(columns, np.zeros((run.samples, ends[-1])), tuple(ends[:-1]))

    def of_trial(self, request: AdjointRequest, number: int) -> Rows:
        """Return the rows of one of several trials, in the same memory."""
        shapes, trials = request.system.shapes, request.trials
        columns = tuple(
            column.reshape(len(column), *shapes[path], trials)[..., number]
            for path, column in zip(request.program.recorded, self.columns, strict=True)
        )
        seeds = self.seeds.reshape(len(self.seeds), -1, trials)[..., number]
        return Rows(columns, seeds, tuple(first // trials for first in self.firsts))

    def weigh(self, run: GradientRequest) -> float:
        """Return the loss; its derivatives become seeds.

        Raises:
            ArgumentError: the loss is a function that does not return its value and derivatives by outputs.
        """
        outputs = self.outputs(run.parts, run.first)
        if isinstance(run.loss, Weighted):
            loss, slopes = float(run.loss(outputs)), run.loss.weights
        else:
            loss, slopes = _checked(run.loss(outputs), outputs)
        self.seed(run.parts, run.first, slopes)
        return loss

    def seed(self, parts: Sequence[Part], first: int, slopes: Mapping[str, np.ndarray]) -> None:
        """Let derivatives by outputs be seeds, and no others.

        Args:
            parts: of outputs.
            first: rows before it are in none of them.
            slopes: derivatives by outputs that have some.
        """
        self.seeds[:] = 0.0
        begin = dict.fromkeys(slopes, 0)
        for part in parts:
            if part.key in slopes:
                width = self._block(part, first).shape[1]
                weights = slopes[part.key].reshape(len(slopes[part.key]), -1)
                self._seed(part, first, weights[:, begin[part.key] : begin[part.key] + width])
                begin[part.key] += width

    def outputs(self, parts: Sequence[Part], first: int) -> dict[str, np.ndarray]:
        """Return outputs by name; the columns of one may be those of several variables.

        Args:
            parts: of outputs.
            first: rows before it are in none of them.
        """
        found: dict[str, list[np.ndarray]] = {}
        for part in parts:
            block = self._block(part, first)
            found.setdefault(part.key, []).append(block[:, 0] if part.alone else block)
        return {key: blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1) for key, blocks in found.items()}

    def _block(self, part: Part, first: int) -> np.ndarray:
        column = self.columns[part.recorded][first:]
        column = column[:, None] if column.ndim == 1 else column
        return column if part.units is None or column.shape[1] == 1 else column[:, part.units]

    def _seed(self, part: Part, first: int, weights: np.ndarray) -> None:
        """Add the derivatives by some columns of an output to those of the entries that they are."""
        place, size = self.firsts[part.recorded], self.columns[part.recorded][0].size
        seeds = self.seeds[first:, place : place + size]
        entries = np.arange(size) if part.units is None or size == 1 else np.asarray(part.units)
        for column, entry in enumerate(entries.tolist()):  # units may be there more than once
            seeds[:, entry] += weights[:, column]


def _checked(found: Any, outputs: Mapping[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    """Return the value of a loss and its derivatives by outputs.

    Raises:
        ArgumentError: that is not what was returned.
        UnknownNameError: there is no such output.
    """
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Mapping)):
        raise ArgumentError(
            "The backend does not differentiate functions of arrays: loss is given arrays of NumPy and has to return "
            f"its value and a dict of its derivatives by outputs; it returned {shown(found)}. Return both, or give "
            "a dict of weights, or compile with a backend of an array library, such as torch."
        )
    value, slopes = found
    for name, given in slopes.items():
        if name not in outputs:
            raise UnknownNameError(
                f"loss returned a derivative by the output {name!r}.{did_you_mean(str(name), outputs)} Recorded are: "
                f"{', '.join(outputs)}."
            )
        if np.shape(given) != outputs[name].shape:
            raise ArgumentError(
                f"loss returned a derivative by '{name}' of the shape {np.shape(given)}; it has to be "
                f"{outputs[name].shape}."
            )
    return float(value), {name: np.asarray(given, dtype=float) for name, given in slopes.items()}
