"""MATLAB by its engine: what is said where it is missing, and how it is called over a stand-in.

MATLAB itself has never been run by these tests. `standin/` has a package of the engine's name that forwards to Octave.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import PluginError
from rates_core.plugins import get_manager
from rates_core.testing import check_backend
from rates_core.testing.parts import circuit, connectivity, node, population, single
from rates_matlab import sessions
from rates_matlab.engine import EngineSession
from rates_matlab.octave import OctaveSession
from rates_matlab.probe import chosen, probe
from rates_matlab.running import Running
from rates_matlab.session import OctaveError
from rates_matlab.sessions import session

from rates_core import CircuitTemplate

MISSING = (
    "the engine of MATLAB, Python's package 'matlab.engine', is not there. Install the one that belongs to your "
    "MATLAB (pip install matlabengine), or let RATES_MATLAB be 'octave'"
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There is a package of the engine's name, which is chosen."""
    monkeypatch.syspath_prepend(str(Path(__file__).with_name("standin")))
    monkeypatch.setenv("RATES_MATLAB", "matlab")
    yield
    for found in sessions._sessions().values():
        if isinstance(found, EngineSession):
            found.close()
    for name in ("matlab", "matlab.engine"):
        sys.modules.pop(name, None)


def _oscillation() -> CircuitTemplate:
    return single(["x' = z", "z' = -x"], x="output(1.0)", z="variable(0.0)")


def _rows(model: CircuitTemplate, **given: object) -> np.ndarray:
    chosen_here = {"solver": "rk4", "outputs": ["all/op/x"], "backend": "matlab", "verbose": False, **given}
    return model.run(1.0, 0.01, **chosen_here).to_numpy()


def test_without_the_engine_a_run_in_matlab_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_MATLAB", "matlab")
    assert probe() == MISSING
    with pytest.raises(OctaveError) as caught:
        _rows(_oscillation())
    assert str(caught.value) == f"A MATLAB module cannot be run: {MISSING}."


def test_without_the_engine_it_is_listed_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_MATLAB", "matlab")
    (status,) = (one for one in get_manager().statuses() if one.distribution == "rates-matlab")
    assert (status.status, status.reason) == ("unavailable", MISSING)
    with pytest.raises(PluginError) as caught:
        check_backend("matlab")
    assert str(caught.value) == f"The backend 'matlab' cannot be tested here: {MISSING}"


def test_there_is_no_third_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATES_MATLAB", "scilab")
    said = "the environment variable RATES_MATLAB is 'scilab'. Let it be 'octave' or 'matlab'"
    assert probe() == said
    with pytest.raises(OctaveError) as caught:
        session()
    assert str(caught.value) == f"A MATLAB module cannot be run: {said}."


def test_octave_is_taken_unless_only_matlab_is_there(engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen() == "matlab"
    monkeypatch.delenv("RATES_MATLAB")
    assert chosen() == "octave"
    assert isinstance(session(), OctaveSession)
    monkeypatch.setenv("OCTAVE", "no-such-octave")
    assert (chosen(), probe()) == ("matlab", None)
    monkeypatch.setattr(sys, "path", [])
    sys.modules.pop("matlab", None)
    sys.modules.pop("matlab.engine", None)
    assert chosen() == "octave"  # what is said to be missing is the one that can be had by everyone


def test_runs_in_both_are_equal(engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = node("x' = -x + tanh(u) + w", x="output(0.3)", u="input(0.0)", w="input(0.0)")
    weights = np.sin(np.arange(9.0)).reshape(3, 3)
    model = circuit(
        populations={"p": population(unit, 3, x=[0.1, 0.2, 0.3])},
        connections=[connectivity("p/op/x", "p/op/u", weights, delays=0.05)],
    )
    fed = {"p/op/w": np.cos(np.arange(101))}
    for solver in ("rk4", "dopri5"):
        in_matlab = _rows(model, inputs=fed, solver=solver)
        assert isinstance(session(), EngineSession)
        monkeypatch.setenv("RATES_MATLAB", "octave")
        in_octave = _rows(model, inputs=fed, solver=solver)
        assert isinstance(session(), OctaveSession)
        monkeypatch.setenv("RATES_MATLAB", "matlab")
        assert np.array_equal(in_matlab, in_octave)
    assert in_matlab.shape == (100, 3)


def test_a_run_ends_where_the_equations_do(engine: None) -> None:
    # h^5/120 of error a step, over a hundred steps
    assert _rows(_oscillation())[-1, 0] == pytest.approx(np.cos(0.99), abs=100 * 0.01**5 / 120)


def test_a_program_goes_on_in_the_other_one(engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _oscillation().compile(step_size=0.01, solver="euler", backend="matlab")
    kernel = model.program.bind({})
    y = np.array([0.5, 0.25])
    np.testing.assert_array_equal(kernel.rhs(0.0, y, (), (), ()), [0.25, -0.5])
    monkeypatch.setenv("RATES_MATLAB", "octave")
    np.testing.assert_array_equal(kernel.rhs(0.0, y, (), (), ()), [0.25, -0.5])


def test_numbers_go_through_unchanged(engine: None) -> None:
    running = Running("function y = same(x)\ny = x;\nend\n", ["same"])
    values = np.array([0.1, -0.0, np.nan, np.inf, 5e-324, 1 / 3])
    (found,) = running.call("same", [values])
    assert found.ravel().tobytes() == values.tobytes()
    matrix = np.arange(6.0).reshape(2, 3) + 1j * np.pi
    np.testing.assert_array_equal(running.call("same", [matrix])[0], matrix)


def test_an_error_tells_the_path_of_the_model_and_the_line(engine: None) -> None:
    source = "% model: generated by rates.\nfunction y = derivative(x)\ny = x(2);  % p/op/rate\nend\n"
    with pytest.raises(OctaveError) as caught:
        Running(source, ["derivative"]).call("derivative", [1.0])
    text = str(caught.value)
    assert text.startswith("MATLAB reports an error in a generated file: ")
    assert text.endswith("\nIt happens in 'derivative', which computes 'p/op/rate':\n    y = x(2);  % p/op/rate")


def test_text_that_is_not_accepted_is_an_error(engine: None) -> None:
    with pytest.raises(OctaveError, match=r"^MATLAB does not accept a generated file: parse error"):
        Running("function y = wrong(x)\ny = (x;\nend\n", ["wrong"])


def test_a_function_of_time_is_refused(engine: None) -> None:
    circuit_fed = single(["x' = u - x"], x="output(0.0)", u="input(0.0)")
    function = circuit_fed.get_run_func("field", 0.1, inputs={"p/op/u": np.sin}, backend="matlab", adaptive=True)
    _, y, *rest = function.args
    with pytest.raises(OctaveError) as caught:
        function.func(0.25, y, *rest)
    assert str(caught.value) == (
        "MATLAB cannot ask for a function of time through its engine. Let RATES_MATLAB be 'octave' for that."
    )


def test_a_matlab_that_ends_is_started_again(engine: None) -> None:
    before = _rows(_oscillation())
    first = session()
    assert isinstance(first, EngineSession)
    first._engine._process.kill()
    with pytest.raises(OctaveError, match=r"^MATLAB ended, and what it held is lost; run again. It said last: MATLAB"):
        _rows(_oscillation())
    assert np.array_equal(_rows(_oscillation()), before)
    assert session() is not first


def test_a_matlab_that_does_not_start_says_why(engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import matlab.engine

    def refuse(option: str) -> None:
        raise matlab.engine.EngineError("No license.")

    monkeypatch.setattr(matlab.engine, "start_matlab", refuse)
    with pytest.raises(OctaveError) as caught:
        session()
    assert str(caught.value) == "MATLAB does not start: No license."
