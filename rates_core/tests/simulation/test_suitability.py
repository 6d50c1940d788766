"""What is said to run a model runs it; what is said to lack something is refused for that."""

from __future__ import annotations

import pytest
from rates_core.plugins import get_manager
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


FAKE = """
from rates_core.plugins import BackendSpec, Capabilities, SolverSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_backends():
    yield BackendSpec("bare", "a:b", summary="-")
    yield BackendSpec("noisy", "a:b", summary="-", capabilities=Capabilities(complex=True, noise="multiplicative"))
    yield BackendSpec("past", "a:b", summary="-", capabilities=Capabilities(delays=["ring"]))
    yield BackendSpec("tool", "a:b", summary="-", probe="rates_fake_tools:missing")

@hookimpl
def rates_solvers():
    yield SolverSpec("driver", "a:b", summary="-", kind="driver", order=None, adaptive=True, backends=["noisy"])
"""
TOOL = "The compiler 'metalc' is missing."
OTHERS = "rates-jax,rates-julia,rates-runge-kutta,rates-scipy"  # whose solvers would add nothing here


@pytest.fixture
def found(addition):
    """Return a function that gives how fake backends fare with a model of one equation, in a fresh process."""
    addition.add("rates-fake", FAKE, rates_fake_tools=f"def missing():\n    return {TOOL!r}")

    def ask(equation: str, initial: str, disabled: str = OTHERS) -> dict[str, Suitability]:
        code = f"""
        from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate
        from rates_core.simulation.suitability import suitability
        node = NodeTemplate("n", [OperatorTemplate("op", {equation!r}, {{"x": {initial!r}}})])
        found = suitability(CircuitTemplate("c", nodes={{"p": node}}))
        value = {{item.backend: [item.solvers, item.missing, dict(item.unfit)] for item in found}}
        """
        answers = addition.value(code, RATES_DISABLE_PLUGINS=disabled)
        return {
            name: Suitability(name, tuple(able), tuple(missing), {key: tuple(lacks) for key, lacks in unfit.items()})
            for name, (able, missing, unfit) in answers.items()
        }

    return ask


def test_a_claim_that_the_backend_lacks_is_missing_with_every_solver(found):
    bare = found("x' = I*x", "output(1.0+0.0j)")["bare"]
    lacks = ("complex values",)
    driver = (*lacks, "a solver that works with 'bare'")
    assert bare == Suitability("bare", (), lacks, {"driver": driver, "euler": lacks, "heun": lacks, "rk4": lacks})


def test_a_solver_that_names_other_backends_is_unfit(found):
    fare = found("x' = -x", "output(1.0)")
    wrong = ("a solver that works with 'bare'",)
    assert fare["bare"] == Suitability("bare", ("euler", "heun", "rk4"), (), {"driver": wrong})
    assert fare["noisy"] == Suitability("noisy", ("driver", "euler", "heun", "rk4"), (), {})


def test_a_missing_tool_is_missing_with_every_solver(found):
    tool = found("x' = -x", "output(1.0)")["tool"]
    assert (tool.solvers, tool.missing) == ((), (TOOL,))


QUEUED = """
from rates_core.plugins import SolverSpec, hookimpl

rates_api = (1, 0)

@hookimpl
def rates_solvers():
    yield SolverSpec(
        "queued", "a:b", summary="-", kind="driver", order=None, adaptive=True, backends=["bare"],
        probe="rates_fake_tools:missing",
    )
"""


def test_a_tool_of_a_solver_is_missing_with_that_one_and_the_backends_that_it_works_with(found, addition):
    addition.add("rates-queue", QUEUED)
    fare = found("x' = -x", "output(1.0)")
    assert fare["bare"].unfit["queued"] == (TOOL,)
    assert fare["bare"].solvers == ("euler", "heun", "rk4")
    assert fare["noisy"].unfit["queued"] == ("a solver that works with 'noisy'",)


def test_a_storage_that_is_not_installed_is_missing(found):
    fixed = ("euler", "heun", "rk4")
    assert found("x' = -past(x, 1.0)", "output(1.0)")["past"].solvers == fixed
    past = found("x' = -past(x, 1.0)", "output(1.0)", f"{OTHERS},rates-delay-ring")["past"]
    storage = (
        "a storage of delayed variables (The delay strategy 'ring' comes with rates-delay-ring, which is disabled. "
        "Take it out of RATES_DISABLE_PLUGINS to use it)"
    )
    assert past.solvers == ()
    assert past.unfit["euler"] == (storage,)


def test_a_model_that_nothing_runs_is_an_error_and_no_answer():
    model = circuit("x' = -past(z, 1.0)", "z = x + xi", x="output(1.0)", z="variable", xi="noise")
    with pytest.raises(UnsupportedFeatureError, match="'p/op/z' is read with a delay and depends on random numbers"):
        suitability(model)
