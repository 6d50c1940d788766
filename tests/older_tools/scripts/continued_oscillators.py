"""Oscillators in PyCoBi: van der Pol's equation, and FitzHugh and Nagumo's with its cycles, in files of their own."""

from pathlib import Path

from pycobi import ODESystem
from pyrates import CircuitTemplate, NodeTemplate, OperatorTemplate


def points(table, label, columns):
    """Return numbers of the points of one kind, in order."""
    rows = table[table["bifurcation"] == label]
    found = [[float(row[column]) for column in columns] for _, row in rows.iterrows()]
    return sorted(found, key=lambda row: [round(value, 5) for value in row])


precise = {"EPSL": 1e-8, "EPSU": 1e-8, "EPSS": 1e-6, "DSMIN": 1e-8}
Path("vdp").mkdir()
vdp = ODESystem.from_yaml(
    "model_templates.oscillators.vanderpol.vdp", auto_dir="/usr/lib/auto-07p", working_dir="vdp", init_cont=False,
    auto_constants=("eq",),
    node_vars={"p/vdp_op/mu": -1.0, "p/vdp_op/x": 0.0, "p/vdp_op/z": 0.0},
)  # fmt: skip
mu_sols, mu_cont = vdp.run(
    name="mu", c="eq", ICP="mu", IPS=1, ISP=2, NMX=200, NPR=50, DS=1e-2, DSMAX=0.1, RL0=-2.0, RL1=1.0, **precise
)
vdp.close_session(clear_files=True)

operator = OperatorTemplate(
    "fhn_op",
    ["v' = v - v^3/3.0 - w + Iext", "w' = eps*(v + a - b*w)"],
    {"v": "output(-1.2)", "w": "variable(-0.6)", "Iext": 0.0, "a": 0.7, "b": 0.8, "eps": 0.08},
)
circuit = CircuitTemplate("fhn", nodes={"p": NodeTemplate("fhn_pop", [operator])})
ODESystem.reset_auto_state()
fhn = ODESystem.from_template(
    circuit, auto_dir="/usr/lib/auto-07p", init_cont=True, analytical_jacobian=True,
    auto_constants=("ivp", "eq", "lc"), NMX=20000, NPR=20000,
)  # fmt: skip
eq_sols, eq_cont = fhn.run(
    starting_point="EP2", name="I_branch", c="eq", ICP="Iext", bidirectional=True, NMX=500, NPR=10, DS=0.01, DSMAX=0.05,
    RL0=-0.5, RL1=2.0, **precise,
)  # fmt: skip
lc_sols, lc_cont = fhn.run(
    origin="I_branch", starting_point="HB1", name="lc", c="lc", ICP=["Iext", 11], IPS=2, ISP=2, ISW=-1, ILP=1, NTST=60,
    NMX=1500, NPR=50, DS=0.01, DSMAX=0.5, get_period=True, UZR={"Iext": [0.4, 0.8]}, STOP=["UZ2"], RL0=0.0, RL1=2.0,
    **precise,
)  # fmt: skip

RESULTS = {
    "van der Pol": {
        "1 + mu": [1.0 + mu for mu, _ in points(mu_sols, "HB", [("mu", ""), ("x", 0)])],
    },
    "FitzHugh-Nagumo": {
        "Hopf": points(eq_sols, "HB", [("Iext", ""), ("v", 0), ("w", 0)]),
        "counts": {kind: int((eq_sols["bifurcation"] == kind).sum()) for kind in ("HB", "LP", "BP")},
        "folds of cycles": int((lc_sols["bifurcation"] == "LP").sum()),
        "cycles": points(lc_sols, "UZ", [("Iext", ""), ("period", "")]),
        "columns": [column for column in lc_sols.columns if not str(column[0]).startswith("PAR(") and column[0] != "t"],
    },
}
