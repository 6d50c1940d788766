"""RectiPy: its names, and what rates-rnn has for them."""

from __future__ import annotations

from rates_pyrates.tools.tool import Tool

_NODES = "Nodes are parts of the network's circuit: add_diffeq_node and add_func_node of Network make them."
_EDGES = "Edges are parts of the network's circuit: add_edge of Network makes them."
_DIFFERENCES = {
    "add_edge": "float64 everywhere; weights have to be `[target, source]`",
    "add_diffeq_node": "what a template holds once is one parameter, `untie=` gives each unit its own; with "
    "`reset=False`, `reset_var` is the state that makes spikes; circuits are no nodes",
    "add_node": "takes what get_node and pop_node return, of any network",
    "get_node": "has values, parameters and `reset` of the node, and takes no steps without its network",
    "get_edge": "has weights, mask and parameters of the edge",
    "pop_node": "says which edges went with it; what is returned keeps the values that it had",
    "pop_edge": "what is returned keeps the weights that it had",
    "fit_bptt": "`epochs=` goes through a trial more often, and `loss` has a number for each; begins and ends at the "
    "network's start",
    "run": "records values, not means over `sampling_steps`; `truncate_steps` is an option of fit_bptt, `update_steps`",
    "fit_eprop": "fits, where RectiPy raises NotImplementedError: `epsilon` and `delta` are what is left of errors and "
    "of feedback weights from one move to the next",
    "fit_ridge": "compares every `sampling_steps`-th step with its target, 1 by default",
    "fit_rls": "`forgetting=` and `alpha=` are arguments, too; observes every `sampling_steps`-th step, 1 by default",
    "test": "compares every `sampling_steps`-th step with its target, 1 by default",
    "state": "paths and values, of all states",
    "nodes": "labels",
}
TOOL = Tool(
    name="rectipy",
    extension="rates_rnn",
    offered={
        "Network": "rates_pyrates.networks:Network",
        "FeedbackNetwork": "rates_pyrates.networks:FeedbackNetwork",
        "Observer": "rates_pyrates.observer:Observer",
        "circular_connectivity": "rates_pyrates.connectivity:circular_connectivity",
        "line_connectivity": "rates_pyrates.connectivity:line_connectivity",
        "random_connectivity": "rates_pyrates.connectivity:random_connectivity",
        "input_connections": "rates_pyrates.connectivity:input_connections",
        "normalize": "rates_pyrates.connectivity:normalize",
        "wta_score": "rates_pyrates.connectivity:wta_score",
    },
    differences={
        **{
            f"{name}.{member}": text for name in ("Network", "FeedbackNetwork") for member, text in _DIFFERENCES.items()
        },
        "normalize": "'minmax' brings to 0 and 1, as is said there, where the largest value before the shift divides",
        "Observer": "runs and fits return it; it is not made itself",
    },
    refused={
        "rectipy": "It is a part of how RectiPy is made.",
        "Observer.record": "run(record_vars=...) records; save(key, value) keeps something besides.",
        "rectipy.edges": _EDGES,
        "rectipy.nodes": _NODES,
    },
)
