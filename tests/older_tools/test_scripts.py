"""Scripts written for older tools, run there and on rates; and experiments of tvbo, for which rates is PyRates.

`RATES_OLDER_PYTHON` names the Python of an environment with PyRates and RectiPy, `RATES_TVBO_PYTHON` that of one with
tvbo and the plugins of rates; the session `older_tools` sets both.
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
}
#: Results of adaptive steps, whose tolerance is theirs.
ADAPTIVE = {"functions /solution": 1e-6}


def done(command: list[str], folder: Path, file: str) -> dict[str, Any]:
    """Run a script by the driver in a folder, and return its results by their places."""
    folder.mkdir()
    script = [str(HERE / "driver.py"), str(HERE / "scripts" / f"{file}.py"), str(folder / "out.json")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
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
        yield place, value


def numeric(value: Any) -> bool:
    return all(numeric(one) for one in value) if isinstance(value, list) else isinstance(value, int | float)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return what each script has in the tool, and on rates."""
    there, here = [os.environ["RATES_OLDER_PYTHON"]], [sys.executable, "-m", "rates_pyrates"]
    folder = tmp_path_factory.mktemp("scripts")
    return {
        name: (done(there, folder / f"{name}_there", name), done(here, folder / f"{name}_here", name))
        for name in SCRIPTS
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_the_same_results_on_rates(name: str, results: Any) -> None:
    there, here = results[name]
    assert there.keys() == here.keys()
    for place, expected in there.items():
        found, full = here[place], f"{name} {place}"
        if not isinstance(expected, np.ndarray):
            assert found == expected, full
            continue
        assert found.shape == expected.shape, full
        deviation = np.max(np.abs(found - expected), initial=0.0) / max(np.max(np.abs(expected), initial=0.0), 1e-300)
        if full in DIFFERENT:
            assert deviation > 1e-6, f"{full} is the same by now"
        else:
            assert deviation <= ADAPTIVE.get(full, TOLERANCE), full


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


def test_a_tool_that_is_not_installed_is_not_needed(experiment: dict[str, Any]) -> None:
    assert experiment["/installed"] is False
