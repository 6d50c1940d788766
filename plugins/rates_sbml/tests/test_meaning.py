"""What files mean, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_core.errors import ModelFileError, NonFiniteError, UnsupportedFeatureError
from rates_sbml.reader import read

from rates_core import CircuitTemplate

Reader = Callable[..., CircuitTemplate]
Runner = Callable[..., pd.DataFrame]
TOLERANCE = 1e-8  # of runs at a relative tolerance of 1e-10


def operator_of(circuit: CircuitTemplate) -> Any:
    ((operator, _),) = circuit.nodes["model"].operators
    return operator


def test_equations_are_those_that_a_person_would_write(reading: Reader, xml: Any) -> None:
    circuit = reading(
        xml.CELL,
        xml.listed("Species", xml.species("A", 'initialConcentration="3"'), xml.species("B", 'initialAmount="1"')),
        xml.listed("Parameters", xml.parameter("k", 0.5, constant=True)),
        xml.listed("Reactions", xml.reaction("R", "cell*k*A^2", "2 A", "B")),
        model='id="dimers" name="Dimers form"',
    )
    operator = operator_of(circuit)
    assert operator.equations == (
        "A_amount = A*cell",
        "B_amount = B*cell",
        "R = cell*k*A^2",
        "A' = -2.0*R/cell",
        "B' = R/cell",
    )
    assert {name: variable.text() for name, variable in operator.variables.items()} == {
        "A": "output(3.0)",
        "B": "output(0.5)",
        "cell": "2.0",
        "k": "0.5",
        "A_amount": "variable(0.0)",
        "B_amount": "variable(0.0)",
        "R": "output(0.0)",
    }
    assert (circuit.name, circuit.label) == ("dimers", "Dimers form")


def test_a_reaction_of_second_order_has_its_closed_form(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.CELL,
        xml.listed("Species", xml.species("A", 'initialConcentration="3"'), xml.species("B", 'initialAmount="1"')),
        xml.listed("Reactions", xml.reaction("R", "cell*0.25*A^2", "2 A", "B")),
    )
    table = run(circuit, ["A", "B_amount"], 4.0)
    a = 3.0 / (1 + 3.0 * 0.5 * table.index.to_numpy())
    np.testing.assert_allclose(table["A"], a, rtol=TOLERANCE)
    np.testing.assert_allclose(table["B_amount"], 1.0 + (3.0 - a) * 2.0 / 2, rtol=TOLERANCE)


def test_a_species_takes_part_in_any_number_of_reactions(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.CELL,
        xml.listed("Species", xml.species("A", 'initialAmount="0"', amounts=True)),
        xml.listed("Parameters", xml.parameter("x", 0.0)),
        xml.listed("Rules", xml.rule("rate", "x", " + ".join(["1"] * 500))),
        xml.listed("Reactions", *(xml.reaction(f"R{number}", "0.5", "", "A") for number in range(500))),
    )
    table = run(circuit, ["A", "x"], 1.0, 1)
    np.testing.assert_allclose(table.iloc[-1], [250.0, 500.0], rtol=TOLERANCE)


def test_a_compartment_needs_no_size_where_nothing_asks_for_it(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.CELL.replace('size="2"', ""),
        xml.listed("Species", xml.species("A", 'initialConcentration="1"')),
        xml.listed("Rules", xml.rule("rate", "A", "A")),
    )
    np.testing.assert_allclose(run(circuit, ["A"], 1.0)["A"].iloc[-1], np.e, rtol=TOLERANCE)


def test_amounts_stay_where_a_compartment_grows(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.CELL.replace('constant="true"', 'constant="false"'),
        xml.listed(
            "Species",
            xml.species("kept", 'initialConcentration="3"'),
            xml.species("made", 'initialAmount="1"'),
            xml.species("ruled", 'initialConcentration="1"'),
        ),
        xml.listed("Rules", xml.rule("rate", "cell", "0.5*cell"), xml.rule("rate", "ruled", "1")),
        xml.listed("Reactions", xml.reaction("R", "0.25", "", "made")),
    )
    table = run(circuit, ["kept", "kept_amount", "made", "ruled", "ruled_amount"], 2.0)
    t = table.index.to_numpy()
    volume = 2 * np.exp(0.5 * t)
    np.testing.assert_allclose(table["kept"], 6.0 / volume, rtol=TOLERANCE)
    np.testing.assert_allclose(table["kept_amount"], 6.0, rtol=TOLERANCE)
    np.testing.assert_allclose(table["made"], (1 + 0.25 * t) / volume, rtol=TOLERANCE)
    np.testing.assert_allclose(table["ruled"], 1 + t, rtol=TOLERANCE)
    np.testing.assert_allclose(table["ruled_amount"], (1 + t) * volume, rtol=TOLERANCE)


def test_values_that_follow_from_others_follow_when_those_are_changed(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed(
            "Parameters",
            xml.parameter("k", 2.0, constant=True),
            xml.parameter("double", constant=True),
            xml.parameter("x", 1.0),
        ),
        xml.listed(
            "InitialAssignments",
            f'<initialAssignment symbol="double">{xml.math("2*k")}</initialAssignment>',
            f'<initialAssignment symbol="x">{xml.math("k + double")}</initialAssignment>',
        ),
        xml.listed("Rules", xml.rule("rate", "x", "double")),
    )
    assert operator_of(circuit).variables["x"].value == 6.0  # a start is a number, and its formula is said
    assert operator_of(circuit).description == "At the start: x = k + double."
    circuit.update_var(node_vars={"model/sbml/k": 5.0})
    np.testing.assert_allclose(run(circuit, ["x"], 1.0)["x"].iloc[-1], 6.0 + 10.0, rtol=TOLERANCE)


def test_algebraic_rules_are_solved_together(reading: Reader, xml: Any, run: Runner) -> None:
    """x + y = z and x - 2 y = 0 give x = 2 z/3, y = z/3."""
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("x", "y")), xml.parameter("z", 3.0)),
        xml.listed(
            "Rules",
            xml.rule("algebraic", "", "x + y - z"),
            xml.rule("algebraic", "", "x - 2*y"),
            xml.rule("rate", "z", "z"),
        ),
    )
    table = run(circuit, ["x", "y"], 1.0)
    np.testing.assert_allclose(table["x"], 2 * np.exp(table.index.to_numpy()), rtol=TOLERANCE)
    np.testing.assert_allclose(table["y"], np.exp(table.index.to_numpy()), rtol=TOLERANCE)


def test_an_event_alone_is_one_of_the_language(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("v", 0.0), xml.parameter("count", 0.0)),
        xml.listed("Rules", xml.rule("rate", "v", "1")),
        xml.listed("Events", xml.event("spike", "v >= 0.95", {"v": "v - 0.95", "count": "count + 1"})),
    )
    (event,) = operator_of(circuit).events
    assert (event.when, dict(event.set)) == ("v >= 0.95", {"v": "v - 0.95", "count": "count + 1"})
    table = run(circuit, ["v", "count"], 4.0)
    np.testing.assert_allclose(table["v"], table.index.to_numpy() % 0.95, atol=TOLERANCE)
    np.testing.assert_allclose(table["count"], table.index.to_numpy() // 0.95)


def test_events_that_set_each_other_off_happen_one_after_the_other(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("p", "q", "r"))),
        xml.listed(
            "Events",
            xml.event("third", "q > 0.5", {"r": "time"}),
            xml.event("first", "time >= 0.95", {"p": "1"}),
            xml.event("second", "p > 0.5", {"q": "p + 1"}),
        ),
    )
    table = run(circuit, ["p", "q", "r"], 2.0)
    after = table.index.to_numpy() > 0.95
    np.testing.assert_allclose(table["q"], np.where(after, 2.0, 0.0))
    np.testing.assert_allclose(table["r"], np.where(after, 0.95, 0.0), atol=TOLERANCE)


def test_the_first_of_two_events_keeps_the_other_from_happening(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("a", "b", "done"))),
        xml.listed(
            "Events",
            xml.event(
                "late", "time >= 0.95 && done < 1", {"a": "1", "done": "2"}, priority="1", rest='persistent="false"'
            ),
            xml.event(
                "soon", "time >= 0.95 && done < 1", {"b": "1", "done": "2"}, priority="a + 2", rest='persistent="false"'
            ),
        ),
    )
    table = run(circuit, ["a", "b"], 2.0)
    np.testing.assert_allclose(table["a"], 0.0)
    np.testing.assert_allclose(table["b"], np.where(table.index.to_numpy() > 0.95, 1.0, 0.0))


def test_values_are_those_at_the_trigger_or_those_when_the_event_happens(
    reading: Reader, xml: Any, run: Runner
) -> None:
    late = 'useValuesFromTriggerTime="false"'
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("x", "early", "late"))),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
        xml.listed(
            "Events",
            xml.event("one", "x >= 0.5", {"early": "x"}, delay="0.75"),
            xml.event("two", "x >= 0.5", {"late": "x"}, delay="0.75", rest=late),
        ),
    )
    table = run(circuit, ["early", "late"], 2.0)
    after = table.index.to_numpy() > 1.25
    np.testing.assert_allclose(table["early"], np.where(after, 0.5, 0.0), atol=TOLERANCE)
    np.testing.assert_allclose(table["late"], np.where(after, 1.25, 0.0), atol=TOLERANCE)


def sawtooth(xml: Any, delay: str) -> list[str]:
    """Return a model in which an event is triggered at 0.5, 1.5, 2.5, …"""
    return [
        xml.listed("Parameters", xml.parameter("x", 0.0), xml.parameter("count", 0.0)),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
        xml.listed(
            "Events",
            xml.event("reset", "x >= 1", {"x": "0"}),
            xml.event(
                "counted", "x >= 0.5", {"count": "count + 1"}, delay=delay, rest='useValuesFromTriggerTime="false"'
            ),
        ),
    ]


def test_an_event_may_be_triggered_again_while_it_waits(reading: Reader, xml: Any, run: Runner) -> None:
    table = run(reading(*sawtooth(xml, "2.25")), ["count"], 6.3, 9)
    expected = np.maximum(np.floor(table.index.to_numpy() - 2.75) + 1, 0)  # it happens at 2.75, 3.75, 4.75, …
    np.testing.assert_allclose(table["count"], expected)


def test_triggers_that_are_true_for_a_moment_are_not_stepped_over(reading: Reader, xml: Any, run: Runner) -> None:
    """Steps are as long as they can be where nothing bends, and the window is 1 % of the run."""
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("x", "p", "q", "r"))),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
        xml.listed(
            "Events",
            xml.event("plain", "x > 10.1 && x < 11.1", {"p": "p + 1"}),
            xml.event("kept", "x > 20.2 && x < 21.2", {"q": "q + 1"}, delay="0.5", rest='persistent="false"'),
            xml.event("gone", "x > 30.3 && x < 31.3", {"r": "r + 1"}, delay="1.5", rest='persistent="false"'),
        ),
    )
    table = run(circuit, ["p", "q", "r"], 100.0, 5)
    assert table["p"].tolist()[:6] == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert table["q"].tolist()[:6] == [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    assert table["r"].tolist()[:6] == [0.0] * 6


def test_what_is_triggered_later_may_happen_sooner(reading: Reader, xml: Any, run: Runner) -> None:
    """Triggers at 0.5, 1.5, 2.5, 3.5; the first waits for 3, the others for 0.25."""
    circuit = reading(
        xml.listed("Parameters", *(xml.parameter(name, 0.0) for name in ("x", "n", "y"))),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
        xml.listed(
            "Events",
            xml.event("reset", "x >= 1", {"x": "0", "n": "n + 1"}),
            xml.event("set", "x >= 0.5", {"y": "n + 1"}, delay="piecewise(3, n < 0.5, 0.25)"),
        ),
    )
    table = run(circuit, ["y"], 4.2, 7)
    assert table["y"].round(9).tolist()[:8] == [0.0, 0.0, 0.0, 2.0, 2.0, 3.0, 1.0, 4.0]  # at 0, 0.6, 1.2, 1.8, …


def test_more_waiting_than_there_is_room_for_ends_the_run(reading: Reader, xml: Any, run: Runner) -> None:
    with pytest.raises(NonFiniteError) as caught:
        run(reading(*sawtooth(xml, "20.25")), ["count"], 10.0, 5)
    assert str(caught.value).startswith("'model/sbml/counted_waiting' became NaN or infinite at t = 8.5")


def test_what_happens_at_time_0_has_happened_in_the_first_row(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("x", 1.0), xml.parameter("y", 0.0), xml.parameter("z", 0.0)),
        xml.listed(
            "Events",
            xml.event("now", "x > 0.5", {"x": "x + 2", "y": "x"}, rest='initialValue="false"'),
            xml.event("then", "y > 0.5", {"z": "x"}, delay="1.5"),
        ),
    )
    table = run(circuit, ["x", "y", "z"], 2.0, 2)
    assert table["x"].tolist() == [3.0, 3.0, 3.0]
    assert table["y"].tolist() == [1.0, 1.0, 1.0]
    np.testing.assert_allclose(table["z"], [0.0, 0.0, 3.0])


def test_delayed_values_are_those_of_the_start_before_it(reading: Reader, xml: Any, run: Runner) -> None:
    """x' = -x(t - 1), x = 1 before 0: the method of steps gives 1 - t, then 1 - t + (t - 1)^2/2."""
    circuit = reading(
        xml.listed("Parameters", xml.parameter("x", 1.0)), xml.listed("Rules", xml.rule("rate", "x", "-delay(x, 1)"))
    )
    table = run(circuit, ["x"], 2.0)
    t = table.index.to_numpy()
    np.testing.assert_allclose(table["x"], 1 - t + np.where(t > 1, (t - 1) ** 2 / 2, 0), atol=TOLERANCE)


def test_level_2_is_read_with_stoichiometries_that_are_formulas(
    file: Callable[..., Path], xml: Any, run: Runner
) -> None:
    text = xml.sbml(
        '<listOfCompartments><compartment id="cell" size="1"/></listOfCompartments>',
        '<listOfSpecies><species id="A" compartment="cell" initialAmount="0"/></listOfSpecies>',
        '<listOfParameters><parameter id="n" value="3"/><parameter id="k" value="9"/></listOfParameters>',
        '<listOfReactions><reaction id="R"><listOfProducts><speciesReference species="A"><stoichiometryMath>'
        f"{xml.math('2*n')}</stoichiometryMath></speciesReference></listOfProducts>"
        f"<kineticLaw>{xml.math('k')}<listOfParameters><parameter id='k' value='0.5'/></listOfParameters></kineticLaw>"
        "</reaction></listOfReactions>",
        level=2,
        version=4,
    )
    table = run(read(file(text)), ["A"], 1.0)
    np.testing.assert_allclose(table["A"], 3 * table.index.to_numpy(), atol=TOLERANCE)


def test_level_1_is_read(file: Callable[..., Path], xml: Any, run: Runner) -> None:
    text = xml.sbml(
        '<listOfCompartments><compartment name="cell"/></listOfCompartments>',
        '<listOfSpecies><species name="A" compartment="cell" initialAmount="2"/></listOfSpecies>',
        '<listOfParameters><parameter name="k" value="3"/></listOfParameters>',
        '<listOfReactions><reaction name="R"><listOfReactants><speciesReference species="A"/></listOfReactants>'
        '<kineticLaw formula="k*A"/></reaction></listOfReactions>',
        level=1,
        version=2,
        model='name="old"',
    )
    table = run(read(file(text)), ["A"], 1.0)
    np.testing.assert_allclose(table["A"], 2 * np.exp(-3 * table.index.to_numpy()), rtol=TOLERANCE)


def composed(xml: Any, part: str) -> str:
    """Return a model of two parts, each of which decays at a rate of its own."""
    space = "http://www.sbml.org/sbml/level3/version1/comp/version1"
    decay = xml.listed("Parameters", xml.parameter("x", 1.0), xml.parameter("k", 2.0, constant=True))
    rules = xml.listed("Rules", xml.rule("rate", "x", "-k*x"))
    text: str = xml.sbml(
        xml.listed("Parameters", xml.parameter("k", 3.0, constant=True)),
        f'<comp:listOfSubmodels><comp:submodel comp:id="a" comp:modelRef="decay"/><comp:submodel comp:id="b" '
        f'comp:modelRef="{part}"/></comp:listOfSubmodels>',
        version=1,
        attributes=f'xmlns:comp="{space}" comp:required="true"',
    )
    definition = f'<comp:modelDefinition id="decay">{decay}{rules}</comp:modelDefinition>'
    return text.replace("</sbml>", f"<comp:listOfModelDefinitions>{definition}</comp:listOfModelDefinitions></sbml>")


def test_models_that_are_composed_of_others_are_put_together(file: Callable[..., Path], xml: Any, run: Runner) -> None:
    circuit = read(file(composed(xml, "decay")))
    assert operator_of(circuit).equations == ("a__x' = -a__k*a__x", "b__x' = -b__k*b__x")
    circuit.update_var(node_vars={"model/sbml/b__k": 0.5})
    table = run(circuit, ["a__x", "b__x"], 2.0)
    np.testing.assert_allclose(table["a__x"], np.exp(-2 * table.index.to_numpy()), rtol=TOLERANCE)
    np.testing.assert_allclose(table["b__x"], np.exp(-0.5 * table.index.to_numpy()), rtol=TOLERANCE)


def test_a_part_that_is_not_there_is_named(file: Callable[..., Path], xml: Any) -> None:
    path = file(composed(xml, "deca"))
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} is no valid SBML:\n"
        "  line 1: Errors arose during the attempt to flatten the model. The subsequent errors are from this attempt.\n"
        "  line 5: In Submodel::instantiate, unable to instantiate submodel 'b' because the referenced model ('deca') "
        "does not exist."
    )


def test_names_that_mean_something_in_equations_are_changed(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("t", 2.0, constant=True), xml.parameter("E", 1.0)),
        xml.listed("Rules", xml.rule("rate", "E", "t*time*exponentiale/exponentiale")),
    )
    assert operator_of(circuit).equations == ("E' = t_*t*2.718281828459045/2.718281828459045",)
    np.testing.assert_allclose(run(circuit, ["E"], 1.0)["E"].iloc[-1], 2.0, rtol=TOLERANCE)


def test_a_model_in_words(file: Callable[..., Path], xml: Any) -> None:
    rdf = (
        '<annotation><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:bqmodel="http://biomodels.net/model-qualifiers/"><rdf:Description rdf:about="#meta">'
        "<bqmodel:isDescribedBy><rdf:Bag>"
        '<rdf:li rdf:resource="urn:miriam:doi:10.1098%2Frspb.1952.0054"/>'
        '<rdf:li rdf:resource="http://identifiers.org/pubmed/12991237"/>'
        "</rdf:Bag></bqmodel:isDescribedBy></rdf:Description></rdf:RDF></annotation>"
    )
    notes = (
        '<notes><body xmlns="http://www.w3.org/1999/xhtml"><h1>Decay</h1><p>of <i>one</i>\n thing.</p></body></notes>'
    )
    text = xml.sbml(
        notes + rdf,
        '<listOfUnitDefinitions><unitDefinition id="per_min"><listOfUnits>'
        '<unit kind="second" exponent="-1" scale="0" multiplier="60"/></listOfUnits></unitDefinition>'
        '<unitDefinition id="mM"><listOfUnits><unit kind="mole" exponent="1" scale="-3" multiplier="1"/>'
        '<unit kind="litre" exponent="-1" scale="0" multiplier="1"/></listOfUnits></unitDefinition>'
        "</listOfUnitDefinitions>",
        xml.listed(
            "Parameters",
            xml.parameter("x", 1.0, rest='units="mM" name="the thing"'),
            xml.parameter("k", 1.0, constant=True, rest='units="per_min"'),
        ),
        xml.listed("Rules", xml.rule("rate", "x", "-k*x")),
        model='id="m" metaid="meta"',
    )
    assert operator_of(read(file(text))).description == (
        "Decay\n\nof one thing.\n\n`x`: the thing\n\nUnits: x mmol/l, k 1/min.\n\n"
        "Reference: doi:10.1098/rspb.1952.0054\n\nReference: https://identifiers.org/pubmed:12991237"
    )


FORMULAS = {
    "quotient(7, 2)": 3.0,
    "quotient(-7, 2)": -3.0,
    "rem(-7, 2)": -1.0,
    "factorial(5)": 120.0,
    "root(3, 8)": 2.0,
    "log(2, 8)": 3.0,
    "implies(true, false)": 0.0,
    "xor(true, true, true)": 1.0,
    "1 < 2 && 2 < 3 && !(3 < 2)": 1.0,
    "min(3, 1, 2)": 1.0,
    "arccosh(cosh(1.5))": 1.5,
    "arcsinh(sinh(-1.5))": -1.5,
    "arctanh(tanh(0.5))": 0.5,
    "arccoth(coth(0.5))": 0.5,
    "arcsech(sech(0.5))": 0.5,
    "arccsch(csch(-0.5))": -0.5,
    "arcsec(sec(0.5))": 0.5,
    "arccsc(csc(0.5))": 0.5,
    "arccot(cot(0.5))": 0.5,
    "piecewise(1, 2 < 1, 5)": 5.0,
    "avogadro": 6.02214179e23,
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_functions_have_their_values(reading: Reader, xml: Any, formula: str) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("x", 0.0), xml.parameter("y", 0.0)),
        xml.listed("InitialAssignments", f'<initialAssignment symbol="x">{xml.math(formula)}</initialAssignment>'),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
    )
    assert operator_of(circuit).variables["x"].value == pytest.approx(FORMULAS[formula], rel=1e-14)


def test_what_is_computed_of_time_was_something_else_before_the_start(reading: Reader, xml: Any, run: Runner) -> None:
    """An assignment rule holds before the start, too (as in case 00937 of the SBML Test Suite)."""
    circuit = reading(
        xml.listed(
            "Parameters", *(xml.parameter(name, 0.0) for name in ("wave", "echo", "x", "y")), xml.parameter("z", 2.0)
        ),
        xml.listed(
            "Rules",
            xml.rule("assignment", "wave", "1 + sin(10*time)"),
            xml.rule("assignment", "echo", "delay(wave, 0.2)"),
            xml.rule("assignment", "x", "z*time"),
            xml.rule("rate", "z", "0.5"),
            xml.rule("rate", "y", "delay(x, 1)"),
        ),
    )
    table = run(circuit, ["echo", "y"], 2.0)
    late = table.index.to_numpy() - 1.0
    np.testing.assert_allclose(table["echo"], 1 + np.sin(10 * (late + 0.8)), rtol=TOLERANCE)
    # x(s) = s z(s), where z(s) = 2 for s < 0 and 2 + s/2 behind that
    np.testing.assert_allclose(table["y"], late**2 - 1 + np.maximum(late, 0) ** 3 / 6, atol=TOLERANCE)


def test_what_is_computed_of_time_and_its_own_past_is_refused(reading: Reader, xml: Any) -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        reading(
            xml.listed("Parameters", xml.parameter("y", 0.0)),
            xml.listed("Rules", xml.rule("assignment", "y", "time + delay(y, 1)")),
        )
    assert str(caught.value) == (
        "'y' is computed of time and of its own past, so that what it was before the start is not known. Let a state "
        "follow one of them."
    )


def test_events_at_time_0_are_later_than_what_was_before(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("x", 1.0), xml.parameter("y", 0.0)),
        xml.listed("Rules", xml.rule("rate", "y", "delay(x, 1)")),
        xml.listed("Events", xml.event("jump", "time >= 0", {"x": "5"}, rest='initialValue="false"')),
    )
    table = run(circuit, ["x", "y"], 3.0, 6)
    t = table.index.to_numpy()
    np.testing.assert_array_equal(table["x"], 5.0)
    np.testing.assert_allclose(table["y"], np.where(t < 1, t, 1 + 5 * (t - 1)), rtol=1e-7)


def test_a_trigger_that_is_false_at_time_0_is_met_right_after_it(reading: Reader, xml: Any, run: Runner) -> None:
    circuit = reading(
        xml.listed("Parameters", xml.parameter("x", 0.0), xml.parameter("n", 0.0)),
        xml.listed("Rules", xml.rule("rate", "x", "1")),
        xml.listed("Events", xml.event("met", "x > 0", {"n": "n + 1"}, delay="0.75")),
    )
    table = run(circuit, ["n"], 2.0, 4)
    np.testing.assert_array_equal(table["n"], [0, 0, 1, 1, 1])


@pytest.mark.parametrize(("first", "b", "r"), [("size", 3.0, 3.0), ("values", 3.0 / 4, 3.0 / 4)])
def test_concentrations_are_in_the_size_that_the_event_before_has_set(
    first: str, b: float, r: float, reading: Reader, xml: Any, run: Runner
) -> None:
    """Amounts stay where a size becomes four times as large, and no longer where values are assigned after that."""
    priorities = {"size": "1", "values": "1", first: "2"}
    circuit = reading(
        xml.CELL.replace('constant="true"', 'constant="false"'),
        xml.listed("Species", xml.species("B", 'initialAmount="4"'), xml.species("ruled", 'initialAmount="4"')),
        xml.listed("Rules", xml.rule("rate", "ruled", "0.5")),
        xml.listed(
            "Events",
            xml.event("size", "time > 1.25", {"cell": "4*cell"}, priority=priorities["size"]),
            xml.event("values", "time > 1.25", {"B": "3", "ruled": "3"}, priority=priorities["values"]),
        ),
    )
    table = run(circuit, ["B", "ruled"], 2.0, 2)
    np.testing.assert_allclose(table["B"], [2.0, 2.0, b], rtol=TOLERANCE)
    np.testing.assert_allclose(table["ruled"], [2.0, 2.5, r + 0.5 * 0.75], rtol=TOLERANCE)


def test_a_parameter_of_a_kinetic_law_has_no_rate_of_change(reading: Reader, xml: Any, run: Runner) -> None:
    law = xml.reaction("R", "cell*(1 + rateOf(k))", "A")
    circuit = reading(
        xml.CELL,
        xml.listed("Species", xml.species("A", 'initialConcentration="3"')),
        xml.listed("Parameters", xml.parameter("k", 3.0)),
        xml.listed("Rules", xml.rule("rate", "k", "1")),
        xml.listed(
            "Reactions",
            law.replace(
                "</kineticLaw>",
                '<listOfLocalParameters><localParameter id="k" value="0.5"/></listOfLocalParameters></kineticLaw>',
            ),
        ),
    )
    table = run(circuit, ["A"], 2.0)
    np.testing.assert_allclose(table["A"], 3.0 - table.index.to_numpy(), rtol=TOLERANCE)
