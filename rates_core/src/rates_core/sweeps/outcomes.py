"""What work makes of tasks of any kind, on any executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Any, Generic

from attrs import frozen

from rates_core.errors import ArgumentError, shown
from rates_core.simulation.progress import Progress
from rates_core.sweeps.executor import Executor, R, T, executor_of
from rates_core.switches import switch


def outcomes(
    work: Callable[[T], R],
    tasks: Iterable[T],
    executor: str | Executor = "serial",
    unit: str = "task",
    verbose: bool = True,
    **options: Any,
) -> Iterator[tuple[int, R]]:
    """Yield the number of each task, from 0, with what work makes of it, as soon as it is there.

    What gives numbers at points goes by `evaluate`, which keeps them in files too; this is for tasks and results of
    any kind. What an executor sends elsewhere is pickled: work once for each worker, so that what takes long to make,
    such as a compiled model, is best made by work when it is unpickled, of what says how (`__reduce__`).

    Args:
        work: that each task is given to.
        tasks: taken one by one as workers are free, so that later ones may depend on what earlier ones led to.
        executor: a name, or an `Executor`.
        unit: what a task is called where progress is shown.
        verbose: show progress, on a terminal only.
        **options: of the executor.

    Raises:
        ArgumentError, UnknownNameError: there is no such executor, or an option is not its own.
        KeyboardInterrupt: once what was running on Ctrl-C has been given.

    Example:
        >>> from rates_core.sweeps import outcomes
        >>> dict(outcomes(len, ["one", "three"]))
        {0: 3, 1: 5}
    """
    where = executor_of(executor, options, outcomes)
    if not callable(work):
        raise ArgumentError(f"work must be callable; it is {shown(work)}.")
    try:
        coming = iter(tasks)
    except TypeError:
        raise ArgumentError(
            f"tasks must be a list, or something else to go through; they are {shown(tasks)}."
        ) from None
    if not isinstance(unit, str):
        raise ArgumentError(f"unit must be text; it is {shown(unit)}.")
    return _outcomes(work, coming, where, Progress(switch("verbose", verbose), _count(tasks), unit))


def _count(tasks: Any) -> float:
    """Return how many tasks there are; infinity where nobody knows yet."""
    try:
        return len(tasks)
    except TypeError:  # of a generator, or of what has several lengths
        return inf


def _outcomes(
    work: Callable[[T], R], tasks: Iterator[T], where: Executor, progress: Progress
) -> Iterator[tuple[int, R]]:
    with progress:
        for found in where.run(Numbered(work), enumerate(tasks)):
            progress.advance(1)
            yield found


@frozen(eq=False)
class Numbered(Generic[T, R]):
    """Work whose tasks and results have numbers, by which they belong together.

    Attributes:
        work: without.
    """

    work: Callable[[T], R]

    def __call__(self, task: tuple[int, T]) -> tuple[int, R]:
        """Return the number of a task with what comes of it."""
        number, given = task
        return number, self.work(given)
