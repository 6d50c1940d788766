"""A cell of channels and gates, against the equations of Hodgkin and Huxley written by hand.

The types are our own; that those of NeuroML give the same is tested in `tests/neuroml`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from rates_neuroml import read_experiment

Writer = Callable[..., Path]

TYPES = """
<ComponentType name="rate">
  <Parameter name="rate" dimension="per_time"/><Parameter name="midpoint" dimension="voltage"/>
  <Parameter name="scale" dimension="voltage"/>
  <Requirement name="v" dimension="voltage"/><Exposure name="r" dimension="per_time"/>
</ComponentType>
<ComponentType name="exponential" extends="rate"><Dynamics>
  <DerivedVariable name="r" exposure="r" dimension="per_time" value="rate * exp((v - midpoint)/scale)"/>
</Dynamics></ComponentType>
<ComponentType name="sigmoid" extends="rate"><Dynamics>
  <DerivedVariable name="r" exposure="r" dimension="per_time" value="rate / (1 + exp(-(v - midpoint)/scale))"/>
</Dynamics></ComponentType>
<ComponentType name="linoid" extends="rate"><Dynamics>
  <DerivedVariable name="x" dimension="none" value="(v - midpoint)/scale"/>
  <DerivedVariable name="r" exposure="r" dimension="per_time" value="rate * x / (1 - exp(-x))"/>
</Dynamics></ComponentType>
<ComponentType name="gate">
  <Parameter name="power" dimension="none"/>
  <Child name="forward" type="rate"/><Child name="reverse" type="rate"/>
  <Exposure name="fcond" dimension="none"/>
  <Dynamics>
    <StateVariable name="q" dimension="none"/>
    <OnStart><StateAssignment variable="q" value="rf/(rf + rr)"/></OnStart>
    <DerivedVariable name="rf" dimension="per_time" select="forward/r"/>
    <DerivedVariable name="rr" dimension="per_time" select="reverse/r"/>
    <TimeDerivative variable="q" value="rf*(1 - q) - rr*q"/>
    <DerivedVariable name="fcond" exposure="fcond" dimension="none" value="q^power"/>
  </Dynamics>
</ComponentType>
<ComponentType name="channel">
  <Parameter name="g" dimension="conductance"/><Parameter name="erev" dimension="voltage"/>
  <Children name="gates" type="gate"/>
  <Requirement name="v" dimension="voltage"/><Exposure name="i" dimension="current"/>
  <Dynamics>
    <DerivedVariable name="open" dimension="none" select="gates[*]/fcond" reduce="multiply"/>
    <DerivedVariable name="i" exposure="i" dimension="current" value="g*open*(erev - v)"/>
  </Dynamics>
</ComponentType>
<ComponentType name="cell">
  <Parameter name="C" dimension="capacitance"/><Parameter name="v0" dimension="voltage"/>
  <Parameter name="stimulus" dimension="current"/>
  <Children name="channels" type="channel"/><Exposure name="v" dimension="voltage"/>
  <Dynamics>
    <StateVariable name="v" exposure="v" dimension="voltage"/>
    <OnStart><StateAssignment variable="v" value="v0"/></OnStart>
    <DerivedVariable name="total" dimension="current" select="channels[*]/i" reduce="add"/>
    <TimeDerivative variable="v" value="(total + stimulus)/C"/>
  </Dynamics>
</ComponentType>
<ComponentType name="Simulation">
  <Parameter name="length" dimension="time"/><Parameter name="step" dimension="time"/>
  <ComponentReference name="target" type="Component"/><Children name="columns" type="Column"/>
  <Simulation><Run component="target" variable="t" increment="step" total="length"/></Simulation>
</ComponentType>
<ComponentType name="Column">
  <Path name="quantity"/><Simulation><Record quantity="quantity"/></Simulation>
</ComponentType>
"""

MODEL = """
<Target component="sim"/>
<cell id="hh" C="10pF" v0="-65mV" stimulus="80pA">
  <channel id="na" g="1200nS" erev="50mV">
    <gate id="m" power="3">
      <forward type="linoid" rate="1per_ms" midpoint="-40mV" scale="10mV"/>
      <reverse type="exponential" rate="4per_ms" midpoint="-65mV" scale="-18mV"/>
    </gate>
    <gate id="h" power="1">
      <forward type="exponential" rate="0.07per_ms" midpoint="-65mV" scale="-20mV"/>
      <reverse type="sigmoid" rate="1per_ms" midpoint="-35mV" scale="10mV"/>
    </gate>
  </channel>
  <channel id="k" g="360nS" erev="-77mV">
    <gate id="n" power="4">
      <forward type="linoid" rate="0.1per_ms" midpoint="-55mV" scale="10mV"/>
      <reverse type="exponential" rate="0.125per_ms" midpoint="-65mV" scale="-80mV"/>
    </gate>
  </channel>
  <channel id="leak" g="3nS" erev="-54.387mV"/>
</cell>
<Simulation id="sim" length="30ms" step="0.01ms" target="hh">
  <Column id="v" quantity="v"/><Column id="m" quantity="na/m/q"/><Column id="i" quantity="k/i"/>
</Simulation>
"""


def rates(v: float) -> dict[str, tuple[float, float]]:
    """Return rates of opening and closing per ms at mV (Hodgkin & Huxley 1952, eqs 12, 13, 20, 21, 23, 24)."""
    return {
        "n": (0.01 * (v + 55.0) / (1.0 - math.exp(-(v + 55.0) / 10.0)), 0.125 * math.exp(-(v + 65.0) / 80.0)),
        "m": (0.1 * (v + 40.0) / (1.0 - math.exp(-(v + 40.0) / 10.0)), 4.0 * math.exp(-(v + 65.0) / 18.0)),
        "h": (0.07 * math.exp(-(v + 65.0) / 20.0), 1.0 / (1.0 + math.exp(-(v + 35.0) / 10.0))),
    }


def by_hand(steps: int, h: float) -> list[tuple[float, float, float]]:
    """Return v in mV, m and the potassium current in pA, by Euler's method in ms, mV, nS and pA."""
    v = -65.0
    q = {name: a / (a + b) for name, (a, b) in rates(v).items()}
    rows = []
    for _ in range(steps):
        potassium = 360.0 * q["n"] ** 4 * (-77.0 - v)
        rows.append((v, q["m"], potassium))
        current = 1200.0 * q["m"] ** 3 * q["h"] * (50.0 - v) + potassium + 3.0 * (-54.387 - v) + 80.0
        change = {name: a * (1.0 - q[name]) - b * q[name] for name, (a, b) in rates(v).items()}
        v += h * current / 10.0
        q = {name: value + h * change[name] for name, value in q.items()}
    return rows


def test_a_cell_of_channels_and_gates_has_the_equations_of_hodgkin_and_huxley(file: Writer) -> None:
    simulation = read_experiment(file(TYPES + MODEL))
    assert simulation.settings == {
        "simulation_time": 0.03,
        "step_size": 1e-5,
        "solver": "euler",
        "outputs": {"v": "hh/cell/v", "na/m/q": "hh/cell/na_m_q", "k/i": "hh/cell/k_i"},
    }
    table = simulation.run(verbose=False)
    assert len(table) == 3000
    expected = by_hand(3000, 0.01)
    assert max(v for v, _, _ in expected) > 20.0  # it fires
    # 3000 steps, whose roundings of 1e-16 a spike magnifies by some thousands
    for column, number, unit in (("v", 0, 1e-3), ("na/m/q", 1, 1.0), ("k/i", 2, 1e-12)):
        wanted = [row[number] * unit for row in expected]
        scale = max(map(abs, wanted))
        assert table[column].to_numpy() == pytest.approx(wanted, abs=1e-9 * scale)
