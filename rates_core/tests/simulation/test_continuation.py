"""What users say of files for continuation programs, in the model's names, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.errors import ArgumentError, EquationError, RatesError, UnknownNameError, UnsupportedFeatureError
from rates_core.expressions.evaluate import evaluate
from rates_core.network.build import build_network
from rates_core.programs.continuation import PERIOD, ContinuationRequest, Measured, short_names
from rates_core.simulation.continuation import continuation_request
from rates_core.simulation.written import write_files
from rates_core.system.build import build_system
from rates_core.system.system import System

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


def pair() -> CircuitTemplate:
    """Return two equal nodes, of which one has a state that no other has."""
    operator = OperatorTemplate(
        name="op", equations=["x' = -x/tau + u"], variables={"x": "output(0.5)", "tau": 2.0, "u": "input"}
    )
    slow = OperatorTemplate(
        name="slow", equations=["a' = x - k*a"], variables={"a": "variable", "x": "input", "k": 0.1}
    )
    first, second = NodeTemplate("first", [operator, slow]), NodeTemplate("second", [operator])
    return CircuitTemplate("pair", {"p": first, "q": second}, edges=[("p/op/x", "q/op/u", None, {"weight": 3.0})])


@pytest.fixture(scope="module")
def system() -> System:
    return build_system(build_network(pair(), False))


def request(system: System, **settings: Any) -> ContinuationRequest:
    """Return what a backend is asked for."""
    return continuation_request(system, "field", "model", np.zeros(system.width), {}, 0.1, settings)


def test_names_are_paths_or_what_tells_them_apart(system: System) -> None:
    names = short_names(system)
    assert (names["p/slow/a"], names["p/slow/k"], names["p/op/x->q/op/u/weight"]) == ("a", "k", "weight")
    assert names["p/op/tau"] == "p_op_tau"
    made = request(system, parameters=["k", "p/op/x->q/op/u/weight"], along=["p_op_tau", "q/op/tau", PERIOD])
    assert made.parameters == ("p/slow/k", "p/op/x->q/op/u/weight")
    assert made.along == ("p/op/tau", "q/op/tau", PERIOD)
    assert request(system, along="k").along == ("p/slow/k",)


def test_a_condition_is_what_has_to_vanish(system: System) -> None:
    (condition,) = request(system, boundary=["2*start(p/op/x) - end( a ) = p/op/tau*period"]).boundary
    assert condition.measures == {
        "start(p/op/x)": Measured("start", "p/op/x"),
        "end(p/slow/a)": Measured("end", "p/slow/a"),
    }
    values = {"start(p/op/x)": 5.0, "end(p/slow/a)": 7.0, "p/op/tau": 11.0, PERIOD: 13.0}
    assert evaluate(condition.expression, values) == 2 * 5.0 - 7.0 - 11.0 * 13.0
    (integral,) = request(system, integral=["a - k"]).integral
    assert evaluate(integral.expression, {"p/slow/a": 5.0, "p/slow/k": 7.0}) == -2.0
    recorded = request(system, record={"spread": "maximum(a) - minimum(a)"}).recorded["spread"]
    assert evaluate(recorded.expression, {"maximum(p/slow/a)": 5.0, "minimum(p/slow/a)": 7.0}) == -2.0
    assert recorded.text == "maximum(a) - minimum(a)"


REFUSED: list[tuple[dict[str, Any], type[RatesError], str]] = [
    ({"parameters": "k"}, ArgumentError, "auto: parameters must be a list of texts; it is 'k'."),
    ({"boundary": [1]}, ArgumentError, "auto: boundary must be a list of texts; it is [1]."),
    ({"record": ["a"]}, ArgumentError, "auto: record must be a dict of names to expressions; it is ['a']."),
    ({"record": {"a": 1}}, ArgumentError, "auto: record must be a list of texts; it is [1]."),
    ({"along": "kk"}, UnknownNameError,
     "auto: there is no parameter 'kk'. Did you mean 'k'? Parameters: p/op/tau, p/slow/k, q/op/tau, "
     "p/op/x->q/op/u/weight, p/op/u."),
    ({"boundary": ["a = 1"]}, ArgumentError,
     "auto: boundary: 'a = 1' has to say what of the state 'p/slow/a' it reads: start(a) or end(a)."),
    ({"boundary": ["start(k) = 1"]}, ArgumentError,
     "auto: boundary: 'start(k) = 1' asks for start(k), but 'p/slow/k' is a parameter."),
    ({"integral": ["mean(a) = 1"]}, ArgumentError,
     "auto: integral: 'mean(a) = 1' is a mean over the interval already; write a."),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "kind", "message"), REFUSED)
def test_a_setting_that_means_nothing_is_refused(
    settings: dict[str, Any], kind: type[RatesError], message: str, system: System
) -> None:
    with pytest.raises(kind) as raised:
        request(system, **settings)
    assert str(raised.value) == message


def test_a_condition_that_cannot_be_read_is_shown(system: System) -> None:
    with pytest.raises(EquationError, match=re.escape("(auto: boundary)")):
        request(system, boundary=["start(a) = unknown"])


def call(auto: Any, folder: Path, file: bool = True, jacobian: bool = False) -> Any:
    """Ask for files of a backend that writes none."""
    function = pair().get_jacobian_func if jacobian else pair().get_run_func
    return function("field", 0.1, file_name=str(folder / "model") if file else None, backend="numpy", auto=auto)


CALLS: list[tuple[Any, bool, bool, type[RatesError], str]] = [
    (True, True, False, UnsupportedFeatureError,
     "The backend 'numpy' writes no files for a continuation program (auto=). One that does is rates-fortran's, for "
     "AUTO: backend='fortran'."),
    ("yes", True, False, ArgumentError, "auto must be True or False, or a dict of settings; it is 'yes'."),
    ({"bondary": []}, True, False, UnknownNameError,
     "auto has no setting 'bondary'. Did you mean 'boundary'? "
     "Settings: parameters, along, boundary, integral, record."),
    (True, False, False, ArgumentError,
     "auto= writes files for a continuation program, which need a name. Give file_name= too."),
    (True, True, True, ArgumentError,
     "auto= writes the derivatives along with the equations. Give it to get_run_func."),
]  # fmt: skip


@pytest.mark.parametrize(("auto", "file", "jacobian", "kind", "message"), CALLS)
def test_a_call_that_cannot_write_files_says_why(
    auto: Any, file: bool, jacobian: bool, kind: type[RatesError], message: str, tmp_path: Path
) -> None:
    with pytest.raises(kind) as raised:
        call(auto, tmp_path, file, jacobian)
    assert str(raised.value) == message
    assert not list(tmp_path.iterdir())


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    texts = {"a.txt": "a: generated by rates\n1\n", "b.txt": "b: generated by rates\n1\n"}
    assert write_files(tmp_path, texts) == (tmp_path / "a.txt", tmp_path / "b.txt")
    texts = {"a.txt": "other a: generated by rates\n2\n", "b.txt": texts["b.txt"]}
    write_files(tmp_path, texts)
    assert (tmp_path / "a.txt").read_text() == texts["a.txt"]
    others = {"a.txt": "a: generated by rates\n3\n", "b.txt": "b: generated by rates\n3\n"}
    with pytest.raises(ArgumentError) as raised:
        write_files(tmp_path, others)
    assert str(raised.value) == (
        f"'{tmp_path / 'b.txt'}' exists and was edited, or generated for something else. It is left alone. "
        "Choose another folder, or remove it."
    )
    assert (tmp_path / "a.txt").read_text() == texts["a.txt"]
    write_files(tmp_path, others, replace_all=True)
    assert (tmp_path / "b.txt").read_text() == others["b.txt"]


def test_a_run_function_without_auto_lists_its_one_file(tmp_path: Path) -> None:
    made = pair().get_run_func("field", 0.1, file_name=str(tmp_path / "model"), auto=False)
    assert made.files == (tmp_path / "model.py",)
    assert pair().get_run_func("field", 0.1).files == ()
