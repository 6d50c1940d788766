"""The calls of PyCoBi give the same numbers over both engines."""

from __future__ import annotations

import pytest
from rates_continuation import ODESystem
from rates_continuation.auto.finding import auto_folder

QIF = "model_templates.neural_mass_models.qif.qif_sfa"


def test_both_engines_give_the_same_special_points() -> None:
    folder = auto_folder()  # named, as users of PyCoBi do
    assert folder is not None
    tables = []
    for engine, auto_dir in (("native", None), ("auto", folder)):
        ode = ODESystem.from_yaml(QIF, auto_dir=auto_dir, engine=engine)
        eta, _ = ode.run(ICP="eta", RL0=-10.0, RL1=5.0, bidirectional=True, UZR={"eta": -2.5}, name="eta")
        cycles, _ = ode.run("eta", "HB2", IPS=2, ICP=["eta", 11], RL0=-6.0, UZR={11: 20.0}, STOP=["UZ1"])
        tables.append((eta, cycles))
    for native, auto in zip(*tables, strict=True):
        kinds = [[label for label in table["bifurcation"] if label != "RG"] for table in (native, auto)]
        assert kinds[0] == kinds[1]
        values = [table[table["bifurcation"].isin(["HB", "LP", "UZ"])] for table in (native, auto)]
        for column in ("p/qif_sfa_op/eta", "p/qif_sfa_op/r"):
            assert values[1][column].to_numpy() == pytest.approx(values[0][column].to_numpy(), rel=1e-5)
