"""A `SimulationExperiment` of TVBO: a circuit, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.experiment import Experiment

from rates_tvbo.document import open_document
from rates_tvbo.dynamics_reader import read_operator
from rates_tvbo.names import template_name
from rates_tvbo.network_reader import read_network
from rates_tvbo.section import Section
from rates_tvbo.single import circuit_of
from rates_tvbo.stimuli import Stimulus, check_nodes, read_stimuli, weigh

#: What TVBO calls methods, in small letters, and the arguments of `run` that choose them.
METHODS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "euler": {"solver": "euler"}, "eulerdeterministic": {"solver": "euler"}, "eulerstochastic": {"solver": "euler"},
    "heun": {"solver": "heun"}, "heundeterministic": {"solver": "heun"}, "heunstochastic": {"solver": "heun"},
    "rk4": {"solver": "rk4"}, "rungekutta4": {"solver": "rk4"}, "rungekutta4thorder": {"solver": "rk4"},
    "dopri5": {"solver": "dopri5"}, "dopri853": {"solver": "dop853"},
    "rk45": {"solver": "scipy", "method": "RK45"}, "rk23": {"solver": "scipy", "method": "RK23"},
    "dop853": {"solver": "scipy", "method": "DOP853"}, "radau": {"solver": "scipy", "method": "Radau"},
    "bdf": {"solver": "scipy", "method": "BDF"}, "lsoda": {"solver": "scipy", "method": "LSODA"},
})  # fmt: skip
_REFUSED: Mapping[str, str] = MappingProxyType({
    "stimulation": "Write it as an event, a 'stimulus', which an equation names.",
    "field_dynamics": "rates holds no partial differential equations.",
    "additional_equations": "Write them into the dynamics.",
})  # fmt: skip
_ADAPTIVE = frozenset({"scipy", "dopri5", "dop853"})


def read_experiment(path: str | Path) -> Experiment:
    """Return the circuit of a file of TVBO, and how it is run.

    Its settings are `simulation_time`, `step_size`, `cutoff`, `solver`, `method`, `rtol` and `atol`, those that the
    file says. A file of a `Dynamics` or a `Network` says nothing of runs; its settings are empty.

    Raises:
        ModelFileError: the file cannot be read, is malformed or none of TVBO's.
        UnsupportedFeatureError: it says what rates cannot compute; the item is named.
        EquationError: an expression is malformed.
    """
    return opened(path, settings_are_lost=False)


def opened(path: str | Path, settings_are_lost: bool) -> Experiment:
    """Return what a file holds, and warn of what it says beside that.

    Args:
        path: of the file.
        settings_are_lost: nobody will see how it is run; that is warned of, too.
    """
    kind, section = open_document(path)
    experiment = experiment_of(kind, section)
    section.close()
    if settings_are_lost and experiment.settings:
        values = ", ".join(f"{name}={value!r}" for name, value in experiment.settings.items())
        section.omissions.add(f"how it is run, which rates_tvbo.read_experiment returns: {values}", "", "")
    section.omissions.report(f"{path} says what a template of rates cannot hold; it is left out:")
    return experiment


def experiment_of(kind: str, section: Section) -> Experiment:
    """Return what a document says."""
    if kind == "Dynamics":
        return Experiment(circuit_of(section, read_operator(section, f"{template_name(section.name)}_op")), {})
    if kind == "Network":
        return Experiment(read_network(section), {})
    name = template_name(section.name or "experiment")
    integration = section.section("integration", "integration")
    noise = None if integration is None else integration.section("noise", "noise of the integration")
    dynamics = section.section("dynamics", "Dynamics")
    coupling = section.section("coupling", "coupling")
    network = section.section("network", "network") or section.section("connectivity", "network")
    settings = {} if integration is None else _settings(integration)
    section.ignore("id", "label", "tvbo_class", "schema_version")
    for key, remedy in _REFUSED.items():
        if section.has(key):
            raise section.refusal(f"'{key}' changes what is simulated, and is not read. {remedy}", key)
    stimuli = read_stimuli(section)
    if dynamics is not None:
        dynamics.name = dynamics.text("name") or dynamics.name
        if section.text("model") != dynamics.name and section.has("model"):
            section.omissions.add("model, which is not that of 'dynamics'", section.kind, section.name)
    if network is not None:
        circuit = read_network(network, dynamics, coupling, noise, name, of_experiment=True, stimuli=stimuli)
        network.close()
        _check_times(section, integration, network, circuit)
        _report_unused(section, stimuli, circuit)
        return Experiment(circuit, settings)
    if dynamics is None:
        raise section.error("It has no dynamics.")
    operator = read_operator(dynamics, f"{template_name(dynamics.name)}_op", noise, stimuli)
    dynamics.close()
    check_nodes(stimuli, [0])
    circuit = circuit_of(dynamics, operator, weigh(stimuli, 0, operator.variables))
    _report_unused(section, stimuli, circuit)
    return Experiment(circuit, settings)


def _report_unused(section: Section, stimuli: Sequence[Stimulus], circuit: CircuitTemplate) -> None:
    declared = {key for node in circuit.nodes.values() for key in node.operators[0][0].variables}
    for one in stimuli:
        if one.name not in declared:
            section.omissions.add("stimulus that no equation names", "event", one.name)


def _check_times(section: Section, integration: Section | None, network: Section, circuit: CircuitTemplate) -> None:
    """Refuse steps and delays that are counted in different units."""
    steps = "" if integration is None else integration.text("time_scale")
    delays = network.text("time_unit")
    if steps and steps != (delays or "ms") and any(edge.delay for edge in circuit.edges):
        said = f"'{delays}'" if delays else "'ms', as TVBO does where time_unit is not said"
        raise section.error(
            f"The integration counts time in '{steps}' (time_scale), and the network its delays in {said}. "
            "Say both in one unit.",
            "integration",
        )


def _settings(integration: Section) -> dict[str, Any]:
    """Return the arguments of `run` that an integration says."""
    found: dict[str, Any] = {}
    method = integration.text("method")
    if method:
        known = METHODS.get(method.lower().replace("_", "").replace(" ", ""))
        if known is None:
            names = ", ".join(METHODS)
            raise integration.refusal(f"rates has no method '{method}'. Methods are {names}.", "method")
        found.update(known)
    duration, transient = integration.number("duration"), integration.number("transient_time") or 0.0
    if duration is not None:
        found["simulation_time"] = duration + transient
    if transient:
        found["cutoff"] = transient
    step = integration.number("step_size")
    if step is not None:
        found["step_size"] = step
    for key, name in (("rel_tol", "rtol"), ("abs_tol", "atol")):
        tolerance = integration.number(key)
        if tolerance is not None and found.get("solver") in _ADAPTIVE:
            found[name] = tolerance
    integration.ignore("number_of_stages", "intermediate_expressions", "update_expression", "scipy_ode_base", "delayed")
    integration.ignore("time_scale", "unit", "steps", "description", "differentiation")
    integration.close()
    return found
