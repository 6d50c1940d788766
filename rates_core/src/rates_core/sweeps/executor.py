"""Executors: where the points of a sweep run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import signature
from typing import Any, TypeVar

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
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


def executor_of(asked: str | Executor, options: dict[str, Any], call: Callable[..., Any] | None = None) -> Executor:
    """Return the executor that is asked for; options that are its own are taken out of `options`.

    Args:
        asked: a name, or an executor.
        options: by name; others are left.
        call: what a user called, if it takes no other options than the executor's.

    Raises:
        UnknownNameError: no such executor; or no such option, of a call that takes no others.
        ArgumentError: it is no executor, an option is not its own, or something else is none of what it should be.

    Example:
        >>> from rates_core.sweeps import executor_of
        >>> options = {"workers": 2, "rtol": 1e-8}
        >>> executor_of("threads", options).workers, options
        (2, {'rtol': 1e-08})
    """
    if not isinstance(options, dict):
        raise ArgumentError(f"options must be a dict; it is {shown(options)}.")
    if not (call is None or callable(call)):
        raise ArgumentError(f"call must be a function, or None; it is {shown(call)}.")
    if isinstance(asked, Executor):
        found = asked
    elif isinstance(asked, str):
        spec = get_manager().executor(asked)
        _check_options(spec, options)
        found = spec.load()(**{option.name: options.pop(option.name, option.default) for option in spec.options})
    else:
        raise ArgumentError(f"executor must be a name or an Executor; it is {shown(asked)}.")
    if call is not None:
        _check_no_others(options, call)
    return found


def _check_no_others(options: Mapping[str, Any], call: Callable[..., Any]) -> None:
    """Raise for the first option that is left."""
    for name in options:
        known = [argument for argument in signature(call).parameters if argument not in ("self", "options")]
        raise UnknownNameError(
            f"{call.__name__}() has no argument '{name}'.{did_you_mean(name, known)} It takes: {', '.join(known)}."
        )


def _check_options(spec: ExecutorSpec, options: Mapping[str, Any]) -> None:
    """Raise if an option belongs to other executors only."""
    names = {option.name for option in spec.options}
    others = {other.name: [option.name for option in other.options] for other in get_manager().executors().values()}
    for name in options:
        having = [other for other, known in others.items() if name in known]
        if having and name not in names:
            have = "has" if len(having) == 1 else "have"
            raise ArgumentError(f"Executor '{spec.name}' has no option '{name}'; {' and '.join(having)} {have} it.")


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
