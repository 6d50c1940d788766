"""Curves in files: arrays as NumPy writes them (`.npz`), and a text that says what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from attrs import asdict, evolve, frozen
from rates_core.errors import ArgumentError

from rates_continuation.archives import read, write
from rates_continuation.ode_system.homoclinics import KIND as HOMOCLINIC
from rates_continuation.ode_system.names import Names
from rates_continuation.ode_system.solutions import Curve, Solution
from rates_continuation.ode_system.wanted import Wanted
from rates_continuation.profile import Profile
from rates_continuation.solution_profile import SolutionProfile

FORMAT = "rates-continuation ODESystem 1"


@frozen(eq=False)
class Stored:
    """What a file has of a system.

    Attributes:
        model: its path; None if it has none.
        engine: name of the engine.
        node_vars: changed values of variables.
        edge_vars: changed values of edges.
        constants: of Auto-07p, for all runs.
        names: of parameters and states.
        curves: of all runs.
        attributes: what was given besides.
    """

    model: str | None
    engine: str
    node_vars: Mapping[str, Any]
    edge_vars: Sequence[Any]
    constants: Mapping[str, Any]
    names: Names
    curves: list[Curve]
    attributes: Mapping[str, Any]


def save(stored: Stored, file: str | Path) -> None:
    """Write a system into a file, whole or not at all.

    Raises:
        ArgumentError: the file cannot be written.
    """
    arrays = dict[str, Any]()
    text = {
        "format": FORMAT,
        "model": stored.model,
        "engine": stored.engine,
        "node_vars": stored.node_vars,
        "edge_vars": stored.edge_vars,
        "constants": _pairs(stored.constants),
        "parameters": list(stored.names.parameters.items()),
        "values": stored.names.values,
        "states": stored.names.states,
        "called": stored.names.called,
        "attributes": dict(stored.attributes),
        "curves": [_curve_text(curve, f"{curve.key}/", arrays) for curve in stored.curves],
    }
    write("filename", file, text, arrays, _plain)


def load(file: str | Path) -> Stored:
    """Return the system that `save` wrote into a file.

    Raises:
        ArgumentError: there is none in it.
    """
    return read("filename", file, _system, _refused)


def _refused(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file '{path}'."
    return (
        f"'{path}' is no file that ODESystem.to_file of rates wrote. Those of PyCoBi hold objects of its own; run the "
        "continuations again."
    )


def _system(path: Path, text: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Stored:
    if text["format"] != FORMAT:
        raise KeyError("format")
    curves = [_curve(item, f"{number}/", arrays) for number, item in enumerate(text["curves"])]
    numbers = {int(number): name for number, name in text["parameters"]}
    names = Names(numbers, text["values"], tuple(text["states"]), text.get("called", {}))
    return Stored(
        text["model"], text["engine"], text["node_vars"], text["edge_vars"], _mapping(text["constants"]), names, curves,
        text.get("attributes", {}),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """Return what a file of text can hold of a value of NumPy, or of a set.

    Raises:
        ArgumentError: it cannot hold it.
    """
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise ArgumentError(f"A file cannot hold the value {value!r}.")


def _pairs(constants: Mapping[str, Any]) -> list[Any]:
    """Return constants with dictionaries as pairs, whose keys may be numbers."""
    return [
        [
            name,
            "pairs" if isinstance(value, Mapping) else "",
            list(value.items()) if isinstance(value, Mapping) else value,
        ]
        for name, value in constants.items()
    ]


def _mapping(pairs: Sequence[Any]) -> dict[str, Any]:
    return {name: dict(value) if how else value for name, how, value in pairs}


def _curve_text(curve: Curve, name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    parameters = list(dict.fromkeys(path for item in curve.solutions for path in item.parameters))
    states = list(curve.solutions[0].states) if curve.solutions else []
    found = curve.solutions
    count = max((len(item.eigenvalues) for item in found), default=0)
    arrays[f"{name}parameters"] = np.array(
        [[item.parameters.get(path, np.nan) for path in parameters] for item in found]
    )
    arrays[f"{name}states"] = np.array([[item.states[path] for path in states] for item in found])
    arrays[f"{name}smallest"] = np.array([[(item.smallest or item.states)[path] for path in states] for item in found])
    arrays[f"{name}eigenvalues"] = np.array(
        [np.append(item.eigenvalues, np.full(count - len(item.eigenvalues), np.nan)) for item in found], dtype=complex
    )
    arrays[f"{name}numbers"] = np.array([[item.period, item.time] for item in found])
    profiles = [item.profile for item in found if item.profile is not None]
    if profiles:
        arrays[f"{name}sizes"] = np.array([[len(item.mesh), len(item.values)] for item in profiles])
        arrays[f"{name}meshes"] = np.concatenate([item.mesh for item in profiles])
        arrays[f"{name}values"] = np.concatenate([item.values for item in profiles])
    return {
        "name": curve.name, "what": curve.what, "free": curve.free, "kind": curve.kind,
        "constants": _pairs(curve.constants), "parameters": parameters, "states": states,
        "labels": [item.label for item in found], "stable": [item.stable for item in found],
        "cycles": bool(profiles), "wanted": asdict(curve.wanted),
    }  # fmt: skip


def _curve(text: Mapping[str, Any], name: str, arrays: Mapping[str, np.ndarray]) -> Curve:
    states = tuple(text["states"])
    form = SolutionProfile if text["kind"] == HOMOCLINIC else Profile
    profiles = _profiles(form, states, name, arrays) if text["cycles"] else [None] * len(text["labels"])
    parts = [arrays[f"{name}{key}"] for key in ("parameters", "states", "smallest", "eigenvalues", "numbers")]
    solutions = [
        Solution(
            label=label,
            parameters={
                path: value for path, value in zip(text["parameters"], p.tolist(), strict=True) if value == value
            },
            states=dict(zip(states, x.tolist(), strict=True)),
            smallest=None if profile is None else dict(zip(states, least.tolist(), strict=True)),
            eigenvalues=eigenvalues[~np.isnan(eigenvalues)],
            stable=stable,
            period=float(period),
            time=float(time),
            profile=profile,
        )
        for label, stable, profile, p, x, least, eigenvalues, (period, time) in zip(
            text["labels"], text["stable"], profiles, *parts, strict=True
        )
    ]
    return Curve(
        int(name.rstrip("/")), text["name"], text["what"], tuple(text["free"]), solutions, _mapping(text["constants"]),
        text["kind"], wanted=_wanted(text["wanted"]),
    )  # fmt: skip


def _wanted(text: Mapping[str, Any]) -> Wanted:
    lists = {key: None if text[key] is None else tuple(text[key]) for key in ("variables", "params")}
    switches = {key: value for key, value in text.items() if key not in lists}
    return evolve(Wanted(**switches), variables=lists["variables"], params=lists["params"])


def _profiles(
    form: type[Profile], states: tuple[str, ...], name: str, arrays: Mapping[str, np.ndarray]
) -> list[Profile | None]:
    sizes, periods = arrays[f"{name}sizes"], arrays[f"{name}numbers"][:, 0]
    meshes = np.split(arrays[f"{name}meshes"], np.cumsum(sizes[:-1, 0]))
    values = np.split(arrays[f"{name}values"], np.cumsum(sizes[:-1, 1]))
    return [form(states, float(period), mesh, each) for period, mesh, each in zip(periods, meshes, values, strict=True)]
