"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rates_core.programs.elementwise.layout import buffered
from rates_core.programs.increments import increment, slopes
from rates_core.programs.program import ProgramRequest
from rates_core.system.system import System

from rates_matlab.body import taken
from rates_matlab.lines import function_text, indented, left_side

if TYPE_CHECKING:
    from rates_matlab.module import Layout


class Loop:
    """The loop of one method over one System.

    With delays it keeps samples of what they read in buffers, one column per step, in both halves of each: what lies
    up to one length behind a column of the second half is then one piece. Reads are weighted sums of samples.
    """

    def __init__(self, request: ProgramRequest, layout: Layout) -> None:
        assert request.tableau is not None
        self.request, self.system, self.tableau, self.layout = request, request.system, request.tableau, layout
        self.nodes = self.tableau.distinct_nodes
        self.slots = buffered(self.system)
        self.rows = [layout.names.all.derived("{}_rows", f"value{n + 1}") for n, _ in enumerate(request.recorded)]
        self.buffers = layout.names.of(self.slots, "{}_buffer")

    def text(self) -> str:
        """Return the text of the function."""
        arguments = ["y", "p", "first", "samples", "stride", "h", *self._tables()]
        lines: list[str] = []
        for name, path in zip(self.rows, self.request.recorded, strict=True):
            shape = self.layout.printer.shapes.get(path, ())
            lines.append(f"{name} = zeros({', '.join([*map(str, shape or (1,)), 'samples'])});")
        if self.slots:
            arguments += [
                *self.buffers,
                *(f"{name}_{part}" for name in self._reads() for part in ("places", "weights")),
            ]
            lines += self._past()
        lines += ["for sample = 1:max(samples, 1)", *indented(self._sample()), "end"]
        about = [f"samples*stride steps of {self.tableau.name}; a row is kept before every stride steps."]
        return function_text(
            f"{left_side(['y', *self.rows, *self.buffers])} = loop({', '.join(arguments)})", about, lines
        )

    def _reads(self) -> list[str]:
        """Return a name for each delayed value at each node."""
        paths = [read.path for read in self.system.reads]
        return [name for node, _ in enumerate(self.nodes) for name in self.layout.names.of(paths, f"{{}}_at{node + 1}")]

    def _tables(self) -> list[str]:
        inputs = [item.path for item in self.system.inputs]
        draws = [item.path for item in self.system.draws]
        tables = [
            name
            for node, _ in enumerate(self.nodes)
            for name in self.layout.names.of(inputs, f"{{}}_samples{node + 1}")
        ]
        return [*tables, *self.layout.names.of(draws, "{}_draws")]

    def _past(self) -> list[str]:
        """Return the lines that turn places of samples into those of all samples of each entry."""
        lines = [f"size_of_past = size({self.buffers[0]}, 2)/2;"]
        paths = [read.path for read in self.system.reads]
        for node, _ in enumerate(self.nodes):
            for read, name in zip(self.system.reads, self.layout.names.of(paths, f"{{}}_at{node + 1}"), strict=True):
                width = f"size({self._buffer(read.slot)}, 1)"
                count = f"max(size({name}_weights, 2), 1) - 1"
                lines.append(f"{name}_places = {name}_places + 1 + {width}*(0:{count});")
        return lines

    def _buffer(self, slot: str) -> str:
        return self.buffers[self.slots.index(slot)]

    def _sample(self) -> list[str]:
        lines = ["k = (sample - 1)*stride + 1;"]
        if self.slots:
            lines += self._stored()
        lines += ["if samples > 0", *indented(self._recorded()), "end"] if self.rows else []
        return [*lines, "for k = k:k + stride - 1", *indented(self._step()), "end"]

    def _recorded(self) -> list[str]:
        targets = []
        for name, path in zip(self.rows, self.request.recorded, strict=True):
            axes = ":, " * (len(self.layout.printer.shapes.get(path, ())) or 1)
            targets.append(f"{name}({axes}sample)")
        return [self._call("observe", targets, "y", 0.0)]

    def _call(self, function: str, targets: Sequence[str], state: str, node: float) -> str:
        """Return the call of a function at a node of step k."""
        place = self.nodes.index(node)
        given = [
            f"{name}({':, ' if item.shape else ''}k)"
            for item, name in zip(
                self.system.inputs,
                self.layout.names.of([item.path for item in self.system.inputs], f"{{}}_samples{place + 1}"),
                strict=True,
            )
        ]
        given += [self._read(number, place) for number, _ in enumerate(self.system.reads)]
        given += [
            f"{name}({':, ' if draw.shape else ''}k)"
            for draw, name in zip(
                self.system.draws,
                self.layout.names.of([draw.path for draw in self.system.draws], "{}_draws"),
                strict=True,
            )
        ]
        text = f"{function}({', '.join([_time(node), state, 'p', *given])})"
        left = targets[0] if len(targets) == 1 else f"[{', '.join(targets)}]"
        return f"{left} = {text};" if targets else f"{text};"

    def _read(self, number: int, node: int) -> str:
        """Return the text of a delayed value: a weighted sum of samples, or one sample."""
        read = self.system.reads[number]
        (name,) = self.layout.names.of([read.path], f"{{}}_at{node + 1}")
        self.layout.printer.used.add("gathered")
        shift = f"size({self._buffer(read.slot)}, 1)*(row - size_of_past - 1)"
        return f"gathered({self._buffer(read.slot)}, {name}_places + {shift}, {name}_weights)"

    def _stored(self) -> list[str]:
        """Return the lines that store what delayed reads need, in both halves of the buffers."""
        lines = ["row = mod(first + k - 1, size_of_past) + size_of_past + 1;"]
        for slot, name in zip(self.slots, self.buffers, strict=True):
            state = self.system.state_paths.get(slot)
            if state is not None:
                lines += [f"{name}(:, row) = {taken(state)};", f"{name}(:, row - size_of_past) = {name}(:, row);"]
        kept = computed(self.system)
        if kept:
            names = self.layout.names.of(kept, "{}_now")
            lines.append(self._call("keep", names, "y", 0.0))
            for slot, value in zip(kept, names, strict=True):
                name = self._buffer(slot)
                lines += [f"{name}(:, row) = {value};", f"{name}(:, row - size_of_past) = {value};"]
        return lines

    def _step(self) -> list[str]:
        lines = self._stored() if self.slots else []
        for stage, node in enumerate(self.tableau.nodes[: self.tableau.advancing]):
            moved = increment(slopes(self.tableau.matrix[stage]))
            lines.append(self._call("derivative", [f"k{stage + 1}"], f"y{moved}", node))
        lines.append(f"y = y{increment(slopes(self.tableau.weights))};")
        return [*lines, "y = events((first + k)*h, y, p);"] if self.system.updates else lines


def _time(node: float) -> str:
    """Return the time at a node of step k."""
    return f"(first + k - 1 + {node!r})*h" if node else "(first + k - 1)*h"


def computed(system: System) -> tuple[str, ...]:
    """Return the variables that are no states, but that delayed reads take from buffers."""
    return tuple(path for path in buffered(system) if path not in system.state_paths)
