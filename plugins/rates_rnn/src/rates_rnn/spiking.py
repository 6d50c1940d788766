"""Units that spike: by events of their template, or by a threshold that a user gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rates_core.errors import ArgumentError, UnknownNameError, did_you_mean, shown

from rates_core import NodeTemplate, OperatorTemplate

THRESHOLD, RESET = 1e2, -1e2  # where nothing is said, as users of older tools know them
NAMES = ("spike_threshold", "spike_reset")  # of the parameters that hold them in the model


def with_spikes(
    label: str, node: NodeTemplate, spike_var: str, reset_var: str | None, threshold: float | None, reset: float | None
) -> NodeTemplate:
    """Return a node template whose units spike.

    Args:
        label: of the node in the network.
        node: template of each unit.
        spike_var: `op/var` into which spikes are emitted.
        reset_var: `op/var` of the state that is reset; None where the template has events.
        threshold: of that state; of templates without events.
        reset: value of it after a spike, likewise.

    Raises:
        ArgumentError, UnknownNameError: something is not as it should be.
    """
    operator = _operator(label, node, spike_var, "spike_var")
    spike = spike_var.rpartition("/")[2]
    emitting = [event for event in operator.events if event.emit == spike]
    if operator.events:
        _check_events(label, operator, emitting, spike, reset_var, (threshold, reset))
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
    made = _resetting(operator, spike, reset_var.rpartition("/")[2], threshold, reset)
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
    if given != (None, None):
        raise ArgumentError(
            f"The events of the node '{label}' have thresholds of their own: when {emitting[0].when}. Set these by "
            "node_vars in place of spike_threshold and spike_reset."
        )


def _resetting(
    operator: OperatorTemplate, spike: str, state: str, threshold: float | None, reset: float | None
) -> OperatorTemplate:
    """Return an operator with an event for a state above a threshold."""
    values = (THRESHOLD if threshold is None else threshold, RESET if reset is None else reset)
    for name, value in zip(NAMES, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ArgumentError(f"{name} is {shown(value)}; it is a number.")
    when, to = NAMES
    return operator.update_template(
        variables={spike: "variable(0.0)", **{name: float(value) for name, value in zip(NAMES, values, strict=True)}},
        events=[{"when": f"{state} > {when}", "set": {state: to}, "emit": spike}],
    )
