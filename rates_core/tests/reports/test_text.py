"""Reports as plain text: whole, and with equations that are read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rates_core.expressions import FUNCTIONS, Apply, Constant, Expression, Number, Symbol, parse_equation, to_text
from rates_core.reports.text import WIDTH

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

WEB = """\
web (circuit)
=============

A web.

Equations
---------

decay_op [1, 2]

In p, many, c/a, c/b (6 units).

Decay_of x & its 50 % | <square>.

    x' = -x/tau_x + sqrt(abs(u))*(x_in > 0)
    m = where(x > theta, x^2, 0)

When x > 9: x = x/2, a pulse of integral 1 in m.

variable  value                                                unit  meaning
--------  ---------------------------------------------------  ----  ----------------------------
x         1.0                                                  mV    state, at the start
m                                                                    computed
tau_x     2.0 in p, c/a, c/b; 1.0, 2.0, 4.0 in many (3 units)  ms    parameter
theta     0.75 in p, many, c/a (5 units); 0.5 in c/b                 parameter
u         0.25                                                       input, when nothing feeds it
x_in      0.0                                                        input, when nothing feeds it

drive

In c/b.

    u = A

variable  value  meaning
--------  -----  ---------
u                computed
A         1.5    parameter

gate

On edges gated.

Gate.

    y = s*k

variable  value  meaning
--------  -----  ----------------------------
y                computed
s         0.0    input, when nothing feeds it
k         3.0    parameter

Structure
---------

* circuit pair: c.

* node unit: p, c/a; operators decay_op. A unit. [1]

* population unit: many (3 units); operators decay_op. A unit. Many units. [1]

* node driven: c/b; operators decay_op, drive; decay_op/u = drive/u.

* edge gated; operators gate.

from                       to                            connections  weight  delay  spread  edge   where
-------------------------  ----------------------------  -----------  ------  -----  ------  -----  ------------
c/a/decay_op/x             c/b/decay_op/x_in             1            1.0
p/decay_op/x               c/a/decay_op/x_in             1            -2.0    0.5    0.1     gated  gate/k = 4.0
many[1]/decay_op/x         p/decay_op/x_in               1            1e-09
many/decay_op/x (3 units)  many/decay_op/x_in (3 units)  9            0.5

References
----------

[1] Maker A (1999). On decay. doi:10.1000/a_b(1)
[2] Also Other B (2001). isbn:9780262041997
"""


def test_a_report_says_all_there_is_to_say(circuit: CircuitTemplate) -> None:
    assert circuit.report() == WEB


def test_prose_is_broken_into_lines_and_words_are_not() -> None:
    word = "x" * (WIDTH + 20)
    text = OperatorTemplate("o", "x = 1", {"x": "output"}, description=f"{'well-known ' * 30}{word}").report()
    assert word in text.splitlines()
    assert all(len(line) <= WIDTH for line in text.splitlines() if word not in line)
    assert "well-\n" not in text


def test_a_template_with_nothing_in_it_has_a_title_alone() -> None:
    assert CircuitTemplate("empty").report() == "empty (circuit)\n===============\n"
    assert NodeTemplate("bare").report() == ("bare (node)\n===========\n\nStructure\n---------\n\n* node bare.\n")


def test_a_template_with_a_label_is_shown_under_it() -> None:
    text = OperatorTemplate("li_op", "x = 1", {"x": "output"}, label="Leaky integrator").report()
    assert text.startswith("Leaky integrator (operator li_op)\n=================================\n")


NAMES = ("x", "y", "tau", "lambda", "if", "größe", "None")
finite = st.floats(allow_nan=False, allow_infinity=False)
leaves = st.one_of(
    st.one_of(st.integers(-(2**53), 2**53), finite, st.builds(complex, finite, finite)).map(Number),
    st.sampled_from(["pi", "E", "I"]).map(Constant),
    st.sampled_from(NAMES).map(Symbol),
)


@st.composite
def applications(draw: st.DrawFn, arguments: st.SearchStrategy[Expression]) -> Expression:
    definition = FUNCTIONS[draw(st.sampled_from(sorted(FUNCTIONS.keys() - {"past"})))]
    count = draw(st.integers(*definition.arity))
    return Apply(definition.name, draw(st.lists(arguments, min_size=count, max_size=count)))


@given(st.lists(st.recursive(leaves, applications, max_leaves=15), min_size=1, max_size=3), st.booleans())
def test_every_equation_is_a_line_that_reads_back_to_the_same_tree(trees: list[Expression], differential: bool) -> None:
    prime = "'" if differential else ""
    targets = NAMES[: len(trees)]
    texts = [f"{target}{prime} = {to_text(tree)}" for target, tree in zip(targets, trees, strict=True)]
    operator = OperatorTemplate("o", texts, dict.fromkeys(NAMES, "variable"))
    lines = [line for line in operator.report().splitlines() if line.startswith("    ")]
    read = [parse_equation(line.strip(), NAMES) for line in lines]
    assert [(equation.target, equation.kind, equation.expression) for equation in read] == [
        (equation.target, equation.kind, equation.expression) for equation in operator.parsed
    ]
