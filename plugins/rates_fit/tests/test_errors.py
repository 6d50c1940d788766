"""What cannot be fitted is said before anything is computed, or where it begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_fit import Evolution, Experiment, fit

from rates_core import (
    ArgumentError,
    CircuitTemplate,
    NodeTemplate,
    NonFiniteError,
    OperatorTemplate,
    RatesError,
    UnknownNameError,
)

H = 0.05


def refused(model: Any, data: Any, parameters: Any, **options: Any) -> RatesError:
    with pytest.raises(RatesError) as caught:
        fit(model, data, parameters, **{"step_size": H, "backend": "numpy", **options})
    return caught.value


TABLE = pd.DataFrame({"p/op/x": [2.0, 1.5]}, index=[0.0, 0.5])


@pytest.mark.parametrize(
    ("parameters", "options", "text"),
    [
        ([], {}, "parameters is empty. Name one path at least, such as 'node/op/var'."),
        (3, {}, "parameters must be paths, or a dict of path to constraint; it is 3."),
        ([3], {}, "parameters holds 3; it takes paths such as 'node/op/var'."),
        (
            {"p/op/k": (2.0, 1.0)}, {},
            "parameters['p/op/k'] is None for any number, 'positive', or (low, high) with low < high; "
            "it is (2.0, 1.0).",
        ),
        (
            {"p/op/k": "positive"}, {"start": {"p/op/k": -1.0}},
            "start: 'p/op/k' begins at -1.0, outside of its constraint: it has to be positive.",
        ),
        (
            {"p/op/k": (0.0, 0.5)}, {},
            "start: 'p/op/k' begins at 1.0, outside of its constraint: it has to be between 0.0 and 0.5.",
        ),
        (["p/op/k"], {"start": {"p/op/k": [1.0, 2.0]}}, "start: 'p/op/k' has the shape (2,); it has to be ()."),
        (["p/op/k"], {"start": {"p/op/k": "much"}}, "start: 'p/op/k' must be a number; it is 'much'."),
        (["p/op/k"], {"priors": {"p/op/k": 1.0}}, "priors['p/op/k'] is (mean, standard deviation); it is 1.0."),
        (["p/op/k"], {"noise": -1.0}, (
            "noise of 'data' must be a positive number, a dict with one for each column, or a table as the data; "
            "it is -1.0."
        )),
        (["p/op/k"], {"loss": "square"}, (
            "loss is 'square'. Did you mean 'squares'? It is one of squares, soft_l1, huber, cauchy, poisson, or a "
            "`rates_fit.Loss`."
        )),
        (["p/op/k"], {"derivatives": "alone"}, (
            "derivatives is 'alone'. Did you mean 'along'? It is one of along, reverse, differences."
        )),
        (["p/op/k"], {"horizons": [0.0]}, "horizons must be positive times; they are [0.0]."),
        (["p/op/k"], {"simulation_time": 0.3}, (
            "data of 'data' reach until 0.5, and the run ends at simulation_time=0.3. "
            "Make it longer, or leave later data out."
        )),
        (["p/op/k"], {"fitter": Evolution()}, (
            "The fitter 'evolution' needs a range of 'p/op/k': parameters={path: (low, high)}."
        )),
        (["p/op/k"], {"fitter": 3}, "fitter must be a name or a `rates_fit.Fitter`; it is 3."),
    ],
)  # fmt: skip
def test_what_is_no_argument_is_said(decay: CircuitTemplate, parameters, options, text) -> None:
    error = refused(decay, TABLE, parameters, **options)
    assert isinstance(error, ArgumentError)
    assert str(error) == text


@pytest.mark.parametrize(
    ("parameters", "options", "text"),
    [
        (["p/op/k"], {"start": {"p/op/kk": 1.0}}, "start: 'p/op/kk' is not fitted. Did you mean 'p/op/k'?"),
        (["p/op/k"], {"outputs": {"y": "p/op/x"}}, (
            "data of 'data': the column 'p/op/x' is no output. Outputs are: y."
        )),
    ],
)  # fmt: skip
def test_wrong_names_are_said_with_the_closest(decay: CircuitTemplate, parameters, options, text) -> None:
    error = refused(decay, TABLE, parameters, **options)
    assert isinstance(error, UnknownNameError)
    assert str(error) == text


def test_a_path_that_is_none_is_said_with_the_closest(decay: CircuitTemplate) -> None:
    assert "'k'" in str(refused(decay, TABLE, ["p/op/kk"]))
    error = refused(decay, TABLE.rename(columns={"p/op/x": "p/op/xx"}), ["p/op/k"])
    assert isinstance(error, UnknownNameError)
    assert "'x'" in str(error)


def test_a_fitter_that_is_none_is_said_with_those_that_are(decay: CircuitTemplate) -> None:
    text = str(refused(decay, TABLE, ["p/op/k"], fitter="lbfg"))
    assert text.startswith("There is no fitter 'lbfg'. Did you mean 'lbfgs'? There are: ")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (3, (
            "data must be a table of pandas, an Experiment, or several of them in a list or a dict; it is 3."
        )),
        ([], "data must be a table of pandas, an Experiment, or several of them in a list or a dict; it is []."),
        ({"first": 3}, "data of 'first' must be a table of pandas; they are 3."),
        (TABLE.set_axis([-1.0, 0.0]), "data of 'data': times begin at 0, where a run begins; one is -1."),
        (TABLE.replace(1.5, np.inf), "data of 'data' are infinite at 0.5."),
        (TABLE * np.nan, "data of 'data' hold no number."),
        (TABLE.astype(str).replace("2.0", "two"), "data of 'data': times and values must be numbers."),
        (TABLE.set_axis([3], axis=1), (
            "The data have a column 3, which is no path. Say by outputs= what the columns are."
        )),
        (Experiment(TABLE, parameters={"p/op/k": 1.0}), (
            "'p/op/k' is fitted, and has a value in the experiment 'data'. Leave one out."
        )),
        (Experiment(TABLE, free=["p/op/k"]), (
            "'p/op/k' is fitted for all experiments, and for 'data' alone. Leave one of them out."
        )),
        (Experiment(TABLE, parameters=3), "'data': parameters must be a dict of path to value; it is 3."),
    ],
)  # fmt: skip
def test_what_is_no_data_is_said(decay: CircuitTemplate, data, text) -> None:
    assert str(refused(decay, data, ["p/op/k"])) == text


def test_what_is_no_model_is_said() -> None:
    assert str(refused(3, TABLE, ["p/op/k"])) == "model must be a circuit, or the path of one; it is 3."


def test_a_parameter_that_nothing_depends_on_is_named(decay: CircuitTemplate) -> None:
    op = OperatorTemplate("op", ["x' = -k*x", "z' = c"], {"x": "output(2.0)", "z": "variable(0.0)", "k": 1.0, "c": 1.0})
    model = CircuitTemplate("m", nodes={"p": NodeTemplate("n", [op])})
    assert str(refused(model, TABLE, ["p/op/k", "p/op/c"])) == (
        "Nothing that was observed depends on 'p/op/c', at the start at least. Leave it out of parameters, or begin "
        "elsewhere."
    )


def test_horizons_before_all_data_are_refused(decay: CircuitTemplate) -> None:
    text = str(refused(decay, TABLE.iloc[1:], ["p/op/k"], horizons=[0.2]))
    assert text == "horizons: there are no data of 'data' until 0.2."


def test_a_start_at_which_the_run_explodes_says_where() -> None:
    op = OperatorTemplate("op", "x' = k*x^2", {"x": "output(1.0)", "k": 100.0})
    model = CircuitTemplate("m", nodes={"p": NodeTemplate("n", [op])})
    error = refused(model, TABLE, ["p/op/k"])
    assert isinstance(error, NonFiniteError)
    assert "p/op/x" in str(error)


def test_what_is_not_finite_in_the_middle_leaves_the_last_good_values() -> None:
    """Beyond k = 1 there is no square root; the data ask for more."""
    op = OperatorTemplate("op", "x' = sqrt(1 - k)*x", {"x": "output(1.0)", "k": 0.5})
    model = CircuitTemplate("m", nodes={"p": NodeTemplate("n", [op])})
    found = fit(model, pd.DataFrame({"p/op/x": [1.0, 0.5]}, index=[0.0, 1.0]), ["p/op/k"], step_size=H, backend="numpy")
    assert np.isinf(found.history["loss"]).any()
    assert 0.5 < found["p/op/k"] < 1.0
    assert np.isfinite(found.loss)
