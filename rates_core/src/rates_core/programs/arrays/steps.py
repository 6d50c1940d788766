"""Print the steps of a Runge-Kutta method for an array library."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from rates_core.solvers.tableau import Tableau


def steps_text(
    tableau: Tableau, taken: Mapping[str, Sequence[str]], timed: Collection[str], past: Past | None = None
) -> str:
    """Return functions of the parameters: one that returns the steps of a method, and those that return loops.

    Args:
        tableau: the method.
        taken: names of the parameters that each function of the module takes: `vector_field`, `recorder`, `slots`,
            `events`.
        timed: those of them that look at the time; the others are given None, which takes none to compute.
        past: what is read late, if anything is.
    """
    names = {"vector_field": "derivative", "recorder": "observe"}
    names |= {"events": "updated"} if "events" in taken else {}
    names |= {"slots": "store"} if past else {}
    calls = ", ".join(f"{name}({', '.join(taken[name])})" for name in names)
    arguments = ", ".join(dict.fromkeys(name for function in names for name in taken[function]))
    start = tableau.distinct_nodes.index(0.0)
    end = _moved(tableau.weights)
    end = _after(end, "events" in timed) if "events" in taken else end
    lines = [
        f"def steps({arguments}):",
        f"    {', '.join(names.values())} = {calls}",
        *(f"    {line}" if line else "" for line in (past.lines(start, "slots" in timed) if past else ())),
        "",
        "    def step(k, h, y, inputs, draws, past):",
        f'        """Return the state after step k of {tableau.name}."""',
        *(f"        {line}" for line in _stages(tableau, "vector_field" in timed, past)),
        f"        return {end}",
        "",
        "    def row(k, h, y, inputs, draws, past):",
        '        """Return what is recorded before step k."""',
        f"        return observe({_time('recorder' in timed, 0.0)}, y, inputs[{start}], {_late(past, start)}, draws)",
        "",
        f"    return step, row, {'states, kept, read' if past else 'None, None, None'}",
    ]
    loops = {
        "integrator": ("rows_of", "what takes steps and keeps rows"),
        "rollout": ("rolled", "what does the same so that derivatives can flow back"),
    }
    for name, (function, summary) in loops.items():
        lines += ["", "", f"def {name}({arguments}):", f'    """Return {summary}."""']
        lines += [f"    return partial({function}, *steps({arguments}))"]
    return "\n".join(lines)


@frozen
class Past:
    """What is read late, and what is stored for that.

    Attributes:
        reads: per read the number of its buffer, whether it is a number, and how many columns the rows have that are
            summed of it, where that is told.
        states: per buffer the text of its variable if that is a state, else None.
        stored: per buffer the number of its variable among what `store` returns.
    """

    reads: Sequence[tuple[int, bool, int | None]]
    states: Sequence[str | None]
    stored: Sequence[int]

    def lines(self, start: int, timed: bool) -> list[str]:
        """Return the functions that read the past, and those of what is stored for that.

        Args:
            start: number of the node at the start of a step.
            timed: whether `store` looks at the time.
        """
        found = [
            f"late(buffers[{buffer}], gathers[{number}], first{f', {columns}' if columns else ''})"
            f"{'[..., 0]' if single else ''}"
            for number, (buffer, single, columns) in enumerate(self.reads)
        ]
        return [
            "",
            "def read(buffers, gathers, first):",
            '    """Return all delayed values at a node of a step."""',
            f"    return {_tuple(found)}",
            "",
            "def states(y):",
            '    """Return the states that are read late, and None for other variables."""',
            f"    return {_tuple([str(text) for text in self.states])}",
            "",
            "def kept(k, h, y, inputs, draws, past):",
            '    """Return all that is read late, as it is at the start of step k."""',
            *(f"    {line}" for line in self._kept(start, timed)),
        ]

    def _kept(self, start: int, timed: bool) -> list[str]:
        if None not in self.states:
            return ["return states(y)"]
        values = [f"values[{self.stored[number]}]" if text is None else text for number, text in enumerate(self.states)]
        return [
            f"values = store({_time(timed, 0.0)}, y, inputs[{start}], past[{start}], draws)",
            f"return {_tuple(values)}",
        ]


def _after(moved: str, timed: bool) -> str:
    return f"updated({'(k + 1)*h' if timed else 'None'}, {moved})"


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _late(past: Past | None, node: int) -> str:
    return f"past[{node}]" if past else "()"


def _time(timed: bool, node: float) -> str:
    """Return the text of the time of a node of step k, where it is looked at."""
    return "None" if not timed else "k*h" if node == 0 else f"(k + {node!r})*h"


def _stages(tableau: Tableau, timed: bool, past: Past | None) -> list[str]:
    nodes, lines = tableau.distinct_nodes, []
    for stage in range(tableau.advancing):
        node = tableau.nodes[stage]
        place, state = nodes.index(node), _moved(tableau.matrix[stage])
        lines.append(
            f"k{stage + 1} = derivative({_time(timed, node)}, {state}, inputs[{place}], {_late(past, place)}, draws)"
        )
    return lines


def _moved(row: Sequence[float]) -> str:
    """Return the state, moved along slopes that are weighted by one row of the tableau."""
    terms = [(value, f"k{stage + 1}") for stage, value in enumerate(row) if value]
    if not terms:
        return "y"
    text = ""
    for number, (value, slope) in enumerate(terms):
        size = slope if abs(value) == 1 else f"{abs(value)!r}*{slope}"
        sign = ("-" if value < 0 else "") if number == 0 else (" - " if value < 0 else " + ")
        text += sign + size
    return f"y + h*{text}" if len(terms) == 1 and not text.startswith("-") and "*" not in text else f"y + h*({text})"
