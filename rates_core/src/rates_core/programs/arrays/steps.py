"""Print the steps of a Runge-Kutta method for an array library."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.solvers.tableau import Tableau


def integrator_text(tableau: Tableau, field: Sequence[str], recorder: Sequence[str]) -> str:
    """Return a function of the parameters that returns the loop of a method.

    Args:
        tableau: the method.
        field: names of the parameters that `vector_field` takes.
        recorder: names of those that `recorder` takes.
    """
    taken = [*field, *(name for name in recorder if name not in field)]
    nodes = tableau.distinct_nodes
    lines = [
        f"def integrator({', '.join(taken)}):",
        f"    derivative, observe = vector_field({', '.join(field)}), recorder({', '.join(recorder)})",
        "",
        "    def step(k, h, y, inputs, draws):",
        f'        """Return the state after step k of {tableau.name}."""',
        *(f"        {line}" for line in _stages(tableau)),
        f"        return {_moved(tableau.weights)}",
        "",
        "    def row(k, h, y, inputs, draws):",
        '        """Return what is recorded before step k."""',
        f"        return observe(k*h, y, inputs[{nodes.index(0.0)}], (), draws)",
        "",
        "    def loop(y, h, first, samples, stride, inputs, draws, blank):",
        '        """Advance y by samples*stride steps; keep a row before every stride steps."""',
        "        return rows_of(step, row, y, h, first, samples, stride, inputs, draws, blank)",
        "",
        "    return loop",
    ]
    return "\n".join(lines)


def _stages(tableau: Tableau) -> list[str]:
    lines = []
    for stage in range(tableau.advancing):
        node = tableau.nodes[stage]
        time = "k*h" if node == 0 else f"(k + {node!r})*h"
        place = tableau.distinct_nodes.index(node)
        state = _moved(tableau.matrix[stage])
        lines.append(f"k{stage + 1} = derivative({time}, {state}, inputs[{place}], (), draws)")
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
