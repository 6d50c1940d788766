"""Folds of Izhikevich's mean field in two parameters, and equilibria of Jansen and Rit's column, in PyCoBi."""

from pathlib import Path

from pycobi import ODESystem
from pyrates import CircuitTemplate


def points(table, label, columns):
    """Return numbers of the points of one kind, in order."""
    rows = table[table["bifurcation"] == label]
    found = [[float(row[column]) for column in columns] for _, row in rows.iterrows()]
    return sorted(found, key=lambda row: [round(value, 5) for value in row])


precise = {"EPSL": 1e-8, "EPSU": 1e-8, "EPSS": 1e-6, "ITMX": 40, "ITNW": 40, "NWTN": 12, "DSMIN": 1e-8}
Path("ik").mkdir()
ik = ODESystem.from_yaml(
    "model_templates.neural_mass_models.ik.ik_theta", auto_dir="/usr/lib/auto-07p", working_dir="ik", init_cont=True,
    NMX=10000, DSMAX=0.1, NPR=1000,
    node_vars={"p/ik_theta_op/Delta": 0.1, "p/ik_theta_op/g": 20.0, "p/ik_theta_op/d": 0.0},
)  # fmt: skip
sols, cont = ik.run(
    origin=0, starting_point="EP2", name="eta", bidirectional=True, ICP=2, RL0=-10.0, RL1=400.0, IPS=1, ILP=1, ISP=2,
    ISW=1, NMX=4000, NPR=100, DS=1e-4, DSMAX=0.2, UZR={}, STOP={}, **precise,
)  # fmt: skip
curves = {}
for label in ("LP1", "LP2"):
    curves[label], _ = ik.run(
        origin=cont, starting_point=label, name=f"Delta/eta:{label}", bidirectional=True, ICP=[1, 2], RL0=0.02, RL1=5.0,
        IPS=1, ILP=0, ISP=2, ISW=2, NMX=4000, NPR=100, DS=1e-4, DSMAX=0.05, UZR={}, STOP={}, **precise,
    )  # fmt: skip
ik.close_session(clear_files=True)

jrc = CircuitTemplate.from_yaml("model_templates.neural_mass_models.jansenrit.JRC")
jrc.update_var(node_vars={"pc/rpo_e_in/u": 400.0})
start = {"ein/rpo_e/v": 1.762243e-02, "pc/rpo_e_in/v": 3.052549e-02, "pc/rpo_i/v": -2.195986e-02,
         "iin/rpo_e/v": 4.405607e-03}  # fmt: skip
for path, value in start.items():
    jrc.update_var(node_vars={path: value})
ODESystem.reset_auto_state()
column = ODESystem.from_template(jrc, auto_dir="/usr/lib/auto-07p", init_cont=False)
t_sols, t_cont = column.run(
    c="ivp", name="time", DS=1e-4, DSMIN=1e-10, EPSL=1e-08, EPSU=1e-08, EPSS=1e-06, DSMAX=1e-3, NMX=50000, NPR=500,
    UZR={14: 2.0}, STOP={"UZ1"},
)  # fmt: skip
u_sols, u_cont = column.run(
    origin=t_cont, starting_point="UZ1", name="u", bidirectional=True, ICP="u", RL0=-50.0, RL1=600.0, IPS=1, ILP=1,
    ISP=2, ISW=1, NMX=8000, NPR=200, DS=1e-3, DSMAX=0.5, MXBF={}, UZR={}, STOP={},
    EPSL=1e-9, EPSU=1e-9, EPSS=1e-7, ITMX=1000, ITNW=40, NWTN=12,
)  # fmt: skip
states = [("v", 0), ("v_v1", 0), ("v_v2", 0), ("v_v3", 0)]
RESULTS = {
    "folds": points(sols, "LP", [("eta", ""), ("r", 0), ("v", 0)]),
    "cusps": [points(table, "CP", [("eta", ""), ("Delta", "")]) for table in curves.values()],
    "columns of Jansen and Rit": [column for column in u_sols.columns if not str(column[0]).startswith("PAR(")
                                  and column[0] != "t"],
    "rest": [float(t_sols.iloc[-1][state]) for state in states],
    "Hopf": points(u_sols, "HB", [("u", ""), *states]),
    "folds of Jansen and Rit": points(u_sols, "LP", [("u", ""), *states]),
    "false": [int((u_sols["bifurcation"] == kind).sum()) for kind in ("BP", "MX")],
}  # fmt: skip
