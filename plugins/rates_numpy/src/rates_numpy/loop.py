"""Print the loop over fixed steps of a Runge-Kutta method."""

from __future__ import annotations

from collections.abc import Sequence

from rates_core.programs.program import ProgramRequest, distinct_nodes


def loop_text(request: ProgramRequest, names: dict[str, str], timed: bool) -> str:
    """Return the text of `loop`, for one method.

    Args:
        request: what the program has to contain; it names a method.
        names: identifiers of all paths.
        timed: whether the functions of the module take time.
    """
    return "\n".join(Frame(request, names, timed).lines())


class Frame:
    """The loop of one method over one System, stage by stage."""

    def __init__(self, request: ProgramRequest, names: dict[str, str], timed: bool) -> None:
        assert request.tableau is not None
        self.system, self.tableau = request.system, request.tableau
        self.states = [names[state.path] for state in self.system.states]
        self.inputs = [names[signal.path] for signal in self.system.inputs]
        self.draws = [names[draw.path] for draw in self.system.draws]
        self.nodes = distinct_nodes(self.tableau)
        self.delayed = bool(self.system.reads)
        self.timed = timed
        known = {state.path for state in self.system.states}
        self.recorded = [names[path] for path in request.recorded] if known.issuperset(request.recorded) else None

    def lines(self) -> list[str]:
        """Return the lines of the function."""
        arguments = "derivative, observe, y, inputs, draws, h, first, samples, stride"
        head = [
            f"def loop({arguments}{', history' if self.delayed else ''}):",
            f'    """Advance by samples*stride steps of {self.tableau.name}; keep a row before every stride steps."""',
            f"    {_targets(self.states)} = unpack(y)" if self.states else "    unpack(y)",
        ]
        for number, _ in enumerate(self.nodes):
            if self.inputs:
                head.append(f"    {_targets(self._input_names(number))} = inputs[{number}]")
        if self.draws:
            head.append(f"    {_targets([f'{name}_draws' for name in self.draws])} = draws")
        head += ["    rows = []", "    for k in range(samples*stride):", "        if k % stride == 0:"]
        head += [f"            {line}" for line in self._record()]
        head += [f"        {line}" for line in self._step()]
        return [*head, f"    return pack({_tuple(self.states)}), rows"]

    def _input_names(self, node: int) -> list[str]:
        suffix = "" if len(self.nodes) == 1 else str(node)
        return [f"{name}_samples{suffix}" for name in self.inputs]

    def _record(self) -> list[str]:
        if self.recorded is not None:
            return [f"rows.append({_tuple(self.recorded)})"]
        lines = [f"history.begin(first + k, {_tuple(self.states)})"] if self.delayed else []
        lines += [f"{_targets(self._past(0))} = history.read(first + k, 0.0)"] if self.delayed else []
        time = ["(first + k)*h"] if self.timed else []
        call = ", ".join([*time, *self.states, *self._stage_inputs(0.0), *self._past(0), *self._step_draws()])
        return [*lines, f"rows.append(observe({call}))"]

    def _past(self, stage: int) -> list[str]:
        return [f"past{number}" for number, _ in enumerate(self.system.reads)] if self.delayed else []

    def _stage_inputs(self, node: float) -> list[str]:
        return [f"{name}[k]" for name in self._input_names(self.nodes.index(node))] if self.inputs else []

    def _step_draws(self) -> list[str]:
        return [f"{name}_draws[k]" for name in self.draws]

    def _step(self) -> list[str]:
        lines: list[str] = []
        if self.delayed:
            lines += [
                f"for _ in range(history.begin(first + k, {_tuple(self.states)})):",
                *(f"    {line}" for line in self._stages()),
                *(f"    {line}" for line in self._advance(provisional=True)),
                *(f"{name} = {name}_next" for name in self.states),
            ]
        else:
            lines += self._stages() + self._advance(provisional=False)
        return lines

    def _stages(self) -> list[str]:
        lines = []
        for stage, node in enumerate(self.tableau.nodes):
            at = "(first + k)*h" if node == 0 else f"(first + k + {node!r})*h"
            time = [at] if self.timed else []
            states = [
                f"{name}{_increment(self.tableau.matrix[stage], name)}" for name in self.states
            ]
            if self.delayed:
                lines.append(f"{_targets(self._past(stage))} = history.read(first + k, {node!r})")
            call = ", ".join([*time, *states, *self._stage_inputs(node), *self._past(stage), *self._step_draws()])
            slopes = [f"k{stage + 1}_{name}" for name in self.states]
            if slopes:
                lines.append(f"{_targets(slopes)} = derivative({call})")
            if self.delayed:
                lines.append(f"history.stage({stage}, {_tuple(slopes)})")
        return lines

    def _advance(self, provisional: bool) -> list[str]:
        lines = []
        for name in self.states:
            target = f"{name}_next" if provisional else name
            lines.append(f"{target} = {name}{_increment(self.tableau.weights, name)}")
        return lines


def _targets(names: Sequence[str]) -> str:
    return f"{names[0]}," if len(names) == 1 else ", ".join(names)


def _tuple(names: Sequence[str]) -> str:
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def _increment(row: Sequence[float], name: str) -> str:
    """Return ` + h*(...)` for one row of the tableau."""
    terms = [(value, f"k{stage + 1}_{name}") for stage, value in enumerate(row) if value]
    if not terms:
        return ""
    if len(terms) == 1:
        value, slope = terms[0]
        return f" + h*{slope}" if value == 1 else f" + h*{value!r}*{slope}"
    text = ""
    for number, (value, slope) in enumerate(terms):
        size = slope if abs(value) == 1 else f"{abs(value)!r}*{slope}"
        sign = ("-" if value < 0 else "") if number == 0 else (" - " if value < 0 else " + ")
        text += sign + size
    return f" + h*({text})"
