"""What is written is run by xppaut, with the numbers of rates; expressions are what xppaut makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_xppaut import read_experiment
from rates_xppaut.writer import write

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

Operators = Mapping[str, OperatorTemplate]
Runner = Callable[..., np.ndarray]
Comparison = Callable[[np.ndarray, np.ndarray], None]
LINES = Path(__file__).with_name("expressions.txt").read_text(encoding="utf-8").splitlines()


def test_expressions_have_the_values_that_xppaut_prints(xppaut: Runner, agree: Comparison, tmp_path: Path) -> None:
    expressions, values = zip(*(line.split(" ; ") for line in LINES), strict=True)
    text = "x'=0\ny'=0\npar ab=7\ninit x=3,y=2\nf(x)=x^2+y\ng(a,t)=f(a)-t\n"
    text += "".join(f"aux q{number}={expression}\n" for number, expression in enumerate(expressions))
    printed = xppaut(text, dt=1.0, total=1.0, t0=1.0)[0, 3:]
    agree(np.array(values, dtype=float), printed)
    (tmp_path / "m.ode").write_text(text)
    outputs = [f"p/m_op/q{number}" for number in range(len(expressions))]
    found = read_experiment(tmp_path / "m.ode").run(simulation_time=0.05, outputs=outputs, verbose=False)
    agree(found.to_numpy()[0], printed)


def states(text: str) -> list[str]:
    """Return the paths of what the file integrates, as its comments say."""
    names = [line.split("'=")[0] for line in text.splitlines() if "'=" in line]
    paths = {line.split()[1]: line.split()[3] for line in text.splitlines() if line.startswith("#% ") and " = " in line}
    return [paths[name] for name in names]


def circuit_of(operator: OperatorTemplate, values: Any = None) -> CircuitTemplate:
    return CircuitTemplate("net", nodes={"cell": NodeTemplate("kind", [(operator, values)])})


@pytest.mark.parametrize("name", ["a model", "words of XPPAUT", "names that differ by their case", "functions"])
def test_xppaut_runs_what_is_written(
    name: str, operators: Operators, xppaut: Runner, agree: Comparison, tmp_path: Path
) -> None:
    circuit = circuit_of(operators[name])
    write(circuit, tmp_path / "m.ode")
    text = (tmp_path / "m.ode").read_text()
    paths = states(text)
    for method, solver in (("rungekutta", "rk4"), ("euler", "euler"), ("modeuler", "heun")):
        printed = xppaut(text, meth=method, dt=0.01, total=0.5)
        table = circuit.run(0.51, 0.01, solver=solver, outputs=paths, verbose=False)
        agree(table.to_numpy(), printed[:, 1 : len(paths) + 1])


def test_noise_without_weight_is_none(operators: Operators, xppaut: Runner, agree: Comparison, tmp_path: Path) -> None:
    circuit = circuit_of(operators["noise"], {"s": 0.0})
    write(circuit, tmp_path / "m.ode")
    printed = xppaut((tmp_path / "m.ode").read_text(), meth="euler", dt=0.01, total=0.5)
    table = circuit.run(0.51, 0.01, outputs=["cell/noise_op/x"], verbose=False, seed=1)
    agree(table.to_numpy(), printed[:, 1:2])


def test_xppaut_runs_networks_with_delays(
    network: CircuitTemplate, xppaut: Runner, agree: Comparison, tmp_path: Path
) -> None:
    write(network, tmp_path / "m.ode")
    printed = xppaut((tmp_path / "m.ode").read_text(), meth="euler", dt=0.05, total=2.0, delay=2)
    paths = ["a/leak_op/x", "b/leak_op/x", "pop/leak_op/x"]
    # delays are multiples of the step, and Euler's method reads them at steps alone
    table = network.run(2.05, 0.05, solver="euler", outputs=paths, verbose=False)
    agree(table.to_numpy(), printed[:, 1:6])


def test_events_are_done_where_the_line_is_crossed(xppaut: Runner, tmp_path: Path) -> None:
    operator = OperatorTemplate(
        "event_op",
        ["v' = 1.5 - v", "u' = -u", "r' = v", "w' = -w"],
        {"v": "variable", "u": "variable(1.0)", "r": "variable", "w": "variable(1.0)", "d": 0.5},
        events=[
            {"when": "v > 1 and t > 0", "set": {"v": "-d*u", "u": "u + d"}},
            {"when": "r >= 0.75", "set": {"r": "0"}},
            {"when": "w < 0.4", "set": {"w": "1.25"}},
        ],
    )
    circuit = circuit_of(operator)
    write(circuit, tmp_path / "m.ode")
    step, every = 1e-3, 50
    printed = xppaut((tmp_path / "m.ode").read_text(), meth="rungekutta", dt=step, total=6.0, nout=every)
    table = circuit.run(
        6.0, step * every, solver="dopri5", rtol=1e-10, atol=1e-12, verbose=False,
        outputs=[f"cell/event_op/{name}" for name in "vurw"],
    )  # fmt: skip
    difference = np.abs(table.to_numpy() - printed[: len(table), 1:5])
    assert np.max(difference) <= 5 * step**2
    assert (printed[:, 1] < 0).any()
    assert (np.diff(printed[:, 3]) < -0.5).any()


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("v > 1 and u < 2", [1.0]),  # at v = 1; at u = 2, where it becomes false, nothing happens
        ("v >= 1 and u >= 2.5", [2.5]),
        ("v > 1.5 or u > 1.25", [1.25]),
        ("v >= 1.5 or u >= 1.25", [1.25]),
        ("not v <= 1", [1.0]),
        ("(v > 1 or u > 3) and not u >= 2", [1.0]),
        ("v > 0.5 and u >= 1", [1.0]),
    ],
)
def test_conditions_of_several_parts_become_true_once(
    when: str, first: list[float], xppaut: Runner, tmp_path: Path
) -> None:
    operator = OperatorTemplate(
        "event_op",
        ["v' = 1", "u' = 1", "n' = 0", "at' = 0"],
        {"v": "variable", "u": "variable", "n": "variable", "at": "variable"},
        events=[{"when": when, "set": {"n": "n + 1", "at": "u"}}],
    )
    circuit = circuit_of(operator)
    write(circuit, tmp_path / "m.ode")
    step = 0.06  # xppaut leaves out what is 0 to the last bit at the end of a step
    printed = xppaut((tmp_path / "m.ode").read_text(), meth="rungekutta", dt=step, total=3.0)
    assert printed[-1, 3:5] == pytest.approx([len(first), first[-1]], abs=1e-6)
    table = circuit.run(3.0, step, outputs=["cell/event_op/n", "cell/event_op/at"], verbose=False, solver="dopri5")
    assert table.to_numpy()[-1] == pytest.approx([len(first), first[-1]], abs=1e-9)


def test_white_noise_of_xppaut_is_that_of_rates(operators: Operators, xppaut: Runner, tmp_path: Path) -> None:
    circuit = circuit_of(operators["noise"])
    write(circuit, tmp_path / "m.ode")
    printed = xppaut((tmp_path / "m.ode").read_text(), meth="euler", dt=0.01, total=500.0)[1000:, 1]
    # x' = -x + s xi has the variance s^2/2 = 0.125; 490 time constants give its mean square to about 6 %
    assert np.mean(printed**2) == pytest.approx(0.125, rel=0.2)
