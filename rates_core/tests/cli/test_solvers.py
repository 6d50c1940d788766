"""`rates solvers`: what is installed claims what the table says, and one solver tells its options."""

from __future__ import annotations

import json

import pytest

PLUGIN = """
from rates_core.plugins import Option, SolverSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_solvers():
    yield SolverSpec(
        "stiff", "no_module:x", summary="A driver for stiff systems", kind="driver", order=None, adaptive=True,
        stiff=True, delays=["history"], events=True, methods=["one", "two"], backends=["metal"],
        options=[Option("rtol", 1e-6, "tolerance"), Option("max_step", float("inf"), "longest step"),
                 Option("first", None, "first step")],
        references=["hairer1993"],
    )
"""

TABLE = """\
SOLVER  ORDER  STEPS     STIFF  DELAYS  NOISE     EVENTS  FROM         SUMMARY
euler   1      fixed     no     yes     any       yes     rates-core   Forward Euler; with noise, Euler-Maruyama
heun    2      fixed     no     yes     additive  yes     rates-core   Heun's method of two stages
rk4     4      fixed     no     yes     additive  yes     rates-core   The classical Runge-Kutta method of four stages
stiff   -      adaptive  yes    yes     no        yes     rates-stiff  A driver for stiff systems
"""

PAGE = """\
stiff: A driver for stiff systems
  order: -
  steps: adaptive
  stiff: yes
  delays: yes
  noise: no
  events: yes
  from: rates-stiff
  methods: one, two
  backends: metal
  references: hairer1993
  --option rtol=1e-06: tolerance
  --option max_step=inf: longest step
  --option first=none: first step
"""


@pytest.fixture
def stiff(installation):
    installation.add("rates-stiff", PLUGIN)
    return installation


def test_the_table_shows_what_every_solver_claims(stiff):
    process = stiff.rates("solvers")
    assert (process.returncode, process.stdout, process.stderr) == (0, TABLE, "")


def test_one_solver_shows_its_methods_and_options(stiff):
    process = stiff.rates("solvers", "stiff")
    assert (process.returncode, process.stdout, process.stderr) == (0, PAGE, "")


def test_json_carries_every_claim(stiff):
    (solver,) = json.loads(stiff.rates("solvers", "stiff", "--json").stdout)["solvers"]
    assert solver == {
        "name": "stiff",
        "summary": "A driver for stiff systems",
        "distribution": "rates-stiff",
        "order": None,
        "adaptive": True,
        "stiff": True,
        "delays": ["history"],
        "noise": "",
        "events": True,
        "methods": ["one", "two"],
        "backends": ["metal"],
        "options": [
            {"name": "rtol", "default": 1e-6, "summary": "tolerance"},
            {"name": "max_step", "default": "inf", "summary": "longest step"},
            {"name": "first", "default": None, "summary": "first step"},
        ],
        "references": ["hairer1993"],
    }
    names = [spec["name"] for spec in json.loads(stiff.rates("solvers", "--json").stdout)["solvers"]]
    assert names == ["euler", "heun", "rk4", "stiff"]


def test_an_unknown_solver_is_an_error_with_the_closest_ones(stiff):
    process = stiff.rates("solvers", "stif")
    text = "rates: There is no solver 'stif'. Did you mean 'stiff'? Installed solvers: euler, heun, rk4, stiff.\n"
    assert (process.returncode, process.stdout, process.stderr) == (2, "", text)
