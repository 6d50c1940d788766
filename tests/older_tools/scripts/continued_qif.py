"""A QIF population with adaptation in PyCoBi: equilibria, cycles from a Hopf point, folds in two parameters."""

from pycobi import ODESystem

ode = ODESystem.from_yaml(
    "model_templates.neural_mass_models.qif.qif_sfa",
    auto_dir="/usr/lib/auto-07p",
    init_cont=True,
    NPR=100,
    NMX=20000,
)
eta_sols, eta_cont = ode.run(
    origin=0, starting_point="EP2", name="eta", bidirectional=True, ICP=4, RL0=-10.0, RL1=5.0, IPS=1, ILP=1, ISP=2,
    ISW=1, NTST=400, NCOL=4, IAD=3, IPLT=0, NBC=0, NINT=0, NMX=4000, NPR=10, MXBF=5, IID=2, ITMX=40, ITNW=40, NWTN=12,
    JAC=0, EPSL=1e-09, EPSU=1e-09, EPSS=1e-07, DS=1e-4, DSMIN=1e-8, DSMAX=5e-2, IADS=1, THL={}, THU={},
    UZR={4: [-2.5, 3.0]}, STOP={},
)  # fmt: skip
cycles, hopf_cont = ode.run(
    origin=eta_cont, starting_point="HB2", name="eta_hopf", IPS=2, ISP=2, ISW=-1, ICP=["eta", 11], NTST=100, NPR=20,
    NMX=700, DSMAX=0.4, UZR={4: [-1.8, -1.5]}, STOP=["UZ2"], get_period=True,
)  # fmt: skip
curves = {}
for label in ("LP1", "LP2"):
    curves[label], _ = ode.run(
        origin="eta", starting_point=label, name=f"folds of {label}", ICP=["eta", "alpha"], ISW=2, IPS=1, ISP=2, ILP=0,
        NMX=2000, NPR=20, DSMAX=0.05, bidirectional=True, RL0=-12.0, RL1=4.0,
        UZSTOP={"alpha": [0.0, 2.0]}, UZR={},
    )  # fmt: skip


def points(table, label, columns):
    """Return numbers of the points of one kind, in order."""
    rows = table[table["bifurcation"] == label]
    found = [[float(row[column]) for column in columns] for _, row in rows.iterrows()]
    return sorted(found, key=lambda row: [round(value, 5) for value in row])


RESULTS = {
    "columns": [column for column in eta_sols.columns if not str(column[0]).startswith("PAR(") and column[0] != "t"],
    "parameters": [float(ode[0].iloc[-1][name, ""]) for name in ("weight", "Delta", "tau", "eta", "alpha", "tau_a")],
    "rest": [float(ode[0].iloc[-1][name, 0]) for name in ("r", "v", "a")],
    "Hopf": points(eta_sols, "HB", [("eta", ""), ("r", 0), ("v", 0), ("a", 0)]),
    "folds": points(eta_sols, "LP", [("eta", ""), ("r", 0), ("v", 0), ("a", 0)]),
    "user": points(eta_sols, "UZ", [("eta", ""), ("r", 0), ("v", 0), ("a", 0)]),
    "at a label": float(ode.get_summary("eta", "HB2")["eta", ""]),
    "cycles": points(cycles, "UZ", [("eta", ""), ("PAR(11)", ""), ("r", 0), ("r", 1), ("v", 0), ("v", 1)]),
    "cusps": [points(table, "CP", [("eta", ""), ("alpha", ""), ("r", 0), ("v", 0)]) for table in curves.values()],
    "Bogdanov-Takens": [
        points(table, "BT", [("eta", ""), ("alpha", ""), ("r", 0), ("v", 0)]) for table in curves.values()
    ],
}
