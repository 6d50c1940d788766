"""What is said where Julia does not have DifferentialEquations.jl, and that all else goes on without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rates_core.errors import PluginError, UnsupportedFeatureError
from rates_core.plugins import get_manager
from rates_core.testing import check_solver
from rates_core.testing.parts import single
from rates_julia import probe, process

from plugins.rates_julia.tests.grammar import faults
from rates_core import CircuitTemplate


def missing() -> str:
    found = probe.command()
    assert found is not None
    return (
        f"the package OrdinaryDiffEq of DifferentialEquations.jl is not installed for '{found[0]}'. "
        'Install it there: using Pkg; Pkg.add("OrdinaryDiffEq")'
    )


@pytest.fixture(autouse=True)
def without_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Julia has its standard library, and no other package."""
    monkeypatch.setenv("JULIA_LOAD_PATH", "@stdlib")
    process._end()
    yield
    process._end()


def decay() -> CircuitTemplate:
    return single("x' = u - k*x", x="output(1.0)", k=2.0, u="input(0.0)")


def run(model: CircuitTemplate, **given: Any) -> Any:
    return model.run(simulation_time=1.0, step_size=0.1, backend="julia", solver="diffeq", verbose=False, **given)


def test_without_the_package_a_run_says_what_is_missing_and_how_to_get_it() -> None:
    with pytest.raises(PluginError) as raised:
        run(decay())
    assert str(raised.value) == f"The solver 'diffeq' cannot run: {missing()}"
    assert get_manager().solver("diffeq").missing_tool() == missing()


def test_without_the_package_the_solver_is_listed_as_unavailable_and_the_backend_is_not() -> None:
    (status,) = (one for one in get_manager().statuses() if one.distribution == "rates-julia")
    assert status.status == "active"
    assert status.reason == f"The solver 'diffeq' is unavailable: {missing()}"
    assert status.offers == {"backends": ("julia",), "solvers": ("diffeq",)}


def test_without_the_package_the_solver_cannot_be_checked() -> None:
    with pytest.raises(PluginError) as raised:
        check_solver("diffeq", backend="julia")
    assert str(raised.value) == f"The solver 'diffeq' cannot be tested here: {missing()}"


def test_without_julia_it_is_julia_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia")
    assert probe.package_probe() == probe.probe()


def test_text_is_written_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_JULIA", "/nowhere/julia")
    text = decay().compile(backend="julia", solver="diffeq", step_size=0.1).program.source
    assert faults(text) == []
    assert "OrdinaryDiffEq" not in text


def test_it_works_with_julia_alone() -> None:
    with pytest.raises(UnsupportedFeatureError) as raised:
        decay().run(simulation_time=1.0, step_size=0.1, backend="numpy", solver="diffeq")
    assert str(raised.value) == ("The solver 'diffeq' does not work with the backend 'numpy'. Give backend='julia'.")


def test_with_delays_too_it_is_the_package_for_all_models_that_is_missing_first() -> None:
    with pytest.raises(PluginError) as raised:
        run(single("x' = -past(x, 0.5)", x="output(1.0)"))
    assert str(raised.value) == f"The solver 'diffeq' cannot run: {missing()}"
