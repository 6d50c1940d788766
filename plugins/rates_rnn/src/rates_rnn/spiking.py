"""Units that spike: by events of their template, or by a threshold that a user gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_core import NodeTemplate, OperatorTemplate

THRESHOLD, RESET = 1e2, -1e2  # where nothing is said, as users of older tools know them
NAMES = ("spike_threshold", "spike_reset")  # of the parameters that hold them in the model


def with_spikes(
    label: str,
    node: NodeTemplate,
    spike_var: str,
    reset_var: str | None,
    threshold: float | None,
    reset: float | None,
    resets: bool = True,
) -> NodeTemplate:
    """Return a node template whose units spike.

    Args:
        label: of the node in the network.
        node: template of each unit.
        spike_var: `op/var` into which spikes are emitted.
        reset_var: `op/var` of the state that makes spikes; None where the template has events.
        threshold: of that state; of templates without events.
        reset: value of it after a spike, likewise.
        resets: whether it has that value then, or goes on.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
    """
    operator = _operator(label, node, spike_var, "spike_var")
    spike = spike_var.rpartition("/")[2]
    emitting = [event for event in operator.events if event.emit == spike]
    if operator.events:
        _check_events(label, operator, emitting, spike, reset_var, (threshold, reset), resets)
        return node
    if reset_var is None:
        raise ArgumentError(
            f"The node '{label}' has no events. Name the state that is reset at spikes, too: reset_var='op/v'."
        )
    if _operator(label, node, reset_var, "reset_var") is not operator:
        raise ArgumentError(
            f"spike_var '{spike_var}' and reset_var '{reset_var}' are of different operators; spikes are sent by the "
            "one whose state is reset."
        )
    if not resets:
        _check_going_on(label, operator, reset_var, reset)
    made = _emitting(operator, spike, reset_var.rpartition("/")[2], threshold, reset, resets)
    return NodeTemplate(
        node.name, {made if item is operator else item: dict(values) for item, values in node.operators}
    )


def _operator(label: str, node: NodeTemplate, path: str, argument: str) -> OperatorTemplate:
    """Return the operator that has a variable."""
    known = {f"{operator.name}/{name}": operator for operator, _ in node.operators for name in operator.variables}
    if path not in known:
        raise UnknownNameError(f"{argument} '{path}' is no variable of the node '{label}'.{did_you_mean(path, known)}")
    return known[path]


def _check_events(
    label: str,
    operator: OperatorTemplate,
    emitting: Sequence[Any],
    spike: str,
    reset_var: str | None,
    given: tuple[float | None, float | None],
    resets: bool,
) -> None:
    """Raise unless what a user says of spikes is what the events of a template do.

    Raises:
        ArgumentError: it is not.
    """
    if not emitting:
        into = sorted({event.emit for event in operator.events if event.emit is not None})
        raise ArgumentError(
            f"spike_var '{operator.name}/{spike}' gets no spikes: events of the node '{label}' emit into "
            f"{', '.join(f'{operator.name}/{name}' for name in into) or 'nothing'}."
        )
    state = None if reset_var is None else reset_var.rpartition("/")[2]
    if state is not None and all(state not in event.set for event in emitting):
        raise ArgumentError(f"reset_var '{reset_var}' is not reset by the events of the node '{label}'.")
    if state is not None and not resets:
        raise ArgumentError(
            f"The events of the node '{label}' reset '{reset_var}', and reset=False says that nothing does. Leave it "
            "out, or take a template without events."
        )
    if given != (None, None):
        raise ArgumentError(
            f"The events of the node '{label}' have thresholds of their own: when {emitting[0].when}. Set these by "
            "node_vars in place of spike_threshold and spike_reset."
        )


def _check_going_on(label: str, operator: OperatorTemplate, state: str, reset: float | None) -> None:
    """Raise unless a state can make spikes that do not reset it.

    Raises:
        ArgumentError: it is an input, or a value after spikes is said.
    """
    if operator.variables[state.rpartition("/")[2]].kind == "input":
        raise ArgumentError(
            f"reset_var '{state}' is an input of the node '{label}'. With reset=False it is the state that makes "
            "spikes where it comes above spike_threshold; equations that reset a state themselves read spike_var."
        )
    if reset is not None:
        raise ArgumentError(f"spike_reset is a value after spikes, and reset=False says that '{state}' goes on then.")


def _emitting(
    operator: OperatorTemplate, spike: str, state: str, threshold: float | None, reset: float | None, resets: bool
) -> OperatorTemplate:
    """Return an operator with an event for a state above a threshold."""
    values = (THRESHOLD if threshold is None else threshold, RESET if reset is None else reset)
    for name, value in zip(NAMES, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ArgumentError(f"{name} is {shown(value)}; it is a number.")
    when, to = NAMES
    names, changes = (NAMES, {state: to}) if resets else ((when,), {})
    held = {name: float(value) for name, value in zip(NAMES, values, strict=True) if name in names}
    return operator.update_template(
        variables={spike: "variable(0.0)", **held},
        events=[{"when": f"{state} > {when}", "set": changes, "emit": spike}],
    )
