"""What is refused, and how it is said."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rates_core.errors import (
    CyclicEquationsError,
    EquationError,
    ModelFileError,
    RatesError,
    UnsupportedFeatureError,
)
from rates_sbml.reader import read

from rates_core import CircuitTemplate, OmissionWarning, UnitsWarning

Reader = Callable[..., CircuitTemplate]
Writer = Callable[..., Path]

FILES = {
    "neuroml": (
        '<?xml version="1.0"?>\n<!-- a cell -->\n<neuroml id="n"><cell/></neuroml>',
        "It looks like NeuroML: its root element is 'neuroml'.",
    ),
    "lems": ("<Lems><Target/></Lems>", "It looks like LEMS: its root element is 'Lems'."),
    "html": ("<html><body/></html>", "It looks like XML: its root element is 'html'."),
    "text": ("name: m\n", "It is no XML."),
    "empty": ("", "It is no XML."),
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_other_formats_are_told_apart(file: Writer, kind: str) -> None:
    text, resemblance = FILES[kind]
    path = file(text)
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == f"{path} is no file of SBML, whose root element is 'sbml'. {resemblance}"


def test_a_model_file_of_rates_is_recognised(file: Writer) -> None:
    path = file("op: {base: OperatorTemplate}\n", "model.yaml")
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} is no file of SBML, whose root element is 'sbml'. It looks like a model file of rates or TVBO: leave "
        "out the format, or read it with from_yaml."
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        read(tmp_path / "none.xml")
    assert str(caught.value) == f"{tmp_path / 'none.xml'} cannot be read: No such file or directory."


def test_levels_that_are_not_known(file: Writer, xml: Any) -> None:
    path = file(xml.sbml(level=3, version=7))
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} is of level 3, version 7, or of a namespace that is not that of its level. Read are level 1, version "
        "2, to level 3, version 2."
    )


def test_a_file_that_is_cut_off(file: Writer, xml: Any) -> None:
    path = file(xml.sbml(xml.listed("Parameters", xml.parameter("x", 1.0)))[:-20])
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == f"{path} is no valid SBML:\n  line 4: Unclosed XML token."


def test_packages_that_change_what_is_meant(file: Writer, xml: Any) -> None:
    package = 'xmlns:qual="http://www.sbml.org/sbml/level3/version1/qual/version1" qual:required="true"'
    path = file(xml.sbml(version=1, attributes=package))
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} requires the package 'qual' of SBML: without it its mathematics means something else. Read is what "
        "the core of SBML says."
    )


def parameters(xml: Any, *names: str, constant: bool = False) -> str:
    found: str = xml.listed("Parameters", *(xml.parameter(name, 1.0, constant) for name in names))
    return found


def assigned(xml: Any, formula: str) -> list[str]:
    """Return a model in which y is computed by a formula, and x grows."""
    rules = [xml.rule("assignment", "y", formula), xml.rule("rate", "x", "1")]
    return [parameters(xml, "x", "y"), xml.listed("Rules", *rules)]


def algebraic(xml: Any, *formulas: str) -> list[str]:
    """Return a model of algebraic rules in x and y, and k, which is constant."""
    constant = parameters(xml, "x", "y").replace(
        "</listOfParameters>", xml.parameter("k", 2.0, constant=True) + "</listOfParameters>"
    )
    return [constant, xml.listed("Rules", *(xml.rule("algebraic", "", one) for one in formulas))]


def growing(xml: Any, formula: str, rest: str = "", start: str = 'initialAmount="1"') -> list[str]:
    """Return a model in which a reaction makes A."""
    return [
        xml.CELL,
        xml.listed("Species", xml.species("A", start)),
        xml.listed("Reactions", xml.reaction("R", formula, "", "A", rest)),
    ]


def racing(xml: Any, **rest: str) -> list[str]:
    """Return a model in which two events set x at the same time."""
    events = [xml.event(name, "time > 1", {"x": value}, **rest) for name, value in (("one", "2"), ("two", "x + 1"))]
    return [parameters(xml, "x"), xml.listed("Events", *events)]


REFUSED: dict[str, tuple[Callable[[Any], list[str]], type[RatesError], str]] = {
    "a function that is not defined": (
        lambda xml: assigned(xml, "hil(x)"),
        EquationError,
        "The file defines no function 'hil' (assignment rule of 'y').",
    ),
    "a name that is not defined": (
        lambda xml: assigned(xml, "x + xx"),
        EquationError,
        "Nothing with a value is called 'xx' (assignment rule of 'y'). Did you mean 'x'?",
    ),
    "a factorial of what changes": (
        lambda xml: assigned(xml, "factorial(x)"),
        UnsupportedFeatureError,
        "The language has no factorial; that of a whole number is computed.",
    ),
    "the rate of change of what is computed": (
        lambda xml: [
            parameters(xml, "x", "y", "z"),
            xml.listed("Rules", xml.rule("assignment", "y", "time"), xml.rule("assignment", "z", "rateOf(y)")),
        ],
        UnsupportedFeatureError,
        "rateOf(y) is the rate of change of what a rule computes; rates knows those of states. Write its derivative "
        "out.",
    ),
    "a fast reaction": (
        lambda xml: growing(xml, "1", 'fast="true"'),
        UnsupportedFeatureError,
        "The reaction 'R' is fast: it is at equilibrium at all times, and rates computes what it is from rates. Give "
        "it a rate that is large, or an assignment rule.",
    ),
    "a reaction without a kinetic law": (
        lambda xml: growing(xml, "", 'fast="false"'),
        UnsupportedFeatureError,
        "The reaction 'R' has no kinetic law, so nothing says how fast it is. Give it one.",
    ),
    "a species without a start": (
        lambda xml: growing(xml, "1", 'fast="false"', ""),
        ModelFileError,
        "'A' has no value at the start: the file gives it none that is a number. Give it a value, an initial "
        "assignment or a rule.",
    ),
    "a reaction that does not say how many": (
        lambda xml: [one.replace('stoichiometry="1"', "") for one in growing(xml, "1", 'fast="false"')],
        ModelFileError,
        "The reaction 'R' does not say how many of 'A' take part (stoichiometry).",
    ),
    "an algebraic rule that is not linear": (
        lambda xml: algebraic(xml, "x^2 - k"),
        UnsupportedFeatureError,
        "The algebraic rule '0 = x^2 - k' determines 'x', in which it is not linear; rates solves linear ones. Write "
        "an assignment rule for 'x'.",
    ),
    "an algebraic rule of constants": (
        lambda xml: algebraic(xml, "k - 2"),
        UnsupportedFeatureError,
        "The algebraic rule '0 = k - 2' determines nothing: rules, reactions or constancy determine all that is in it.",
    ),
    "initial assignments in a circle": (
        lambda xml: [
            parameters(xml, "x", "y"),
            xml.listed(
                "InitialAssignments",
                f'<initialAssignment symbol="x">{xml.math("y + time")}</initialAssignment>',
                f'<initialAssignment symbol="y">{xml.math("2*x")}</initialAssignment>',
            ),
        ],
        CyclicEquationsError,
        "Values at the start are computed of each other in a circle: x -> y -> x.",
    ),
    "events whose order is left to chance": (
        lambda xml: racing(xml, priority="5"),
        UnsupportedFeatureError,
        "The events 'one' and 'two' happen at the same times with the same priority, so that chance decides which "
        "comes first, each time anew. Give them different priorities.",
    ),
    "events at time 0 without end": (
        lambda xml: [
            parameters(xml, "x"),
            xml.listed(
                "Events",
                xml.event("one", "x > 0", {"x": "-1"}, rest='initialValue="false"'),
                xml.event("two", "x < 0", {"x": "1"}, rest='initialValue="false"'),
            ),
        ],
        UnsupportedFeatureError,
        "Events set each other off without end at time 0.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_computed_is_refused(reading: Reader, xml: Any, what: str) -> None:
    parts, kind, text = REFUSED[what]
    with pytest.raises(kind) as caught:
        reading(*parts(xml), version=1 if "fast" in "".join(parts(xml)) else 2)
    assert str(caught.value) == text


def test_what_contradicts_the_specification_is_said_as_libsbml_says_it(file: Writer, xml: Any) -> None:
    path = file(xml.sbml(parameters(xml, "x", constant=True), xml.listed("Rules", xml.rule("rate", "x", "1"))))
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} is no valid SBML:\n  line 5: The parameter with id 'x' should have a constant value of 'false'."
    )


def test_expressions_that_are_nested_too_deeply_are_refused(file: Writer, xml: Any) -> None:
    path = file(xml.sbml(*assigned(xml, "sin(" * 1500 + "x" + ")" * 1500)))
    with pytest.raises(EquationError) as caught:
        read(path)
    assert str(caught.value) == f"{path} holds an expression that is nested too deeply."


def test_delays_that_depend_on_states_are_refused_when_it_is_run(reading: Reader, xml: Any, run: Any) -> None:
    circuit = reading(*assigned(xml, "delay(x, x)"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        run(circuit, ["y"], 1.0)
    assert str(caught.value) == (
        "The delay 'model/sbml/x' of 'model/sbml/x' depends on 'model/sbml/x'. A delay may depend on parameters only; "
        "delays that depend on time, state or external inputs are not supported."
    )


def test_units_that_do_not_match_are_warned_of(file: Writer, xml: Any) -> None:
    path = file(
        xml.sbml(
            xml.listed(
                "Parameters",
                xml.parameter("x", 1.0, rest='units="metre"'),
                xml.parameter("y", 1.0, constant=True, rest='units="second"'),
                xml.parameter("z", 1.0, rest='units="metre"'),
            ),
            xml.listed("Rules", xml.rule("assignment", "z", "y"), xml.rule("rate", "x", "x/y")),
            model='id="m" timeUnits="second"',
        )
    )
    with pytest.warns(UnitsWarning) as caught:
        circuit = read(path)
    (said,) = caught
    assert str(said.message) == (
        f"Units do not match in {path}; numbers are taken as they stand:\n"
        "  line 5: Expected units are metre (exponent = 1, multiplier = 1, scale = 0) but the units returned by the "
        "<math> expression of the <assignmentRule> with variable 'z' are second (exponent = 1, multiplier = 1, scale = "
        "0)."
    )
    ((operator, _),) = circuit.nodes["model"].operators
    assert operator.description == "Units: x m, y s, z m."


def test_what_a_template_cannot_hold_is_named(file: Writer, xml: Any) -> None:
    path = file(
        xml.sbml(
            xml.listed(
                "Parameters",
                xml.parameter("x", 1.0, rest='sboTerm="SBO:0000002"'),
                '<parameter id="k" value="1" constant="true"><annotation><mine xmlns="urn:mine"/></annotation>'
                "</parameter>",
            ),
            xml.listed("Rules", xml.rule("rate", "x", "k")),
            xml.listed("Constraints", f"<constraint>{xml.math('x < 5')}</constraint>"),
            xml.listed(
                "Events",
                '<event id="never" useValuesFromTriggerTime="true"><listOfEventAssignments>'
                f'<eventAssignment variable="x">{xml.math("1")}</eventAssignment></listOfEventAssignments></event>',
            ),
        )
    )
    with pytest.warns(OmissionWarning) as caught:
        read(path)
    assert [str(one.message) for one in caught] == [
        f"{path} says what a template cannot hold; it is left out:\n"
        "  events that never happen, for they have no trigger: never\n"
        "  constraints, which are not watched during a run: without a name\n"
        "  terms of the Systems Biology Ontology (SBO): x\n"
        "  annotations: k"
    ]


def test_a_file_that_says_nothing_else_is_read_without_a_word(reading: Reader, xml: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading(*assigned(xml, "2*x"))
