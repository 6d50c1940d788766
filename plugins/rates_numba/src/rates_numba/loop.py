"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.increments import increment, slopes
from rates_core.programs.program import ProgramRequest
from rates_core.solvers.tableau import Tableau
from rates_core.system.system import System

from rates_numba.function_text import JIT
from rates_numba.layout import Layout, place_of
from rates_numba.module import derivative_text, recording_text
from rates_numba.writer import INDENT


def loop_text(request: ProgramRequest, layout: Layout) -> str:
    """Return the text of the loop of one method, and of what it calls."""
    assert request.tableau is not None
    frame = Frame(request.system, request.tableau, layout)
    texts = []
    if frame.delayed:
        texts.append(derivative_text(layout, "derivative_gathered", gathered=True))
        texts.append(recording_text(layout, "observe", "Write the recorded variables into a row.", gathered=True))
        if frame.computed:
            summary = "Write the computed variables that delayed reads need into their buffers."
            texts.append(recording_text(layout, "buffer", summary, gathered=True, places=frame.computed))
    return "\n\n\n".join([*texts, "\n".join(frame.lines())])


class Frame:
    """The loop of one method over one System."""

    def __init__(self, system: System, tableau: Tableau, layout: Layout) -> None:
        self.system, self.tableau, self.layout = system, tableau, layout
        self.delayed = bool(system.reads)
        self.slots = buffered(system)
        self.computed = [number for number, slot in enumerate(self.slots) if slot not in system.state_paths]
        self.nodes = tableau.distinct_nodes
        self.suffix = "_gathered" if self.delayed else ""

    def lines(self) -> list[str]:
        """Return the lines of the function."""
        past = ", size, buffers, gathers" if self.delayed else ""
        head = f"def loop(y, h, first, samples, stride, columns, numbers, arrays, inputs, draws{past}):"
        stages = [f"k{stage + 1} = np.empty_like(y)" for stage in range(self.tableau.advancing)]
        moved = ["moved = np.empty_like(y)"] if self.tableau.advancing > 1 else []
        moved += ["after = np.empty_like(y)"] if self.system.updates else []
        body = [
            f'"""Advance y by samples*stride steps of {self.tableau.name}; keep a row before every stride steps."""',
            *stages,
            *moved,
            "for sample in range(max(samples, 1)):",
            f"{INDENT}if samples > 0:",
            *(INDENT * 2 + line for line in self._record()),
            f"{INDENT}for step in range(stride):",
            f"{INDENT * 2}k = sample*stride + step",
            *(INDENT * 2 + line for line in self._step()),
        ]
        return [JIT, head, *(INDENT + line for line in body)]

    def _record(self) -> list[str]:
        lines = ["k = sample*stride"]
        if self.delayed:
            lines += self._stored()
        call = ["(first + k)*h", "y", "columns", "sample", "numbers", "arrays", *self._given(0.0)]
        return [*lines, f"observe{self.suffix}({', '.join(call)})"]

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need, in both halves of the buffers."""
        lines = ["row = (first + k) % size + size"]
        for number, slot in enumerate(self.slots):
            state = self.system.state_paths.get(slot)
            if state is not None:
                lines.append(f"buffers[{number}][row] = {place_of(state, 'y')}")
                lines.append(f"buffers[{number}][row - size] = {place_of(state, 'y')}")
        if self.computed:
            call = ["(first + k)*h", "y", "buffers", "row", "numbers", "arrays", *self._given(0.0)]
            lines.append(f"buffer_gathered({', '.join(call)})")
            lines += [f"buffers[{number}][row - size] = buffers[{number}][row]" for number in self.computed]
        return lines

    def _given(self, node: float) -> list[str]:
        """Return inputs, draws and the past at a node of step k."""
        place = self.nodes.index(node)
        given = [f"inputs[{place}][{number}][k]" for number in range(len(self.system.inputs))]
        given += [f"draws[{number}][k]" for number in range(len(self.system.draws))]
        return [*given, "row", "size", "buffers", f"gathers[{place}]"] if self.delayed else given

    def _step(self) -> list[str]:
        lines = self._stored() if self.delayed else []
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            state = "y"
            row = self.tableau.matrix[stage]
            if any(row):
                lines += self._moved("moved", row)
                state = "moved"
            time = "(first + k)*h" if node == 0 else f"(first + k + {node!r})*h"
            call = [time, state, f"k{stage + 1}", "numbers", "arrays", *self._given(node)]
            lines.append(f"derivative{self.suffix}({', '.join(call)})")
        return [*lines, *self._moved("y", self.tableau.weights), *self._events()]

    def _events(self) -> list[str]:
        if not self.system.updates:
            return []
        return ["events((first + k + 1)*h, y, after, numbers, arrays)", "y[:] = after"]

    def _moved(self, target: str, row: Sequence[float]) -> list[str]:
        """Return the lines that move the state along slopes that are weighted by one row of the tableau."""
        moved = increment(slopes(row, "k{}[i]"))
        return [f"for i in range({self.system.width}):", f"{INDENT}{target}[i] = y[i]{moved}"]
