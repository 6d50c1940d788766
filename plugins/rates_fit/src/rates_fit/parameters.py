"""What is fitted: paths with their constraints, and one vector of free numbers for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.simulation.named import Named

from rates_fit.transforms import Transform, transform_of


@frozen(eq=False)
class FreeParameter:
    """A path that is fitted, in all experiments or in one.

    Attributes:
        name: what results call it: the path, or `path of experiment`.
        path: of the model.
        transform: from what a fitter moves to its values.
        named: what the path names in the model.
        place: of its numbers among those of all.
        experiment: in which it is fitted; None for all.
    """

    name: str
    path: str
    transform: Transform
    named: Named
    place: slice
    experiment: str | None = None

    @property
    def numbers(self) -> list[str]:
        """Return a name for each of its numbers."""
        shape = self.named.value.shape
        return [self.name + (f"[{', '.join(map(str, index))}]" if shape else "") for index in np.ndindex(shape)]


@frozen(eq=False)
class Space:
    """All that is fitted.

    Attributes:
        parameters: in the order of their numbers.
    """

    parameters: tuple[FreeParameter, ...]

    @property
    def size(self) -> int:
        """Return how many numbers there are."""
        return self.parameters[-1].place.stop if self.parameters else 0

    @property
    def names(self) -> list[str]:
        """Return a name for each number."""
        return [name for parameter in self.parameters for name in parameter.numbers]

    def of(self, experiment: str) -> list[FreeParameter]:
        """Return what is fitted in an experiment."""
        return [item for item in self.parameters if item.experiment in (None, experiment)]

    def values(self, free: np.ndarray) -> dict[str, Any]:
        """Return values by name: a number where a path names one."""
        found = {}
        for item in self.parameters:
            value = item.transform.value(free[item.place]).reshape(item.named.value.shape)
            found[item.name] = value if value.shape else value.item()
        return found

    def of_numbers(self, numbers: Mapping[str, float]) -> dict[str, np.ndarray]:
        """Return values by name of parameter, of numbers by theirs."""
        return {
            item.name: np.array([numbers[name] for name in item.numbers]).reshape(item.named.value.shape)
            for item in self.parameters
        }

    def flat(self, free: np.ndarray) -> np.ndarray:
        """Return all values one behind the other."""
        return self._mapped(free, lambda item, part: item.transform.value(part))

    def slopes(self, free: np.ndarray) -> np.ndarray:
        """Return the derivative of each value by its free number."""
        return self._mapped(free, lambda item, part: item.transform.slope(part))

    def free(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return the free numbers of values by name.

        Raises:
            ArgumentError: a value has another shape, is none, or may not be.
        """
        found = np.empty(self.size)
        for item in self.parameters:
            value = _numbers(item, values[item.name])
            part = item.transform.free(value)
            if not np.isfinite(part).all():
                given = np.asarray(values[item.name]).tolist()
                raise ArgumentError(
                    f"start: '{item.name}' begins at {shown(given)}, outside of its constraint: it has to be "
                    f"{item.transform}."
                )
            found[item.place] = np.ravel(part)
        return found

    def _mapped(self, free: np.ndarray, function: Callable[[FreeParameter, np.ndarray], np.ndarray]) -> np.ndarray:
        parts = [function(item, free[item.place]) for item in self.parameters]
        return np.concatenate(parts) if parts else np.empty(0)


def _numbers(item: FreeParameter, given: Any) -> np.ndarray:
    """Return the values of a parameter as an array of its shape; one number stands for all.

    Raises:
        ArgumentError: they are no numbers, or have another shape.
    """
    try:
        value = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"start: '{item.name}' must be a number; it is {shown(given)}.") from None
    shape = item.named.value.shape
    if value.shape not in ((), shape):
        raise ArgumentError(f"start: '{item.name}' has the shape {value.shape}; it has to be {shape}.")
    return np.broadcast_to(value, shape)


def constraints_of(given: Any, argument: str = "parameters") -> dict[str, Transform]:
    """Return the constraint of each path.

    Raises:
        ArgumentError: it is no list of paths, nor a dict of them.
    """
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        entries = dict(given)
    elif isinstance(given, Iterable):
        listed = list(given)
        for path in listed:
            if not isinstance(path, str):
                raise ArgumentError(f"{argument} holds {shown(path)}; it takes paths such as 'node/op/var'.")
        entries = dict.fromkeys(listed)
    else:
        raise ArgumentError(f"{argument} must be paths, or a dict of path to constraint; it is {shown(given)}.")
    for path in entries:
        if not isinstance(path, str):
            raise ArgumentError(f"{argument} holds {shown(path)}; it takes paths such as 'node/op/var'.")
    return {path: transform_of(path, constraint) for path, constraint in entries.items()}


def space_of(
    shared: Mapping[str, Transform], local: Mapping[str, Mapping[str, Transform]], named: Mapping[str, Named]
) -> Space:
    """Return all that is fitted.

    Args:
        shared: constraints by path, of what all experiments share.
        local: likewise by experiment, of what each has for itself.
        named: what the paths name.

    Raises:
        ArgumentError: nothing is fitted, or something is shared and not.
    """
    asked: list[tuple[str, str, Transform, str | None]]
    asked = [(path, path, transform, None) for path, transform in shared.items()]
    for alone, own in local.items():
        for path, transform in own.items():
            if path in shared:
                raise ArgumentError(
                    f"'{path}' is fitted for all experiments, and for '{alone}' alone. Leave one of them out."
                )
            asked.append((f"{path} of {alone}", path, transform, alone))
    if not asked:
        raise ArgumentError("parameters is empty. Name one path at least, such as 'node/op/var'.")
    parameters, begin = [], 0
    for name, path, transform, experiment in asked:
        end = begin + named[path].value.size
        parameters.append(FreeParameter(name, path, transform, named[path], slice(begin, end), experiment))
        begin = end
    return Space(tuple(parameters))


def checked_names(given: Any, argument: str, space: Space) -> dict[str, Any]:
    """Return what a user says of some of the parameters, by name.

    Raises:
        ArgumentError: it is no dict.
        UnknownNameError: it says something of what is not fitted.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ArgumentError(f"{argument} must be a dict by path; it is {shown(given)}.")
    known = [item.name for item in space.parameters]
    for name in given:
        if name not in known:
            raise UnknownNameError(f"{argument}: {shown(name)} is not fitted.{did_you_mean(str(name), known)}")
    return dict(given)
