"""Auto-07p's solutions: `fort.8`, whole at each point that has a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from rates_continuation.auto.constants import PERIOD
from rates_continuation.auto.numerals import integer, reals

IN_A_ROW = 7  # numbers
_HEAD = 12  # integers that the head of a solution has at least
_OF_EQUILIBRIA = (1, 0)  # NTST and NCOL


@frozen(eq=False)
class AutoSolution:
    """A solution, an equilibrium being one that has a single time.

    Attributes:
        branch: its number.
        type: as Auto-07p numbers it.
        label: its number in the file.
        times: from 0 to 1, `[nodes]`.
        profile: states at these times, `[nodes, states]`.
        parameters: all of PAR; the first is `parameters[0]`.
        free: numbers in PAR of those that vary.
        by_parameters: derivatives of these along the branch.
        by_states: derivatives of the profile along the branch; none if the file has none.
        intervals: of the mesh; 0 for equilibria.
        degree: of the polynomials on each.
    """

    branch: int
    type: int
    label: int
    times: np.ndarray
    profile: np.ndarray
    parameters: np.ndarray
    free: tuple[int, ...]
    by_parameters: np.ndarray
    by_states: np.ndarray
    intervals: int
    degree: int

    @property
    def period(self) -> float:
        """Return the period of a cycle, or of those at a Hopf point."""
        return float(self.parameters[PERIOD - 1])


def solutions(text: str) -> Iterator[AutoSolution]:
    """Yield the solutions of a file; one that is cut off at its end is left out."""
    lines = text.splitlines()
    place = 0
    while place < len(lines):
        head = [integer(cell) for cell in lines[place].split()]
        if len(head) < _HEAD:
            return
        behind = place + 1 + head[8]
        if behind > len(lines):
            return
        cells = [cell for line in lines[place + 1 : behind] for cell in line.split()]
        found = _solution(head, cells)
        if found is None:
            return
        yield found
        place = behind


def _solution(head: list[int], cells: list[str]) -> AutoSolution | None:
    branch, _, kind, label, free, _, nodes, width, _, intervals, degree, parameters = head[:_HEAD]
    states = width - 1
    size, more = nodes * width, 2 * free + nodes * states
    if len(cells) not in (size + parameters, size + more + parameters):
        return None
    table = reals(cells[:size]).reshape(nodes, width)
    has_direction = len(cells) == size + more + parameters
    between = cells[size : len(cells) - parameters]
    moved = reals(between[2 * free :]).reshape(nodes, states) if has_direction else np.zeros((0, states))
    return AutoSolution(
        abs(branch), kind, label, table[:, 0], table[:, 1:], reals(cells[len(cells) - parameters :]),
        tuple(integer(cell) for cell in between[:free]), reals(between[free : 2 * free]), moved,
        intervals if nodes > 1 else 0, degree,
    )  # fmt: skip


def hopf_point(x: np.ndarray, parameters: np.ndarray, label: int = 1) -> str:
    """Return a file with one solution: a Hopf point from which cycles can be computed.

    Args:
        x: the equilibrium, in the order of U.
        parameters: all of PAR, the period of small cycles among them.
        label: of the solution.
    """
    lines = [*_rows([0.0, *x]), *_rows(parameters)]
    head = [1, 1, 3, label, 1, 1, 1, len(x) + 1, len(lines), *_OF_EQUILIBRIA, len(parameters), 0, len(x), 1, 0]
    return "\n".join(["".join(f"{number:6d}" for number in head), *lines]) + "\n"


def _rows(values: Sequence[float] | np.ndarray) -> Iterator[str]:
    for first in range(0, len(values), IN_A_ROW):
        yield "    " + "".join(f" {value:24.16E}" for value in values[first : first + IN_A_ROW])
