"""RectiPy: its names, and what rates-rnn has for them."""

from __future__ import annotations

from rates_pyrates.tools.tool import Tool

_NODES = "Nodes are parts of the network's circuit: add_diffeq_node and add_func_node of Network make them."
_EDGES = "Edges are parts of the network's circuit: add_edge of Network makes them."
_DIFFERENCES = {
    "add_edge": "returns nothing; float64 everywhere",
    "add_diffeq_node": "returns nothing; what a template holds once is one parameter, `untie=` gives each unit its "
    "own; circuits are no nodes",
    "add_func_node": "returns nothing",
    "run": "records values, not means over `sampling_steps`; `truncate_steps` is an option of fit_bptt, `update_steps`",
    "fit_eprop": "has the arguments of rates-rnn: `feedback=`, `decay=`, `update_steps=`; feedback weights are an edge",
    "fit_ridge": "compares every `sampling_steps`-th step with its target, 1 by default",
    "fit_rls": "`forgetting=` and `alpha=` are arguments; compares every `sampling_steps`-th step, 1 by default",
    "test": "compares every `sampling_steps`-th step with its target, 1 by default",
    "state": "paths and values, of all states",
    "nodes": "labels",
}
_REFUSED = {
    "add_node": _NODES,
    "get_node": "get_var(node, var) and set_var(node, var, value) have the numbers of a node.",
    "get_edge": "net.named_parameters() has the weights, by source->target/weight.",
    "pop_node": "A network is put together once: leave the node out.",
    "pop_edge": "A network is put together once: leave the edge out.",
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
        **{f"Network.{member}": text for member, text in _REFUSED.items()},
        "Observer.record": "run(record_vars=...) records; save(key, value) keeps something besides.",
        "rectipy.edges": _EDGES,
        "rectipy.nodes": _NODES,
    },
)
