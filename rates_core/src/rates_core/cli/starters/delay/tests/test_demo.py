"""The strategy realises delays as the language says, and gives what mathematics says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate
from rates_core.errors import ApproximationWarning, ArgumentError, UnsupportedFeatureError
from rates_core.testing import delay_tests, delays_by

test_conformance = delay_tests("demo", backend="numpy")

SINK = OperatorTemplate("op", "y = u", {"y": "output(0.0)", "u": "input(0.0)"})


def late(slope: str, *edges: dict[str, float]) -> CircuitTemplate:
    """Return x with this derivative, and a node for each edge that gets x late."""
    source = OperatorTemplate("op", f"x' = {slope}", {"x": "output(0.0)"})
    sinks = {f"b{number}": NodeTemplate("b", [SINK]) for number in range(len(edges))}
    return CircuitTemplate(
        "late",
        nodes={"a": NodeTemplate("a", [source]), **sinks},
        edges=[("a/op/x", f"b{number}/op/u", None, attributes) for number, attributes in enumerate(edges)],
    )


def run(circuit: CircuitTemplate, **options: Any) -> np.ndarray:
    with delays_by("demo"):
        table = circuit.run(2.0, 0.01, outputs=["all/op/y"], solver="rk4", backend="numpy", **options)
    return table.to_numpy()[:, 0]


def test_a_ramp_comes_late_by_the_delay() -> None:
    t = np.arange(200) * 0.01
    found = run(late("1.0", {"delay": 0.5, "spread": 0.25}), history=lambda t: t)
    assert found == pytest.approx(t - 0.5, abs=1e-9)


def test_a_parabola_gains_the_square_of_the_spread() -> None:
    t = np.arange(200) * 0.01
    found = run(late("2*t", {"delay": 0.5, "spread": 0.25}), history=lambda t: t**2)
    # the mean of (t - s)^2 over delays s with mean 0.5 and standard deviation 0.25
    assert found == pytest.approx((t - 0.5) ** 2 + 0.25**2, abs=1e-8)


def test_a_number_of_stages_that_is_not_whole_is_a_warning() -> None:
    with pytest.warns(ApproximationWarning) as caught:
        run(late("1.0", {"delay": 1.0, "spread": 0.8}))
    assert str(caught[0].message) == "The delayed 'a/op/x' has (delay/spread)² = 1.562, and 2 stages."


def test_chains_of_no_length_are_refused() -> None:
    operator = OperatorTemplate("op", "y' = -past(y, tau)", {"y": "output(1.0)", "tau": 0.0})
    with pytest.raises(ArgumentError) as caught:
        run(CircuitTemplate("own", nodes={"p": NodeTemplate("p", [operator])}), delay_approximation=3)
    assert str(caught.value) == "A delay of 'p/op/y' is 0.0; a delay that is spread has to be positive."


def test_chains_of_two_lengths_are_refused_by_name() -> None:
    unit = NodeTemplate("unit", [OperatorTemplate("op", "y' = u", {"y": "output(1.0)", "u": "input(0.0)"})])
    units = {"p": PopulationTemplate("p", unit, 2)}
    delays = np.array([[0.5, 1.0], [1.0, 0.5]])
    connections = [Connectivity("p/op/y", "p/op/u", np.ones((2, 2)), delays=delays, spread=0.25)]
    with pytest.raises(UnsupportedFeatureError) as caught:
        run(CircuitTemplate("net", populations=units, connections=connections))
    assert str(caught.value) == (
        "The delay strategy 'demo' does not support what this model needs: connections "
        "from 'p/op/y' whose chains have from 4 to 16 stages."
    )


def test_asking_what_is_installed_imports_no_array_library() -> None:
    code = "import sys, rates_demo; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
