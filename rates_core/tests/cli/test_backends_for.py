"""`rates backends --for`: what can run a model, and what the others lack."""

from __future__ import annotations

import json

import pytest
from rates_core.cli.main import main

MODEL = """\
op:
  base: OperatorTemplate
  equations: "x' = -x + x*xi"
  variables: {x: output(1.0), xi: noise}
node: {base: NodeTemplate, operators: [op]}
noisy: {base: CircuitTemplate, nodes: {p: node}}
"""
SPECS = """\
BACKEND  RUNS noisy WITH
bare     no solver; missing: noise
numpy    euler
         not with dopri5; missing: noise
         not with heun, rk4; missing: noise whose strength depends on the state
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    from rates_core.plugins import BackendSpec, get_manager
    from rates_core.simulation import suitability

    manager = get_manager()

    class Some:
        """The manager, with a backend that can do little and with few solvers."""

        def backends(self):
            return {"bare": BackendSpec("bare", "a:b", summary="-"), "numpy": manager.backend("numpy")}

        def solvers(self):
            return {name: manager.solver(name) for name in ("dopri5", "euler", "heun", "rk4")}

    monkeypatch.setattr(suitability, "get_manager", Some)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(MODEL)
    return tmp_path


def test_the_table_shows_who_runs_a_model_and_what_the_others_lack(folder, capsys):
    assert main(["backends", "--for", "model.noisy"]) == 0
    assert capsys.readouterr() == (SPECS, "")


def test_json_carries_what_the_table_shows(folder, capsys):
    assert main(["backends", "--for", "model.noisy", "--json"]) == 0
    strong = ["noise whose strength depends on the state"]
    assert json.loads(capsys.readouterr().out) == {
        "model": "noisy",
        "backends": [
            {
                "name": "bare",
                "solvers": [],
                "missing": ["noise"],
                "unfit": {
                    "dopri5": ["noise"], "euler": ["noise"], "heun": ["noise", *strong], "rk4": ["noise", *strong]
                },
            },
            {"name": "numpy", "solvers": ["euler"], "missing": [],
             "unfit": {"dopri5": ["noise"], "heun": strong, "rk4": strong}},
        ],
    }  # fmt: skip


def test_a_model_that_is_not_there_is_an_error(folder, capsys):
    assert main(["backends", "--for", "model.nois"]) == 2
    assert capsys.readouterr().err.startswith(f"rates: {folder.resolve()}/model.yaml holds no template 'nois'.")
