"""A claim that a model needs and a backend does not make is an error before anything is generated."""

from __future__ import annotations

BACKENDS = """
from rates_core.plugins import BackendSpec, Capabilities, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    small = Capabilities(functions=["sin"])
    large = Capabilities(complex=True, delays=["ring", "history"], noise="additive")
    yield BackendSpec("small", "rates_heavy:Small", small, summary="-")
    yield BackendSpec("large", "rates_heavy:Large", large, summary="-")
    yield BackendSpec("absent", "rates_heavy:Absent", large, summary="-", probe="rates_probe:probe")
    yield BackendSpec("faulty", "rates_heavy:Faulty", large, summary="-", probe="rates_probe:nothing")
"""
PROBE = "def probe():\n    return 'The tool is missing.'"


def required(installation, asked: str, requirements: str) -> str:
    installation.add("rates-several", BACKENDS, rates_heavy="open('generated', 'w').close()", rates_probe=PROBE)
    text = installation.error(
        f"from rates_core.plugins import Requirements; manager.require(manager.{asked}, Requirements({requirements}))"
    )
    assert not (installation.folder / "generated").exists()
    return text


def test_a_missing_claim_says_what_is_missing_and_which_installed_backends_can(installation):
    text = required(installation, "backend('small')", "complex=True, delays={'ring'}, functions={'sin', 'erf'}")
    assert text == (
        "UnsupportedFeatureError: The backend 'small' does not support what this model needs: complex values, "
        "delayed variables, the function 'erf'. Installed backends that do: large."
    )


def test_a_missing_claim_says_that_no_installed_backend_can(installation):
    text = required(installation, "backend('large')", "noise='multiplicative'")
    assert text == (
        "UnsupportedFeatureError: The backend 'large' does not support what this model needs: "
        "noise whose strength depends on the state. No installed backend does."
    )


def test_a_missing_claim_of_a_solver_names_the_solvers_that_can(installation):
    text = required(installation, "solver('rk4')", "noise='multiplicative'")
    assert text == (
        "UnsupportedFeatureError: The solver 'rk4' does not support what this model needs: "
        "noise whose strength depends on the state. Installed solvers that do: euler."
    )


def test_a_model_that_needs_nothing_missing_is_accepted(installation):
    assert required(installation, "backend('small')", "functions={'sin'}") == "no error"
