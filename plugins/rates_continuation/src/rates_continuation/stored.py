"""Diagrams in files: arrays as NumPy writes them (`.npz`), and a text that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rates_core.errors import ArgumentError

from rates_continuation.archives import read, write
from rates_continuation.boundary_branch import BoundaryBranch
from rates_continuation.branch import Branch
from rates_continuation.cycle_branch import CycleBranch
from rates_continuation.diagram import Diagram
from rates_continuation.profile import Profile
from rates_continuation.reached import Origin
from rates_continuation.solution_profile import SolutionProfile
from rates_continuation.special import SpecialPoint

Form = TypeVar("Form", bound=Profile)

FORMAT = 1
NUMBERS = ("period", "coefficient", "residual", "error")


def save(diagram: Diagram, file: str | Path) -> None:
    """Write a diagram into a file, whole or not at all.

    Raises:
        ArgumentError: the file cannot be written.
    """
    arrays = dict[str, Any]()
    branches = [branch_text(branch, f"{number}/", arrays) for number, branch in enumerate(diagram.branches)]
    origins = [None if origin is None else _origin_text(diagram, origin) for origin in diagram.origins]
    write("file", file, {"format": FORMAT, "branches": branches, "origins": origins}, arrays)


def load(file: str | Path) -> Diagram:
    """Return the diagram that `save` wrote into a file.

    Raises:
        ArgumentError: there is none in it.
    """
    return read("file", file, _diagram, lambda path, error: f"'{path}' holds no diagram: {error}.")


def _diagram(path: Path, text: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Diagram:
    if text["format"] != FORMAT:
        raise ArgumentError(
            f"'{path}' was written by a later version of rates-continuation, in format {text['format']}."
        )
    branches = [branch_of(branch, f"{number}/", arrays) for number, branch in enumerate(text["branches"])]
    origins = tuple(
        None if origin is None else Origin(origin[0], branches[origin[0]].specials[origin[1]])
        for origin in text["origins"]
    )
    return Diagram(tuple(branches), origins)


def branch_text(branch: Branch, name: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Put the arrays of a branch under a name; return the rest."""
    arrays.update({f"{name}p": branch.p, f"{name}x": branch.x, f"{name}eigenvalues": branch.eigenvalues})
    cycles, solutions = isinstance(branch, CycleBranch), isinstance(branch, BoundaryBranch)
    if isinstance(branch, CycleBranch):
        arrays[f"{name}trivial"] = branch.trivial
    if isinstance(branch, CycleBranch | BoundaryBranch):
        _put_profiles(list(branch.profiles), name, arrays)
    for number, point in enumerate(branch.specials):
        own = f"{name}special/{number}/"
        arrays[f"{own}eigenvalues"] = point.eigenvalues
        if point.profile is not None:
            _put_profiles([point.profile], own, arrays)
    specials = [
        {
            "kind": point.kind, "number": point.number, "values": dict(point.values), "cycle": point.profile is not
            None, **{key: _number(getattr(point, key)) for key in NUMBERS},
        }
        for point in branch.specials
    ]  # fmt: skip
    return {
        "cycles": cycles, "solutions": solutions, "cited": branch.cited, "parameters": branch.parameters,
        "states": branch.states,
        "ended": branch.ended, "specials": specials,
    }  # fmt: skip


def _origin_text(diagram: Diagram, origin: Origin) -> tuple[int, int]:
    specials = diagram.branches[origin.branch].specials
    return origin.branch, next(number for number, point in enumerate(specials) if point is origin.point)


def _number(value: float) -> float | None:
    return None if value != value else float(value)


def _put_profiles(profiles: list[Profile], name: str, arrays: dict[str, np.ndarray]) -> None:
    arrays[f"{name}periods"] = np.array([profile.period for profile in profiles])
    arrays[f"{name}sizes"] = np.array([len(profile.mesh) for profile in profiles])
    arrays[f"{name}meshes"] = np.concatenate([profile.mesh for profile in profiles])
    arrays[f"{name}values"] = np.concatenate([profile.values for profile in profiles])


def _profiles(form: type[Form], states: tuple[str, ...], name: str, arrays: Mapping[str, np.ndarray]) -> Iterator[Form]:
    periods, sizes, meshes, values = (arrays[f"{name}{key}"] for key in ("periods", "sizes", "meshes", "values"))
    nodes = (len(values) - len(sizes)) // (len(meshes) - len(sizes))  # of an interval, but for the last one
    first = row = 0
    for period, size in zip(periods.tolist(), sizes.tolist(), strict=True):
        rows = nodes * (size - 1) + 1
        yield form(states, period, meshes[first : first + size], values[row : row + rows])
        first, row = first + size, row + rows


def branch_of(text: Mapping[str, Any], name: str, arrays: Mapping[str, np.ndarray]) -> Branch:
    """Return a branch of its arrays under a name, and the rest."""
    parameters, states = tuple(text["parameters"]), tuple(text["states"])
    solutions = text.get("solutions", False)
    form = SolutionProfile if solutions else Profile
    specials = tuple(
        _special(form, point, states, f"{name}special/{number}/", arrays)
        for number, point in enumerate(text["specials"])
    )
    p, x, eigenvalues = (arrays[f"{name}{key}"] for key in ("p", "x", "eigenvalues"))
    (begun, ended), cited = text["ended"], tuple(text.get("cited", ()))
    if solutions:
        found = tuple(_profiles(SolutionProfile, states, name, arrays))
        return BoundaryBranch(parameters, states, p, x, eigenvalues, specials, (begun, ended), None, profiles=found)
    if not text["cycles"]:
        return Branch(parameters, states, p, x, eigenvalues, specials, (begun, ended), None, cited=cited)
    profiles = tuple(_profiles(Profile, states, name, arrays))
    trivial = arrays[f"{name}trivial"]
    return CycleBranch(
        parameters, states, p, x, eigenvalues, specials, (begun, ended), None, profiles=profiles, trivial=trivial,
        cited=cited,
    )  # fmt: skip


def _special(
    form: type[Profile], text: Mapping[str, Any], states: tuple[str, ...], name: str, arrays: Mapping[str, np.ndarray]
) -> SpecialPoint:
    numbers = {key: float("nan") if text[key] is None else text[key] for key in NUMBERS}
    profile = next(_profiles(form, states, name, arrays)) if text["cycle"] else None
    return SpecialPoint(
        kind=text["kind"], values=text["values"], number=text["number"], eigenvalues=arrays[f"{name}eigenvalues"],
        found=None, profile=profile, states=len(states), **numbers,
    )  # fmt: skip
