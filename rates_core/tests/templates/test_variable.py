"""Every form of a variable in a template is read, and written so that it is read back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from rates_core.errors import TemplateError
from rates_core.templates.array import Array
from rates_core.templates.variable import Variable


@pytest.mark.parametrize(
    ("spec", "variable"),
    [
        (2, Variable("parameter", 2.0)),
        (np.float32(0.5), Variable("parameter", 0.5)),
        (np.array(3), Variable("parameter", 3.0)),
        (1 + 2j, Variable("parameter", 1 + 2j, "complex")),
        ("1e-3", Variable("parameter", 1e-3)),
        (".inf", Variable("parameter", float("inf"))),
        ("0.5 + 0.1j", Variable("parameter", 0.5 + 0.1j, "complex")),
        ([1, 2], Variable("parameter", Array([1.0, 2.0]))),
        ([[1, 2j]], Variable("parameter", Array([[1, 2j]]), "complex")),
        ("input", Variable("input")),
        ("output", Variable("output")),
        ("variable", Variable("variable")),
        ("noise", Variable("noise")),
        ("input(-0.5)", Variable("input", -0.5)),
        ("output( 1e-2 )", Variable("output", 0.01)),
        ("variable(float)", Variable("variable")),
        ("variable(complex)", Variable("variable", 0j, "complex")),
        ("output(0.5+0.1j)", Variable("output", 0.5 + 0.1j, "complex")),
        ("variable(0.25,3)", Variable("variable", 0.25, "float", 3)),
        ("variable(complex, 2)", Variable("variable", 0j, "complex", 2)),
        ("output([0.5, -1e-3])", Variable("output", Array([0.5, -1e-3]))),
        ("variable( [1, 2 + 1j] )", Variable("variable", Array([1, 2 + 1j]), "complex")),
        (np.zeros(0, dtype=complex), Variable("parameter", Array([]))),
    ],
)
def test_each_form_of_the_language_is_read(spec: Any, variable: Variable) -> None:
    assert Variable.parse(spec) == variable


@pytest.mark.parametrize(
    ("spec", "shape"),
    [(1.0, ()), ("input", ()), ("output(0.0,3)", (3,)), ("output([1, 2])", (2,)), ([1, 2], (2,)), ([[1, 2]], (1, 2))],
)
def test_the_shape_is_what_is_declared(spec: Any, shape: tuple[int, ...]) -> None:
    assert Variable.parse(spec).shape == shape


numbers = some.one_of(
    some.floats(allow_nan=False),
    some.complex_numbers(allow_nan=False, allow_infinity=False),
)


@given(some.sampled_from(["input", "output", "variable"]), numbers, some.none() | some.integers(1, 99))
def test_a_written_variable_is_read_back(kind: Any, value: float | complex, length: int | None) -> None:
    variable = Variable(kind, value, "complex" if isinstance(value, complex) else "float", length)
    assert Variable.parse(variable.text()) == variable


@given(some.sampled_from(["input", "output", "variable"]), some.lists(numbers, min_size=1, max_size=4))
def test_written_initial_values_are_read_back(kind: Any, values: list[complex]) -> None:
    array = Array(values)
    variable = Variable(kind, array, "complex" if array.values.dtype.kind == "c" else "float")
    assert Variable.parse(variable.text()) == variable


@given(numbers)
def test_a_written_parameter_is_read_back(value: float | complex) -> None:
    variable = Variable.parse(value)
    assert Variable.parse(variable.text()) == variable


def test_noise_and_arrays_have_a_text_too() -> None:
    assert Variable("noise").text() == "noise"
    assert Variable.parse([1, 2.5]).text() == "[1.0, 2.5]"


FORMS = (
    "A variable is a number, a list, 'input', 'output', 'variable', 'noise', "
    "or e.g. 'output(0.5)', 'variable(complex,3)'."
)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ouput", f"'ouput' declares no variable. Did you mean 'output'? {FORMS}"),
        ("Input", f"'Input' declares no variable. Did you mean 'input'? {FORMS}"),
        ("varible(0.5)", f"'varible(0.5)' declares no variable. Did you mean 'variable'? {FORMS}"),
        ("output[0.5]", f"'output[0.5]' declares no variable. Did you mean 'output'? {FORMS}"),
        ("input(0.5", f"'input(0.5' declares no variable. Did you mean 'input'? {FORMS}"),
        ("Noise(2.0)", f"'Noise(2.0)' declares no variable. Did you mean 'noise'? {FORMS}"),
        ("", f"'' declares no variable. {FORMS}"),
        ("__import__('os')", f"'__import__('os')' declares no variable. {FORMS}"),
        ("nan", f"'nan' declares no variable. {FORMS}"),
        (float("nan"), f"NaN is not a number. {FORMS}"),
        (True, f"A number is needed, not True. {FORMS}"),
        (None, f"A number is needed, not None. {FORMS}"),
        ("output(x)", "'output(x)': 'x' is neither a number nor 'float' or 'complex'."),
        ("output()", "'output()' has no value; write 'output' for 0.0, or one, as in 'output(0.5)'."),
        ("input( ,3)", "'input( ,3)' has no value; write 'input' for 0.0, or one, as in 'input(0.5)'."),
        ("output(0.5,x)", "'output(0.5,x)': the length 'x' is not a whole number of at least 1."),
        ("output([0.5, ])", "'output([0.5, ])': '' is neither a number nor 'float' or 'complex'."),
        ("input([..])", "'input([..])': '..' is neither a number nor 'float' or 'complex'."),
        *(
            (text, f"'{text}': a list of numbers is the whole content, as in '{text.partition('(')[0]}([0.5, 1.0])'.")
            for text in (
                "output([])",
                "output([1, 2], 2)",
                "input([1, 2)",
                "variable(0.5, [1])",
                "input([[1, 2], [3]])",
            )
        ),
        (np.zeros((0, 3)), f"An array of shape (0, 3) holds no number. {FORMS}"),
        ("output(0.5,0)", "'output(0.5,0)': the length '0' is not a whole number of at least 1."),
        ("noise(2.0)", "'noise(2.0)': noise has unit strength; write 'noise' and scale it in the equation."),
    ],
)
def test_what_declares_no_variable_is_refused(spec: Any, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Variable.parse(spec)
    assert str(caught.value) == message
