"""`rates backends --for`: what can run a model, and what the others lack."""

from __future__ import annotations

import json
from importlib.metadata import entry_points

import pytest

MODEL = """\
op:
  base: OperatorTemplate
  equations: "x' = -x + x*xi"
  variables: {x: output(1.0), xi: noise}
node: {base: NodeTemplate, operators: [op]}
noisy: {base: CircuitTemplate, nodes: {p: node}}
"""
PLUGIN = """
from rates_core.plugins import BackendSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("bare", "a:b", summary="-")
"""
NEEDED = ("rates-core", "rates-numpy")
OTHERS = ",".join(
    {entry.dist.name for entry in entry_points(group="rates.plugins") if entry.dist and entry.dist.name not in NEEDED}
)  # whatever else is installed
TABLE = """\
BACKEND  RUNS noisy WITH
bare     no solver; missing: noise
numpy    euler
         not with heun, rk4; missing: noise whose strength depends on the state
"""


@pytest.fixture
def rates(addition):
    """Return a function that runs the program beside a backend that can do little, in the folder of a model."""
    addition.add("rates-bare", PLUGIN)
    (addition.folder / "model.yaml").write_text(MODEL)

    def run(*arguments: str) -> tuple[int, str, str]:
        process = addition.rates("backends", *arguments, RATES_DISABLE_PLUGINS=OTHERS)
        return process.returncode, process.stdout, process.stderr.replace(str(addition.folder.resolve()), "<folder>")

    return run


def test_the_table_shows_who_runs_a_model_and_what_the_others_lack(rates):
    assert rates("--for", "model.noisy") == (0, TABLE, "")


def test_json_carries_what_the_table_shows(rates):
    code, out, errors = rates("--for", "model.noisy", "--json")
    strong = ["noise whose strength depends on the state"]
    both = ["noise", *strong]
    assert (code, errors) == (0, "")
    assert json.loads(out) == {
        "model": "noisy",
        "backends": [
            {"name": "bare", "solvers": [], "missing": ["noise"],
             "unfit": {"euler": ["noise"], "heun": both, "rk4": both}},
            {"name": "numpy", "solvers": ["euler"], "missing": [], "unfit": {"heun": strong, "rk4": strong}},
        ],
    }  # fmt: skip


def test_a_model_that_is_not_there_is_an_error(rates):
    assert rates("--for", "model.nois") == (
        2,
        "",
        "rates: <folder>/model.yaml holds no template 'nois'. Did you mean 'noisy' or 'node'? "
        "It holds: op, node, noisy.\n",
    )
