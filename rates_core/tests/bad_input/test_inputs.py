"""External inputs that do not fit the run or the units that they are for."""

from __future__ import annotations

import numpy as np
import pytest
from rates_core.errors import InputSignalError

SHAPES = "give real numbers, [steps] or [steps, units], or a function of t."


def with_bad(*places: int) -> np.ndarray:
    """Return ten samples, some of which are NaN."""
    samples = np.zeros(10)
    samples[list(places)] = np.nan
    return samples


@pytest.mark.parametrize(
    ("path", "signal", "text"),
    [
        (
            "p/lin/u",
            np.zeros(9),
            "External input 'p/lin/u' has 9 samples, but simulation_time / step_size = 10 steps take one each.",
        ),
        ("p/lin/u", with_bad(2), "External input 'p/lin/u' is NaN or infinite at sample 2."),
        ("p/lin/u", with_bad(3, 4, 9), "External input 'p/lin/u' is NaN or infinite at sample 3 and 2 more."),
        ("p/lin/u", np.full(10, np.inf), "External input 'p/lin/u' is NaN or infinite at sample 0 and 9 more."),
        (
            "p/lin/u",
            np.zeros((10, 2)),
            "External input 'p/lin/u' has 2 columns; it needs 1, for the one unit that the path names.",
        ),
        (
            "all/lin/u",
            np.zeros((10, 3)),
            "External input 'all/lin/u' has 3 columns; it needs 1, or one for each of the 2 units that the path names.",
        ),
        (
            "p/lin/u",
            np.zeros((10, 1, 1)),
            f"External input 'p/lin/u' is an array of float64 with the shape (10, 1, 1); {SHAPES}",
        ),
        (
            "p/lin/u",
            np.zeros(10, dtype=complex),
            f"External input 'p/lin/u' is an array of complex128 with the shape (10,); {SHAPES}",
        ),
        ("p/lin/u", 3.0, f"External input 'p/lin/u' is 3.0; {SHAPES}"),
        ("p/lin/u", "sin(t)", f"External input 'p/lin/u' is 'sin(t)'; {SHAPES}"),
        ("p/lin/u", None, f"External input 'p/lin/u' is None; {SHAPES}"),
        (
            "p/lin/u",
            lambda t: np.nan,
            "External input 'p/lin/u' gives nan at t = 0.0; it must give finite real numbers.",
        ),
        (
            "p/lin/u",
            lambda t: [1.0, 2.0],
            "External input 'p/lin/u' has 2 values; it needs 1, for the one unit that the path names.",
        ),
        (
            "p/lin/u",
            lambda t: [1.0, np.inf],
            "External input 'p/lin/u' gives [1.0, inf] at t = 0.0; it must give finite real numbers.",
        ),
        (
            "p/lin/u",
            lambda t: 1 / t,
            "External input 'p/lin/u': its function raises ZeroDivisionError at t = 0.0: float division by zero",
        ),
    ],
)
def test_an_input_that_does_not_fit(pair, run_refusal, path, signal, text):
    assert run_refusal(pair, inputs={path: signal}) == f"InputSignalError: {text}"


def test_what_an_input_raises_is_the_cause_of_the_error(pair):
    fault = KeyError("no such hour")

    def signal(t):
        raise fault

    with pytest.raises(InputSignalError) as caught:
        pair.run(1.0, 0.1, inputs={"p/lin/u": signal}, verbose=False)
    assert str(caught.value) == "External input 'p/lin/u': its function raises KeyError at t = 0.0: 'no such hour'"
    assert caught.value.__cause__ is fault


def test_an_input_lying_on_its_side_says_how_many_units_there_are(ten, run_refusal):
    assert run_refusal(ten, inputs={"pop/lin/u": np.zeros((10, 100))}, simulation_time=10.0) == (
        "InputSignalError: External input 'pop/lin/u' has 100 columns; it needs 1, or one for each of the 10 units "
        "that the path names. Its axes are [steps, units]: transpose it."
    )


@pytest.mark.parametrize(("variable", "kind"), [("tau", "parameter"), ("x", "output")])
def test_an_input_for_what_is_no_input(pair, run_refusal, variable, kind):
    assert run_refusal(pair, inputs={f"p/lin/{variable}": np.zeros(10)}) == (
        f"ArgumentError: inputs: 'p/lin/{variable}' is declared as {kind}, not as input. The inputs of 'lin' are: u."
    )


def test_other_inputs_than_those_that_were_compiled(pair, refusal):
    model = pair.compile(simulation_time=1.0, step_size=0.1, inputs={"p/lin/u": np.zeros(10)})
    assert refusal(model.run, inputs={"q/lin/u": np.zeros(10)}) == (
        "ArgumentError: External input 'q/lin/u' was not fed when the model was compiled. Did you mean 'p/lin/u'? "
        "Fed inputs: p/lin/u."
    )
    assert refusal(model.run, simulation_time=2.0) == (
        "InputSignalError: External input 'p/lin/u' has 10 samples, but simulation_time / step_size = 20 steps take "
        "one each."
    )
