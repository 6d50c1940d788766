"""The backend does what it claims and refuses what it does not claim."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
from rates_core.testing import backend_tests

test_conformance = backend_tests("demo")


def decay(**parameters: float) -> CircuitTemplate:
    operator = OperatorTemplate("op", "x' = -k*x", {"x": "output(1.0)", "k": 0.5, **parameters})
    return CircuitTemplate("decay", nodes={"p": NodeTemplate("node", [operator])})


def test_eulers_method_multiplies_a_decay_by_one_factor_in_each_step() -> None:
    found = decay().run(1.0, 0.1, outputs={"x": "p/op/x"}, solver="euler", backend="demo")["x"]
    # 1 - k h to the n: each step rounds a few times
    assert found.to_numpy() == pytest.approx(0.95 ** np.arange(10), rel=1e-14)


def test_the_source_can_be_read() -> None:
    source = decay().compile(step_size=0.1, backend="demo").program.source
    assert "    x = y[0]\n" in source
    assert "    return [(-k)*x]\n" in source


def test_asking_what_is_installed_imports_no_array_library() -> None:
    code = "import sys, rates_demo; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
