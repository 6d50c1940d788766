"""`rates backends`: what is installed, what it claims, and what a missing tool says."""

from __future__ import annotations

import json

import pytest

PLUGIN = """
from rates_core.plugins import BackendSpec, Capabilities, Option, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("plain", "no_module:x", summary="As little as there can be")
    yield BackendSpec(
        "metal", "no_module:x", summary="Everything", language="Metal", probe="rates_metal_tools:missing",
        requires=["metalc"], options=[Option("grade", "O2", "of optimisation")],
        capabilities=Capabilities(
            dtypes=("float64", "float32"), complex=True, projections=["dense", "sparse"], delays=["ring"],
            noise="additive", events=True, jacobian=True, fused=True, batch=True, differentiation=["reverse"],
            functions=["sin", "exp"],
        ),
    )
"""
REMEDY = "The compiler 'metalc' is missing. Install it with: apt install metalc."

TABLE = """\
BACKEND  LANGUAGE  STATUS       FROM         SUMMARY
metal    Metal     unavailable  rates-metal  Everything
                                             claims: float64, float32, connections (dense, sparse), complex numbers, \
populations, delays, additive noise, events, derivative matrices, fused loops, batches, derivatives of runs, source \
files
                                             The compiler 'metalc' is missing. Install it with: apt install metalc.
plain    Python    ready        rates-metal  As little as there can be
                                             claims: float64, connections (indexed), populations, source files
"""


@pytest.fixture
def metal(installation):
    installation.add("rates-metal", PLUGIN, rates_metal_tools=f"def missing():\n    return {REMEDY!r}")
    return installation


def test_the_table_shows_what_every_backend_claims_and_what_it_needs(metal):
    process = metal.rates("backends")
    assert (process.returncode, process.stdout, process.stderr) == (0, TABLE, "")


def test_json_carries_every_claim(metal):
    process = metal.rates("backends", "--json")
    backend, plain = json.loads(process.stdout)["backends"]
    assert backend == {
        "name": "metal",
        "summary": "Everything",
        "distribution": "rates-metal",
        "language": "Metal",
        "missing_tool": REMEDY,
        "requires": ["metalc"],
        "options": [{"name": "grade", "default": "O2", "summary": "of optimisation"}],
        "claims": {
            "dtypes": ["float64", "float32"],
            "devices": ["cpu"],
            "complex": True,
            "vector": True,
            "projections": ["dense", "sparse"],
            "delays": ["ring"],
            "noise": "additive",
            "events": True,
            "functions": ["exp", "sin"],
            "differentiation": ["reverse"],
            "jacobian": True,
            "batch": True,
            "fused": True,
            "files": True,
            "field": False,
        },
    }
    assert (plain["name"], plain["missing_tool"], plain["claims"]["functions"]) == ("plain", None, None)


def test_a_probe_that_fails_is_shown_and_hides_no_other_backend(installation):
    installation.add("rates-metal", PLUGIN)
    process = installation.rates("backends")
    assert process.returncode == 0
    assert process.stdout.splitlines()[3].strip() == (
        "'rates_metal_tools:missing' of rates-metal does not exist: "
        "ModuleNotFoundError: No module named 'rates_metal_tools'."
    )
    assert process.stdout.splitlines()[4].startswith("plain    Python    ready ")


def test_without_a_backend_the_command_says_what_to_install(installation):
    process = installation.rates("backends")
    text = "No backend is installed. Install one, for example with: pip install rates-numpy.\n"
    assert (process.returncode, process.stdout, process.stderr) == (0, text, "")
    assert json.loads(installation.rates("backends", "--json").stdout) == {"backends": []}
