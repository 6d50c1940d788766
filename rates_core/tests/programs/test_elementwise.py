"""What is known of a language as data is enough to print entries and loops; here of a language that there is not."""

from __future__ import annotations

from math import inf, nan

import pytest
from attrs import evolve
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Expression, Number, Symbol
from rates_core.network.build import build_network
from rates_core.programs.blocks import Blocks, Loop, Reduction, make_blocks
from rates_core.programs.elementwise.layout import Layout, Rules
from rates_core.programs.elementwise.printer import EntryPrinter
from rates_core.programs.elementwise.syntax import Syntax
from rates_core.programs.elementwise.writer import BlockWriter
from rates_core.programs.printer import SUM
from rates_core.programs.routine import Routine
from rates_core.system.build import build_system
from rates_core.system.system import Assign, Project

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

FUNCTIONS = {
    "sin": "sine", "max": "most", "min": "least", "power": "power", "conj": "conjugate", "heaviside": "unit step",
}  # fmt: skip
SYNTAX = Syntax(
    entry="{}<{}>",
    first=1,
    held_place="whole({})",
    real="{}r",
    nan="undefined()",
    infinity="endless",
    complex="({} + i {})",
    as_complex="wide({})",
    parts=("first({})", "second({})"),
    squared_modulus="square({number})",
    constants={"PI": "pi", "E": "e", "I": "i"},
    functions=FUNCTIONS,
    complex_functions={**FUNCTIONS, "power": "wide power"},
    own=frozenset({"unit step", "undefined", "wide power", "most"}),
    complex_only=frozenset({"wide power"}),
    power="^",
    minus=SUM,
    choice="({condition} ? {chosen} : {other})",
    logic={"and": "&", "or": "|", "not": "!"},
    unequal="<>",
    comment="--",
    indent="  ",
    loop="for {}",
    nest="for all {}",
    axis="{} to {}",
    span="{} from {} to {}",
    end="end",
    columns_first=True,
    updates=False,
    zeros=("0", "wide(0)"),
    totals=("sum", "wide_sum"),
)
SHAPES = {"a": (3,), "b": (3,), "w": (5,), "M": (3, 2), "s": (), "k": (), "z": (), "f": (3,), "g": (4,), "r": ()}


class Printer(EntryPrinter):
    syntax = SYNTAX


class Logical(EntryPrinter):
    syntax = evolve(SYNTAX, logic_first=True)


class NamedLayout(Layout):
    def printer(self) -> EntryPrinter:
        return Printer(self)


class Writer(BlockWriter):
    def whole(self, target: str, expression: Apply) -> list[str]:
        return [f"{self.name(target)} := {self.array(expression.arguments[0])}"]

    def dense(self, statement: Project) -> list[str]:
        return [f"{self.name(statement.target)} := {statement.weights} times {statement.source}"]


def layout(first_place: int = 0) -> Layout:
    """Return a layout whose arrays of places `f` and `g`, and the place `k`, are counted from some number on."""
    node = NodeTemplate("n", [OperatorTemplate("op", ["x' = -x"], {"x": "output"})])
    found = NamedLayout(
        build_system(build_network(CircuitTemplate("c", {"p": node}))), {}, Rules(frozenset(), first_place=first_place)
    )
    found.names.update({name: name for name in SHAPES})
    found.shapes.update(SHAPES)
    found.kinds.add("z")
    return found


def printer(kind: type[EntryPrinter] = Printer, first_place: int = 0) -> EntryPrinter:
    made = kind(layout(first_place))
    made.integer_symbols = frozenset({"f", "g", "k"})
    return made


def tree(text: str) -> Expression:
    return parse_expression(text, {*SHAPES})


def minus(expression: Expression) -> Expression:
    return Apply("negative", (expression,))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("s*a + 2", "s*a<i> + 2.0r"),
        ("index(a, 2)", "a<3>"),  # places are counted from 1
        ("index(a, k)", "a<whole(k) + 1>"),
        ("index(a, f)", "a<f<i> + 1>"),
        ("index(a, s)", "a<checked(s, 3)>"),
        ("sin(s)**3", "sine(s)^3"),
        ("s**2.5", "power(s, 2.5r)"),
        ("z**s", "wide power(z, wide(s))"),
        ("z**2", "z^2"),
        ("z/s", "z/s"),
        ("s/z", "quotient(s, z)"),
        ("z*conj(z)", "square(z)"),
        ("conj(s)*2", "s*2.0r"),
        ("real(z) - imag(z)", "first(z) - second(z)"),
        ("real(s) - imag(s)", "s - 0.0r"),
        ("where(s != 1, s, 2)", "(s <> 1.0r ? s : 2.0r)"),
        ("where(s, z, s)", "(s <> 0 ? z : wide(s))"),
        ("s > 1", "(s > 1.0r ? 1.0r : 0.0r)"),
        ("pi*I", "pi*i"),
    ],
)
def test_an_expression_is_printed_as_the_syntax_says(text, wanted):
    made = printer()
    with made.at("i"):
        assert made.text(tree(text)) == wanted


def test_a_place_that_is_held_as_the_language_counts_is_taken_as_it_is():
    made = printer(first_place=1)
    with made.at("i"):
        assert made.text(tree("index(a, k) + index(a, f)")) == "a<whole(k)> + a<f<i>>"


def test_places_that_are_part_of_a_parameter_are_not_checked():
    part = Apply("index_range", (Symbol("g"), Number(1), Number(4)))
    made = printer()
    with made.at("i"):
        assert made.text(Apply("index", (Symbol("a"), part))) == "a<g<i + 1> + 1>"
    assert made.used == set()


def test_two_signs_are_not_printed_side_by_side():
    made = printer()
    assert made.text(minus(minus(Symbol("s")))) == "-(-s)"
    assert made.text(minus(tree("-0.5*s"))) == "-(-0.5r*s)"
    assert made.text(minus(tree("s + 1"))) == "-(s + 1.0r)"
    # this sign binds as loosely as a sum does
    assert made.text(Apply("multiply", (minus(Symbol("s")), Symbol("k")))) == "(-s)*k"


def test_conditions_are_in_brackets_where_the_language_needs_them():
    text = "where(s > 1 and k < 2 or not s == k, 1, 0)"
    condition = "s > 1.0r & k < 2.0r | !s == k"
    assert printer().text(tree(text)) == f"({condition} ? 1.0r : 0.0r)"
    condition = "((s > 1.0r) & (k < 2.0r)) | (!(s == k))"
    assert printer(Logical).text(tree(text)) == f"({condition} ? 1.0r : 0.0r)"


def test_numbers_that_are_no_literals_are_calls_of_our_own_functions():
    made = printer()
    assert made.number(nan) == "undefined()"
    assert made.used == {"undefined"}
    assert made.number(-inf) == "-endless"
    assert made.number(1 - 2j) == "(1.0r + i -2.0r)"
    assert made.used == {"undefined"}  # `endless` is of the language


def test_our_own_functions_are_remembered():
    made = printer()
    made.text(tree("heaviside(sin(s)) + z**s"))
    assert made.used == {"unit step", "wide power"}


def written(*blocks: object, stored: frozenset[str] = frozenset()) -> tuple[list[str], Writer]:
    writer = Writer(printer(), Blocks(blocks, (), SHAPES, stored))  # type: ignore[arg-type]
    return writer.lines(), writer


def test_the_last_index_is_the_outermost_one_where_columns_lie_side_by_side():
    lines, writer = written(Loop((3, 2), (Assign("M", tree("M + s")),)), stored=frozenset({"M"}))
    assert lines == ["for all j to 2", "  for all i to 3", "    M<i, j> = M<i, j> + s  -- M", "  end", "end"]
    assert writer.counters == {"i": "index", "j": "index"}


def test_what_only_a_loop_reads_is_a_number():
    lines, _ = written(Loop((3,), (Assign("b", tree("a*2")), Assign("a", tree("b + 1")))), stored=frozenset({"a"}))
    assert lines == ["for all i to 3", "  b = a<i>*2.0r  -- b", "  a<i> = b + 1.0r  -- a", "end"]


def test_a_mean_is_a_sum_that_is_divided():
    lines, _ = written(Reduction("s", "mean", tree("a*2"), (3,)))
    assert lines == ["s = 0  -- s", "for all i to 3", "  s = s + a<i>*2.0r", "end", "s = s/3"]
    lines, _ = written(Reduction("z", "vsum", tree("a*z"), (3,)))
    assert lines[0] == "z = wide(0)  -- z"


def test_the_largest_entry_is_found_with_the_function_of_the_language():
    lines, writer = written(Reduction("s", "maxi", Symbol("a"), (3,)))
    assert lines == ["s = -endless  -- s", "for all i to 3", "  s = most(s, a<i>)", "end"]
    assert writer.printer.used == {"most"}
    assert written(Reduction("s", "mini", Symbol("a"), (3,)))[0][0] == "s = endless  -- s"


def test_joined_vectors_have_a_loop_each():
    joined = Apply("concatenate", (Symbol("a"), tree("2*b")))
    blocks = make_blocks(Routine((), (), (joined,)), ("r",), {**SHAPES, "r": (6,)})
    lines, _ = written(*blocks.blocks)
    assert lines == [
        "for all i to 3", "  r<i> = a<i>  -- r", "end", "for all i to 3", "  r<i + 3> = 2.0r*b<i>  -- r", "end",
    ]  # fmt: skip


def test_sums_over_connections():
    uniform = Project("s", "a", "uniform", "k", ())
    assert written(uniform)[0] == ["s = 0", "for all i to 3", "  s = s + a<i>", "end", "s = s*k  -- s"]
    dense = Project("s", "a", "dense", "b", ())
    assert written(dense)[0] == ["s = 0  -- s", "for all i to 3", "  s = s + b<i>*a<i>", "end"]
    indexed = Project("b", "a", "indexed", "s", (3,), index="f")
    assert written(Loop((3,), (indexed,)), stored=frozenset({"b"}))[0] == [
        "for all i to 3", "  b<i> = s*a<f<i> + 1>  -- b", "end",
    ]  # fmt: skip
    assert written(Project("b", "a", "dense", "M", (3,)))[0] == ["b := M times a"]


def test_the_connections_of_a_target_lie_between_its_pointers():
    sparse = Project("b", "a", "sparse", "w", (3,), index="f", pointers="g")
    lines, writer = written(sparse)
    assert lines == [
        "for all i to 3",
        "  sum = 0  -- b",
        "  for c from g<i> + 1 to g<i + 1>",  # held from 0 on; the second one is inclusive
        "    sum = sum + w<c>*a<f<c> + 1>",
        "  end",
        "  b<i> = sum",
        "end",
    ]
    assert writer.counters == {"i": "index", "c": "place", "sum": "real"}
    writer = Writer(printer(first_place=1), Blocks((sparse,), (), SHAPES, frozenset()))
    assert writer.lines()[2] == "  for c from g<i> to g<i + 1> - 1"


def test_one_loop_may_have_all_ranges():
    joined = evolve(SYNTAX, joined=True)
    assert joined.nested((3, 2), ["x"]) == ["for all j to 2, i to 3", "  x", "end"]
    assert joined.nested((), ["x"]) == ["x"]
    rows = evolve(SYNTAX, columns_first=False, end="")
    assert rows.nested((3, 2), ["x"]) == ["for all i to 3", "  for all j to 2", "    x"]


def test_what_has_no_path_has_no_comment():
    assert SYNTAX.said("#piece0") == ""
    assert SYNTAX.said("p/op/x") == "  -- p/op/x"


@pytest.mark.parametrize(("updates", "wanted"), [(True, "x += y"), (False, "x = x + y")])
def test_a_term_is_added_as_the_language_does_it(updates, wanted):
    assert evolve(SYNTAX, updates=updates).updated("x", "+", "y") == wanted
