"""Fitters of other distributions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from rates_fit import Fitter, fit
from rates_fit.fitter import fitter_of

from rates_core import CircuitTemplate, UnknownNameError

LIGHT = """
    from rates_core.plugins import AnalysisSpec, hookimpl

    rates_api = (1, 0)

    @hookimpl
    def rates_analyses():
        yield AnalysisSpec("simplex", "rates_simplex_method:Simplex", summary="Nelder and Mead", kind="fitter")
    """
METHOD = """
    from rates_fit import Fitter, Outcome
    from scipy.optimize import minimize

    class Simplex(Fitter):
        def minimise(self, problem, start):
            found = minimize(problem.value, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-18})
            return Outcome(found.x, bool(found.success), "The simplex is small.", found.nit)
    """
USE = """
    import json
    import pandas as pd
    from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
    from rates_core.plugins import get_manager
    from rates_fit import fit

    decay = OperatorTemplate("op", "x' = -k*x", {"x": "output(2.0)", "k": 1.0})
    circuit = CircuitTemplate("decay", nodes={"p": NodeTemplate("n", [decay])})
    data = pd.DataFrame({"p/op/x": [2.0 * (1 - 0.05 * 0.4) ** step for step in (1, 9, 30)]}, index=[0.05, 0.45, 1.5])
    found = fit(circuit, data, {"p/op/k": "positive"}, fitter="simplex", step_size=0.05, backend="numpy")
    offers = {item.distribution: item.offers for item in get_manager().statuses()}["rates-simplex"]
    print(json.dumps({"k": found["p/op/k"], "reason": found.reason, "offers": offers}))
    """


def test_a_fitter_of_another_distribution_is_found_by_its_name(tmp_path: Path) -> None:
    for name, text in (("rates_simplex", LIGHT), ("rates_simplex_method", METHOD)):
        (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    metadata = tmp_path / "rates_simplex-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: rates-simplex\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[rates.plugins]\nsimplex = rates_simplex\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    process = subprocess.run(
        [sys.executable, "-c", dedent(USE)], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    found = json.loads(process.stdout.splitlines()[-1])
    assert found["k"] == pytest.approx(0.4, rel=1e-6)
    assert found["reason"] == "The simplex is small."
    assert found["offers"] == {"fitters": ["simplex"]}


@pytest.mark.parametrize("name", ["levenberg-marquardt", "lbfgs", "multiple-shooting", "evolution"])
def test_those_in_the_box_are_fitters_without_arguments(name: str) -> None:
    assert isinstance(fitter_of(name), Fitter)


def test_a_name_of_none_is_said_with_the_closest(decay: CircuitTemplate, decayed: object) -> None:
    with pytest.raises(UnknownNameError) as error:
        fit(decay, decayed, ["p/op/k"], fitter="lfbgs", backend="numpy")
    assert str(error.value).startswith("There is no fitter 'lfbgs'. Did you mean 'lbfgs'? There are: ")
