"""What the values of a point are values of: parameters, edges, states at the start, and arguments of inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from inspect import signature
from typing import Any

from attrs import frozen

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown
from rates_core.network.network import Network
from rates_core.network.overlaps import overlapping
from rates_core.simulation.arguments import names_state
from rates_core.simulation.points import Point
from rates_core.sweeps.targets import Number
from rates_core.system.system import System


@frozen
class Assignment:
    """What each name of a sweep sets.

    Attributes:
        paths: by name, of parameters, edges or states; a name that is no key is an argument of inputs.
        arguments: names of arguments, by the path of an input that is a function of time and of those.
    """

    paths: Mapping[str, tuple[str, ...]]
    arguments: Mapping[str, tuple[str, ...]]

    def values(self, point: Mapping[str, Number]) -> dict[str, Number]:
        """Return the values of a point by path."""
        return {path: point[name] for name, paths in self.paths.items() for path in paths}

    def inputs(self, inputs: Mapping[str, Any] | None, point: Mapping[str, Number]) -> Mapping[str, Any] | None:
        """Return the inputs of a point: functions of time alone."""
        if not self.arguments:
            return inputs
        bound = {
            key: partial((inputs or {})[key], **{name: point[name] for name in names})
            for key, names in self.arguments.items()
        }
        return {**(inputs or {}), **bound}

    def point(
        self,
        values: Mapping[str, Number],
        inputs: Mapping[str, Any] | None,
        states: frozenset[str],
        left_out: frozenset[str],
    ) -> Point:
        """Return what a run is given.

        Args:
            values: of this point, by name.
            inputs: of all points.
            states: paths that are states, whose values are those at the start.
            left_out: paths that the model was compiled with.
        """
        by_path = {path: value for path, value in self.values(values).items() if path not in left_out}
        initial = {path: value for path, value in by_path.items() if path in states}
        parameters = {path: value for path, value in by_path.items() if path not in states}
        return Point(parameters, initial, self.inputs(inputs, values) if self.arguments else None)

    def check(self, network: Network) -> None:
        """Raise if two names set one value: those of the first would have no effect.

        Raises:
            UnknownNameError: a path names nothing.
            ArgumentError: two do.
        """
        found = overlapping(network, self.paths.values())
        if found is not None:
            raise ArgumentError(
                f"parameters: '{found[0]}' and '{found[1]}' set the same value. Leave one of them out, or let paths= "
                "list what each of them sets."
            )

    def states(self, system: System) -> frozenset[str]:
        """Return the paths that are states.

        Raises:
            UnknownNameError: a path names nothing.
        """
        return frozenset(path for paths in self.paths.values() for path in paths if names_state(system, path))


def assignment(
    names: Iterable[str], paths: Mapping[str, str | Iterable[str]] | None, inputs: Mapping[str, Any] | None
) -> Assignment:
    """Return what each name of a sweep sets.

    Args:
        names: what is swept.
        paths: what a name stands for, if it is no path itself.
        inputs: of all points; a function may take more arguments than time.

    Raises:
        UnknownNameError: a name is no path, and nothing explains it; or `paths` explains what is not swept.
        ArgumentError: `paths` is something else, or two names set one path.
    """
    names, taken, explained = tuple(names), _arguments(inputs), _paths(paths)
    for name in explained:
        if name not in names:
            raise UnknownNameError(f"paths: {shown(name)} is not swept.{did_you_mean(name, names)}")
    known = {argument for arguments in taken.values() for argument in arguments}
    for name in names:
        if name not in explained and name not in known and "/" not in name:
            raise UnknownNameError(
                f"'{name}' is no path such as 'node/op/var', paths= does not explain it, and no input takes it."
                f"{did_you_mean(name, {*explained, *known})}"
            )
    _check_once(names, explained)
    bound = {key: tuple(name for name in arguments if name in names) for key, arguments in taken.items()}
    return Assignment(
        {name: explained.get(name, (name,)) for name in names if name in explained or name not in known},
        {key: arguments for key, arguments in bound.items() if arguments},
    )


def _check_once(names: Iterable[str], explained: Mapping[str, tuple[str, ...]]) -> None:
    """Raise unless each path is set by one name: of two, the values of the first would have no effect."""
    setting: dict[str, str] = {}
    for name in names:
        for path in explained.get(name, (name,)):
            if path in setting:
                raise ArgumentError(
                    f"paths: '{path}' is set by '{setting[path]}' and by '{name}'. Leave one of them out."
                )
            setting[path] = name


def _paths(given: Any) -> dict[str, tuple[str, ...]]:
    """Return what names stand for.

    Raises:
        ArgumentError: it is something else.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ArgumentError(f"paths must be a dict of name to path, or to a list of paths; it is {shown(given)}.")
    found = {}
    for name, entry in given.items():
        listed = entry if isinstance(entry, list | tuple) else (entry,)
        if not all(isinstance(path, str) for path in listed):
            raise ArgumentError(f"paths[{shown(name)}] is a path, or a list of paths; it is {shown(entry)}.")
        found[name] = tuple(listed)
    return found


def _arguments(inputs: Any) -> dict[str, tuple[str, ...]]:
    """Return the arguments that inputs take beside time; what is no input is refused where they are read."""
    functions = inputs.items() if isinstance(inputs, Mapping) else ()
    return {key: _beside_time(function) for key, function in functions if callable(function)}


def _beside_time(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(signature(function).parameters)[1:]
    except (TypeError, ValueError):  # of what is built in
        return ()
