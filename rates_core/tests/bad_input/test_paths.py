"""Paths that name nothing: wherever they stand, the error names the closest that exists."""

from __future__ import annotations

import numpy as np
import pytest

COMPILED = {"simulation_time": 1.0, "step_size": 0.1}

UNKNOWN = [
    ("r/lin/tau", "UnknownNameError", "Unknown node 'r' in path 'r/lin/tau'. The nodes are: p, q."),
    ("P/lin/tau", "UnknownNameError", "Unknown node 'P' in path 'P/lin/tau'. Did you mean 'p'? The nodes are: p, q."),
    (
        "p/lim/tau",
        "UnknownNameError",
        "Unknown operator 'lim' in path 'p/lim/tau'. Did you mean 'lin'? The operators are: lin.",
    ),
    (
        "p/lin/tao",
        "UnknownNameError",
        "Unknown variable 'tao' in path 'p/lin/tao'. Did you mean 'tau'? The variables are: x, tau, u.",
    ),
    (
        "all/lin/tao",
        "UnknownNameError",
        "Unknown variable 'tao' in path 'all/lin/tao'. Did you mean 'tau'? The variables are: x, tau, u.",
    ),
    ("p//tau", "ArgumentError", "Path 'p//tau' holds an empty segment; write it as 'node/op/var'."),
]


@pytest.mark.parametrize(("path", "kind", "text"), UNKNOWN)
def test_an_unknown_path_of_update_var(pair, refusal, path, kind, text):
    assert refusal(pair.update_var, {path: 1.0}) == f"{kind}: {text}"


@pytest.mark.parametrize(("path", "kind", "text"), UNKNOWN[:-1])
def test_an_unknown_path_of_outputs(pair, run_refusal, path, kind, text):
    assert run_refusal(pair, outputs={"key": path}) == f"{kind}: outputs: {text}"


@pytest.mark.parametrize(("path", "kind", "text"), UNKNOWN[:-1])
def test_an_unknown_path_of_inputs(pair, run_refusal, path, kind, text):
    assert run_refusal(pair, inputs={path: np.zeros(10)}) == f"{kind}: inputs: {text}"


@pytest.mark.parametrize("argument", ["parameters", "initial"])
@pytest.mark.parametrize(("path", "kind", "text"), UNKNOWN[:-1])
def test_an_unknown_path_of_a_compiled_run(pair, refusal, argument, path, kind, text):
    model = pair.compile(**COMPILED)
    assert refusal(model.run, **{argument: {path: 1.0}}) == f"{kind}: {argument}: {text}"


def test_an_unknown_path_of_history(echo, run_refusal):
    assert run_refusal(echo, history={"p/lin/y": 0.0}) == (
        "UnknownNameError: history: Unknown variable 'y' in path 'p/lin/y'. The variables are: x, tau, u."
    )


def test_a_history_that_nothing_reads(echo, run_refusal):
    assert run_refusal(echo, history={"p/lin/tau": 0.0}) == (
        "UnknownNameError: history names 'p/lin/tau', which nothing reads with a delay. Did you mean 'p/lin/x'? "
        "Delayed variables: p/lin/x."
    )


@pytest.mark.parametrize(("path", "closest"), [("tau", "q/lin/tau"), ("lin/x", "q/lin/x"), ("p/tau", "p/lin/tau")])
def test_a_path_that_is_too_short_is_completed_in_the_message(pair, refusal, run_refusal, path, closest):
    text = f"'{path}' is not the path of a variable; write it as 'node/op/var'."
    assert refusal(pair.update_var, {path: 1.0}) == f"ArgumentError: {text}"
    assert run_refusal(pair, outputs={"key": path}) == f"ArgumentError: outputs: {text} Did you mean '{closest}'?"


UNITS = [
    ("pop[10]/lin/tau", "UnknownNameError: outputs: 'pop[10]' names unit 10, but the units of 'pop' are 0 to 9."),
    (
        "pop[-1]/lin/tau",
        "UnknownNameError: outputs: Unknown node 'pop[-1]' in path 'pop[-1]/lin/tau'. The units of 'pop' are 'pop[0]' "
        "to 'pop[9]'. The nodes are: pop.",
    ),
    (
        "pop[x]/lin/tau",
        "UnknownNameError: outputs: Unknown node 'pop[x]' in path 'pop[x]/lin/tau'. The units of 'pop' are 'pop[0]' to "
        "'pop[9]'. The nodes are: pop.",
    ),
    *(
        (
            f"{node}/lin/tau",
            f"UnknownNameError: outputs: Unknown node '{node}' in path '{node}/lin/tau'. Did you mean 'pop[3]'? The "
            "nodes are: pop.",
        )
        for node in ("pop/3", "pop.3", "pop3", "pop_3", "pop(3)", "pop[3")
    ),
]


@pytest.mark.parametrize(("path", "text"), UNITS)
def test_a_unit_that_does_not_exist(ten, run_refusal, path, text):
    assert run_refusal(ten, outputs={"key": path}) == text


def test_a_unit_that_is_written_as_a_child(ten, refusal):
    below = "goes on with '{}' below a node; a node holds operators only."
    assert refusal(ten.update_var, {"pop/3/lin/tau": 1.0}) == (
        f"UnknownNameError: Path 'pop/3/lin/tau' {below.format(3)} Did you mean 'pop[3]'?"
    )
    assert refusal(ten.get_var, "pop/10/lin/tau") == (
        f"UnknownNameError: Path 'pop/10/lin/tau' {below.format(10)} The units of 'pop' are 'pop[0]' to 'pop[9]'."
    )
    assert refusal(ten.update_var, {"pop3/lin/tau": 1.0}) == (
        "UnknownNameError: Unknown node 'pop3' in path 'pop3/lin/tau'. Did you mean 'pop[3]'? The nodes are: pop."
    )


def test_a_unit_of_a_single_node(pair, run_refusal):
    assert run_refusal(pair, outputs={"key": "p[0]/lin/x"}) == (
        "UnknownNameError: outputs: 'p[0]' names a unit, but 'p' is a single node."
    )


def test_a_network_of_many_nodes_lists_some_of_them(node, run_refusal):
    from rates_core import CircuitTemplate

    many = CircuitTemplate("many", {f"node_{number}": node for number in range(20)})
    assert run_refusal(many, outputs={"key": "nod_3/lin/x"}) == (
        "UnknownNameError: outputs: Unknown node 'nod_3' in path 'nod_3/lin/x'. Did you mean 'node_3'? The nodes are: "
        "node_0, node_1, node_2, node_3, node_4, node_5, node_6, node_7, …."
    )
