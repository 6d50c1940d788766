"""Scripts written for older tools, run there and on rates; and experiments of tvbo, for which rates is PyRates.

`RATES_OLDER_PYTHON` names the Python of an environment with PyRates and RectiPy, `RATES_PYCOBI_PYTHON` that of one with
PyCoBi, which uses Debian's Auto-07p, `RATES_TVBO_PYTHON` that of one with tvbo and the plugins of rates; the session
`older_tools` sets all three.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

HERE = Path(__file__).parent
SCRIPTS = sorted(path.stem for path in (HERE / "scripts").glob("*.py") if path.stem != "exported")
TOLERANCE = 1e-9  # of the largest value of an array: rounding of sums in another order, amplified by steps
FOLLOWED = 1e-6  # of the largest value of a column of what Auto-07p followed in `continued_*`, to its EPSL and EPSS

#: Results that are not those of the tool, and why; `test_where_results_differ_…` says what is right.
DIFFERENT = {
    "mean_field /adaptive/values": "SciPy keeps the array that a function returns, which there is always the same one",
    "late /discrete euler/values": "before the start there is zero, and delays are one step off",
    "late /discrete scipy/values": "what is read late is interpolated linearly",
    "late /gamma euler/values": "chains start at zero",
    "late /gamma scipy/values": "chains start at zero",
    "orders /heun/values": "Heun's method is of first order there",
    "orders /ramp/values": "time is the number of the step there",
    "recurrent /normalized": "the largest value before the shift divides",
    "continued_columns /folds": "a fold at which Auto-07p turns a step round stands in its table twice",
    "continued_oscillators /FitzHugh-Nagumo/folds of cycles": "Auto-07p steps over a fold of cycles",
}
#: Results whose tolerance is that of the tool, and why.
COARSER = {
    "functions /solution": 1e-6,  # adaptive steps
    "continued_columns /rest": 2e-4,  # a run in time by the implicit Euler method
    "continued_columns /folds of Jansen and Rit": 1e-4,  # states err as the root of what the parameter does
    "continued_qif /cusps": 1e-5,  # likewise
    "continued_qif /cycles": 1e-3,  # extremes are those of the points of a mesh
}


def done(command: list[str], folder: Path, file: str) -> dict[str, Any]:
    """Run a script by the driver in a folder, and return its results by their places."""
    folder.mkdir()
    script = [str(HERE / "driver.py"), str(HERE / "scripts" / f"{file}.py"), str(folder / "out.json")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["OMP_NUM_THREADS"] = "1"  # Auto-07p's threads wait for each other longer than they compute
    process = subprocess.run(
        [*command, *script], cwd=folder, capture_output=True, text=True, env=environment, check=False, timeout=900
    )
    assert process.returncode == 0, process.stderr
    return dict(placed(json.loads((folder / "out.json").read_text(encoding="utf-8"))))


def placed(value: Any, place: str = "") -> Any:
    """Yield arrays of numbers, and whatever else there is, with their places."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from placed(held, f"{place}/{key}")
    elif isinstance(value, list) and value and numeric(value):
        yield place, np.array(value, dtype=float)
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from placed(held, f"{place}[{number}]")
    else:
        yield place, np.array(value) if isinstance(value, float) else value


def numeric(value: Any) -> bool:
    return all(numeric(one) for one in value) if isinstance(value, list) else isinstance(value, int | float)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return what each script has in the tool, and on rates."""
    folder = tmp_path_factory.mktemp("scripts")
    here = [sys.executable, "-m", "rates_pyrates"]
    return {
        name: (done(tool_of(name), folder / f"{name}_there", name), done(here, folder / f"{name}_here", name))
        for name in SCRIPTS
    }


def tool_of(name: str) -> list[str]:
    """Return what a script was written for."""
    if name.startswith("continued"):
        return [os.environ["RATES_PYCOBI_PYTHON"], str(HERE / "with_auto.py")]
    return [os.environ["RATES_OLDER_PYTHON"]]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_the_same_results_on_rates(name: str, results: Any) -> None:
    there, here = results[name]
    assert there.keys() == here.keys()
    for place, expected in there.items():
        found, full = here[place], f"{name} {place}"
        apart = deviation(found, expected, name) if isinstance(expected, np.ndarray) else float(found != expected)
        if full in DIFFERENT:
            assert apart > 1e-6, f"{full} is the same by now"
        else:
            tolerance = FOLLOWED if name.startswith("continued") else TOLERANCE
            assert apart <= COARSER.get(full, tolerance), full


def deviation(found: np.ndarray, expected: np.ndarray, name: str) -> float:
    """Return the largest difference, of the largest value; in tables of special points column by column."""
    if found.shape != expected.shape:
        return float("inf")
    columns = -2 if name.startswith("continued") and expected.ndim > 1 else None
    sizes = np.max(np.abs(expected), axis=columns, keepdims=True, initial=1e-300)
    small = np.max(np.abs(expected), initial=1e-300) * 1e-6  # what is 0 there, to its tolerance
    return float(np.max(np.abs(found - expected) / np.maximum(sizes, small), initial=0.0))


def test_where_results_differ_those_here_are_right(results: Any) -> None:
    assert {name.partition(" ")[0] for name in DIFFERENT} <= set(SCRIPTS)
    adaptive = results["mean_field"][1]
    times = adaptive["/adaptive/index"]

    def qif(t: float, y: Any) -> list[float]:
        r, v = y
        return [2.0 / np.pi + 2.0 * r * v, v * v - 4.0 + 15.0 * r - (np.pi * r) ** 2]

    exact = solve_ivp(qif, (0.0, 20.0), [0.01, -2.0], "DOP853", times, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(adaptive["/adaptive/values"][:, 0], exact.y[0], atol=1e-7)

    late = results["late"][1]
    times = late["/discrete scipy/index"]
    # a(t) = exp(-t/2), and 1 before the start; b' = (a(t - 1)/2 - b)/2
    before = 0.5 + 0.5 * np.exp(-times / 2)
    behind = np.exp(-(times - 1) / 2) * (0.5 + 0.5 * np.exp(-0.5) + 0.25 * (times - 1))
    exact_late = np.where(times < 1, before, behind)
    np.testing.assert_allclose(late["/discrete scipy/values"][:, 0], exact_late, atol=1e-5)
    np.testing.assert_allclose(late["/discrete euler/values"][:, 0], exact_late, atol=1e-3)  # of first order
    # a gamma kernel of mean 1 and deviation 1/2 is a chain of 4 at the rate 4, which starts at the past
    chain = solve_ivp(
        lambda t, y: [-y[0] / 2, *(4 * (y[k] - y[k + 1]) for k in range(4)), (y[4] / 2 - y[5]) / 2],
        (0.0, 5.0), np.ones(6), t_eval=times, rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    np.testing.assert_allclose(late["/gamma scipy/values"][:, 0], chain.y[5], atol=1e-5)
    np.testing.assert_allclose(late["/gamma euler/values"][:, 0], chain.y[5], atol=1e-3)

    orders = results["orders"][1]
    step = np.arange(100)
    np.testing.assert_allclose(orders["/heun/values"][:, 0], (1 - 0.01 + 0.01**2 / 2) ** step, rtol=1e-12)
    np.testing.assert_allclose(orders["/ramp/values"][:, 0], 0.01**2 * step * (step - 1) / 2, rtol=1e-12, atol=1e-15)

    for current, cycles in ((0.3240, False), (0.3243, True)):  # there is a fold of cycles between
        run = solve_ivp(
            lambda t, y, current: [y[0] - y[0] ** 3 / 3 - y[1] + current, 0.08 * (y[0] + 0.7 - 0.8 * y[1])],
            (0.0, 2000.0), [2.0, 0.0], "LSODA", np.linspace(1800, 2000, 400), args=(current,), rtol=1e-9, atol=1e-11,
        )  # fmt: skip
        assert (np.ptp(run.y[0]) > 1.0) == cycles
    assert results["continued_oscillators"][1]["/FitzHugh-Nagumo/folds of cycles"] == 1
    folds = [results["continued_columns"][which]["/folds"] for which in (0, 1)]
    assert len(folds[1]) == 2
    for fold in folds[0]:  # all of theirs are among ours
        assert np.min(np.max(np.abs(folds[1] / fold - 1), axis=1)) < 1e-6

    normalized = results["recurrent"][1]["/normalized"]
    assert (normalized.min(), normalized.max()) == (0.0, 1.0)


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what experiments of tvbo give that run on rates."""
    command = [os.environ["RATES_TVBO_PYTHON"], "-m", "rates_pyrates"]
    return done(command, tmp_path_factory.mktemp("tvbo") / "here", "exported")


def test_an_experiment_of_tvbo_runs_on_rates(experiment: dict[str, Any]) -> None:
    times = experiment["/time"]
    exact = solve_ivp(
        lambda t, y: [y[1], 5 * (1 - y[0] ** 2) * y[1] - y[0]], (0.0, 20.0), [2.0, 0.0], "DOP853", times,
        rtol=1e-11, atol=1e-12,
    )  # fmt: skip
    assert experiment["/shape"].tolist()[0] == 2000
    np.testing.assert_allclose(experiment["/x"], exact.y[0], atol=5e-2)  # Heun at 1e-2 along fast flanks
    np.testing.assert_allclose(experiment["/fine"][-1], exact.y[0][-1], atol=1e-4)  # at a tenth of that step


def test_a_continuation_of_tvbo_runs_on_rates(experiment: dict[str, Any]) -> None:
    v = np.array([-1.0, 1.0]) * np.sqrt(1 - 0.08 * 0.8)  # where the trace of the Jacobian, 1 - v² - eps b, is 0
    w = (v + 0.7) / 0.8
    np.testing.assert_allclose(experiment["/Hopf"], np.stack([v**3 / 3 - v + w, v, w], axis=1), rtol=1e-8)
    assert experiment["/cycles"].tolist()[0] > 10


def test_a_tool_that_is_not_installed_is_not_needed(experiment: dict[str, Any]) -> None:
    assert experiment["/installed"] is False
