"""Operators, nodes, edge templates and populations."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import strategies as st
from rates_core.templates.node import EdgeTemplate, NodeTemplate
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.population import PopulationTemplate

from . import values
from .expressions import Names, scalars, vectors


@frozen
class Kind:
    """What models are made of.

    Attributes:
        runs: only what the interpreter computes, with numbers of moderate size; else anything that templates may hold.
        is_complex: whether variables may be complex.
    """

    runs: bool = False
    is_complex: bool = False

    @property
    def numbers(self) -> st.SearchStrategy[Any]:
        """Return values of parameters and states."""
        if self.runs:
            return values.tame | values.tame_complexes if self.is_complex else values.tame
        return values.numbers if self.is_complex else values.reals

    @property
    def weights(self) -> st.SearchStrategy[Any]:
        """Return finite numbers."""
        return self.numbers if self.runs else values.finite

    @property
    def labels(self) -> st.SearchStrategy[str]:
        """Return labels of nodes and names of operators."""
        return values.labels

    def array(self, *shape: int) -> st.SearchStrategy[Any]:
        """Return arrays of a shape."""
        real = values.real_arrays(values.tame if self.runs else values.reals, *shape)
        entries = values.tame_complexes if self.runs else values.complexes
        return real | values.complex_arrays(entries, *shape) if self.is_complex else real


DELAY = "_tau"  # how names of delays end

prose = st.fixed_dictionaries({"description": values.texts, "label": st.none() | values.texts})


def declaration(draw: Any, kind: Kind, word: str, length: int | None = None) -> Any:
    """Return what declares a variable of a kind."""
    number = draw(kind.numbers)
    text = str(number).strip("()") if isinstance(number, complex) else repr(number)
    if length is None:
        return draw(st.sampled_from([word, f"{word}({text})", f"{word}( {text} )"]))
    return draw(st.sampled_from([f"{word}({text},{length})", f"{word}(0.5, {length})"]))


@st.composite
def operators(
    draw: Any,
    kind: Kind,
    name: st.SearchStrategy[str] | None = None,
    feeds: str | None = None,
    vector: bool = False,
    units: bool = False,
) -> OperatorTemplate:
    """Return an operator with states, computed variables, parameters and an input.

    Args:
        draw: from Hypothesis.
        kind: what it is made of.
        name: its name.
        feeds: name of its input.
        vector: whether it has variables with an axis.
        units: whether it is for populations, whose units are the axis.
    """
    chosen = draw(st.lists(values.identifiers, min_size=9, max_size=9, unique=True))
    source, other, computed, parameter, delay, axis, entry, noise = [name for name in chosen if name != feeds][:8]
    delay, entry = delay + DELAY, feeds or entry
    declared: dict[str, Any] = {
        source: declaration(draw, kind, "output"),
        other: declaration(draw, kind, "variable"),
        computed: draw(st.sampled_from(["variable", "output"])) if not kind.is_complex else "variable(complex)",
        parameter: draw(kind.numbers),
        delay: draw(values.times),
        entry: declaration(draw, kind, "input"),
    }
    length = draw(st.integers(2, 3))  # an axis of 1 is a number to most functions
    if vector:
        declared |= {axis: declaration(draw, kind, "variable", length), f"{axis}_A": draw(kind.array(length, length))}
    given = Names(
        scalars=(source, other, parameter, entry), slots=(source, other), delays=(delay,),
        vectors=(axis,) * vector, matrices=(f"{axis}_A",) * vector, length=length, units=units,
        is_complex=kind.is_complex, draws=not kind.runs,
    )  # fmt: skip
    left = [
        f"{source}' =",
        draw(st.sampled_from([f"d/dt * {other} =", f"d/dt {other}=", f"{other}'="])),
        f"{computed} =",
    ]
    equations = [f"{side} {draw(scalars(given))}" for side in left]
    if vector:
        equations.append(f"{axis}' = {draw(vectors(given))}")
    if not kind.runs:
        declared[noise] = "noise"
    return OperatorTemplate(
        draw(kind.labels if name is None else name),
        draw(st.permutations(equations)),
        {name: declared[name] for name in draw(st.permutations(list(declared)))},
        events=draw(st.lists(events(given, (source, other)), max_size=2)) if not kind.runs else (),
        **draw(prose),
    )


@st.composite
def events(draw: Any, names: Names, states: tuple[str, ...]) -> dict[str, Any]:
    """Return an event that sets or emits a state."""
    when = f"{draw(scalars(names, 1))} > {draw(scalars(names, 1))}"
    changes = {state: draw(scalars(names, 1)) for state in draw(st.sets(st.sampled_from(states), min_size=1))}
    return {"when": when, "set": changes, "emit": draw(st.sampled_from([None, *states]))}


def settable(operator: OperatorTemplate) -> list[str]:
    """Return the variables without an axis that may get another value; delays stay positive."""
    return [
        name
        for name, item in operator.variables.items()
        if item.kind != "noise" and item.shape == () and not name.endswith(DELAY) and name not in operator.algebraic
    ]


@st.composite
def own_values(draw: Any, kind: Kind, operator: OperatorTemplate) -> dict[str, Any]:
    """Return values that an operator gets in a node."""
    return draw(st.dictionaries(st.sampled_from(settable(operator)), kind.numbers, max_size=3))


@st.composite
def nodes(draw: Any, kind: Kind, units: bool = False) -> NodeTemplate:
    """Return a node of one operator, or of two of which the second reads the first."""
    first = draw(operators(kind, vector=not units and draw(st.booleans()), units=units))
    chosen = [first]
    if draw(st.booleans()):
        output = next(name for name, item in first.variables.items() if item.kind == "output")
        second = draw(operators(kind, kind.labels.filter(lambda text: text != first.name), feeds=output, units=units))
        chosen.append(second)
    return NodeTemplate(draw(values.names), {item: draw(own_values(kind, item)) for item in chosen}, **draw(prose))


@st.composite
def edge_templates(draw: Any, kind: Kind) -> EdgeTemplate:
    """Return an edge of one operator with the inputs `a` and `b`, of which the output is computed or a state."""
    names = Names(("k", "a", "b"), is_complex=kind.is_complex)
    left = draw(st.sampled_from(["s", "s'"]))
    equation = f"{left} = {draw(scalars(names, 2))}"
    declared = {
        "s": "output(complex)" if kind.is_complex else "output",
        "k": draw(kind.numbers),
        "a": "input",
        "b": "input",
    }
    operator = OperatorTemplate(draw(kind.labels), [equation], declared, **draw(prose))
    return EdgeTemplate(draw(values.names), {operator: draw(own_values(kind, operator))}, **draw(prose))


@st.composite
def populations(draw: Any, kind: Kind) -> PopulationTemplate:
    """Return units of a node, with values of their own."""
    node, n = draw(nodes(kind, units=True)), draw(st.integers(1, 4))
    names = [f"{operator.name}/{name}" for operator, _ in node.operators for name in settable(operator)]
    params = draw(st.dictionaries(st.sampled_from(names), kind.numbers | kind.array(n), max_size=3))
    return PopulationTemplate(draw(values.names), node, n, params, **draw(prose))
