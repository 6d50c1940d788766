"""Plain scalars follow the core schema of YAML 1.2; what is written is read alike by readers of YAML 1.1."""

from __future__ import annotations

import math
import string

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from rates_core.errors import ModelFileError
from rates_core.yaml.document import parse_document
from rates_core.yaml.scalars import resolve, write_number, write_text
from rates_core.yaml.tree import YamlMapping, plain_value

NUMBERS = {
    "0": 0,
    "-12": -12,
    "+12": 12,
    "010": 10,  # 8 in YAML 1.1
    "0o17": 15,
    "0x1F": 31,
    "1e-3": 1e-3,  # a string in YAML 1.1
    "10e-3": 10e-3,
    "3.25e-3": 3.25e-3,
    "1E5": 1e5,
    "1.": 1.0,
    ".5": 0.5,
    "-.5e+1": -5.0,
    ".inf": math.inf,
    "+.INF": math.inf,
    "-.Inf": -math.inf,
}
STRINGS = [
    *("on", "off", "yes", "no", "y", "n", "On", "NO", "tRue", "nULL", "none", "inf", "nan", "e1", "."),
    *("1_000", "1:30", "0b1", "1e", "e", "+", "-", "--1", "1-2", "0x", "0xG", "0o8", "2020-01-01", "<<", "="),
    *("0.5+0.1j", "1j", "input(0.0)", "variable(0.0,3)"),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers_are_those_of_yaml_1_2(text, value):
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", STRINGS)
def test_other_words_are_strings(text):
    assert resolve(text) == text


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_is_written_in_five_ways(text):
    assert resolve(text) is None


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_only_true_and_false_are_truth_values(text):
    assert resolve(text) is (text.lower() == "true")


def test_not_a_number_is_a_float():
    assert math.isnan(resolve(".nan"))


@pytest.mark.parametrize("text", ["9" * 5000, "0x" + "F" * 5000, "1." + "0" * 5000])
def test_a_number_of_thousands_of_digits_is_text_and_costs_nothing(text):
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (1e-05, "1.0e-05"),  # `1e-05` is a string in YAML 1.1
        (1e22, "1.0e+22"),  # and so is `1e22`
        (1.5e300, "1.5e+300"),
        (-0.0, "-0.0"),
        (math.inf, ".inf"),
        (-math.inf, "-.inf"),
        (math.nan, ".nan"),
        (3.0, "3.0"),
    ],
)
def test_floats_are_written_as_both_versions_of_yaml_read_them(value, text):
    assert write_number(value) == text


@given(st.floats(allow_nan=False))
def test_a_written_float_is_the_same_float_for_readers_of_both_versions(value):
    text = write_number(value)
    assert resolve(text) == value
    assert yaml.safe_load(text) == value


@given(st.text(max_size=30) | st.text(alphabet=string.printable, max_size=30))
@example("on")
@example("1e3")
@example("null")
@example("a: b")
@example("# a")
@example("\u2028\ufeff\x85\x00\x7f")
@example("\U0001f9e0\U0001ffff")
def test_a_written_string_is_the_same_string_for_readers_of_both_versions(text):
    for line in (
        f"key: {write_text(text)}",
        f"key: [{write_text(text)}]",
        f"{{{write_text(text)}: {write_text(text)}}}",
    ):
        ours = parse_document(line, "file")
        assert isinstance(ours, YamlMapping)
        assert plain_value(ours) == yaml.safe_load(line)
    assert plain_value(ours) == {text: text}


def test_half_a_character_is_refused():
    with pytest.raises(ModelFileError) as caught:
        write_text("a\ud800b")
    assert str(caught.value) == "A text holds U+D800, half of a character; no file in UTF-8 can hold that."
