"""Print the module that follows steps forwards and carries derivatives of a loss back through them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from rates_core.programs.elementwise.adjoint import AdjointRequest
from rates_core.programs.elementwise.layout import BACK, EVENTS
from rates_core.programs.increments import increment, slopes

from rates_numba.function_text import INNER_JIT, JIT
from rates_numba.layout import Layout, place_of
from rates_numba.loop import Frame
from rates_numba.module import derivative_text, events_text, opening, prepare_text, recording_text, vector_text
from rates_numba.writer import INDENT

COMMON = "h, first, begun, start, stop, stride, kept"


def write_adjoint(request: AdjointRequest) -> tuple[str, Layout]:
    """Return the text of the module for a request, and where everything in it stands."""
    layout = Layout(request.adjoint.system, request.functions)
    late = bool(request.system.reads)
    texts = [prepare_text(layout)] if layout.prepared else []
    texts.append(derivative_text(layout, "derivative_gathered" if late else "derivative", late, INNER_JIT))
    summary = "Write the recorded variables into a row."
    texts.append(recording_text(layout, "observe", summary, late, jit=INNER_JIT))
    forward = Forward(request, layout)
    if forward.computed:
        summary = "Write the computed variables that delayed reads need into their buffers."
        texts.append(recording_text(layout, "buffer", summary, True, forward.computed, INNER_JIT))
    if request.system.updates:
        texts.append(events_text(layout, INNER_JIT))
    for name in request.routines:
        gathered = late and name not in ("store", EVENTS)
        texts.append(vector_text(
            layout, BACK.format(name), BACK.format(name) + ("_gathered" if gathered else ""),
            f"Write what seeds of the results of {name} add to bars into dy.", gathered,
            JIT if name == "store" else INNER_JIT,
        ))  # fmt: skip
    texts += ["\n".join(forward.lines()), "\n".join(Backward(request, layout).lines())]
    layout.used.update(("read_back",) if late else ())
    layout.used.update(("delayed_back",) if late and request.delays else ())
    return "\n\n\n".join([*opening(f"{request.program.name}, and its adjoint", layout.used), *texts]) + "\n", layout


class Forward(Frame):
    """The loop that keeps the state before each step; buffers have one row for each step of a segment."""

    def __init__(self, request: AdjointRequest, layout: Layout) -> None:
        super().__init__(request.system, request.tableau, layout)
        self.request = request

    def lines(self) -> list[str]:
        """Return the lines of the function."""
        past = ", size, buffers, gathers" if self.delayed else ""
        width = self.system.width
        body = [
            f'"""Advance y by steps of {self.tableau.name}; keep it before each, and a row before every stride."""',
            *(f"k{stage + 1} = np.empty_like(y)" for stage in range(self.tableau.advancing)),
            *(["moved = np.empty_like(y)"] if self.tableau.advancing > 1 else []),
            *(["after = np.empty_like(y)"] if self.system.updates else []),
            "for k in range(start, stop):",
            f"{INDENT}for i in range({width}):",
            f"{INDENT * 2}kept[k - begun, i] = y[i]",
            *(INDENT + line for line in self._stored()),
            f"{INDENT}if k % stride == 0:",
            f"{INDENT * 2}{self._called('observe', 'columns, k//stride', 0.0)}",
            *(INDENT + line for line in (*self._steps(), *self._happened())),
        ]
        head = f"def forward(y, columns, {COMMON}, numbers, arrays, inputs, draws{past}):"
        return [JIT, head, *(INDENT + line for line in body)]

    def _called(self, function: str, target: str, node: float, state: str = "y") -> str:
        """Return the call of a function at a node of step k."""
        time = "(first + k)*h" if node == 0 else f"(first + k + {node!r})*h"
        given = [time, state, target, "numbers", "arrays", *self._given(node)]
        return f"{function}{self.suffix}({', '.join(given)})"

    def _steps(self) -> list[str]:
        lines = []
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            row = self.tableau.matrix[stage]
            lines += self._moved("moved", row) if any(row) else []
            lines.append(self._called("derivative", f"k{stage + 1}", node, "moved" if any(row) else "y"))
        return [*lines, *self._moved("y", self.tableau.weights)]

    def _happened(self) -> list[str]:
        """Return the lines that keep what a step led to, and let events happen."""
        width = self.system.width
        return [
            f"for i in range({width}):",
            f"{INDENT}kept[k - begun, i + {width}] = y[i]",
            "events((first + k + 1)*h, y, after, numbers, arrays)",
            f"for i in range({width}):",
            f"{INDENT}y[i] = after[i]",
        ] if self.system.updates else []  # fmt: skip

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need."""
        if not self.delayed:
            return []
        states = [(number, self.system.state_paths.get(slot)) for number, slot in enumerate(self.slots)]
        lines = ["row = k - begun + size"]
        lines += [f"buffers[{number}][row] = {place_of(state, 'y')}" for number, state in states if state]
        return [*lines, self._called("buffer", "buffers, row", 0.0)] if self.computed else lines


class Backward(Forward):
    """The loop that carries the derivatives of a loss back through kept steps."""

    def lines(self) -> list[str]:
        """Return the lines of the function."""
        past = ", size, buffers, gathers, buffer_bars" if self.delayed else ""
        past += ", slopes, by_delays" if self.delayed and self.request.delays else ""
        stages = range(1, self.tableau.advancing + 1)
        width = self.request.adjoint.system.width
        rooms = [f"y{stage}" for stage in stages] + [f"k{stage}" for stage in self._needed()]
        rooms += [f"back{stage}" for stage in stages]
        rooms += [f"back_{routine}" for routine in self.request.once]
        body = [
            '"""Carry the derivatives by the state behind steps to the state before them, the last step first."""',
            *(f"{name} = np.zeros({width})" for name in rooms),
            "for k in range(stop - 1, start - 1, -1):",
            *(INDENT + line for line in self._back()),
        ]
        head = (
            f"def backward(by_state, by_parameters, by_inputs, seeds, {COMMON}, numbers, arrays, inputs, draws{past}):"
        )
        return [JIT, head, *(INDENT + line for line in body)]

    def _needed(self) -> list[int]:
        """Return the numbers of stages from which later ones begin."""
        count = self.tableau.advancing
        return [n + 1 for n in range(count) if any(row[n] for row in self.tableau.matrix[:count] if len(row) > n)]

    def _back(self) -> Iterator[str]:
        """Yield the lines that follow one step."""
        if self.delayed:
            yield "row = k - begun + size"
        if self.system.updates:
            yield from self._events_back()
        yield from self._again()
        for stage in reversed(range(self.tableau.advancing)):
            yield from self._stage_back(stage)
        terms = " + ".join(f"back{stage + 1}[{self._bar('i')}]" for stage in range(self.tableau.advancing))
        yield f"for i in range({self.system.width}):"
        yield f"{INDENT}by_state[i] += {terms}"
        yield from self._rows_back()
        yield from self._stored_back()

    def _bar(self, place: str) -> str:
        return f"{place} + {self.request.states[0]}"

    def _events_back(self) -> Iterator[str]:
        """Yield the lines that follow events: from the state after them to the one that the step led to."""
        width, back = self.system.width, f"back_{EVENTS}"
        yield f"for i in range({width}):"
        yield f"{INDENT}y1[i] = kept[k - begun, i + {width}]"
        yield f"{INDENT}y1[i + {self.request.seeds(EVENTS)[0]}] = by_state[i]"
        yield f"{BACK.format(EVENTS)}((first + k + 1)*h, y1, {back}, numbers, arrays)"
        yield f"for i in range({width}):"
        yield f"{INDENT}by_state[i] = {back}[{self._bar('i')}]"
        yield from self._elsewhere(EVENTS, back, 0.0)

    def _again(self) -> Iterator[str]:
        """Yield the lines that compute the states at the stages of a step once more."""
        width, needed = self.system.width, self._needed()
        yield f"for i in range({width}):"
        yield f"{INDENT}y1[i] = kept[k - begun, i]"
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            if stage:
                yield from self._moved(f"y{stage + 1}", self.tableau.matrix[stage], "y1")
            if stage + 1 in needed:
                yield self._called("derivative", f"k{stage + 1}", node, f"y{stage + 1}")

    def _moved(self, target: str, row: Sequence[float], origin: str = "y") -> list[str]:
        head, line = super()._moved(target, row)
        return [head, line.replace("= y[i]", f"= {origin}[i]")]

    def _stage_back(self, stage: int) -> Iterator[str]:
        """Yield the lines that follow one stage."""
        count, first = self.tableau.advancing, self.request.seeds("derivative")[0]
        terms = [*slopes((self.tableau.weights[stage],), "by_state[i]")]
        later = [self.tableau.matrix[other][stage] if stage < other else 0.0 for other in range(count)]
        terms += slopes(later, f"back{{}}[{self._bar('i')}]")
        yield f"for i in range({self.system.width}):"
        yield f"{INDENT}y{stage + 1}[i + {first}] = {increment(terms).removeprefix(' + ')}"
        node = self.tableau.nodes[stage]
        yield self._called(BACK.format("derivative"), f"back{stage + 1}", node, f"y{stage + 1}")
        yield from self._elsewhere("derivative", f"back{stage + 1}", node)

    def _rows_back(self) -> Iterator[str]:
        """Yield the lines that follow what was recorded before a step."""
        first, last = self.request.seeds("observe")
        if first == last:
            return
        yield "if k % stride == 0:"
        yield f"{INDENT}for i in range({last - first}):"
        yield f"{INDENT * 2}y1[i + {first}] = seeds[k//stride, i]"
        yield from (INDENT + line for line in self._through("observe"))

    def _through(self, routine: str) -> Iterator[str]:
        """Yield the lines that follow what was computed of the state before a step."""
        back = f"back_{routine}"
        yield self._called(BACK.format(routine), back, 0.0, "y1")
        yield f"for i in range({self.system.width}):"
        yield f"{INDENT}by_state[i] += {back}[{self._bar('i')}]"
        yield from self._elsewhere(routine, back, 0.0)

    def _stored_back(self) -> Iterator[str]:
        """Yield the lines that follow what was stored before a step."""
        for number, slot in enumerate(self.slots):
            state = self.system.state_paths.get(slot)
            bars = f"buffer_bars[{number}][row]"
            if state is not None:
                yield f"{place_of(state, 'by_state')} += {bars}"
            else:
                first, last = self.request.seed("buffer", slot)
                yield f"y1[{first}:{last}] = {bars}" if self.system.shapes[slot] else f"y1[{first}] = {bars}"
        if self.computed:
            yield from self._through("buffer")

    def _elsewhere(self, routine: str, bars: str, node: float) -> Iterator[str]:
        """Yield the lines that add what a routine brings to parameters, inputs and the past."""
        request, place = self.request, self.nodes.index(node)
        first, last = request.parameters
        if request.reaches_parameters(routine):
            yield f"for i in range({last - first}):"
            yield f"{INDENT}by_parameters[i] += {bars}[i + {first}]"
        for number, (start, stop) in request.inputs(routine):
            shaped = self.system.shapes[request.wanted.inputs[number]]
            part = f"{bars}[{start}:{stop}]" if shaped else f"{bars}[{start}]"
            yield f"by_inputs[{place}][{number}][k] += {part}"
        for number, read, (start, stop) in request.reads(routine):
            slot, width = self.slots.index(read.slot), prod(self.system.shapes[read.slot])
            oldest = "row - size" if width == 1 else f"(row - size)*{width}"
            gather, part = f"gathers[{place}][{number}]", f"{bars}[{start}:{stop}]"
            if request.delays:
                past = f"buffers[{slot}].reshape(-1)[{oldest}:]"
                slope = f"slopes[{place}][{number}]"
                yield f"delayed_back({part}, by_delays[{number}], {past}, {gather}[0], {width}, {slope})"
            past = f"buffer_bars[{slot}].reshape(-1)[{oldest}:]"
            yield f"read_back({part}, {past}, {gather}[0], {width}, {gather}[1])"
