"""An ensemble is made: starts settle and curves are followed on an executor, and what is done is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rates_core.sweeps import Executor, digest, outcomes

from rates_continuation.bounds import checked_steps
from rates_continuation.elsewhere import Following, Posed
from rates_continuation.ensembles import Ensemble, each_once_anywhere, equilibria_near, table_of_starts
from rates_continuation.kept import Kept
from rates_continuation.line import Line
from rates_continuation.native.curve import Place
from rates_continuation.native.engine import Followed
from rates_continuation.progress import shown_steps


def question_of(
    posed: Posed, starts: Sequence[Mapping[str, float]], bounds: tuple[float, float], max_points: Any, max_step: Any
) -> dict[str, Any]:
    """Return all that branches depend on, by name.

    Raises:
        ArgumentError: the last two are no positive numbers.
    """
    own, steps = posed.continuation, checked_steps(max_step, max_points)
    return {
        "model": digest(own.model), "parameters": digest(own.parameters), "parameter": posed.parameter,
        "bounds": bounds, "starts": digest(starts), "max_points": steps.most, "max_step": steps.largest,
        "engine": own.engine_name, "delay_nodes": own.analysed.nodes, "sparse": own.analysed.sparse,
    }  # fmt: skip


def followed_from_all(
    posed: Posed,
    starts: Sequence[Mapping[str, float]],
    bounds: tuple[float, float],
    max_points: Any,
    max_step: Any,
    kept: Kept | None,
    executor: Executor,
    verbose: Any,
) -> Ensemble:
    """Return the branches through the equilibria near starts.

    Args:
        posed: the model.
        starts: values by path.
        bounds: of the parameter.
        max_points: of each branch, to each side.
        max_step: along curves.
        kept: has what is done, and keeps the rest; None for nothing.
        executor: where starts settle and curves are followed.
        verbose: whether progress is shown.

    Raises:
        ArgumentError, SimulationError: as `Continuation.ensemble`.
    """
    field, cited = posed.field, posed.continuation.engine.cited
    found = equilibria_near(posed, starts, bounds, executor, verbose, kept)
    with shown_steps(max_step, max_points, verbose) as steps:

        def told(curve: Followed) -> None:
            for _ in curve.points:
                steps.taken()

        def followed(places: Iterable[Place]) -> Iterator[tuple[int, Line]]:
            for number, sent in outcomes(Following(posed, bounds, steps), places, executor, verbose=False):
                yield number, Line.of(field, sent.at(field, told), cited)

        def keep(number: int, line: Line) -> None:
            if kept is not None:
                kept.put_line(number, line)

        known = {} if kept is None else kept.lines()
        lines, numbers = each_once_anywhere(posed.equations, [each.place for each in found], followed, known, keep)
    return Ensemble(tuple(line.branch() for line in lines), table_of_starts(starts, field, found, numbers))
