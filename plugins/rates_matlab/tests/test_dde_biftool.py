"""The functions that DDE-BIFTOOL calls, in GNU Octave, against the oracle and differences of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import UnsupportedFeatureError
from rates_core.reference import Interpreter
from rates_core.testing.parts import single

from plugins.rates_matlab.tests.conftest import Numbers, program, written
from rates_core import CircuitTemplate

#: one past value of each state, at each of the two delays
PRESENT = np.array([0.3, -0.6])
PAST = np.array([[0.7, 0.2], [-0.4, 0.9]])
VALUES = {"p/op/a": 0.8, "p/op/b": -1.3, "p/op/tau": 1.5, "p/op/sigma": 0.4}


def _model() -> CircuitTemplate:
    """Return a circuit with two delays, one of them of a computed variable."""
    return single(
        ["x' = -a*x + b*tanh(past(z, tau))", "m = sin(x)*z", "z' = x*past(m, sigma) - z^3"],
        x="output(0.1)", z="variable(0.2)", m="variable(0.0)", a=0.8, b=-1.3, tau=1.5, sigma=0.4,
    )  # fmt: skip


def _field(y: np.ndarray, past: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """Return what the oracle computes; past values of z at tau and of m at sigma are said."""
    (x, _), (x_tau, z_tau), (x_sigma, z_sigma) = y, past[:, 0], past[:, 1]
    del x, x_tau
    history = {"p/op/z": float(z_tau), "p/op/m": float(np.sin(x_sigma) * z_sigma)}
    states = {"p/op/x": float(y[0]), "p/op/z": float(y[1])}
    found = Interpreter(_model()).derivative(0.0, states, history=history, parameters=values)
    return np.array([found["p/op/x"], found["p/op/z"]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the four files."""
    return written(tmp_path, program(_model(), solver="heun").dde_biftool())


@pytest.fixture
def order(folder: Path, numbers: Numbers) -> list[str]:
    """Return the paths of parameters in the order of the row, as the comments of sys_par say it."""
    lines = (folder / "sys_par.m").read_text(encoding="utf-8").splitlines()
    paths = [line.partition(": ")[2] for line in lines if line.startswith("% par(")]
    np.testing.assert_array_equal(numbers(folder, "", "sys_par()")[0][0], [VALUES[path] for path in paths])
    return paths


def _at(xx: np.ndarray, par: list[float]) -> str:
    rows = "; ".join(", ".join(map(repr, row)) for row in xx.tolist())
    return f"xx = [{rows}]; par = [{', '.join(map(repr, par))}]"


def _columns(folder: Path, numbers: Numbers, order: list[str]) -> tuple[list[str], np.ndarray]:
    """Return the paths of the delays in the order of sys_tau, and the past in that order."""
    places = numbers(folder, "", "sys_tau()")[0][0].astype(int)
    delays = [order[place - 1] for place in places]
    assert sorted(delays) == ["p/op/sigma", "p/op/tau"]
    return delays, PAST[:, [["p/op/tau", "p/op/sigma"].index(delay) for delay in delays]]


def test_there_are_four_files(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["sys_deri.m", "sys_par.m", "sys_rhs.m", "sys_tau.m"]


def test_the_right_hand_side_is_that_of_the_oracle(folder: Path, numbers: Numbers, order: list[str]) -> None:
    _, past = _columns(folder, numbers, order)
    xx = np.column_stack([PRESENT, past])
    changed = {**VALUES, "p/op/b": 0.9}
    (found,) = numbers(folder, _at(xx, [changed[path] for path in order]), "sys_rhs(xx, par)")
    np.testing.assert_allclose(found[:, 0], _field(PRESENT, PAST, changed), rtol=1e-14)


def test_derivatives_by_present_and_past_are_differences_of_the_oracle(
    folder: Path, numbers: Numbers, order: list[str]
) -> None:
    delays, past = _columns(folder, numbers, order)
    xx = np.column_stack([PRESENT, past])
    head = _at(xx, [VALUES[path] for path in order])
    wanted = [f"sys_deri(xx, par, {column}, [], [])" for column in range(3)]
    for name, found in zip(["present", *delays], numbers(folder, head, *wanted), strict=True):
        np.testing.assert_allclose(found, _difference(name), atol=1e-9)


def _difference(
    name: str, values: Mapping[str, float] = VALUES, shift: Mapping[str, np.ndarray] | None = None
) -> np.ndarray:
    """Return the derivative of the oracle by the present or by the past at one delay: central differences."""
    h, columns = 1e-5, []
    for k in range(2):
        sides = []
        for sign in (1, -1):
            moved = {"present": PRESENT.copy(), "p/op/tau": PAST[:, 0].copy(), "p/op/sigma": PAST[:, 1].copy()}
            for where, by in (shift or {}).items():
                moved[where] = moved[where] + by
            moved[name][k] += sign * h
            past = np.column_stack([moved["p/op/tau"], moved["p/op/sigma"]])
            sides.append(_field(moved["present"], past, values))
        columns.append((sides[0] - sides[1]) / (2 * h))
    return np.column_stack(columns)


def test_derivatives_by_parameters_are_differences_of_the_oracle(
    folder: Path, numbers: Numbers, order: list[str]
) -> None:
    _, past = _columns(folder, numbers, order)
    head = _at(np.column_stack([PRESENT, past]), [VALUES[path] for path in order])
    h = 1e-5
    wanted = [f"sys_deri(xx, par, [], {place + 1}, [])" for place in range(len(order))]
    for path, found in zip(order, numbers(folder, head, *wanted), strict=True):
        sides = [_field(PRESENT, PAST, {**VALUES, path: VALUES[path] + sign * h}) for sign in (1, -1)]
        np.testing.assert_allclose(found[:, 0], (sides[0] - sides[1]) / (2 * h), atol=1e-9)


def test_mixed_derivatives_are_differences_of_the_first_ones(folder: Path, numbers: Numbers, order: list[str]) -> None:
    delays, past = _columns(folder, numbers, order)
    head = _at(np.column_stack([PRESENT, past]), [VALUES[path] for path in order])
    h = 1e-3
    wanted = [f"sys_deri(xx, par, {column}, {place + 1}, [])" for column in range(3) for place in range(len(order))]
    computed = iter(numbers(folder, head, *wanted))
    for name in ["present", *delays]:
        for path in order:
            sides = [_difference(name, {**VALUES, path: VALUES[path] + sign * h}) for sign in (1, -1)]
            # the oracle's second difference is good to the square of h
            np.testing.assert_allclose(next(computed), (sides[0] - sides[1]) / (2 * h), atol=5e-6)


def test_second_derivatives_along_a_direction_are_differences(folder: Path, numbers: Numbers, order: list[str]) -> None:
    delays, past = _columns(folder, numbers, order)
    head = _at(np.column_stack([PRESENT, past]), [VALUES[path] for path in order])
    direction, h, names = np.array([0.6, -1.1]), 1e-3, ["present", *delays]
    pairs = [(first, second) for first in range(3) for second in range(3)]
    wanted = [f"sys_deri(xx, par, [{first}, {second}], [], [0.6; -1.1])" for first, second in pairs]
    computed = iter(numbers(folder, head, *wanted))
    for name in names:
        for other in names:
            columns = []
            for k in range(2):
                step = h * np.eye(2)[k]
                sides = [_difference(name, shift={other: sign * step}) @ direction for sign in (1, -1)]
                columns.append((sides[0] - sides[1]) / (2 * h))
            np.testing.assert_allclose(next(computed), np.column_stack(columns), atol=5e-6)


def test_another_derivative_is_refused(folder: Path, numbers: Numbers, order: list[str]) -> None:
    assert order
    command = "try; sys_deri([1, 1, 1; 1, 1, 1], sys_par(), [1 2], [1 2], []); catch e; end"
    (found,) = numbers(folder, command, "double(e.message)")
    assert "".join(map(chr, found[0].astype(int))) == "There is no such derivative: nx has 2 entries, np 2."


def test_what_dde_biftool_does_not_take_is_refused_by_name() -> None:
    timed = program(single(["x' = sin(t) - x"], x="output(0.0)"), solver="euler")
    with pytest.raises(UnsupportedFeatureError) as caught:
        timed.dde_biftool()
    assert str(caught.value) == "DDE-BIFTOOL takes autonomous systems; 'model' depends on time."
    computed = program(single(["x' = -past(x, 2*tau)"], x="output(1.0)", tau=1.0), solver="euler")
    with pytest.raises(UnsupportedFeatureError) as caught:
        computed.dde_biftool()
    assert str(caught.value) == "DDE-BIFTOOL takes delays that are parameters; that of 'p/op/delayed#1' is computed."
