"""Where a sweep puts what it keeps: memory, or files that are written while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from attrs import frozen

from rates_core.errors import ArgumentError
from rates_core.files import kept_at
from rates_core.sweeps.held import held
from rates_core.sweeps.quantities import Ended, Quantity, Values
from rates_core.sweeps.samples import Samples


@frozen(eq=False)
class Content:
    """What a sweep is about.

    Attributes:
        samples: the points.
        times: of the rows, if rows are kept.
        identity: digests of all that the numbers depend on, by what users call it.
    """

    samples: Samples
    times: np.ndarray
    identity: Mapping[str, str]


class Store(ABC):
    """What is kept of a sweep. Abstract.

    Attributes:
        content: what it is about.
        quantities: what is kept of each point, or None until a first one ran to its end.
        done: which points were run.
        failures: why points ended early, by number.
    """

    columns: ClassVar[frozenset[str]] = frozenset()  # that a file has beside what is swept and kept

    def __init__(self, content: Content) -> None:
        self.content = content
        self.quantities: tuple[Quantity, ...] | None = None
        self.done = np.zeros(len(content.samples), dtype=bool)
        self.failures: dict[int, Ended] = {}
        self._held = ExitStack()

    @abstractmethod
    def define(self, quantities: tuple[Quantity, ...]) -> None:
        """Make room for what is kept of each point."""

    def check_names(self, quantities: Iterable[Quantity]) -> None:
        """Raise unless each name stands for one thing.

        Raises:
            ArgumentError: a name of what is kept is one of what is swept, or is taken in files.
        """
        seen: dict[str, str] = {}
        samples = self.content.samples
        named = [(name, name in samples.complex_names) for name in samples.names]
        named += [(quantity.name, quantity.complex) for quantity in quantities]
        for name, complex_ in named:
            for column in self.columns_of(name, complex_):
                if column in self.columns:
                    raise ArgumentError(
                        f"save: '{name}' is a column that such files have of their own. Give another name."
                    )
                if column in seen:
                    both = f"'{name}' is" if seen[column] == name else f"'{seen[column]}' and '{name}' are"
                    raise ArgumentError(
                        f"{both} the name of two columns of the result. Give one of them another name, by "
                        "paths={name: path} or outputs={name: path}."
                    )
                seen[column] = name

    def columns_of(self, name: str, complex_: bool) -> tuple[str, ...]:
        """Return what real or complex numbers of a name are called where they are kept."""
        return (name,)

    def hold(self, folder: Path) -> None:
        """Keep others from writing into a folder, until this is closed.

        Raises:
            ArgumentError: somebody does.
        """
        self._held = held(folder)

    def close(self) -> None:
        """Let others write; what is kept can be read on."""
        self._held.close()

    @abstractmethod
    def put(self, numbers: np.ndarray, values: Values, failures: Mapping[int, Ended]) -> None:
        """Put what is kept of some points; an interruption leaves them undone.

        Args:
            numbers: of the points, ascending.
            values: by name of quantity.
            failures: why some of them ended early.
        """

    @abstractmethod
    def values(self, name: str) -> np.ndarray:
        """Return a quantity of all points; NaN at those that were not run."""

    def write(self, numbers: np.ndarray, values: Values, failures: Mapping[int, Ended]) -> None:
        """Put what is kept of some points, which then are done."""
        self.put(numbers, values, failures)
        self.failures.update(failures)
        self.done[numbers] = True


class Memory(Store):
    """What is kept, in arrays."""

    def __init__(self, content: Content) -> None:
        super().__init__(content)
        self._arrays: Values = {}

    def define(self, quantities: tuple[Quantity, ...]) -> None:
        """Make an array for each quantity."""
        self.quantities = quantities
        self._arrays = {quantity.name: quantity.empty(len(self.done)) for quantity in quantities}

    def put(self, numbers: np.ndarray, values: Values, failures: Mapping[int, Ended]) -> None:
        """Put what is kept into the arrays."""
        for name, entries in values.items():
            self._arrays[name][numbers] = entries

    def values(self, name: str) -> np.ndarray:
        """Return the array of a quantity."""
        return self._arrays[name]

    def copy(self) -> Memory:
        """Return a store that goes on without changing this one."""
        new = Memory(self.content)
        new.quantities, new.done, new.failures = self.quantities, self.done.copy(), dict(self.failures)
        new._arrays = {name: values.copy() for name, values in self._arrays.items()}
        return new


def opened(path: str | Path, content: Content, resume: bool) -> Store:
    """Return the store in files that a path names; its ending decides the format.

    Raises:
        ArgumentError: there is no such format, something is there already and is not to be resumed, or belongs to
            another sweep.
        PluginError: a library that the format needs is not installed.
    """
    from rates_core.sweeps.parquet import Parquet
    from rates_core.sweeps.zarr import Zarr

    formats: dict[str, type[Zarr | Parquet]] = {".zarr": Zarr, ".parquet": Parquet}
    place = kept_at(path, formats, resume)
    return formats[place.suffix](content, place)


def check_identity(what: str, found: Any, content: Content, remedy: str = "Give another path.") -> None:
    """Raise unless what is there belongs to the work that is asked for.

    Args:
        what: is there.
        found: its identity.
        content: what is asked for.
        remedy: what to do.

    Raises:
        ArgumentError: it does not; it says what differs.
    """
    if not isinstance(found, Mapping):
        raise ArgumentError(f"resume: {what} holds nothing that this version of rates has saved.")
    if differing := [name for name, part in content.identity.items() if found.get(name) != part]:
        raise ArgumentError(
            f"resume: {what} comes from another call, which differs in its {', '.join(differing)}. {remedy}"
        )
