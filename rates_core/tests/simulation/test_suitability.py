"""What is said to run a model runs it; what is said to lack something is refused for that."""

from __future__ import annotations

import pytest
from rates_core.plugins import BackendSpec, Capabilities, SolverSpec, get_manager
from rates_core.simulation import suitability as module
from rates_core.simulation.suitability import Suitability, suitability

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate, UnsupportedFeatureError


def circuit(*equations: str, **variables: object) -> CircuitTemplate:
    node = NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])
    return CircuitTemplate("c", nodes={"p": node})


MODELS = {
    "plain": circuit("x' = -x", x="output(1.0)"),
    "delayed": circuit("x' = -past(x, 0.5)", x="output(1.0)"),
    "additive noise": circuit("x' = -x + 0.1*xi", x="output(1.0)", xi="noise"),
    "any noise": circuit("x' = -x + x*xi", x="output(1.0)", xi="noise"),
    "complex": circuit("z' = I*z", z="output(1.0+0.0j)"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_solver_is_listed_exactly_if_it_runs_the_model(name):
    model = MODELS[name]
    able, unable = [], []
    for solver in get_manager().solvers():
        try:
            model.run(1.0, 0.25, solver=solver, backend="numpy", verbose=False)
        except UnsupportedFeatureError:
            unable.append(solver)
        else:
            able.append(solver)
    (numpy,) = [item for item in suitability(model) if item.backend == "numpy"]
    assert (list(numpy.solvers), list(numpy.unfit)) == (able, unable)
    assert able


def test_what_is_missing_is_told_for_every_solver_that_cannot():
    (numpy,) = [item for item in suitability(MODELS["any noise"]) if item.backend == "numpy"]
    assert numpy.missing == ()
    assert numpy.unfit["heun"] == ("noise whose strength depends on the state",)
    assert numpy.unfit["dopri5"] == ("noise",)


class Manager:
    """A manager of descriptors that are not installed."""

    def __init__(self, *specs: BackendSpec | SolverSpec) -> None:
        self.specs = specs

    def backends(self) -> dict[str, BackendSpec]:
        return {spec.name: spec for spec in self.specs if isinstance(spec, BackendSpec)}

    def solvers(self) -> dict[str, SolverSpec]:
        return {spec.name: spec for spec in self.specs if isinstance(spec, SolverSpec)}


BARE = BackendSpec("bare", "a:b", summary="-")
NOISY = BackendSpec("noisy", "a:b", summary="-", capabilities=Capabilities(complex=True, noise="multiplicative"))
TOOL = BackendSpec("tool", "a:b", summary="-", probe=f"{__name__}:absent", capabilities=Capabilities(complex=True))
EULER = SolverSpec("euler", "a:b", summary="-", kind="tableau", order=1, adaptive=False, noise="multiplicative")
PAIR = SolverSpec("pair", "a:b", summary="-", kind="tableau", order=2, adaptive=True)
DRIVER = SolverSpec("driver", "a:b", summary="-", kind="driver", order=None, adaptive=True, backends=["noisy"])


def absent() -> str:
    return "The compiler 'metalc' is missing."


def found(monkeypatch: pytest.MonkeyPatch, model: str, *specs: BackendSpec | SolverSpec) -> list[Suitability]:
    monkeypatch.setattr(module, "get_manager", lambda: Manager(*specs))
    return suitability(MODELS[model])


def test_a_claim_that_the_backend_lacks_is_missing_with_every_solver(monkeypatch):
    (bare,) = found(monkeypatch, "complex", BARE, EULER, PAIR)
    wanted = ("complex values",)
    assert bare == Suitability("bare", (), wanted, {"euler": wanted, "pair": wanted})


def test_a_solver_that_names_other_backends_is_unfit(monkeypatch):
    bare, noisy = found(monkeypatch, "plain", BARE, NOISY, EULER, DRIVER)
    assert bare == Suitability("bare", ("euler",), (), {"driver": ("a solver that works with 'bare'",)})
    assert noisy == Suitability("noisy", ("euler", "driver"), (), {})


def test_a_missing_tool_is_missing_with_every_solver(monkeypatch):
    monkeypatch.setattr("rates_core.plugins.specs.load_target", lambda target, owner: absent)
    (tool,) = found(monkeypatch, "complex", TOOL, EULER, PAIR)
    assert (tool.solvers, tool.missing) == ((), ("The compiler 'metalc' is missing.",))


def test_without_a_solver_that_is_what_is_missing(monkeypatch):
    assert found(monkeypatch, "plain", BARE) == [Suitability("bare", (), ("a solver",), {})]


def test_a_storage_that_is_not_installed_is_missing(monkeypatch):
    backend = BackendSpec("bare", "a:b", summary="-", capabilities=Capabilities(delays=["ring"]))
    solver = SolverSpec("e", "a:b", summary="-", kind="tableau", order=1, adaptive=False, delays=["ring"])
    monkeypatch.setattr(module, "storage", lambda *_: get_manager().delay_strategy("rings"))
    (bare,) = found(monkeypatch, "delayed", backend, solver)
    (missing,) = bare.missing
    assert missing.startswith(
        "a storage of delayed variables (There is no delay strategy 'rings'. Did you mean 'ring'?"
    )


def test_a_model_that_nothing_runs_is_an_error_and_no_answer():
    model = circuit("x' = -past(z, 1.0)", "z = x + xi", x="output(1.0)", z="variable", xi="noise")
    with pytest.raises(UnsupportedFeatureError, match="'p/op/z' is read with a delay and depends on random numbers"):
        suitability(model)
