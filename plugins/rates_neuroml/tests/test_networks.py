"""Populations, what is attached to their cells, and what connects them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rates_core.errors import ModelFileError, UnsupportedFeatureError
from rates_neuroml import read_component
from rates_neuroml.reader import read

from rates_core import OmissionWarning

Writer = Callable[..., Path]

TYPES = """
<ComponentType name="current">
  <Exposure name="i" dimension="none"/>
</ComponentType>
<ComponentType name="constant" extends="current">
  <Parameter name="size" dimension="none"/>
  <Property name="weight" dimension="none" defaultValue="1"/>
  <EventPort name="in" direction="in"/>
  <Dynamics><DerivedVariable name="i" exposure="i" dimension="none" value="weight*size"/></Dynamics>
</ComponentType>
<ComponentType name="decaying" extends="current">
  <Parameter name="rate" dimension="per_time"/><Parameter name="height" dimension="none"/>
  <Property name="weight" dimension="none" defaultValue="1"/>
  <EventPort name="in" direction="in"/>
  <Dynamics>
    <StateVariable name="i" exposure="i" dimension="none"/>
    <TimeDerivative variable="i" value="-rate*i"/>
    <OnEvent port="in"><StateAssignment variable="i" value="i + weight*height"/></OnEvent>
  </Dynamics>
</ComponentType>
<ComponentType name="gap" extends="current">
  <Parameter name="g" dimension="none"/>
  <Requirement name="v" dimension="none"/>
  <InstanceRequirement name="peer" type="gap"/>
  <Dynamics>
    <DerivedVariable name="vpeer" dimension="none" select="peer/v"/>
    <DerivedVariable name="i" exposure="i" dimension="none" value="g*(vpeer - v)"/>
  </Dynamics>
</ComponentType>
<ComponentType name="cell">
  <Parameter name="rate" dimension="per_time"/><Parameter name="v0" dimension="none"/>
  <Parameter name="thresh" dimension="none"/>
  <Attachments name="synapses" type="current"/>
  <EventPort name="spike" direction="out"/><Exposure name="v" dimension="none"/>
  <Dynamics>
    <StateVariable name="v" exposure="v" dimension="none"/>
    <OnStart><StateAssignment variable="v" value="v0"/></OnStart>
    <DerivedVariable name="i" dimension="none" select="synapses[*]/i" reduce="add"/>
    <TimeDerivative variable="v" value="rate*i"/>
    <OnCondition test="v .gt. thresh"><StateAssignment variable="v" value="0"/><EventOut port="spike"/></OnCondition>
  </Dynamics>
</ComponentType>
<ComponentType name="population">
  <ComponentReference name="component" type="cell"/><Parameter name="size" dimension="none"/>
  <Structure><MultiInstantiate number="size" component="component"/></Structure>
</ComponentType>
<ComponentType name="input">
  <Path name="target"/><ComponentReference name="source" type="current"/><Text name="destination"/>
  <Structure>
    <With instance="target" as="a"/><With instance="target" as="b"/>
    <EventConnection from="a" to="b" receiver="source" receiverContainer="destination"/>
  </Structure>
</ComponentType>
<ComponentType name="connection">
  <Path name="from"/><Path name="to"/><ComponentReference name="synapse" type="current"/>
  <Parameter name="weight" dimension="none"/><Parameter name="delay" dimension="time"/>
  <Structure>
    <With instance="from" as="a"/><With instance="to" as="b"/>
    <EventConnection from="a" to="b" receiver="synapse" delay="delay">
      <Assign property="weight" value="weight"/>
    </EventConnection>
  </Structure>
</ComponentType>
<ComponentType name="junction">
  <Path name="from"/><Path name="to"/><ComponentReference name="synapse" type="gap"/>
  <Structure>
    <With instance="from" as="a"/><With instance="to" as="b"/>
    <Tunnel name="peer" endA="a" endB="b" componentA="synapse" componentB="synapse"/>
  </Structure>
</ComponentType>
<ComponentType name="network">
  <Children name="populations" type="population"/><Children name="inputs" type="input"/>
  <Children name="connections" type="connection"/><Children name="junctions" type="junction"/>
</ComponentType>
<cell id="quiet" rate="1e-3per_ms" v0="1" thresh="100"/>
<cell id="firing" rate="1e-3per_ms" v0="0" thresh="1.9"/>
<constant id="one" size="1"/>
<constant id="two" size="2"/>
<gap id="g" g="0.5"/>
<decaying id="syn" rate="1e-3per_ms" height="3"/>
"""

NETWORK = '<network id="net">{}</network>'


def circuit_of(file: Writer, inside: str):
    return read_component(file(TYPES + NETWORK.format(inside)), "net")


def test_cells_that_nothing_touches_are_a_population(file: Writer) -> None:
    circuit = circuit_of(file, '<population id="p" component="quiet" size="3"/>')
    assert circuit.populations["p"].n == 3
    table = circuit.run(1.0, 0.5, outputs={"v": "p[2]/cell/v"}, verbose=False)
    assert table["v"].tolist() == [1.0, 1.0]


def test_inputs_are_inside_the_cell_that_they_are_attached_to(file: Writer) -> None:
    inputs = (
        '<input id="a" target="p[1]" source="one" destination="synapses"/><input id="b" target="p[1]" source="two"/>'
    )
    circuit = circuit_of(file, f'<population id="p" component="quiet" size="2"/>{inputs}')
    assert list(circuit.nodes) == ["p_0", "p_1"]
    outputs = {name: f"p_{name}/cell/v" for name in "01"} | {"two": "p_1/cell/two_i"}
    table = circuit.run(1.5, 0.5, outputs=outputs, verbose=False)
    assert table["0"].tolist() == [1.0, 1.0, 1.0]
    assert table["1"].tolist() == [1.0, 1.0 + 0.5 * 3.0, 1.0 + 3.0]
    assert table["two"].tolist() == [2.0, 2.0, 2.0]


def test_junctions_join_variables_of_cells(file: Writer) -> None:
    text = '<population id="p" component="quiet" size="1"/><population id="q" component="firing" size="1"/>'
    circuit = circuit_of(file, text + '<junction id="j" from="p[0]" to="q[0]" synapse="g"/>')
    table = circuit.run(1.0, 0.25, outputs={"p": "p/cell/v", "q": "q/cell/v"}, verbose=False)
    p, q = [1.0], [0.0]
    for _ in range(3):
        flow = 0.25 * 0.5 * (q[-1] - p[-1])
        p.append(p[-1] + flow)
        q.append(q[-1] - flow)
    assert table["p"].tolist() == p
    assert table["q"].tolist() == q


def test_events_add_to_what_decays(file: Writer) -> None:
    text = '<population id="p" component="firing" size="1"/><population id="q" component="quiet" size="1"/>'
    text += '<input id="a" target="p[0]" source="one"/>'
    text += '<connection id="c" from="p[0]" to="q[0]" synapse="syn" weight="2" delay="0.5s"/>'
    circuit = circuit_of(file, text)
    outputs = {"v": "p/cell/v", "spike": "p/cell/spike", "i": "q/cell/syn_i"}
    table = circuit.run(4.0, 0.25, outputs=outputs, verbose=False)
    assert table["v"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75] * 2
    spikes = [4.0 if k == 8 else 0.0 for k in range(16)]  # 1/h over the step after v > 1.9
    assert table["spike"].tolist() == spikes
    i = [0.0]
    for k in range(15):
        pulse = spikes[k - 2] if k >= 2 else 0.0  # half a second late
        i.append(i[-1] + 0.25 * (-i[-1] + 2.0 * 3.0 * pulse))
    assert max(i) == 6.0
    assert table["i"].tolist() == i


def test_cells_that_hear_each_other_are_nodes(file: Writer) -> None:
    text = """
    <ComponentType name="kicked">
      <Parameter name="kick" dimension="none"/><Parameter name="thresh" dimension="time"/>
      <EventPort name="kicks-in" direction="in"/><EventPort name="out" direction="out"/>
      <Dynamics>
        <StateVariable name="x" dimension="none"/><StateVariable name="s" dimension="time"/>
        <TimeDerivative variable="s" value="1"/>
        <OnCondition test="s .gt. thresh"><StateAssignment variable="s" value="0"/><EventOut port="out"/></OnCondition>
        <OnEvent port="kicks-in"><StateAssignment variable="x" value="kick + x"/></OnEvent>
      </Dynamics>
    </ComponentType>
    <ComponentType name="crowd">
      <ComponentReference name="component" type="Component"/><Parameter name="size" dimension="none"/>
      <Structure><MultiInstantiate number="size" component="component"/></Structure>
    </ComponentType>
    <ComponentType name="all">
      <Structure><ForEach instances="../source" as="a"><ForEach instances="../target" as="b">
        <EventConnection from="a" to="b"/>
      </ForEach></ForEach></Structure>
    </ComponentType>
    <ComponentType name="pair">
      <Link name="source" type="crowd"/><Link name="target" type="crowd"/><Child name="pattern" type="all"/>
    </ComponentType>
    <ComponentType name="net"><Children name="crowds" type="crowd"/><Children name="pairs" type="pair"/></ComponentType>
    <kicked id="one" kick="3" thresh="0.6s"/>
    <net id="all"><crowd id="p" component="one" size="2"/><pair source="p" target="p"><pattern type="all"/></pair></net>
    """
    circuit = read_component(file(text.replace('id="all"', 'id="n"')), "n")
    assert list(circuit.nodes) == ["p_0", "p_1"]
    table = circuit.run(1.5, 0.25, outputs={"x": "p_1/kicked/x"}, verbose=False)
    assert table["x"].tolist() == [0.0, 0.0, 0.0, 0.0, 6.0, 6.0]  # both fire at 0.75, and kick over the next step


def test_a_network_is_what_a_file_wants_run_and_the_rest_is_told(file: Writer) -> None:
    path = file(TYPES + NETWORK.format('<population id="p" component="quiet" size="1"/>'))
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert list(circuit.nodes) == ["p"]
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  cell 'firing', which 'net' does not use\n"
        "  constant 'one', which 'net' does not use\n"
        "  constant 'two', which 'net' does not use\n"
        "  gap 'g', which 'net' does not use\n"
        "  decaying 'syn', which 'net' does not use"
    )


POPULATION = '<population id="p" component="quiet" size="2"/>'
BAD = {
    '<input id="a" target="p[2]" source="one"/>': "'p[2]': the population 'p' has 2 cells, counted from 0.",
    '<input id="a" target="q[0]" source="one"/>': "'q[0]' is no cell of 'net', whose populations are p.",
    '<input id="a" target="p[0]" source="oen"/>': "There is no component 'oen'. Did you mean 'one'?",
    '<input id="a" target="p[0]" source="one" destination="synapse"/>': (
        "input 'a': cell 'quiet' has no attachments 'synapse'."
    ),
    '<connection id="a" from="p[0]" to="p[1]" synapse="syn" weight="1" delay="1mV"/>': (
        "'delay' of connection 'a' is '1 mV'; 'mV' is a unit of voltage, and it has the dimension time."
    ),
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_with_a_connection_is_said(file: Writer, text: str) -> None:
    path = file(TYPES + NETWORK.format(f"\n{POPULATION}\n{text}"))
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(ModelFileError) as caught:
        read_component(path, "net")
    assert str(caught.value) == f"{path}, line {line}: {BAD[text]}"


def test_a_weight_that_nothing_takes_is_refused(file: Writer) -> None:
    text = '<connection id="a" from="p[0]" to="p[1]" synapse="g" weight="2" delay="1s"/>'
    path = file(TYPES + NETWORK.format(f"{POPULATION}\n{text}"))
    with pytest.raises(UnsupportedFeatureError) as caught:
        read_component(path, "net")
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert (
        str(caught.value) == f"{path}, line {line}: connection 'a': It gives a 'weight', which gap 'g' does not have."
    )


def test_a_connection_to_a_segment_is_refused(file: Writer) -> None:
    typed = TYPES.replace('<Path name="target"/>', '<Path name="target"/><Text name="segmentId"/>')
    path = file(typed + NETWORK.format(f'{POPULATION}\n<input id="a" target="p[0]" source="one" segmentId="3"/>'))
    with pytest.raises(UnsupportedFeatureError) as caught:
        read_component(path, "net")
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert (
        str(caught.value)
        == f"{path}, line {line}: input 'a': It is at the segment 3; rates reads cells of one segment."
    )


def test_a_cell_of_several_segments_is_refused(file: Writer) -> None:
    text = """
    <ComponentType name="segment"/>
    <ComponentType name="morphology"><Children name="segments" type="segment"/></ComponentType>
    <ComponentType name="cell">
      <Child name="morphology" type="morphology"/><Dynamics><StateVariable name="v"/></Dynamics>
    </ComponentType>
    <cell id="c"><morphology><segment id="0"/>{}</morphology></cell>"""
    assert list(read(file(text.format(""))).nodes) == ["c"]
    path = file(text.format('<segment id="1"/>'))
    line = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(UnsupportedFeatureError) as caught:
        read(path)
    assert str(caught.value) == f"{path}, line {line}: cell 'c': It has 2 segments; rates reads cells of one segment."


def test_places_and_what_connects_nothing_are_told(file: Writer) -> None:
    types = """
    <ComponentType name="location"><Parameter name="x" dimension="none"/></ComponentType>
    <ComponentType name="instance">
      <Child name="location" type="location"/><Structure><ChildInstance component="../component"/></Structure>
    </ComponentType>
    <ComponentType name="cells">
      <ComponentReference name="component" type="cell"/><Children name="instances" type="instance"/>
    </ComponentType>
    <ComponentType name="region"/>
    <ComponentType name="space" extends="network">
      <Children name="lists" type="cells"/><Children name="regions" type="region"/>
    </ComponentType>
    """
    places = "".join(f'<instance id="{number}"><location x="{number}"/></instance>' for number in range(2))
    network = f'<space id="net"><region id="here"/><cells id="p" component="quiet">{places}</cells></space>'
    path = file(TYPES + types + network)
    with pytest.warns(OmissionWarning) as caught:
        circuit = read_component(path, "net")
    assert circuit.populations["p"].n == 2
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  locations of the cells of 'p'\n"
        "  region 'here' of 'net', which connects nothing"
    )
