"""Derivatives of runs of templates of the library: all engines find the same ones, which are those of differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from attrs import field, frozen
from rates_core.errors import ApproximationWarning
from rates_core.plugins import get_manager
from rates_core.simulation.compile import CompiledModel

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, PopulationTemplate

STEPS, SLOPE, UNITS = 120, 10.0, 4
SAME = 1e-10  # engines sum in their own order
CLOSE = 1e-6
SHIFT = 2e-4  # of differences of fourth order: what is cut off is below 1e-12 of scales, rounding about 1e-11


@frozen(eq=False)
class Task:
    """A model of the library, and by what a weighted sum of its output is differentiated.

    Attributes:
        circuit: makes the model.
        step: size of a step.
        output: path.
        parameters: values by path, one number each; derivatives are by these,
        initial: and by these, of states at the start.
        solver: fixed-step method.
        spikes: it has events.
        complex: its states are complex.
    """

    circuit: Callable[[], CircuitTemplate]
    step: float
    output: str
    parameters: Mapping[str, float]
    initial: Mapping[str, float] = field(factory=dict)
    solver: str = "heun"
    spikes: bool = False
    complex: bool = False

    @property
    def values(self) -> dict[str, float]:
        """Return the values of all paths."""
        return {**self.parameters, **self.initial}

    def arguments(self, values: Mapping[str, float]) -> dict[str, Any]:
        """Return the arguments of a run with these values."""
        return {
            "parameters": {path: values[path] for path in self.parameters},
            "initial": {path: values[path] for path in self.initial} or None,
        }


def library(name: str) -> Callable[[], CircuitTemplate]:
    """Return what makes a circuit of the library."""
    return lambda: CircuitTemplate.from_yaml(f"model_templates.{name}")


def network(
    path: str, source: str, target: str, strength: float, delay: float, **params: np.ndarray
) -> CircuitTemplate:
    """Return neurons of the library that hear each other late."""
    node = NodeTemplate.from_yaml(f"neuron_model_templates.{path}")
    weights = strength * np.cos(np.arange(UNITS * UNITS)).reshape(UNITS, UNITS)
    values = {key.replace("__", "/"): value for key, value in params.items()}
    return CircuitTemplate(
        "network",
        populations={"p": PopulationTemplate("p", node, UNITS, values)},
        connections=[Connectivity(f"p/{source}", f"p/{target}", weights, delays=delay)],
    )


DRIVES = np.linspace(1.0, 1.3, UNITS)
TASKS = {
    "van der Pol": Task(
        library("oscillators.vanderpol.vdp"), 0.05, "p/vdp_op/x", {"p/vdp_op/mu": 1.0}, {"p/vdp_op/x": 0.5}
    ),
    "FitzHugh and Nagumo": Task(
        library("systems.fitzhugh_nagumo.fhn"), 0.1, "p/fhn_op/v", {"p/fhn_op/eps": 0.08, "p/fhn_op/I_ext": 0.5},
        {"p/fhn_op/w": 0.1},
    ),
    "Hodgkin and Huxley": Task(
        library("systems.hodgkin_huxley.hh"), 0.01, "p/hh_op/v",
        {"p/hh_op/g_Na": 120.0, "p/hh_op/E_K": -77.0, "p/hh_op/I_ext": 10.0}, solver="rk4",
    ),
    "a ring of Wilson and Cowan with delays": Task(
        library("systems.wilson_cowan_rings.wc_ring_delayed"), 0.25, "p0/e/rate_op/r",
        {"p0/e/se_op/theta": 3.9, "p1/e/rate_op/r->p0/e/se_op/r_in/weight": 0.55}, {"p0/e/rate_op/r": 0.2},
    ),
    "predators that hunt late": Task(
        library("systems.lotka_volterra.lv_delayed"), 0.03, "prey/lv_op/x",
        {
            "prey/lv_op/alpha": 0.7, "prey/lv_op/x->predator/lv_op/x_in/weight": 1.0,
            "prey/lv_op/x->predator/lv_op/x_in/delay": 0.5,
        },
    ),
    "Mackey and Glass": Task(
        library("systems.mackey_glass.mg"), 0.4, "p/mg_op/x", {"p/mg_op/beta": 0.2, "p/mg_op/tau": 17.1},
        {"p/mg_op/x": 0.6}, "rk4",
    ),
    "Jansen and Rit with chains": Task(
        library("neural_mass_models.jansenrit.JRC_2delaycoupled"), 2e-4, "jrc1/pc/rpo_e_in/v",
        {"jrc1/pc/rpo_e_in/h": 0.00325, "jrc2/pc/rpo_i/tau": 0.02, "jrc1/pc/pro/v_thr": 0.006},
    ),
    "the mean field of quadratic units": Task(
        library("neural_mass_models.qif.qif_sfa"), 0.02, "p/qif_sfa_op/r",
        {"p/qif_sfa_op/eta": -4.0, "p/qif_sfa_op/r->p/qif_sfa_op/r_in/weight": 15.0}, {"p/qif_sfa_op/v": -2.0},
    ),
    "the mean field of theta neurons, in complex numbers": Task(
        library("neural_mass_models.theta.kmo_theta"), 0.02, "p/theta_op/r",
        {"p/theta_op/eta": -4.0, "p/theta_op/Delta": 1.0, "p/theta_op/r->p/theta_op/s/weight": 15.0}, complex=True,
    ),
    "late leaky integrators": Task(
        lambda: network("rate_neurons.leaky_integrator.tanh", "tanh_op/r", "li_op/r_in", 0.7, 0.37),
        0.1, "p[1]/li_op/v", {"p[0]/li_op/eta": 0.3, "p[1]/li_op/tau": 5.0}, {"p[2]/li_op/v": 0.4},
    ),
    "late leaky units that spike": Task(
        lambda: network("spiking_neurons.lif.lif", "lif_op/s", "lif_op/s_in", 0.3, 0.4, lif_op__eta=0.31 * DRIVES),
        0.1, "p[1]/lif_op/v", {"p[1]/lif_op/eta": 0.36, "p[0]/lif_op/tau_s": 0.7, "p[1]/lif_op/v_reset": 0.1},
        spikes=True,
    ),
    "late quadratic units that spike and adapt": Task(
        lambda: network(
            "spiking_neurons.qif.qif_sfa", "qif_sfa_op/s", "qif_sfa_op/s_in", 0.3, 0.2, qif_sfa_op__eta=9.0 * DRIVES
        ),
        0.02, "p[2]/qif_sfa_op/x", {"p[2]/qif_sfa_op/alpha": 1.1, "p[2]/qif_sfa_op/tau_x": 8.0}, {}, "euler", True,
    ),
    "late units of Izhikevich": Task(
        lambda: network("spiking_neurons.ik.ik", "ik_op/s", "ik_op/s_in", 3.0, 1.0, ik_op__eta=700.0 * DRIVES),
        0.1, "p[1]/ik_op/u", {"p[1]/ik_op/kappa": 12.0, "p[1]/ik_op/b": -2.0, "p[1]/ik_op/tau_u": 30.0}, {}, "euler",
        True,
    ),
}  # fmt: skip


NATIVE = [name for name, spec in get_manager().backends().items() if "adjoint" in spec.capabilities.differentiation]


def engines() -> list[tuple[str, dict[str, Any]]]:
    """Return what claims to differentiate runs backwards, eagerly and with compiled steps where that is offered.

    At the end stand the adjoints of compiled loops.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    for spec in get_manager().backends().values():
        if "reverse" in spec.capabilities.differentiation and spec.capabilities.events:
            found.append((spec.name, {}))
            if any(option.name == "compile" for option in spec.options):
                found.append((spec.name, {"compile": True}))
    return [*found, *((name, {}) for name in NATIVE)]


def compiled(task: Task, backend: str, **options: Any) -> CompiledModel:
    """Return the model of a task."""
    return task.circuit().compile(
        backend, step_size=task.step, simulation_time=STEPS * task.step, outputs={"found": task.output},
        solver=task.solver, **options,
    )  # fmt: skip


WEIGHTS = np.cos(0.1 * np.arange(STEPS))  # what outputs are multiplied by


def derivatives(name: str, engine: tuple[str, dict[str, Any]], surrogate: bool = False) -> np.ndarray:
    """Return the derivatives that an engine finds, of conditions too or with events where they are."""
    return _derivatives(name, engine[0], tuple(engine[1].items()), surrogate)


@cache
def _derivatives(name: str, backend: str, given: tuple[tuple[str, Any], ...], surrogate: bool) -> np.ndarray:
    options, task = dict(given), TASKS[name]
    if surrogate and any(option.name == "surrogate" for option in get_manager().backend(backend).options):
        options = {**options, "surrogate": SLOPE}
    model = compiled(task, backend, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ApproximationWarning)  # that derivatives do not see events move
        # PyTorch takes operations on complex numbers one by one
        warnings.filterwarnings("ignore", "Torchinductor does not support code generation for complex", UserWarning)
        found = model.gradient({"found": WEIGHTS}, list(task.values), **task.arguments(task.values))
    return np.array([float(found[path]) for path in task.values])


@cache
def of_first(name: str, surrogate: bool) -> np.ndarray:
    """Return what the first engine finds."""
    return derivatives(name, engines()[0], surrogate)


@cache
def differences(name: str) -> np.ndarray:
    """Return the derivatives by central differences of fourth order of runs of NumPy."""
    task = TASKS[name]
    model = compiled(task, "numpy")

    def loss(path: str, shift: float) -> float:
        values = {**task.values, path: task.values[path] + shift}
        return float(WEIGHTS @ model.run(verbose=False, **task.arguments(values)).to_numpy()[:, 0])

    def slope(path: str) -> float:
        h = SHIFT * max(abs(task.values[path]), 0.01)
        near, far = (loss(path, k * h) - loss(path, -k * h) for k in (1, 2))
        return (8.0 * near - far) / (12.0 * h)

    return np.array([slope(path) for path in task.values])


def named(engine: tuple[str, dict[str, Any]]) -> str:
    """Return what a test of an engine is called."""
    return "-".join([engine[0], *engine[1]])


def tried(ordinary: bool) -> list[Any]:
    """Return each task with each engine, all in the exhaustive tier but one engine per task, none that compiles steps.

    Libraries compile each task for seconds.
    """
    found, quick = [], [engine for engine in engines() if not engine[1] and engine[0] not in NATIVE]
    for row, (name, task) in enumerate(TASKS.items()):
        for engine in engines():
            if engine[0] in NATIVE and task.complex:
                continue  # which they refuse by name
            kept = ordinary and engine == quick[row % len(quick)]
            marks = [] if kept else [pytest.mark.exhaustive]
            found.append(pytest.param(name, engine, id=f"{name}-{named(engine)}", marks=marks))
    return found


@pytest.mark.parametrize(("name", "engine"), tried(ordinary=True))
def test_derivatives_by_all_engines_are_those_of_differences(name: str, engine: tuple[str, dict[str, Any]]) -> None:
    found = derivatives(name, engine)
    assert np.all(found != 0.0)
    np.testing.assert_allclose(found, differences(name), rtol=CLOSE)


@pytest.mark.parametrize(("name", "engine"), tried(ordinary=False))
def test_all_engines_find_the_same(name: str, engine: tuple[str, dict[str, Any]]) -> None:
    np.testing.assert_allclose(derivatives(name, engine), of_first(name, surrogate=False), rtol=SAME)


@pytest.mark.parametrize(
    ("name", "engine"), [task for task in tried(ordinary=False) if TASKS[str(task.values[0])].spikes]
)
def test_all_engines_find_the_same_of_smooth_steps_in_place_of_conditions(
    name: str, engine: tuple[str, dict[str, Any]]
) -> None:
    offered = any(option.name == "surrogate" for option in get_manager().backend(engine[0]).options)
    found, sharp = derivatives(name, engine, surrogate=True), of_first(name, surrogate=False)
    # a backend that offers no smooth steps has the derivatives of events that stay
    np.testing.assert_allclose(found, of_first(name, surrogate=True) if offered else sharp, rtol=SAME)
    assert np.allclose(found, sharp, rtol=1e-7) != offered


@pytest.mark.parametrize("name", TASKS)
def test_runs_are_those_of_stable_steps(name: str) -> None:
    task = TASKS[name]
    found = compiled(task, "numpy").run(verbose=False, **task.arguments(task.values)).to_numpy()
    assert np.abs(found).max() < 1e3


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.spikes])
def test_units_that_spike_do(name: str) -> None:
    task = TASKS[name]
    spiking = task.circuit().compile(
        "numpy", step_size=task.step, simulation_time=STEPS * task.step, outputs={"v": f"all/{operator(task)}/v"},
        solver=task.solver,
    )  # fmt: skip
    found = spiking.run(verbose=False, **task.arguments(task.values)).to_numpy()
    assert (np.abs(np.diff(found, axis=0)).max(axis=0) > 0.5).all()


def operator(task: Task) -> str:
    """Return the name of the operator that spikes."""
    return task.output.split("/")[1]
