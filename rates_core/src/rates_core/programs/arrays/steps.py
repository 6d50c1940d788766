"""Print the steps of a Runge-Kutta method for an array library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from rates_core.solvers.tableau import Tableau


def integrator_text(tableau: Tableau, taken: Mapping[str, Sequence[str]], past: Past | None = None) -> str:
    """Return a function of the parameters that returns the loop of a method.

    Args:
        tableau: the method.
        taken: names of the parameters that each function of the module takes: `vector_field`, `recorder`, `slots`.
        past: what is read late, if anything is.
    """
    names = {"vector_field": "derivative", "recorder": "observe"} | ({"slots": "store"} if past else {})
    calls = ", ".join(f"{name}({', '.join(taken[name])})" for name in names)
    arguments = dict.fromkeys(name for function in names for name in taken[function])
    start = tableau.distinct_nodes.index(0.0)
    keep = "keep" if past else "None"
    lines = [
        f"def integrator({', '.join(arguments)}):",
        f"    {', '.join(names.values())} = {calls}",
        *(f"    {line}" if line else "" for line in (past.lines(start) if past else ())),
        "",
        "    def step(k, h, y, inputs, draws, past):",
        f'        """Return the state after step k of {tableau.name}."""',
        *(f"        {line}" for line in _stages(tableau, past)),
        f"        return {_moved(tableau.weights)}",
        "",
        "    def row(k, h, y, inputs, draws, past):",
        '        """Return what is recorded before step k."""',
        f"        return observe(k*h, y, inputs[{start}], {f'read(past, {start})' if past else '()'}, draws)",
        "",
        "    def loop(y, h, first, samples, stride, inputs, draws, blank, buffers, gathers):",
        '        """Advance y by samples*stride steps; keep a row before every stride steps."""',
        "        return rows_of(",
        f"            step, row, {keep}, y, h, first, samples, stride, inputs, draws, blank, buffers, gathers",
        "        )",
        "",
        "    return loop",
    ]
    return "\n".join(lines)


@frozen
class Past:
    """What is read late, and what is stored for that.

    Attributes:
        reads: per read the number of its buffer, and whether it is a number.
        states: per buffer the text of its variable if that is a state, else None.
        stored: per buffer the number of its variable among what `store` returns.
    """

    reads: Sequence[tuple[int, bool]]
    states: Sequence[str | None]
    stored: Sequence[int]

    def lines(self, start: int) -> list[str]:
        """Return the functions that read the past and add to it.

        Args:
            start: number of the node at the start of a step.
        """
        found = [
            f"late(buffers[{buffer}], gathers[node][{number}], place){'[0]' if single else ''}"
            for number, (buffer, single) in enumerate(self.reads)
        ]
        return [
            "",
            "def read(past, node):",
            '    """Return all delayed values at a node of a step."""',
            "    buffers, gathers, place = past",
            f"    return ({', '.join(found)}{',' if len(found) == 1 else ''})",
            "",
            "def keep(k, h, y, inputs, draws, past):",
            '    """Return the buffers with what there is at the start of step k."""',
            "    buffers, gathers, place = past",
            *(f"    {line}" for line in self._kept(start)),
            "    return buffers",
        ]

    def _kept(self, start: int) -> list[str]:
        states = [
            f"buffers[{number}]" if text is None else f"written(buffers[{number}], {text}, place)"
            for number, text in enumerate(self.states)
        ]
        lines = [f"buffers = {_tuple(states)}"]
        if None not in self.states:
            return lines
        computed = [
            f"written(buffers[{number}], values[{self.stored[number]}], place)"
            if text is None
            else f"buffers[{number}]"
            for number, text in enumerate(self.states)
        ]
        late = f"read((buffers, gathers, place), {start})"
        return [
            *lines, f"values = store(k*h, y, inputs[{start}], {late}, draws)", f"buffers = {_tuple(computed)}",
        ]  # fmt: skip


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _stages(tableau: Tableau, past: Past | None) -> list[str]:
    nodes = tableau.distinct_nodes
    used = dict.fromkeys(nodes.index(node) for node in tableau.nodes[: tableau.advancing])
    lines = [f"late_{place} = read(past, {place})" for place in used] if past else []
    for stage in range(tableau.advancing):
        node = tableau.nodes[stage]
        time = "k*h" if node == 0 else f"(k + {node!r})*h"
        place, state = nodes.index(node), _moved(tableau.matrix[stage])
        late = f"late_{place}" if past else "()"
        lines.append(f"k{stage + 1} = derivative({time}, {state}, inputs[{place}], {late}, draws)")
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
