"""A System shows itself as text."""

from __future__ import annotations

import numpy as np

from rates_core import CircuitTemplate, Connectivity, EdgeTemplate, NodeTemplate, OperatorTemplate, PopulationTemplate

LEAK = OperatorTemplate(
    "op",
    ["x' = -x/tau + k*past(x, 2*tau) + u", "z = x^2 - 1"],
    {"x": "output(0.1)", "z": "output", "tau": 2.0, "k": 0.5, "u": "input(0.5)"},
)
WAVE = OperatorTemplate("wave", "z' = I*w*z + s*xi", {"z": "output(1j)", "w": 3.0, "s": 0.1, "xi": "noise"})
GAIN = EdgeTemplate("gain", [OperatorTemplate("eo", "m = g*pre", {"m": "output", "pre": "input", "g": 1.5})])

TEXT = """\
System example

populations
  p: single unit with op
  w: single unit with wave
  pop: 3 units with op
  p/op/x->pop/op/u: single edge with eo

states
  p/op/x = 0.1 at y[0:1]
  w/wave/z = 1j at y[1:3], complex
  pop/op/x[3] = 0.1, 0.2, 0.3 at y[3:6]

parameters
  p/op/tau = 2.0
  p/op/k = 0.5
  w/wave/w = 3.0
  w/wave/s = 0.1
  pop/op/tau = 2.0
  pop/op/k = 0.5
  p/op/x->pop/op/u/eo/g = 1.5
  p/op/x->p/op/x->pop/op/u/eo/pre/delay = 0.25
  p/op/x->pop/op/u/eo/m->pop/op/u/weight[1] = 2.0
  pop/op/z->pop/op/u/weight[3][3] = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, …

inputs
  p/op/u#input0: its column of 'p/op/u'

random numbers
  w/wave/xi: noise

delays
  p/op/x->p/op/x->pop/op/u/eo/pre/delayed = [p/op/x] at t - [p/op/x->p/op/x->pop/op/u/eo/pre/delay]
  p/op/delayed#1 = [p/op/x] at t - 2*[p/op/tau]
  pop/op/delayed#1[3] = [pop/op/x] at t - 2*[pop/op/tau]

schedule
  [p/op/x->pop/op/u/eo/pre] = [p/op/x->p/op/x->pop/op/u/eo/pre/delayed]
  [p/op/x->pop/op/u/eo/m] = [p/op/x->pop/op/u/eo/g]*[p/op/x->pop/op/u/eo/pre]
  [p/op/x->pop/op/u/eo/m->pop/op/u/value][3] = matvec([p/op/x->pop/op/u/eo/m->pop/op/u/weight], \
[p/op/x->pop/op/u/eo/m]), 1 connections
  [pop/op/z][3] = [pop/op/x]^2 - 1
  [pop/op/z->pop/op/u/value][3] = matvec([pop/op/z->pop/op/u/weight], [pop/op/z])
  [p/op/u] = [p/op/u#input0]
  [pop/op/u][3] = [p/op/x->pop/op/u/eo/m->pop/op/u/value] + [pop/op/z->pop/op/u/value]
  [p/op/z] = [p/op/x]^2 - 1

derivatives
  [p/op/x]' = -[p/op/x]/[p/op/tau] + [p/op/k]*[p/op/delayed#1] + [p/op/u]
  [w/wave/z]' = I*[w/wave/w]*[w/wave/z] + [w/wave/s]*[w/wave/xi]
  [pop/op/x]' = -[pop/op/x]/[pop/op/tau] + [pop/op/k]*[pop/op/delayed#1] + [pop/op/u]"""


def test_a_small_model_is_shown_whole(build):
    leak = NodeTemplate("leak", [LEAK])
    circuit = CircuitTemplate(
        "example",
        nodes={"p": leak, "w": NodeTemplate("w", [WAVE])},
        populations={"pop": PopulationTemplate("pop", leak, 3, {"op/x": [0.1, 0.2, 0.3]})},
        edges=[("p/op/x", "pop[1]/op/u", GAIN, {"weight": 2.0, "delay": 0.25})],
        connections=[Connectivity("pop/op/z", "pop/op/u", np.arange(9.0).reshape(3, 3))],
    )
    system = build(circuit, inputs={"p/op/u": 1})
    assert str(system) == TEXT


def test_events_are_shown_with_what_they_set(build):
    operator = OperatorTemplate(
        "op",
        "v' = -v + s",
        {"v": "output(0.1)", "s": "variable(0.0)", "peak": 1.0},
        events=[{"when": "v > peak", "set": {"v": "-v"}, "emit": "s"}],
    )
    system = build(CircuitTemplate("c", nodes={"p": NodeTemplate("n", [operator])}))
    assert str(system).split("\n\n")[-1] == (
        "events\n  p/op: when [p/op/v] > [p/op/peak]\n    [p/op/v] = -[p/op/v]\n    a pulse in [p/op/s]"
    )
