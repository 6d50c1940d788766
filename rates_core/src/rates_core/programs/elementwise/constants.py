"""Where the constants of a program stand: all numbers in one vector, each array on its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rates_core.system.shapes import Shape
from rates_core.system.system import System


@frozen(eq=False)
class Constant:
    """A parameter, or what is computed from parameters once per run.

    Attributes:
        place: of its first real number in the vector of numbers, or of its array among the arrays.
        given: whether it is a parameter.
    """

    path: str
    shape: Shape
    complex: bool
    integer: bool
    place: int
    given: bool

    @property
    def kind(self) -> type:
        """Return the type of its entries."""
        return complex if self.complex else int if self.integer else float


@frozen(eq=False)
class Constants:
    """All constants of one program.

    Attributes:
        known: by path.
        numbers: length of the vector of numbers.
        columns_first: whether the language keeps the entries of a column of a matrix side by side.
        first_place: what the language calls the first place on an axis; parameters that hold places count from it.
    """

    known: Mapping[str, Constant]
    numbers: int
    columns_first: bool = False
    first_place: int = 0

    def values(self, arguments: Mapping[str, Any]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Return vector and arrays for values of the parameters; what is computed from them is still empty."""
        numbers = np.zeros(self.numbers)
        arrays: list[np.ndarray] = []
        for constant in self.known.values():
            if constant.shape:
                arrays.append(self._array(constant, arguments))
            elif constant.given:
                value = complex(np.asarray(arguments[constant.path]).reshape(-1)[0])
                numbers[constant.place] = value.real + self._moved(constant)
                if constant.complex:
                    numbers[constant.place + 1] = value.imag
        return numbers, tuple(arrays)

    def of_points(
        self, arguments: Mapping[str, np.ndarray], points: int, varied: Collection[str]
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Return vectors and arrays of many points, as `values` does for one, with a first axis for them.

        Args:
            arguments: by path, with a first axis of points, or of length 1 for what they share.
            points: their number.
            varied: what has an array for each point; the arrays of all else are there once.
        """
        numbers = np.zeros((points, self.numbers))
        arrays: list[np.ndarray] = []
        for path, constant in self.known.items():
            if constant.shape:
                shape = (points if path in varied else 1, *constant.shape)
                if constant.given:
                    values = np.broadcast_to(arguments[path], shape)
                    arrays.append(np.ascontiguousarray(self._laid(constant, values), dtype=constant.kind))
                else:
                    arrays.append(np.empty(self._laid(constant, np.empty(shape)).shape, dtype=constant.kind))
            elif constant.given:
                values = arguments[path].reshape(len(arguments[path]), -1)[:, 0]
                numbers[:, constant.place] = values.real + self._moved(constant)
                if constant.complex:
                    numbers[:, constant.place + 1] = values.imag
        return numbers, tuple(arrays)

    def _array(self, constant: Constant, arguments: Mapping[str, Any]) -> np.ndarray:
        if not constant.given:
            return np.empty(self._laid(constant, np.empty(constant.shape)).shape, dtype=constant.kind)
        value: np.ndarray = np.asarray(arguments[constant.path], dtype=constant.kind)
        return np.ascontiguousarray(self._laid(constant, np.broadcast_to(value, constant.shape)))

    def _laid(self, constant: Constant, values: np.ndarray) -> np.ndarray:
        """Return values as they lie in memory, behind a first axis of points if they have one."""
        values = values + self.first_place if constant.integer and self.first_place else values
        return np.swapaxes(values, -1, -2) if self.columns_first and len(constant.shape) > 1 else values

    def _moved(self, constant: Constant) -> int:
        return self.first_place if constant.integer else 0


def constants_of(
    system: System,
    used: Iterable[str],
    prepared: Sequence[str],
    shapes: Mapping[str, Shape],
    is_complex: Callable[[str], bool],
    columns_first: bool = False,
    first_place: int = 0,
) -> Constants:
    """Return the places of the parameters that are used and of what is prepared from them."""
    wanted = set(used)
    integers = {item.path for item in system.parameters if item.integer}
    paths = [item.path for item in system.parameters if item.path in wanted]
    known: dict[str, Constant] = {}
    numbers = arrays = 0
    for path in (*paths, *prepared):
        two = is_complex(path)
        place = arrays if shapes[path] else numbers
        known[path] = Constant(path, shapes[path], two, path in integers, place, path not in prepared)
        if shapes[path]:
            arrays += 1
        else:
            numbers += 2 if two else 1
    return Constants(known, numbers, columns_first, first_place)
