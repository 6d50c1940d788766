"""Executors: where the points of a sweep run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from rates_core.errors import ArgumentError, shown
from rates_core.plugins import ExecutorSpec, get_manager

MOST_WORKERS = 1024
T = TypeVar("T")
R = TypeVar("R")


class Executor(ABC):
    """Where the points of a sweep run. Abstract; its constructor takes the options that its descriptor names.

    Example:
        >>> from rates_core import CircuitTemplate
        >>> from rates_core.sweeps import Executor
        >>> class Counting(Executor):
        ...     count = 0
        ...     def run(self, work, tasks):
        ...         for task in tasks:
        ...             self.count += len(task.numbers)
        ...             yield work(task)
        >>> circuit = CircuitTemplate.from_yaml("model_templates.oscillators.vanderpol.vdp")
        >>> executor = Counting()
        >>> result = circuit.sweep({"p/vdp_op/mu": [0.0, 1.0]}, 1.0, 0.5, reduce="last", executor=executor)
        >>> executor.count
        2
    """

    @property
    def workers(self) -> int:
        """Return how many calls run at a time."""
        return 1

    @abstractmethod
    def run(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield `work(task)` of each task, in any order, as soon as it is there.

        Tasks are taken from the iterable when a worker is free for them, one or two ahead at most: later ones are made
        by what earlier ones took. On KeyboardInterrupt, yield what is running to its end, and raise it again.

        Args:
            work: can be pickled, and is the same for all tasks.
            tasks: can be pickled.

        Example:
            >>> from rates_core.plugins import get_manager
            >>> executor = get_manager().executor("serial").load()()
            >>> list(executor.run(abs, [-1, 2]))
            [1, 2]
        """


def executor_of(asked: str | Executor, options: dict[str, Any]) -> Executor:
    """Return the executor that is asked for; options that are its own are taken out of `options`.

    Raises:
        UnknownNameError: no such executor.
        ArgumentError: it is no executor, or an option is not its own.
    """
    if isinstance(asked, Executor):
        return asked
    if not isinstance(asked, str):
        raise ArgumentError(f"executor must be a name or an Executor; it is {shown(asked)}.")
    spec = get_manager().executor(asked)
    _check_options(spec, options)
    own = {option.name: options.pop(option.name, option.default) for option in spec.options}
    executor: Executor = spec.load()(**own)
    return executor


def _check_options(spec: ExecutorSpec, options: Mapping[str, Any]) -> None:
    """Raise if an option belongs to other executors only."""
    names = {option.name for option in spec.options}
    others = {other.name: [option.name for option in other.options] for other in get_manager().executors().values()}
    for name in options:
        having = [other for other, known in others.items() if name in known]
        if having and name not in names:
            raise ArgumentError(f"Executor '{spec.name}' has no option '{name}'; {' and '.join(having)} have it.")


def checked_workers(workers: int | None) -> int:
    """Return a number of workers; None is one per core that this process may use.

    Raises:
        ArgumentError: it is none.

    Example:
        >>> from rates_core.sweeps import checked_workers
        >>> checked_workers(2)
        2
    """
    if workers is None:
        import os

        usable: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
        return usable
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= MOST_WORKERS:
        raise ArgumentError(f"workers must be a whole number from 1 to {MOST_WORKERS}; it is {shown(workers)}.")
    return workers
