"""The diagram of adapting neurons in examples/: its special points are those of an independent computation."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "qif_sfa_diagram.py"
REFERENCE = ROOT / "plugins" / "rates_continuation" / "tests" / "reference.json"


def test_two_folds_two_subcritical_hopf_points_and_cycles_with_two_folds() -> None:
    example = runpy.run_path(str(EXAMPLE))
    known = json.loads(REFERENCE.read_text(encoding="utf-8"))["qif_sfa_default"]
    eta, rate = example["ETA"], example["RATE"]
    equilibria, (first, second) = example["followed"]()
    assert [point.kind for point in equilibria.specials] == ["HB", "LP", "LP", "HB"]
    for point, wanted in zip(equilibria.specials, known["equilibria"], strict=True):
        assert point[eta] == pytest.approx(wanted["eta"], rel=1e-9)
        assert point[rate] == pytest.approx(wanted["r"], rel=1e-9)
    assert [point.criticality for point in equilibria.special("HB")] == ["subcritical"] * 2

    assert first.specials == ()
    assert (first.unstable == 1).all()
    assert [point.kind for point in second.specials] == ["LPC", "LPC"]
    for point, wanted in zip(second.specials, known["cycles_from_second_HB"], strict=True):
        assert point[eta] == pytest.approx(wanted["eta"], rel=1e-6)
        assert point.period == pytest.approx(wanted["period"], rel=1e-6)
        assert point[rate] == pytest.approx(wanted["r_max"], abs=1e-4)  # the reference has so many digits
    between = np.arange(len(second))
    before, behind = (point.number for point in second.specials)
    assert (second.unstable == ~((before < between) & (between <= behind))).all()  # stable between the folds alone

    assert [branch.ended for branch in (first, second)] == [("hopf", "homoclinic")] * 2
    near = [wanted.get("eta", wanted.get("eta_about")) for wanted in known["homoclinic"]]
    assert [branch.p[-1, 0] for branch in (first, second)] == pytest.approx(near, abs=1e-4)
