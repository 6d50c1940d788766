"""The table of functions agrees with itself and with the page of the language."""

from __future__ import annotations

import cmath

import pytest
from rates_core.expressions import ALIASES, CONSTANTS, FUNCTIONS, parse_expression, symbols

LANGUAGE = [
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arctan2", "exp", "log", "log10",
    "sqrt", "abs", "absv", "sign", "floor", "ceil", "round", "fmod", "mod", "min", "max", "heaviside",
    "sigmoid", "erf", "erfc", "where", "real", "imag", "conj", "vsum", "mean", "maxi", "mini", "matmul",
    "matvec", "index", "index_range", "index_axis", "randn", "past",
]  # fmt: skip


@pytest.mark.parametrize("name", LANGUAGE)
def test_every_function_of_the_language_is_known(name: str) -> None:
    assert ALIASES.get(name, name) in FUNCTIONS


def test_an_alias_names_a_function_and_hides_none() -> None:
    assert set(ALIASES.values()) <= set(FUNCTIONS)
    assert not set(ALIASES) & set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_expressions_of_the_arguments_one_each(name: str) -> None:
    definition = FUNCTIONS[name]
    if definition.derivatives is None:
        return
    least, most = definition.arity
    assert least == most == len(definition.derivatives)
    arguments = ("a", "b", "c")[:most]
    for text in definition.derivatives:
        assert symbols(parse_expression(text, arguments)) <= set(arguments)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_summary_begins_with_the_call(name: str) -> None:
    assert FUNCTIONS[name].name == name
    assert FUNCTIONS[name].summary.startswith(f"{name}(")
    assert ": " in FUNCTIONS[name].summary


def test_only_elementwise_functions_have_derivatives() -> None:
    assert {f.kind for f in FUNCTIONS.values() if f.derivatives is not None} == {"elementwise"}


def test_the_number_of_arguments_reads_well() -> None:
    takes = {name: FUNCTIONS[name].takes for name in ("randn", "sin", "add", "index_axis")}
    assert takes == {
        "randn": "0 arguments",
        "sin": "1 argument",
        "add": "2 arguments",
        "index_axis": "2 or 3 arguments",
    }


def test_the_constants_obey_the_identity_of_euler() -> None:
    # One rounding of pi (4.4e-16 / 2) reaches the sine; the sum itself adds at most as much.
    assert abs(CONSTANTS["E"] ** (CONSTANTS["I"] * CONSTANTS["pi"]) + 1) < 1e-15
    assert cmath.isclose(CONSTANTS["I"] ** 2, -1)


def test_the_table_cannot_be_written_to() -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        FUNCTIONS["sin"] = FUNCTIONS["cos"]  # type: ignore[index]
