"""A routine holds what its results need, each thing computed once and as early as it can be."""

from __future__ import annotations

from rates_core.expressions.tree import Symbol
from rates_core.network.build import build_network
from rates_core.programs.routine import Temporaries, make_routine
from rates_core.system.build import build_system
from rates_core.system.display import expression_text

from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate


def system_of(*equations, **variables):
    node = NodeTemplate("n", [OperatorTemplate("op", list(equations), variables)])
    return build_system(build_network(CircuitTemplate("c", nodes={"p": node})))


def routine_of(*equations, hoist=True, **variables):
    system = system_of(*equations, **variables)
    return make_routine(system, [item.expression for item in system.derivatives], hoist)


def lines(statements):
    return [f"{item.target.removeprefix('p/op/')} = {text(item.expression)}" for item in statements]


def text(expression):
    return expression_text(expression).replace("p/op/", "")


def test_what_no_result_needs_is_left_out():
    routine = routine_of("x' = -a", "a = 2*x", "b = exp(a)", x="variable", a="variable", b="variable")
    assert lines(routine.body) == ["a = 2*[x]"]
    assert [text(item) for item in routine.results] == ["-[a]"]


def test_copies_are_followed():
    routine = routine_of("x' = c", "c = b", "b = a", "a = x^2", x="variable", a="variable", b="variable", c="variable")
    assert lines(routine.body) == ["a = [x]^2"]
    assert [text(item) for item in routine.results] == ["[a]"]


def test_what_depends_on_parameters_only_is_set_apart():
    routine = routine_of("x' = -x*(k^2 + 1) + q", "q = exp(k)", x="variable", q="variable", k=2.0)
    assert lines(routine.prepared) == ["q = exp([k])", "#constant0 = [k]^2 + 1"]
    assert lines(routine.body) == []
    assert [text(item) for item in routine.results] == ["-[x]*[#constant0] + [q]"]


def test_nothing_is_set_apart_unasked():
    routine = routine_of("x' = -x*(k^2 + 1)", x="variable", k=2.0, hoist=False)
    assert routine.prepared == ()
    assert [text(item) for item in routine.results] == ["-[x]*([k]^2 + 1)"]


def test_what_occurs_twice_is_computed_once():
    routine = routine_of("x' = tanh(x)*y + exp(tanh(x))", "y' = exp(tanh(x))", x="variable", y="variable")
    assert lines(routine.body) == ["#shared0 = tanh([x])", "#shared1 = exp([#shared0])"]
    assert [text(item) for item in routine.results] == ["[#shared0]*[y] + [#shared1]", "[#shared1]"]


def test_what_has_a_name_is_shared_under_it():
    routine = routine_of("x' = a + exp(x)", "a = exp(x)", x="variable", a="variable")
    assert lines(routine.body) == ["a = exp([x])"]
    assert [text(item) for item in routine.results] == ["[a] + [a]"]


def test_a_shared_part_comes_before_its_first_use():
    routine = routine_of("x' = b*sin(x)", "b = a + 1", "a = sin(x)*2", x="variable", a="variable", b="variable")
    known = {"p/op/x"}
    for item in routine.body:
        assert expression_names(item.expression) <= known
        known.add(item.target)


def expression_names(expression):
    from rates_core.expressions.tree import symbols

    return symbols(expression)


def test_signs_of_parameters_are_no_temporaries():
    routine = routine_of("x' = -k + -k*x", x="variable", k=2.0)
    assert (routine.prepared, routine.body) == ((), ())


def test_arguments_are_what_is_not_assigned():
    routine = routine_of("x' = -x*(k^2 + 1)*t + q", "q = exp(k)", x="variable", q="variable", k=2.0)
    assert routine.arguments == {"p/op/x", "p/op/k", "t"}
    assert routine.varying == {"p/op/x", "t"}


def test_routines_of_one_module_give_equal_parts_equal_names_and_others_different_ones():
    system = system_of("x' = exp(k)*x", "z = sin(k)*x*x + exp(k)", x="variable", z="variable", k=2.0)
    temporaries = Temporaries()
    first = make_routine(system, [item.expression for item in system.derivatives], temporaries=temporaries)
    second = make_routine(system, [Symbol("p/op/z")], temporaries=temporaries)
    assert lines(first.prepared) == ["#constant0 = exp([k])"]
    assert lines(second.prepared) == ["#constant1 = sin([k])", "#constant0 = exp([k])"]
