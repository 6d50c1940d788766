"""Branches of every model of the library in every parameter: what is reported is there, and nothing is missed.

Special points are compared with the eigenvalues of the model's Jacobian, which NumPy computes anew, and with each other
from branches with shorter steps.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pytest
import rates_models
import yaml
from rates_continuation import Branch, Continuation
from rates_core.errors import ArgumentError, SimulationError, UnknownNameError, UnsupportedFeatureError
from rates_core.simulation.field import VectorField

from rates_core import CircuitTemplate

FAST = ("qif.qif_sfa", "vanderpol.vdp", "ik.ik_eta")  # of the ordinary tier
LARGE = 60  # states: where more are alike, many eigenvalues cross at one place
NO_BRANCHES = (SimulationError, UnsupportedFeatureError)  # no equilibria; noise, events, time


def circuits() -> list[str]:
    """Return the paths of all circuits of the library."""
    library = files(rates_models) / "model_templates"
    found = []
    for folder in sorted(library.iterdir(), key=lambda each: each.name):
        for file in sorted(folder.iterdir(), key=lambda each: each.name) if folder.is_dir() else []:
            if file.name.endswith(".yaml"):
                path = f"model_templates.{folder.name}.{file.name.removesuffix('.yaml')}"
                templates = yaml.safe_load(file.read_text(encoding="utf-8"))
                found += [f"{path}.{name}" for name, body in templates.items() if body["base"] == "CircuitTemplate"]
    return found


def fields(circuit: CircuitTemplate) -> list[VectorField]:
    """Return the model with each of its real parameters as the free one."""
    try:
        states = circuit.get_vector_field([]).states
        names = [path.rpartition("/")[2] for path in circuit.get_vector_field([]).system.parameter_paths]
    except UnsupportedFeatureError:
        return []
    found = []
    for path in dict.fromkeys(f"{state.rpartition('/')[0]}/{name}" for state in states for name in names):
        try:
            found.append(circuit.get_vector_field([path]))
        except (ArgumentError, UnknownNameError):
            continue
    return found


def check(field: VectorField, branch: Branch) -> None:
    """Compare special points with eigenvalues, there and at the points on both sides."""
    for point in branch.specials:
        x, p = (np.array([point[path] for path in paths]) for paths in (branch.states, branch.parameters))
        values = np.linalg.eigvals(field.by_states(x, p))
        size = float(np.max(np.abs(values)))
        assert np.max(np.abs(field.rates(x, p))) < 1e-9 * max(1.0, size) * max(1.0, float(np.max(np.abs(x))))
        pairs = values[np.abs(values.imag) > 1e-6 * size]
        nearest = np.abs(pairs.real) if point.kind == "HB" else np.abs(values.real)
        assert np.min(nearest, initial=np.inf) < 1e-6 * size, point  # a double eigenvalue: the root of rounding errors
    passed = {point.number for point in branch.specials}
    changed = {int(number) for number in np.nonzero(np.diff(branch.unstable))[0]}
    assert changed <= passed
    alone = {number for number in passed if sum(point.number == number for point in branch.specials) == 1}
    assert {number for number in alone if number not in changed} <= {
        point.number for point in branch.specials if point.kind in ("BP", "??")
    }


def of_tier(name: str) -> Any:
    """Return the path of a circuit, in its tier."""
    if name.endswith(FAST):
        return name
    return pytest.param(name, marks=pytest.mark.exhaustive)


@pytest.mark.parametrize("name", [of_tier(name) for name in circuits()])
def test_what_is_reported_of_a_model_is_there(name: str) -> None:
    circuit = CircuitTemplate.from_yaml(name)
    for field in fields(circuit):
        (path,), (value,) = field.parameters, field.p
        low, high = sorted((0.2 * value, 3.0 * value)) if value else (-1.0, 1.0)  # no pole at 0 is passed
        found = []
        for max_step in (0.25, 0.1):
            try:
                branch = Continuation(circuit).equilibria(path, (low, high), max_step=max_step, verbose=False)
            except NO_BRANCHES:
                break
            if len(branch.states) <= LARGE:
                check(field, branch)
            found.append([(point.kind, point[path]) for point in branch.specials])
        if len(found) == 2:
            assert [kind for kind, _ in found[0]] == [kind for kind, _ in found[1]], path
            np.testing.assert_allclose(
                [place for _, place in found[0]], [place for _, place in found[1]], rtol=1e-8, atol=1e-9 * (high - low)
            )
