"""A `Dynamics` as a circuit: what each part becomes, and that it runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rates_core.errors import RatesError
from rates_core.reference import Interpreter
from rates_tvbo import without_bounds
from rates_tvbo.reader import read

from rates_core import CircuitTemplate, NodeTemplate, OmissionWarning, OperatorTemplate

Writer = Callable[..., Path]
VAN_DER_POL = """\
name: VdP
parameters:
  mu: {value: 5.0, description: damping, unit: per_ms}
state_variables:
  x: {equation: {rhs: z}, initial_value: 2.0, coupling_variable: true}
  z: {equation: {rhs: mu*(1 - x**2)*z - x}, initial_value: 0.5}
"""


def operator_of(path: Path) -> OperatorTemplate:
    ((operator, _),) = read(path).nodes["p"].operators
    return operator


def dynamics(parts: str, equation: str = "-x") -> str:
    return f"name: D\nstate_variables: {{x: {{equation: {{rhs: '{equation}'}}, initial_value: 1.0}}}}\n{parts}"


def slopes(path: Path, t: float = 0.0, **state: float) -> dict[str, float]:
    """Return the derivative of each state, by the reference interpreter."""
    circuit = read(path)
    operator = circuit.nodes["p"].operators[0][0].name
    found = Interpreter(circuit).derivative(t, {f"p/{operator}/{name}": value for name, value in state.items()})
    return {path.rsplit("/", 1)[1]: value for path, value in found.items()}


def test_van_der_pol_runs_as_the_same_model_written_in_python(file: Writer) -> None:
    operator = OperatorTemplate(
        "VdP_op", ["x' = z", "z' = mu*(1 - x^2)*z - x"], {"x": "output(2.0)", "z": "variable(0.5)", "mu": 5.0}
    )
    same = CircuitTemplate("VdP_circuit", {"p": NodeTemplate("VdP", [operator])})
    outputs = {"x": "p/VdP_op/x", "z": "p/VdP_op/z"}
    run = {"simulation_time": 10.0, "step_size": 1e-3, "solver": "rk4", "outputs": outputs, "verbose": False}
    circuit = CircuitTemplate.from_file(file(VAN_DER_POL), format="tvbo")
    assert circuit.name == "VdP_circuit"
    assert circuit.run(**run).equals(same.run(**run))


def test_meanings_units_and_sources_stand_in_the_description(file: Writer) -> None:
    text = VAN_DER_POL + "description: An oscillator.\nlabel: Van der Pol\nreferences: [vanderpol1926]\n"
    operator = operator_of(file(text))
    assert operator.description == ("An oscillator.\n\n`mu`: damping\n\nUnits: mu 1/ms.\n\nReference: vanderpol1926")
    assert operator.label == "Van der Pol"


def test_derived_quantities_stand_in_any_order(file: Writer) -> None:
    text = dynamics(
        "derived_variables:\n"
        "  a: {equation: {rhs: b + k2}}\n"
        "  b: {equation: {rhs: 2*x}}\n"
        "derived_parameters:\n"
        "  k2: {equation: {rhs: 3*k1}}\n"
        "  k1: {equation: {rhs: k + 1}}\n"
        "parameters: {k: {value: 0.5}}\n",
        "a*x",
    )
    assert slopes(file(text), x=2.0) == {"x": (2 * 2.0 + 3 * 1.5) * 2.0}


def test_functions_see_parameters_and_their_arguments_hide_variables(file: Writer) -> None:
    text = dynamics(
        "parameters: {a: {value: 3.0}, x0: {value: 0.5}}\n"
        "functions:\n"
        "  outer: {arguments: {v: {}}, equation: {rhs: 'inner(v, 2) + x'}}\n"
        "  inner: {arguments: {x: {}, n: {value: 1}}, equation: {rhs: a*(x - x0)**n}}\n",
        "outer(x + 1) - inner(x)",
    )
    assert slopes(file(text), x=2.0) == {"x": 3 * 2.5**2 + 2.0 - 3 * 1.5}


def test_a_large_call_becomes_a_variable_of_its_own_and_equal_calls_one(file: Writer) -> None:
    body = " + ".join(f"sin({number}*v)/{number}" for number in range(1, 21))
    text = dynamics(
        f"functions: {{series: {{arguments: {{v: {{}}}}, equation: {{rhs: '{body}'}}}}}}\n",
        "series(x) - 2*series(x) + series(series(x))",
    )
    operator = operator_of(file(text))
    assert [one for one in operator.variables if one.startswith("series")] == ["series_1", "series_2"]

    def series(v: float) -> float:
        return math.fsum(math.sin(number * v) / number for number in range(1, 21))

    assert slopes(file(text), x=0.7)["x"] == pytest.approx(series(series(0.7)) - series(0.7), rel=1e-13)


def test_conditionals_are_chosen_from_the_first_on_in_each_of_their_forms(file: Writer) -> None:
    forms = {
        "piecewise": "{equation: {rhs: 'Piecewise((1, x < 0), (2, x < 1), (3, True))'}}",
        "blocks": "{conditional: true, equation: {conditionals: [{condition: x < 0, expression: '1'}, "
        "{condition: x < 1, expression: '2'}, {condition: 'True', expression: '3'}]}}",
        "cases": "{conditional: true, cases: [{condition: x < 0, equation: {rhs: '1'}}, "
        "{condition: x < 1, equation: {rhs: '2'}}, {condition: 'True', equation: {rhs: '3'}}]}",
        "if": "{equation: {rhs: 1 if x < 0 else 2 if x < 1 else 3}}",
    }
    for form in forms.values():
        path = file(dynamics(f"derived_variables: {{c: {form}}}\n", "c"))
        assert [slopes(path, x=x)["x"] for x in (-0.5, 0.5, 1.5)] == [1, 2, 3], form


def test_coupling_terms_and_inputs_are_inputs_that_are_0_alone(file: Writer) -> None:
    text = dynamics(
        "coupling_terms: {c: {}}\ncoupling_inputs: {d: {}, c: {}, near: {local: true}}\n", "c + 2*d + near + 1"
    )
    path = file(text)
    assert [name for name, one in operator_of(path).variables.items() if one.kind == "input"] == ["c", "d", "near"]
    assert slopes(path, x=0.0) == {"x": 1.0}
    table = read(path).run(0.3, 0.1, inputs={"p/D_op/d": np.full(4, 2.0)}, outputs={"x": "p/D_op/x"}, verbose=False)
    assert table["x"].tolist() == pytest.approx([1.0, 1.5, 2.0], rel=1e-14)


def test_outputs_and_coupling_variables_are_outputs(file: Writer) -> None:
    text = dynamics("derived_variables: {m: {equation: {rhs: 2*x}}, n: {equation: {rhs: x}}}\noutput: [m]\n")
    variables = operator_of(file(text)).variables
    assert [variables[name].kind for name in "mnx"] == ["output", "variable", "variable"]
    assert operator_of(file(VAN_DER_POL)).variables["x"].kind == "output"


def test_threshold_events_reset(file: Writer) -> None:
    text = """\
        name: QIF
        parameters: {c: {value: -1.0}, d: {value: 0.25}}
        state_variables:
          v: {equation: {rhs: '1.0'}, initial_value: 0.0}
          u: {equation: {rhs: '0.0'}, initial_value: 0.0}
        events:
          spike: {condition: {rhs: v .ge. 0.5}, affect: {rhs: v = c; u = u + d + v}}
        """
    path = file(text)
    (event,) = operator_of(path).events
    assert (event.when, dict(event.set)) == ("v >= 0.5", {"v": "c", "u": "u + d + c"})  # one after the other
    table = read(path).run(0.75, 0.125, outputs={"v": "p/QIF_op/v", "u": "p/QIF_op/u"}, verbose=False)
    assert table["v"].tolist() == [0.0, 0.125, 0.25, 0.375, -1.0, -0.875]
    assert table["u"].tolist() == [0.0, 0.0, 0.0, 0.0, -0.75, -0.75]


def test_events_at_given_times_happen_once_each(file: Writer) -> None:
    text = dynamics(
        "events: {kick: {event_type: preset_time, trigger_times: [0.25, 0.5], affect: {rhs: x = x + 1}}}", "0"
    )
    table = read(file(text)).run(1.0, 0.125, outputs={"x": "p/D_op/x"}, verbose=False)
    assert table["x"].tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0]


def test_noise_of_a_state_is_white_with_its_strength(file: Writer) -> None:
    noise = "noise: {noise_type: gaussian, additive: true, parameters: {sigma: {value: 0.5}}}"
    text = f"name: W\nstate_variables: {{x: {{equation: {{rhs: '0.0'}}, initial_value: 0.0, {noise}}}}}\n"
    operator = operator_of(file(text))
    assert operator.equations == ("x' = 0.0 + sigma_x*xi_x",)
    assert operator.variables["sigma_x"].value == 0.5
    table = read(file(text)).run(2000.0, 1.0, outputs={"x": "p/W_op/x"}, seed=1, verbose=False)
    # increments have the standard deviation sigma*sqrt(h) = 0.5, known to 1/sqrt(2*1999)
    assert np.diff(table["x"]).std() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(2 * 1999))
    dispersion = text.replace("sigma: {value: 0.5}", "nsig: {value: 0.125}")
    assert operator_of(file(dispersion)).variables["sigma_x"].value == 0.5


def test_modes_are_an_axis(file: Writer) -> None:
    text = """\
        name: M
        number_of_modes: 2
        parameters: {A: {value: [[1.0, 2.0], [3.0, 4.0]]}, w: {value: [10.0, 20.0]}}
        coupling_inputs: {c: {}}
        state_variables: {x: {equation: {rhs: 'mode_dot(x, A) + w + mode_sum(x)*0.5 + c'}, initial_value: 0.5}}
        """
    circuit = read(file(text))
    assert circuit.nodes["p"].operators[0][0].variables["x"].shape == (2,)
    found = Interpreter(circuit).derivative(0.0, {"p/M_op/x": [1.0, -1.0]}, inputs={"p/M_op/c": 0.25})
    assert found == {"p/M_op/x": [1.0 - 3.0 + 10.25, 2.0 - 4.0 + 20.25]}


def test_time_and_names_that_python_or_sympy_use_are_names_like_others(file: Writer) -> None:
    text = dynamics(
        "parameters: {lambda: {value: 2.0}, I: {value: 3.0}, gamma: {value: 5.0}, E: {value: 7.0}}\n",
        "lambda*I + gamma*E + t + pi",
    )
    assert slopes(file(text), t=11.0, x=0.0)["x"] == pytest.approx(6 + 35 + 11 + math.pi)


def test_what_a_template_cannot_hold_is_said_item_by_item(file: Writer) -> None:
    text = """\
        name: R
        iri: tvbo:R
        source: somewhere
        parameters:
          a: {value: 1.0, domain: {lo: 0, hi: 2}, grounding: ['GO:1']}
          b: {value: 1.0, domain: {lo: 0, hi: 2}}
          S: {value: 3.0}
        derived_variables: {S: {equation: {rhs: a + b}}}
        state_variables:
          x:
            equation: {rhs: -x*S}
            domain: {lo: 0.0, hi: 1.0}
            distribution: {name: Uniform, domain: {lo: 0.0, hi: 1.0}}
        something_new: 3
        """
    path = file(text)
    with pytest.warns(OmissionWarning) as caught:
        circuit = read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n"
        "  value, since an equation defines it too: parameter S\n"
        "  draws of initial values, which are those of tvbo's generator; 0.1 is taken: state variable x\n"
        "  domain: state variable x\n"
        "  domain: parameters a, b\n"
        "  grounding: parameter a\n"
        "  something_new: Dynamics R"
    )
    operator = circuit.nodes["p"].operators[0][0]
    assert operator.variables["x"].value == 0.1
    assert operator.description == "Reference: somewhere"


@pytest.mark.parametrize(
    "said",
    [
        "distribution: {name: Uniform, domain: {lo: 0.75, hi: 0.75}}",
        "initial_value: 9.0, distribution: {name: Gaussian, domain: {lo: 0.75, hi: 0.75}}",
    ],
)
def test_a_distribution_without_a_width_is_an_initial_value(file: Writer, said: str) -> None:
    circuit = read(file(f"name: D\nstate_variables: {{x: {{equation: {{rhs: -x}}, {said}}}}}\n"))
    assert circuit.get_var("p/D_op/x") == 0.75


def test_of_what_tvbo_records_only_what_it_leaves_out_is_said(file: Writer) -> None:
    states = "{x: {equation: {rhs: -x}, initial_value: 1.0, record: true, variable_of_interest: %s}}"
    read(file(f"name: D\nstate_variables: {states % 'true'}\n"))  # what warns fails
    path = file(f"name: D\nstate_variables: {states % 'false'}\n")
    with pytest.warns(OmissionWarning) as caught:
        read(path)
    assert str(caught[0].message) == (
        f"{path} says what a template of rates cannot hold; it is left out:\n  variable_of_interest: state variable x"
    )


def clamped(rhs: str, domain: str, start: float = 0.5) -> str:
    domain = f"domain: {{{domain}, enforce: clamp}}"
    return f"name: B\nstate_variables: {{x: {{equation: {{rhs: '{rhs}'}}, initial_value: {start}, {domain}}}}}\n"


@pytest.mark.parametrize("solver", ["euler", "heun", "dopri5"])
def test_a_state_that_is_clamped_stays_in_its_domain_and_leaves_its_ends(file: Writer, solver: str) -> None:
    # x' = cos(t) from 0.5 in [0, 1]: it meets 1 at t = pi/6, leaves at pi/2, meets 0 at pi, leaves at 3*pi/2
    circuit = read(file(clamped("cos(t)", "lo: 0.0, hi: 1.0")))
    table = circuit.run(6.0, 1e-3, solver=solver, outputs={"x": "p/B_op/x"}, verbose=False)
    t, x = table.index.to_numpy(), table["x"].to_numpy()
    exact = np.select(
        [t < np.pi / 6, t < np.pi / 2, t < np.pi, t < 3 * np.pi / 2],
        [0.5 + np.sin(t), 1.0, np.sin(t), 0.0],
        1.0 + np.sin(t),
    )
    assert x.min() >= 0.0
    assert x.max() <= 1.0
    assert abs(x - exact).max() <= 2e-3  # twice the step: Euler's error, and when an end is met


def test_euler_with_a_clamped_state_is_what_tvbo_computes(file: Writer) -> None:
    circuit = read(file(clamped("4*cos(3*t) - x", "lo: -0.25, hi: .inf")))
    x = [0.5]
    for step in range(40):
        x.append(max(-0.25, x[-1] + 0.125 * (4 * math.cos(3 * 0.125 * step) - x[-1])))
    table = circuit.run(5.0, 0.125, outputs={"x": "p/B_op/x"}, verbose=False)
    assert table["x"].to_numpy() == pytest.approx(x[:-1], abs=1e-13)
    assert min(x) == -0.25


def test_bounds_may_be_left_out_for_analyses(file: Writer) -> None:
    text = """\
        name: B
        parameters: {k: {value: 1.0}}
        state_variables:
          x: {equation: {rhs: k - x}, initial_value: 0.5, noise: {parameters: {sigma: {value: 0.5}}}%s}
          y: {equation: {rhs: x - y}, initial_value: 0.5%s}
        events: {e: {condition: {rhs: x > 9.0}, affect: {rhs: x = 0.0}}}
        """
    domain = ", domain: {lo: 0.0, hi: 2.0, enforce: clamp}"
    held, free = read(file(text % (domain, domain))), read(file(text % ("", "")))
    assert [len(one.nodes["p"].operators[0][0].events) for one in (held, free)] == [5, 1]
    assert without_bounds(held) == free
    assert without_bounds(free) == free


def test_a_start_outside_of_an_enforced_domain_is_moved_and_said(file: Writer) -> None:
    path = file(clamped("-x", "lo: 0.0, hi: 1.0", 3.0))
    with pytest.warns(OmissionWarning) as caught:
        assert read(path).get_var("p/B_op/x") == 1.0
    assert "initial_value 3.0 outside the domain, so 1.0 is taken: state variable x" in str(caught[0].message)


def test_boundaries_of_older_files_are_a_domain_that_is_enforced(file: Writer) -> None:
    newer = clamped("cos(t)", "lo: 0.0, hi: 1.0")
    older = newer.replace("domain:", "boundaries:").replace(", enforce: clamp", "")
    assert read(file(older)) == read(file(newer))


def test_a_state_that_is_wrapped_goes_on_at_the_other_end(file: Writer) -> None:
    path = file(clamped("1.0", "lo: 0.0, hi: 1.0").replace("clamp", "wrap"))
    table = read(path).run(1.5, 0.125, outputs={"x": "p/B_op/x"}, verbose=False)
    assert table["x"].tolist() == [(0.5 + 0.125 * step) % 1.0 for step in range(12)]


@pytest.mark.parametrize(("start", "taken"), [(1.0, 0.0), (2.5, 0.5), (-0.25, 0.75)])
def test_a_state_that_is_wrapped_begins_within_its_domain(file: Writer, start: float, taken: float) -> None:
    path = file(clamped("1.0", "lo: 0.0, hi: 1.0", start).replace("clamp", "wrap"))
    with pytest.warns(OmissionWarning, match=f"initial_value {start} outside the domain, so {taken} is taken"):
        circuit = read(path)
    table = circuit.run(1.5, 0.125, outputs={"x": "p/B_op/x"}, verbose=False)
    assert table["x"].tolist() == [(taken + 0.125 * step) % 1.0 for step in range(12)]


@pytest.mark.parametrize("slope", [20.0, -20.0])
def test_a_step_may_be_longer_than_the_domain_of_a_state_that_is_wrapped(file: Writer, slope: float) -> None:
    circuit = read(file(clamped(str(slope), "lo: -0.5, hi: 1.0").replace("clamp", "wrap")))
    table = circuit.run(1.5, 0.125, outputs={"x": "p/B_op/x"}, verbose=False)
    assert table["x"].tolist() == [(1.0 + slope * 0.125 * step) % 1.5 - 0.5 for step in range(12)]


REFUSED = {
    "a domain that ends before it begins": (
        clamped("-x", "lo: 1.0, hi: 0.0"),
        "ModelFileError: {path}:2: domain of state variable 'x': It ends at 0.0, which is not above 1.0.",
    ),
    "a way to enforce a domain that is not known": (
        clamped("-x", "lo: 0.0, hi: 1.0").replace("clamp", "reflect"),
        "UnsupportedFeatureError: {path}:2: domain of state variable 'x': It is enforced by 'reflect'; clamp, wrap and "
        "none are read.",
    ),
    "a wrap without an end": (
        clamped("-x", "lo: 0.0, hi: .inf").replace("clamp", "wrap"),
        "ModelFileError: {path}:2: domain of state variable 'x': A state is wrapped between two finite ends, lo and "
        "hi.",
    ),
    "a map": (
        dynamics("system_type: discrete\n"),
        "UnsupportedFeatureError: {path}:3: Dynamics 'D': It is a discrete-time system (system_type: discrete), a map "
        "from step to step; rates holds differential equations.",
    ),
    "an equation of second order": (
        dynamics("").replace("initial_value: 1.0", "equation_order: 2"),
        "UnsupportedFeatureError: {path}:2: state variable 'x': Its equation is one of order 2. Write it as 2 "
        "equations of first order.",
    ),
    "a constraint": (
        dynamics("").replace("initial_value: 1.0", "equation_type: algebraic"),
        "UnsupportedFeatureError: {path}:2: state variable 'x': Its equation is a constraint and no derivative.",
    ),
    "a stimulus": (
        dynamics("stimulus: {equation: {rhs: sin(t)}}\n"),
        "UnsupportedFeatureError: {path}:3: Dynamics 'D': Its stimulus is not read. Write it as an event of the "
        "experiment, a 'stimulus', which an equation names.",
    ),
    "an event that is a stimulus": (
        dynamics("events: {e: {event_type: stimulus, equation: {rhs: sin(t)}}}\n"),
        "UnsupportedFeatureError: {path}:3: event 'e': It is a stimulus. Give the signal to 'run' as an input.",
    ),
    "an event at every crossing": (
        dynamics("events: {e: {event_type: continuous, condition: {rhs: x - 1}, affect: {rhs: x = 0}}}\n"),
        "UnsupportedFeatureError: {path}:3: event 'e': It happens where its condition crosses zero in either "
        "direction. Write a comparison, as in 'v > v_peak'.",
    ),
    "an event that changes parameters": (
        dynamics("events: {e: {condition: {rhs: x > 1}, affect_parameters: [k], affect: {rhs: k = 0}}}\n"),
        "UnsupportedFeatureError: {path}:3: event 'e': It changes parameters, and events of rates change variables.",
    ),
    "an event that sets no state": (
        dynamics("events: {e: {condition: {rhs: x > 1}, affect: {rhs: x == 0}}}\n"),
        "ModelFileError: {path}:3: affect of event 'e': 'x == 0' gives no state a value. "
        "Write 'v = v_reset; u = u + d'.",
    ),
    "coloured noise": (
        dynamics("").replace("initial_value: 1.0", "noise: {noise_type: pink}"),
        "UnsupportedFeatureError: {path}:2: noise of state variable 'x': Only Gaussian white noise without correlation "
        "is read.",
    ),
    "LaTeX": (
        dynamics("").replace("rhs: '-x'", "latex: true, rhs: '-x'"),
        "UnsupportedFeatureError: {path}:2: equation of state variable 'x': It is written in LaTeX, which is not read.",
    ),
    "components": (
        dynamics("components: {a: {iri: b}}\n"),
        "UnsupportedFeatureError: {path}:3: Dynamics 'D': It is made of others ('components'), which rates "
        "cannot read.",
    ),
    "equations that are elsewhere": (
        "name: JansenRit\niri: tvbo:JansenRit\nparameters: {A: {value: 3.0}}\ncoupling_inputs: {c: {}}\n",
        "UnsupportedFeatureError: {path}:2: Dynamics 'JansenRit': Its equations are those of 'tvbo:JansenRit' in "
        "tvbo's database, which rates does not have. Write the file by tvbo's to_yaml(), which writes them.",
    ),
    "misspelt states": (
        "name: D\nparameters: {k: {value: 1.0}}\nstate_variable: {x: {equation: {rhs: -k*x}}}\n",
        "ModelFileError: {path} is no file of TVBO. There is no key 'state_variable'. Did you mean 'state_variables'?",
    ),
    "misspelt states beside others": (
        "name: D\nderived_variables: {m: {equation: {rhs: 2*x}}}\nstate_varibles: {x: {equation: {rhs: -m}}}\n",
        "ModelFileError: {path}:3: Dynamics 'D': TVBO has no key 'state_varibles' there. Did you mean "
        "'state_variables'?",
    ),
    "a misspelt initial value": (
        "name: D\nstate_variables: {x: {equation: {rhs: -x}, inital_value: 3.0}}\n",
        "ModelFileError: {path}:2: state variable 'x': TVBO has no key 'inital_value' there. Did you mean "
        "'initial_value'?",
    ),
    "a misspelt value": (
        dynamics("parameters: {k: {valeu: 2.0}}\n"),
        "ModelFileError: {path}:3: parameter 'k': TVBO has no key 'valeu' there. Did you mean 'value'?",
    ),
    "a misspelt equation": (
        "name: D\nstate_variables: {x: {eqation: {rhs: -x}}}\n",
        "ModelFileError: {path}:2: state variable 'x': TVBO has no key 'eqation' there. Did you mean 'equation'?",
    ),
    "code": (
        dynamics("functions: {f: {source_code: return 1}}\n"),
        "UnsupportedFeatureError: {path}:3: function 'f': It has no equation with a right-hand side (rhs); other "
        "code is not read.",
    ),
    "a parameter without a value": (
        dynamics("parameters: {k: {unit: ms}}\n"),
        "ModelFileError: {path}:3: parameter 'k': A parameter needs a number as its value.",
    ),
    "a name that stands twice": (
        dynamics("parameters: {x: {value: 1}}\n"),
        "ModelFileError: {path}:2: state variable 'x': There is a parameter of that name too.",
    ),
    "cases that leave something open": (
        dynamics("derived_variables: {c: {cases: [{condition: x > 0, equation: {rhs: '1'}}]}}\n"),
        "ModelFileError: {path}:3: derived variable 'c': No case is left for when all conditions are false; the last "
        "one must be True.",
    ),
    "an unknown function": (
        dynamics("", "-qqqqqqq(x)"),
        "EquationError: {path}:2, equation of state variable 'x': rates has no function 'qqqqqqq', and the file "
        "defines none. In '-qqqqqqq(x)'.",
    ),
    "a model file of rates": (
        "op: {base: OperatorTemplate, equations: x' = -x, variables: {x: output}}\n",
        "ModelFileError: {path} is no file of TVBO. It looks like a model file of rates (or PyRates): read it with "
        "from_yaml, or as the format 'yaml'.",
    ),
    "another YAML file": (
        "name: something\nvalues: [1, 2]\n",
        "ModelFileError: {path} is no file of TVBO. A Dynamics has state_variables, a Network nodes, a "
        "SimulationExperiment both, or integration.",
    ),
    "SBML": (
        '<?xml version="1.0"?>\n<sbml level="3"/>\n',
        "ModelFileError: {path} is no file of TVBO. It looks like SBML.",
    ),
    "NeuroML": ("<neuroml id='a'/>\n", "ModelFileError: {path} is no file of TVBO. It looks like NeuroML."),
    "a web page": ("<html></html>\n", "ModelFileError: {path} is no file of TVBO. It looks like XML."),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_computed_or_read_is_refused_by_name(file: Writer, text: str, message: str) -> None:
    path = file(text)
    with pytest.raises(RatesError) as caught:
        read(path)
    assert f"{type(caught.value).__name__}: {caught.value}" == message.format(path=path)
