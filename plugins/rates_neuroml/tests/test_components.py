"""Components of LEMS as operators: what each element of a type means, against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.errors import CyclicEquationsError, EquationError, ModelFileError, UnsupportedFeatureError
from rates_core.templates.operator import OperatorTemplate
from rates_neuroml import read_component
from rates_neuroml.reader import read

from rates_core import OmissionWarning, UnitsWarning

Writer = Callable[..., Path]

LEAK = """
<ComponentType name="leak">
  <Parameter name="tau" dimension="time"/>
  <Parameter name="v0" dimension="voltage"/>
  <Exposure name="v" dimension="voltage"/>
  <Dynamics>
    <StateVariable name="v" exposure="v" dimension="voltage"/>
    <OnStart><StateAssignment variable="v" value="v0"/></OnStart>
    <TimeDerivative variable="v" value="-v/tau"/>
  </Dynamics>
</ComponentType>
"""


def operator_of(path: Path, component: str = "c") -> OperatorTemplate:
    circuit = read_component(path, component)
    ((operator, _),) = circuit.nodes[component].operators
    return operator


def one_type(dynamics: str, declared: str = "", parameters: str = "") -> str:
    kind = f'<ComponentType name="kind">{declared}<Dynamics>{dynamics}</Dynamics></ComponentType>'
    return f'{kind}<kind id="c" {parameters}/>'


def test_a_component_is_a_node_whose_operator_is_called_as_its_type(file: Writer) -> None:
    circuit = read(file(LEAK + '<leak id="c" tau="20 ms" v0="-70mV"/>'))
    assert circuit.name == "model"
    operator = circuit.nodes["c"].operators[0][0]
    assert operator.name == "leak"
    assert operator.equations == ("v' = -v/tau",)
    assert {name: one.text() for name, one in operator.variables.items()} == {"v": "output(-0.07)", "tau": "0.02"}
    assert operator.description == "Units: v V, tau s."
    table = circuit.run(0.1001, 1e-4, outputs={"v": "c/leak/v"}, solver="rk4", verbose=False)
    # the classical method of order 4 at h/tau = 1/200: the global error is below (T/tau) (h/tau)^4 / 120
    assert table["v"].iloc[-1] == pytest.approx(-0.07 * math.exp(-5.0), rel=5.0 * 200.0**-4 / 120.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [("20ms", 0.02), ("20 ms", 0.02), ("2e1 ms", 0.02), (".02", 0.02), ("0.5 min", 30.0), ("-3.5E-2s", -0.035)],
)
def test_quantities_are_in_si(file: Writer, text: str, value: float) -> None:
    operator = operator_of(file(LEAK + f'<leak id="c" tau="{text}" v0="1"/>'))
    assert operator.variables["tau"].value == value


def test_a_unit_may_have_an_offset(file: Writer) -> None:
    declared = '<Parameter name="T" dimension="temperature"/>'
    text = one_type('<DerivedVariable name="x" dimension="temperature" value="2*T"/>', declared, 'T="37 degC"')
    assert operator_of(file(text)).variables["T"].value == 310.15


def test_constants_fixed_values_properties_and_derived_parameters_are_numbers(file: Writer) -> None:
    text = """
    <Constant name="Boltzmann" symbol="k_B" dimension="none" value="1.5"/>
    <ComponentType name="base">
      <Parameter name="a" dimension="none"/>
      <Parameter name="b" dimension="none"/>
      <Constant name="TWO" dimension="none" value="2"/>
      <Property name="weight" dimension="none" defaultValue="3"/>
      <DerivedParameter name="p" dimension="none" value="a + b"/>
      <Dynamics><DerivedVariable name="x" dimension="none" value="TWO*p*weight*k_B"/></Dynamics>
    </ComponentType>
    <ComponentType name="kind" extends="base"><Fixed parameter="b" value="10"/></ComponentType>
    <kind id="c" a="1"/>
    """
    path = file(text)
    operator = operator_of(path)
    assert operator.equations == ("p = a + b", "x = TWO*p*weight*k_B")
    values = {name: one.value for name, one in operator.variables.items() if one.kind == "parameter"}
    assert values == {"a": 1.0, "b": 10.0, "TWO": 2.0, "weight": 3.0, "k_B": 1.5}
    table = read(path).run(1.0, 1.0, outputs={"x": "c/kind/x"}, verbose=False)
    assert table["x"].iloc[0] == 2.0 * 11.0 * 3.0 * 1.5


def test_children_are_inside_and_their_names_are_paths(file: Writer) -> None:
    text = """
    <ComponentType name="gate">
      <Parameter name="q" dimension="none"/><Exposure name="f" dimension="none"/>
      <Requirement name="v" dimension="none"/>
      <Dynamics><DerivedVariable name="f" exposure="f" dimension="none" value="q*v"/></Dynamics>
    </ComponentType>
    <ComponentType name="channel">
      <Text name="ion"/>
      <Children name="gates" type="gate"/><Exposure name="g" dimension="none"/>
      <Dynamics>
        <DerivedVariable name="g" exposure="g" dimension="none" select="gates[*]/f" reduce="multiply"/>
      </Dynamics>
    </ComponentType>
    <ComponentType name="slot">
      <ComponentReference name="channel" type="channel"/>
      <Text name="ion"/><Exposure name="g" dimension="none"/>
      <Dynamics><DerivedVariable name="g" exposure="g" dimension="none" select="channel/g"/></Dynamics>
      <Structure><ChildInstance component="channel"/></Structure>
    </ComponentType>
    <ComponentType name="cell">
      <Children name="slots" type="slot"/><Child name="scale" type="gate"/>
      <Dynamics>
        <StateVariable name="v" dimension="none"/>
        <OnStart><StateAssignment variable="v" value="2"/></OnStart>
        <DerivedVariable name="total" dimension="none" select="slots[*]/g" reduce="add"/>
        <DerivedVariable name="na" dimension="none" select="slots[ion='na']/g" reduce="add"/>
        <DerivedVariable name="none" dimension="none" select="slots[ion='ca']/g" reduce="add"/>
        <DerivedVariable name="factor" dimension="none" select="scale/f"/>
      </Dynamics>
    </ComponentType>
    <channel id="fast"><gate id="m" q="3"/><gate id="h" q="5"/></channel>
    <channel id="slow"><gate id="n" q="7"/></channel>
    <cell id="c">
      <slot id="one" channel="fast" ion="na"/><slot id="two" channel="slow" ion="k"/><scale q="11"/>
    </cell>
    """
    path = file(text)
    operator = operator_of(path)
    assert operator.equations == (
        "v' = 0.0",
        "one_fast_m_f = one_fast_m_q*v",
        "one_fast_h_f = one_fast_h_q*v",
        "one_fast_g = one_fast_m_f*one_fast_h_f",
        "one_g = one_fast_g",
        "two_slow_n_f = two_slow_n_q*v",
        "two_slow_g = two_slow_n_f",
        "two_g = two_slow_g",
        "scale_f = scale_q*v",
        "total = one_g + two_g",
        "na = one_g",
        "none = 0.0",
        "factor = scale_f",
    )
    outputs = {name: f"c/cell/{name}" for name in ("total", "na", "none", "factor")}
    row = read_component(path, "c").run(1.0, 1.0, outputs=outputs, verbose=False).iloc[0]
    assert row.to_dict() == {"total": 3 * 2 * 5 * 2 + 7 * 2.0, "na": 60.0, "none": 0.0, "factor": 22.0}


def test_what_a_component_requires_and_nobody_has_is_an_input(file: Writer) -> None:
    declared = '<Requirement name="v" dimension="voltage"/>'
    operator = operator_of(file(one_type('<DerivedVariable name="x" dimension="voltage" value="2*v"/>', declared)))
    assert operator.variables["v"].text() == "input(0.0)"


def test_names_that_mean_something_else_in_rates_are_changed(file: Writer) -> None:
    variables = "".join(f'<DerivedVariable name="{name}" value="1"/>' for name in ("all", "lambda", "E"))
    assert operator_of(file(one_type(variables))).equations == ("all_1 = 1", "lambda_1 = 1", "E = 1")


def test_choices_take_the_first_case_that_holds(file: Writer) -> None:
    cases = '<Case condition="t .lt. 1" value="3"/><Case condition="t .lt. 2" value="4"/><Case value="5"/>'
    dimensionless = f'<ConditionalDerivedVariable name="x" dimension="none">{cases}</ConditionalDerivedVariable>'
    with pytest.warns(UnitsWarning, match="'t < 1' has s and 1"):
        circuit = read(file(one_type(dimensionless)))
    table = circuit.run(3.0, 1.0, outputs={"x": "c/kind/x"}, verbose=False)
    assert table["x"].tolist() == [3.0, 4.0, 5.0]


def test_a_reset_is_an_event_and_what_is_emitted_a_pulse(file: Writer) -> None:
    text = """
    <ComponentType name="spiker">
      <Parameter name="period" dimension="time"/>
      <EventPort name="spike" direction="out"/><Exposure name="since" dimension="time"/>
      <Dynamics>
        <StateVariable name="since" exposure="since" dimension="time"/>
        <TimeDerivative variable="since" value="1"/>
        <OnCondition test="since .gt. period">
          <StateAssignment variable="since" value="since - period"/><EventOut port="spike"/>
        </OnCondition>
      </Dynamics>
    </ComponentType>
    <spiker id="c" period="1s"/>
    """
    path = file(text)
    (event,) = operator_of(path).events
    assert (event.when, dict(event.set), event.emit) == ("since > period", {"since": "since - period"}, "spike")
    outputs = {"since": "c/spiker/since", "spike": "c/spiker/spike"}
    table = read(path).run(3.0, 0.25, outputs=outputs, verbose=False)
    assert table["since"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 0.25, 0.5, 0.75, 1.0, 0.25, 0.5, 0.75]
    assert table["spike"].sum() * 0.25 == 2.0  # two pulses of integral 1


def test_what_is_set_anew_at_all_times_is_a_function_of_time(file: Writer) -> None:
    text = """
    <ComponentType name="ramp">
      <Parameter name="delay" dimension="time"/><Parameter name="duration" dimension="time"/>
      <Parameter name="slope" dimension="per_time"/>
      <Dynamics>
        <StateVariable name="i" dimension="none"/>
        <OnCondition test="t .lt. delay"><StateAssignment variable="i" value="0"/></OnCondition>
        <OnCondition test="t .geq. delay .and. t .lt. delay + duration">
          <StateAssignment variable="i" value="slope * (t - delay)"/>
        </OnCondition>
        <OnCondition test="t .geq. delay + duration"><StateAssignment variable="i" value="-1"/></OnCondition>
      </Dynamics>
    </ComponentType>
    <ramp id="c" delay="1s" duration="2s" slope="4e-3per_ms"/>
    """
    circuit = read(file(text))
    assert not circuit.nodes["c"].operators[0][0].events
    table = circuit.run(4.0, 0.5, outputs={"i": "c/ramp/i"}, verbose=False)
    assert table["i"].tolist() == [0.0, 0.0, 0.0, 2.0, 4.0, 6.0, -1.0, -1.0]


def test_regimes_are_numbers_of_a_state(file: Writer) -> None:
    text = """
    <ComponentType name="refractory">
      <Parameter name="rest" dimension="time"/>
      <EventPort name="spike" direction="out"/>
      <Dynamics>
        <StateVariable name="v" dimension="none"/><StateVariable name="last" dimension="time"/>
        <Regime name="resting">
          <OnEntry><StateAssignment variable="last" value="t"/><StateAssignment variable="v" value="0"/></OnEntry>
          <OnCondition test="t .geq. last + rest"><Transition regime="rising"/></OnCondition>
        </Regime>
        <Regime name="rising" initial="true">
          <TimeDerivative variable="v" value="1/rest"/>
          <OnCondition test="v .geq. 1"><EventOut port="spike"/><Transition regime="resting"/></OnCondition>
        </Regime>
      </Dynamics>
    </ComponentType>
    <refractory id="c" rest="1s"/>
    """
    circuit = read(file(text))
    outputs = {"v": "c/refractory/v", "regime": "c/refractory/regime", "last": "c/refractory/last"}
    table = circuit.run(4.0, 0.5, outputs=outputs, verbose=False)
    # rises for 1 s, which ends in a spike, rests for 1 s
    assert table["v"].tolist() == [0.0, 0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0]
    assert table["regime"].tolist() == [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    assert table["last"].tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 3.0, 3.0]


SCHEME = """
<ComponentType name="place">
  <Parameter name="conductance" dimension="none"/><Exposure name="q" dimension="none"/>
  <Dynamics>
    <StateVariable name="occupancy" dimension="none"/>
    <DerivedVariable name="q" exposure="q" dimension="none" value="conductance*occupancy"/>
  </Dynamics>
</ComponentType>
<ComponentType name="step">
  <Parameter name="rf" dimension="per_time"/><Parameter name="rr" dimension="per_time"/>
  <Link name="from" type="place"/><Link name="to" type="place"/>
</ComponentType>
<ComponentType name="gate">
  <Children name="states" type="place"/><Children name="transitions" type="step"/>
  <Dynamics>
    <DerivedVariable name="q" dimension="none" select="states[*]/q" reduce="add"/>
    <KineticScheme name="ks" nodes="states" stateVariable="occupancy" edges="transitions" edgeSource="from"
                   edgeTarget="to" forwardRate="rf" reverseRate="rr"/>
  </Dynamics>
</ComponentType>
<gate id="c">
  <place id="shut" conductance="0"/><place id="open" conductance="1"/><place id="asleep" conductance="0"/>
  <step id="a" from="shut" to="open" rf="0.3per_ms" rr="0.1per_ms"/>
  <step id="b" from="open" to="{}" rf="0.2per_ms" rr="0"/>
</gate>
"""


def test_kinetic_schemes_move_what_transitions_say(file: Writer) -> None:
    path = file(SCHEME.format("asleep"))
    assert operator_of(path).equations[:3] == (
        "shut_occupancy' = -(a_rf*shut_occupancy - a_rr*open_occupancy)",
        "open_occupancy' = a_rf*shut_occupancy - a_rr*open_occupancy - (b_rf*open_occupancy - b_rr*asleep_occupancy)",
        "asleep_occupancy' = b_rf*open_occupancy - b_rr*asleep_occupancy",
    )
    table = read(path).run(5.01e-3, 1e-5, outputs={"q": "c/gate/q"}, solver="rk4", verbose=False)
    # the two states that are left: s' = -0.3 s + 0.1 q, q' = 0.3 s - 0.3 q per ms, from 1/3 each
    root = math.sqrt(0.03)
    expected = [
        math.exp(-0.3 * t) / 3.0 * (math.cosh(root * t) + 0.3 / root * math.sinh(root * t))
        for t in (0.01 * k for k in range(501))
    ]
    assert table["q"].to_numpy() == pytest.approx(expected, rel=1e-9)  # (0.3*0.01)^4 and roundings


def test_a_transition_to_nowhere_is_named(file: Writer) -> None:
    path = file(SCHEME.format("asleeep"))
    with pytest.raises(ModelFileError) as caught:
        read(path)
    assert str(caught.value).endswith(
        "step 'b': 'to' is 'asleeep', which is no state of the scheme. Did you mean 'asleep'?"
    )


def test_a_type_with_dynamics_of_its_own_has_those_alone_unless_it_says_super(file: Writer) -> None:
    derived = '<ComponentType name="{}" extends="leak"><Dynamics>{}<DerivedVariable name="x" value="1"/></Dynamics>'
    types = "".join(derived.format(*pair) + "</ComponentType>" for pair in (("alone", ""), ("more", "<Super/>")))
    path = file(LEAK + types + '<alone id="a" tau="1s" v0="1mV"/><more id="m" tau="1s" v0="1mV"/>')
    assert operator_of(path, "a").equations == ("x = 1",)
    assert operator_of(path, "m").equations == ("v' = -v/tau", "x = 1")


def test_sources_and_notes_stand_in_the_description(file: Writer) -> None:
    annotation = (
        '<annotation><a:li xmlns:a="rdf" a:resource="https://doi.org/10.1113/jphysiol.1952.sp004764"/></annotation>'
    )
    path = file(LEAK + f'<leak id="c" tau="1s" v0="1mV"><notes> A\n leak. </notes>{annotation}</leak>')
    assert operator_of(path).description == (
        "A leak.\n\nUnits: v V, tau s.\n\nReference: https://doi.org/10.1113/jphysiol.1952.sp004764"
    )


def test_attributes_that_the_type_does_not_have_are_told(file: Writer) -> None:
    path = file(LEAK + '<leak id="c" tau="1s" v0="1mV" v1="2mV"/>')
    with pytest.warns(OmissionWarning) as caught:
        read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  'v1' of leak 'c', which its type does not have"
    )


def test_expressions_bind_as_in_mathematics(file: Writer) -> None:
    texts = {
        "-a^2": "-a^2", "2 - a - 1": "2 - a - 1", "a/2/a": "a/2/a", "2^-a": "2^-a", "a*-2": "a*-2",
        "1.5e-3 * (a + .5)": "0.0015*(a + 0.5)", "exp(ln(a))": "exp(log(a))", "H(a)": "heaviside(a)",
    }  # fmt: skip
    for text, expected in texts.items():
        declared = '<Parameter name="a" dimension="none"/>'
        operator = operator_of(file(one_type(f'<DerivedVariable name="x" value="{text}"/>', declared, 'a="2"')))
        assert operator.equations == (f"x = {expected}",)


def test_mixed_dimensions_are_told(file: Writer) -> None:
    path = file(LEAK.replace("-v/tau", "-v/tau + v0 + exp(v)") + '<leak id="c" tau="1s" v0="1mV"/>')
    with pytest.warns(UnitsWarning) as caught:
        read(path)
    assert str(caught[0].message) == (
        f"{path} mixes dimensions; it is computed as it stands, in SI:\n"
        "  leak 'c': v': '-v/tau + v0' has V/s and V\n"
        "  leak 'c': v': 'exp(v)' is of a number with the unit V"
    )


BAD = {
    "a unit of another dimension": (
        LEAK + '\n<leak id="c" tau="20 mV" v0="1mV"/>',
        "line {}: 'tau' of leak 'c' is '20 mV'; 'mV' is a unit of voltage, and it has the dimension time.",
    ),
    "an unknown unit": (
        LEAK + '\n<leak id="c" tau="20 msec" v0="1mV"/>',
        "line {}: 'tau' of leak 'c' is '20 msec', and there is no unit 'msec'. Did you mean 'ms'?",
    ),
    "no number": (
        LEAK + '\n<leak id="c" tau="fast" v0="1mV"/>',
        "line {}: 'tau' of leak 'c' is 'fast', which is no number with a unit, such as '-70mV'.",
    ),
    "a missing parameter": (
        LEAK + '\n<leak id="c" v0="1mV"/>',
        "line {}: leak 'c': It has no 'tau', which is a parameter of its type (dimension time).",
    ),
    "an unknown type of the parent": (
        '\n<ComponentType name="leak" extends="laek"/><leak id="c"/>',
        "line {}: There is no ComponentType 'laek'. Did you mean 'leak'?",
    ),
    "a type that extends itself": (
        '\n<ComponentType name="a" extends="a"/><a id="c"/>',
        "line {}: The ComponentType 'a' extends itself.",
    ),
    "an unknown name": (
        LEAK.replace("\n", "").replace("-v/tau", "-v/tua") + '<leak id="c" tau="1s" v0="1mV"/>',
        "line {}: leak 'c' has no 'tua'. Did you mean 'tau'?",
    ),
    "a child that is not there": (
        "\n" + one_type('<DerivedVariable name="x" select="gate/q"/>', '<Child name="gate" type="kind"/>'),
        "line {}: kind 'c': 'gate/q' needs a 'gate', which it does not have.",
    ),
    "a child that the type does not take": (
        LEAK + '\n<leak id="c" tau="1s" v0="1mV"><leak id="d" tau="1s" v0="1mV"/></leak>',
        "line {}: leak 'c' takes no <leak>.",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_with_its_place(file: Writer, case: str) -> None:
    text, message = BAD[case]
    path = file(text)
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(ModelFileError) as caught:
        read_component(path, "c")
    assert str(caught.value) == f"{path}, {message.format(line)}"


EXPRESSIONS = {
    "qqq(x)": "'qqq(x)' calls 'qqq', which is no function of LEMS. Functions are exp, log, ln, log10, sqrt, abs, sin, "
    "cos, "
    "tan, sinh, cosh, tanh, asin, acos, atan, ceil, floor, H.",
    "sqr(x)": "'sqr(x)' calls 'sqr', which is no function of LEMS. Did you mean 'sqrt'? Functions are exp, log, ln, "
    "log10, "
    "sqrt, abs, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, ceil, floor, H.",
    "(x + 1": "'(x + 1' has a bracket that is not closed.",
    "x +": "'x +' ends where a value is missing.",
    "x )": "'x )' does not go on with ')' there.",
    "x * / 2": "'x * / 2' has '/' where a value is missing.",
    "x & 2": "'x & 2' cannot be read from '& 2' on.",
    "x .less. 2": "'x .less. 2' has '.less.', which is no operator of LEMS; those are .or., .and., .gt., .ge., .geq., "
    ".lt., "
    ".le., .leq., .eq., .neq., .ne..",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_malformed_expression_is_shown(file: Writer, text: str) -> None:
    escaped = text.replace("&", "&amp;")
    path = file("\n" + one_type(f'<StateVariable name="x"/><TimeDerivative variable="x" value="{escaped}"/>'))
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(EquationError) as caught:
        read(path)
    assert str(caught.value) == f"{path}, line {line}: {EXPRESSIONS[text]}"


REFUSED = {
    "random numbers": (
        '<StateVariable name="x"/><OnStart><StateAssignment variable="x" value="random(1)"/></OnStart>',
        "'random(1)' draws a random number, which rates does not do at events and at the start. Write a number.",
    ),
    "what is not known": (
        '<StateVariable name="x"/><TimeDerivativ variable="x" value="1"/>',
        "kind has <TimeDerivativ> in its Dynamics, which rates does not read. Did you mean 'TimeDerivative'?",
    ),
    "what is done again and again": (
        '<StateVariable name="x"/><TimeDerivative variable="x" value="1"/>'
        '<OnCondition test="x .gt. 3"><StateAssignment variable="x" value="x + 1"/></OnCondition>',
        "What kind 'c' does where 'x .gt. 3' is done at each step while that holds. Events of rates happen once, when "
        "a "
        "condition becomes true.",
    ),
    "choices that leave something out": (
        '<StateVariable name="x"/><ConditionalDerivedVariable name="y"><Case condition="x .gt. 1" value="1"/>'
        '<Case condition="x .lt. 1" value="2"/></ConditionalDerivedVariable>',
        "No case of 'y' of kind 'c' holds for some values, where LEMS keeps the last value. Write a <Case> without a "
        "condition.",
    ),
    "events that set what depends on states": (
        '<StateVariable name="x"/><OnEvent port="in"><StateAssignment variable="x" value="2*x"/></OnEvent>',
        "An event at 'in' of kind 'c' sets 'x' to '2*x'. Events of rates add to a state what depends on parameters "
        "alone.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_rates_cannot_compute_is_refused_by_name(file: Writer, case: str) -> None:
    dynamics, message = REFUSED[case]
    path = file("\n" + one_type(dynamics, '<EventPort name="in" direction="in"/>'))
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == f"{path}, line {line}: {message}"


def test_initial_values_that_depend_on_each_other_are_named(file: Writer) -> None:
    start = '<StateAssignment variable="x" value="y"/><StateAssignment variable="y" value="x"/>'
    path = file(one_type(f'<StateVariable name="x"/><StateVariable name="y"/><OnStart>{start}</OnStart>'))
    with pytest.raises(CyclicEquationsError) as caught:
        read(path)
    assert str(caught.value) == "kind 'c': At the start, variables depend on each other: x -> y -> x."
