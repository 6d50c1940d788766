"""What files declare, and what becomes of it in a template."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rates_core.templates.operator import OperatorTemplate
from rates_xppaut import read_experiment
from rates_xppaut.reader import read

from rates_core import OmissionWarning

Writer = Callable[..., Path]


def operator(path: Path) -> OperatorTemplate:
    circuit = read_experiment(path).circuit
    return circuit.nodes["p"].operators[0][0]


def test_a_file_becomes_a_node_of_one_operator(file: Writer) -> None:
    path = file(
        """\
        # Morris and Lecar (1981)
        params gCa=4.4, v1=-1.2
        par v2 = 18  phi=.04
        number c=20
        !half=v2/2
        minf(v)=.5*(1+tanh((v-v1)/v2))
        iCa=gca*MINF(V)*(V-120)
        dV/dt=(-ica+half)/c
        w'=phi*w
        aux I.Ca=iCa
        init v=-60
        w(0)=.5
        done
        """,
        "ml.ode",
    )
    with pytest.warns(OmissionWarning) as caught:
        found = operator(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  the name 'I.Ca' of an auxiliary quantity, which becomes 'I_Ca'"
    )
    assert (found.name, found.description) == ("ml_op", "Morris and Lecar (1981)")
    assert found.equations == (
        "half = v2/2",
        "iCa = gCa*(0.5*(1 + tanh((V - v1)/v2)))*(V - 120)",
        "I_Ca = iCa",
        "V' = (-iCa + half)/c",
        "w' = phi*w",
    )  # fmt: skip
    assert {name: one.text() for name, one in found.variables.items()} == {
        "gCa": "4.4", "v1": "-1.2", "v2": "18.0", "phi": "0.04", "c": "20.0", "half": "variable(0.0)",
        "iCa": "variable(0.0)", "I_Ca": "variable(0.0)", "V": "variable(-60.0)", "w": "variable(0.5)",
    }  # fmt: skip


def test_options_are_arguments_of_a_run(file: Writer) -> None:
    settings = read_experiment(file("x'=-x\n@ total=100,dt=.01 meth=euler,nout=10,trans=20\ndone\n")).settings
    assert settings == {
        "solver": "euler", "simulation_time": 100.0, "step_size": 0.01, "sampling_step_size": 0.1, "cutoff": 20.0,
    }  # fmt: skip
    assert read_experiment(file("x'=-x\ndone\n")).settings == {
        "solver": "rk4", "simulation_time": 20.0, "step_size": 0.05,
    }  # fmt: skip


def test_what_is_left_out_is_named(file: Writer) -> None:
    path = file(
        """\
        x'=-a*x
        par a=2
        bdry x'-1
        set fast {a=9}
        " {a=3} another a
        @ xlo=0,xhi=10,meth=cvode,tol=1e-6
        done
        """
    )
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  the boundary condition 'x'-1': a run goes on from initial values\n"
        "  'set fast {a=9}'\n"
        "  the method 'cvode', for which the solver 'scipy BDF' stands in the settings of a run\n"
        "  options of displays and of AUTO: xlo=0, xhi=10\n"
        "  that a comment sets {a=3}\n"
        "  how it is run, which rates_xppaut.read_experiment returns: solver='scipy', method='BDF', "
        "simulation_time=20.0, step_size=0.05, rtol=1e-06"
    )
    assert circuit.nodes["p"].operators[0][0].description == "another a"


def test_events_set_variables_in_turn_and_make_states_of_parameters(file: Writer) -> None:
    found = operator(file("v'=i\nu'=0\npar i=2,d=1\nglobal 1 v-1 {v=0;u=v+d;i=i/2}\nglobal -1 {u+v} {u=0}\ndone\n"))
    assert [(event.when, dict(event.set)) for event in found.events] == [
        ("v >= 1", {"v": "0", "u": "0 + d", "i": "i/2"}),
        ("u + v <= 0", {"u": "0"}),
    ]
    assert found.variables["i"].text() == "variable(2.0)"
    assert found.equations[-1] == "i' = 0"


def test_a_condition_that_crosses_nothing_is_told(file: Writer) -> None:
    with pytest.warns(OmissionWarning, match=r"that 'global 1 \{x>1\} \{n=n\+1\}' never happens, here and in XPPAUT"):
        experiment = read_experiment(file("x'=1\nn'=0\nglobal 1 {x>1} {n=n+1}\ndone\n"))
    table = experiment.run(simulation_time=2.1, step_size=0.3, outputs=["p/model_op/n"], verbose=False)
    assert not table.to_numpy().any()  # as xppaut prints


def test_the_time_of_a_file_is_that_of_its_start(file: Writer) -> None:
    assert operator(file("x'=sin(t)+f(2)\nf(t)=t*x\n@ t0=5\ndone\n")).equations == ("x' = sin(t + 5.0) + 2*x",)


def test_the_past_is_what_the_file_says_and_else_zero(file: Writer) -> None:
    equations = "x'=-delay(x,1)\ny'=-delay(y,1)\nz'=-delay(z,1)\nw'=0\n"
    text = f"{equations}par a=2\nx(0)=a+t\ny(0)=3\ninit z=4,w=5\n@ delay=2\ndone\n"
    with pytest.warns(OmissionWarning, match=r"that x\(0\) is a formula of parameters: it is 2.0"):
        experiment = read_experiment(file(text))
    history: dict[str, Any] = experiment.settings["history"]
    assert list(history) == ["p/model_op/x", "p/model_op/z"]
    assert (history["p/model_op/x"](-0.5), history["p/model_op/z"]) == (1.5, 0.0)
    table = experiment.run(simulation_time=1.0, step_size=0.5, solver="euler", outputs=["p/model_op/x"], verbose=False)
    assert table.to_numpy()[:, 0].tolist() == [2.0, 1.5]  # x(-1) is 1


def test_tables_are_lines_between_their_points(file: Writer) -> None:
    file("3\n0\n2\n1\n3\n-1\n", "w.tab")
    path = file("x'=0\ntable w w.tab\ntable q % 3 -1 1 a*t^2\npar a=2\ninit x=.25\naux a1=w(x)\naux a2=w(3+x)\n"
                "aux a3=q(x)\naux a4=q(-2)\naux a5=w(2)\ndone\n")  # fmt: skip
    with pytest.warns(OmissionWarning, match="that the table 'q' depends on a: its values are those"):
        experiment = read_experiment(path)
    names = [f"p/model_op/a{number}" for number in range(1, 6)]
    row = experiment.run(simulation_time=0.05, outputs=names, verbose=False).to_numpy()[0]
    # the lines 1 + 2x and 3 - 4(x - 1); 2x on both sides of 0, which goes on
    np.testing.assert_allclose(row, [1.5, -6.0, 0.5, 4.0, -1.0], rtol=1e-15)


def test_sums_over_arrays_have_the_weights_of_a_table(file: Writer) -> None:
    text = """\
        table w % 3 -1 1 t+2
        special k=conv({ends},4,1,w,u0)
        u[0..3]'=k([j])
        init u[0..3]=[j]
        done
        """
    found = {}
    for ends in ("even", "0", "periodic"):
        experiment = read_experiment(file(text.format(ends=ends)))
        names = [f"p/model_op/u{number}" for number in range(4)]
        rows = experiment.run(simulation_time=2.0, step_size=1.0, solver="euler", outputs=names, verbose=False)
        found[ends] = (rows.to_numpy()[1] - rows.to_numpy()[0]).tolist()
    # u(j-1) + 2 u(j) + 3 u(j+1) with u(j) = j; beyond the ends u is mirrored, 0 or goes round
    assert found["even"] == [1 + 0 + 3, 0 + 2 + 6, 1 + 4 + 9, 2 + 6 + 6]
    assert found["0"] == [0 + 0 + 3, 0 + 2 + 6, 1 + 4 + 9, 2 + 6 + 0]
    assert found["periodic"] == [3 + 0 + 3, 0 + 2 + 6, 1 + 4 + 9, 2 + 6 + 0]


def test_wiener_variables_are_white_noise(file: Writer) -> None:
    found = operator(file("wiener w\nx'=-x+s*w\npar s=.5\ndone\n"))
    assert found.variables["w"].kind == "noise"
    assert found.equations == ("x' = -x + s*w",)


def test_what_begins_at_0_crosses_nothing(file: Writer) -> None:
    """As in xppaut, sin(6 t) crosses 0 upwards at pi/3 for the first time, and not at 0."""
    experiment = read_experiment(file("y'=0\nz'=1\nglobal 1 {sin(6*t)} {y=y+1}\n@ total=2, dt=.0625\ndone\n"))
    table = experiment.run(outputs={"y": "p/model_op/y"}, verbose=False)
    np.testing.assert_array_equal(table["y"], table.index > np.pi / 3)


def test_a_table_of_steps_keeps_its_first_value_for_one_place_more(file: Writer, tmp_path: Path) -> None:
    """As in xppaut, which cuts the place off towards 0."""
    (tmp_path / "steps.tab").write_text("i3\n0\n2\n1.0\n3.0\n2.0\n")
    experiment = read_experiment(
        file("table f steps.tab\nx'=0\naux at=f(t-1.25)\n@ total=3, dt=.25, meth=euler\ndone\n")
    )
    table = experiment.run(outputs={"at": "p/model_op/at"}, verbose=False)
    np.testing.assert_allclose(table["at"], [-1.5, -1.0, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3])
