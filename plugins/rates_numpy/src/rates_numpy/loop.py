"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from rates_core.programs.increments import Terms, increment
from rates_core.programs.program import ProgramRequest

if TYPE_CHECKING:
    from rates_core.programs.module_names import ModuleNames


@frozen(eq=False)
class Field:
    """The vector field as lines of text, to be printed in place.

    Attributes:
        parameters: arguments of the function that returns the loop.
        prepared: what depends on parameters only.
        body: the statements, then the derivative of each state as `d_<state>`.
    """

    parameters: Sequence[str]
    prepared: Sequence[str]
    body: Sequence[str]


def loop_text(
    request: ProgramRequest, names: ModuleNames, timed: bool, field: Field, events: Sequence[str] = ()
) -> str:
    """Return the text of a function of the parameters that returns the loop of one method.

    The vector field is called where a method has several stages, and stands in the loop where it has one.

    Args:
        request: what the program has to contain; it names a method.
        names: identifiers of all paths, and of what is made from them.
        timed: whether the functions of the module take time.
        field: the vector field.
        events: arguments of the function that returns what states are after events.
    """
    frame = Frame(request, names, timed, field)
    lines = [f"def integrator({', '.join(dict.fromkeys([*field.parameters, *events]))}):"]
    if frame.inline:
        lines += [f"    {line}" for line in field.prepared]
    else:
        lines.append(f"    derivative = vector_field({', '.join(field.parameters)})")
    if request.system.updates:
        lines.append(f"    updated = events({', '.join(events)})")
    lines.append("")
    return "\n".join([*lines, *(f"    {line}" for line in frame.lines()), "", "    return loop"])


class Frame:
    """The loop of one method over one System, stage by stage."""

    def __init__(self, request: ProgramRequest, names: ModuleNames, timed: bool, field: Field) -> None:
        assert request.tableau is not None
        self.field = field
        self.inline = request.tableau.stages == 1 and bool(request.system.states)
        self.system, self.tableau, self.names = request.system, request.tableau, names
        self.state_paths = [state.path for state in self.system.states]
        self.states = names.of(self.state_paths)
        self.still = self.system.still
        self.input_paths = [signal.path for signal in self.system.inputs]
        self.draws = names.of([draw.path for draw in self.system.draws], "{}_draws")
        self.nodes = self.tableau.distinct_nodes
        self.past = names.of([read.path for read in self.system.reads], "{}_now")
        self.delayed = bool(self.system.reads)
        self.timed = timed
        known = set(self.state_paths)
        self.recorded = names.of(request.recorded) if known.issuperset(request.recorded) else None

    def lines(self) -> list[str]:
        """Return the lines of the function."""
        arguments = "observe, y, inputs, draws, h, first, samples, stride"
        head = [
            f"def loop({arguments}{', history' if self.delayed else ''}):",
            f'    """Advance by samples*stride steps of {self.tableau.name}; keep a row before every stride steps."""',
        ]
        if self.states:
            head.append(f"    {_targets(self.states)} = unpack(y)")
        for number, _ in enumerate(self.nodes):
            if self.input_paths:
                head.append(f"    {_targets(self._input_names(number))} = inputs[{number}]")
        if self.draws:
            head.append(f"    {_targets(self.draws)} = draws")
        head += ["    rows = []", "    for k in range(samples*stride):", "        if k % stride == 0:"]
        head += [f"            {line}" for line in self._record()]
        head += [f"        {line}" for line in self._step()]
        return [*head, f"    return pack({_tuple(self.states)}), rows"]

    def _input_names(self, node: int) -> list[str]:
        return self.names.of(self.input_paths, "{}_samples" if len(self.nodes) == 1 else f"{{}}_samples{node}")

    def _record(self) -> list[str]:
        if self.recorded is not None:
            return [f"rows.append({_tuple(self.recorded)})"]
        lines = [f"history.begin(first + k, {_tuple(self.states)})"] if self.delayed else []
        lines += [f"{_targets(self.past)} = history.read(first + k, 0.0)"] if self.delayed else []
        time = ["(first + k)*h"] if self.timed else []
        call = ", ".join([*time, *self.states, *self._stage_inputs(0.0), *self.past, *self._step_draws()])
        return [*lines, f"rows.append(observe({call}))"]

    def _stage_inputs(self, node: float) -> list[str]:
        return [f"{name}[k]" for name in self._input_names(self.nodes.index(node))] if self.input_paths else []

    def _step_draws(self) -> list[str]:
        return [f"{name}[k]" for name in self.draws]

    def _step(self) -> list[str]:
        if not self.states:
            return ["history.begin(first + k, ())"] if self.delayed else []
        if not self.delayed:
            return self._stages() + self._advance("{}") + self._events()
        ends = zip(self.states, self.names.of(self.state_paths, "{}_next"), strict=True)
        return [
            f"for _ in range(history.begin(first + k, {_tuple(self.states)})):",
            *(f"    {line}" for line in self._stages()),
            *(f"    {line}" for line in self._advance("{}_next")),
            *(f"{name} = {end}" for name, end in ends),
            *self._events(),
        ]

    def _events(self) -> list[str]:
        if not self.system.updates:
            return []
        call = ", ".join([*(["(first + k + 1)*h"] if self.timed else []), *self.states])
        return [f"{_targets(self.states)} = updated({call})"]

    def _stages(self) -> list[str]:
        if self.inline:
            return self._in_place()
        lines = []
        # what delays read inside a step rests on all stages
        stages = self.tableau.stages if self.delayed else self.tableau.advancing
        for stage, node in enumerate(self.tableau.nodes[:stages]):
            at = "(first + k)*h" if node == 0 else f"(first + k + {node!r})*h"
            time = [at] if self.timed else []
            states = self._moved(self.tableau.matrix[stage])
            if self.delayed:
                lines.append(f"{_targets(self.past)} = history.read(first + k, {node!r})")
            call = ", ".join([*time, *states, *self._stage_inputs(node), *self.past, *self._step_draws()])
            slopes = self._slopes(stage)
            lines.append(f"{_targets(slopes)} = derivative({call})")
            if self.delayed:
                lines.append(f"history.stage({stage}, {_tuple(slopes)})")
        return lines

    def _in_place(self) -> list[str]:
        """Return the lines of the only stage, the vector field in place."""
        lines = ["t = (first + k)*h"] if self.timed else []
        if self.delayed:
            reads = self.names.of([read.path for read in self.system.reads])
            lines.append(f"{_targets(reads)} = history.read(first + k, 0.0)")
        given = [*self.names.of(self.input_paths), *self.names.of([draw.path for draw in self.system.draws])]
        values = [*self._stage_inputs(0.0), *self._step_draws()]
        lines += [f"{name} = {value}" for name, value in zip(given, values, strict=True)]
        lines += self.field.body
        if self.delayed:
            lines.append(f"history.stage(0, {_tuple(self._slopes(0))})")
        return lines

    def _slopes(self, stage: int) -> list[str]:
        if self.inline:
            return self.names.of(self.state_paths, "d_{}")
        return self.names.of(self.state_paths, f"k{stage + 1}_{{}}")

    def _moved(self, row: Sequence[float]) -> list[str]:
        """Return the states, moved along slopes that are weighted by one row of the tableau."""
        terms = [(value, self._slopes(stage)) for stage, value in enumerate(row) if value]
        return [
            name if path in self.still else f"{name}{_increment([(value, slopes[number]) for value, slopes in terms])}"
            for number, (name, path) in enumerate(zip(self.states, self.state_paths, strict=True))
        ]

    def _advance(self, form: str) -> list[str]:
        targets = self.names.of(self.state_paths, form)
        moved = zip(targets, self._moved(self.tableau.weights), strict=True)
        return [f"{target} = {value}" for target, value in moved if target != value]


def _targets(names: Sequence[str]) -> str:
    return f"{names[0]}," if len(names) == 1 else ", ".join(names)


def _tuple(names: Sequence[str]) -> str:
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def _increment(terms: Terms) -> str:
    """Return ` + h*(...)` for slopes and their weights."""
    if len(terms) == 1 and terms[0][0] != 1:
        value, slope = terms[0]
        return f" + h*{value!r}*{slope}"
    return increment(terms)
