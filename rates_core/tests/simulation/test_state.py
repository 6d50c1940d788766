"""The end of a run goes with its table, through copies, slices and files."""

from __future__ import annotations

import json
import pickle

import pandas as pd
import pytest

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

RUN = {"simulation_time": 1.0, "step_size": 0.25, "verbose": False}
TEXT = "end of a run of 'c' by euler at t = 1"


def circuit(**edge: float) -> CircuitTemplate:
    operator = OperatorTemplate("op", "x' = u - x", {"x": "output(1.0)", "u": "input"})
    edges = [("p/op/x", "p/op/u", None, {"weight": 0.5, **edge})]
    return CircuitTemplate("c", {"p": NodeTemplate("n", [operator])}, edges=edges)


@pytest.mark.parametrize("edge", [{}, {"delay": 0.3}])
def test_a_run_goes_on_from_copies_and_parts_of_its_table(edge):
    model = circuit(**edge)
    whole = model.run(**{**RUN, "simulation_time": 2.0})
    first = model.run(**RUN)
    parts = (first, first.copy(), first.iloc[:2], first["p/op/x"], first[["p/op/x"]], first * 2, first.attrs["state"])
    for state in parts:
        assert model.run(**RUN, state=state).equals(whole.iloc[4:])


@pytest.mark.parametrize("edge", [{}, {"delay": 0.3}])
def test_attributes_are_json_as_files_of_tables_want_them(edge):
    assert json.dumps(circuit(**edge).run(**RUN).attrs) == json.dumps({"state": TEXT})


def test_what_a_file_tells_of_an_end_is_no_end():
    model = circuit()
    table = model.run(**RUN)
    table.attrs = json.loads(json.dumps(table.attrs))
    with pytest.raises(ArgumentError) as refused:
        model.run(**RUN, state=table)
    assert str(refused.value) == (
        "state comes from a file, which tells of the end of a run and does not hold it. Give what run() returned."
    )


def test_a_pickle_holds_the_end_of_a_run_without_delays():
    model = circuit()
    table = model.run(**RUN)
    assert model.run(**RUN, state=pickle.loads(pickle.dumps(table))).equals(model.run(**RUN, state=table))


def test_a_table_with_delays_can_be_pickled():
    table = circuit(delay=0.3).run(**RUN)
    again = pickle.loads(pickle.dumps(table))
    assert again.equals(table)
    assert again.attrs == {"state": TEXT}


def test_a_table_of_two_runs_has_no_end():
    model = circuit()
    first, second = model.run(**RUN), model.run(**RUN)
    assert pd.concat([first, second]).attrs == {}
    assert pd.concat([first, first]).attrs["state"] is first.attrs["state"]
