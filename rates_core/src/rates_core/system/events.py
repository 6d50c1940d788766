"""Events as what states are once a step was taken.

An event happens where its condition becomes true. For each there is a state that is 1 where the condition held after
the step before. With c for the condition, h for that state and v for one that the event sets:

    fired = c*(1 - h)    v := where(fired, value, v)    h := c, with the new values

A variable into which pulses are emitted is a state, too: 1 over the step where an event has just happened, else 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import define, evolve, field, frozen

from rates_core.errors import EquationError, TemplateError, UnsupportedFeatureError
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, substitute, symbols
from rates_core.system.assembly import Assembly
from rates_core.system.equations import Translation
from rates_core.system.lifting import lifted
from rates_core.system.schedule import reads_of
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Derivative, EventRule, Project, State, Statement, System
from rates_core.templates.event import ParsedEvent
from rates_core.templates.operator import OperatorTemplate

STEP_SIZE = "step_size"  # path of the parameter that has its value
TRUTHS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not")


def add_events(assembly: Assembly, number: int) -> None:
    """Add the events of a population: their states, and what states are after them.

    Raises:
        TemplateError: an event changes what is no variable, or what has a value at all times.
        EquationError: it changes variables of different lengths.
    """
    for operator in assembly.network.populations[number].structure.operators:
        events = _Events(assembly, number, operator)
        for event in operator.parsed_events:
            events.add(event)
        events.settle()


@define(eq=False)
class _Events:
    """The events of one operator in one population.

    Attributes:
        values: of states after events, by path.
        pulses: path of what is 1 where events happen that emit, by that into which they do.
    """

    assembly: Assembly
    number: int
    operator: OperatorTemplate
    values: dict[str, Expression] = field(factory=dict)
    pulses: dict[str, list[str]] = field(factory=dict)

    def add(self, event: ParsedEvent) -> None:
        """Add what an event does."""
        emitted = [] if event.emit is None else [event.emit]
        for name in (*event.set, *emitted):
            self._check(name)
        for name in emitted:
            self._check_emitted(name)
        translation = Translation(self.assembly, self.number, self.operator)
        condition, fired, held = self._fired(translation.translate(event.when), (*event.set, *emitted))
        set_ = {translation.path(name): translation.translate(value) for name, value in event.set.items()}
        for path, value in set_.items():
            before = self.values.get(path, Symbol(path))
            self.values[path] = Apply("where", (Symbol(fired), value, before))
        for name in emitted:
            self.pulses.setdefault(translation.path(name), []).append(fired)
        label = f"{self.assembly.network.populations[self.number].label}/{self.operator.name}"
        emit = translation.path(event.emit) if event.emit else None
        self.assembly.events.append(EventRule(label, translation.translate(event.when), set_, emit, condition, held))

    def settle(self) -> None:
        """Add what states are after all events."""
        for path, fired in self.pulses.items():
            total: Expression = Symbol(fired[0])
            for other in fired[1:]:
                total = Apply("add", (total, Symbol(other)))
            if STEP_SIZE not in self.assembly.parameters:
                self.assembly.add_parameter(STEP_SIZE, 1.0, structural=True)
            self.values[path] = Apply("divide", (total, Symbol(STEP_SIZE)))
        for path, value in self.values.items():
            after = self._hidden("after")
            self.assembly.statements.append(Assign(after, value))
            self.assembly.updates[path] = after

    def _hidden(self, kind: str) -> str:
        return self.assembly.hidden_path(self.number, self.operator.name, kind)

    def _shape(self, names: Sequence[str]) -> Shape:
        """Return the shape of variables that one event changes."""
        size = self.assembly.network.populations[self.number].size
        if size is not None:
            return (size,)
        lengths = {self.operator.variables[name].length or 1 for name in names}
        if len(lengths) > 1:
            raise EquationError(
                f"An event changes {' and '.join(map(repr, names))}, which have different lengths "
                f"({self.operator.place}). It happens at each element of a vector by itself; write an event for each."
            )
        return () if lengths == {1} else tuple(lengths)

    def _fired(self, when: Expression, names: Sequence[str]) -> tuple[str, str, str]:
        """Return the paths of what is 1 where the condition of an event holds, where it happens, where it held."""
        import numpy as np

        shape, assembly = self._shape(names), self.assembly
        condition, fired, held = (self._hidden(kind) for kind in ("condition", "fired", "held"))
        if not (isinstance(when, Apply) and when.function in TRUTHS):
            when = Apply("where", (when, Number(1), Number(0)))
        assembly.statements.append(Assign(condition, lifted(when, shape[0]) if shape else when))
        before = Apply("subtract", (Number(1), Symbol(held)))
        assembly.statements.append(Assign(fired, Apply("multiply", (Symbol(condition), before))))
        assembly.states.append(State(held, shape, np.ones(shape) if shape else 1.0))
        assembly.derivatives.append(Derivative(held, Number(0)))
        assembly.conditions[held] = condition
        return condition, fired, held

    def _check(self, name: str) -> None:
        declared, where = self.operator.variables[name], f"by an event ({self.operator.place})"
        if declared.kind not in ("variable", "output"):
            value = declared.text() if declared.kind == "parameter" else "0.0"
            raise TemplateError(
                f"'{name}' is declared as {declared.kind} and cannot be changed {where}. Declare it as "
                f"'variable({value})'."
            )
        if name in self.operator.algebraic:
            raise TemplateError(
                f"'{name}' follows from '{self.operator.algebraic[name]}' at all times and cannot be changed "
                f"{where}. Change what it follows from."
            )

    def _check_emitted(self, name: str) -> None:
        place = f"({self.operator.place})"
        if any(equation.target == name for equation in self.operator.parsed):
            raise TemplateError(
                f"Pulses are emitted into '{name}', which has an equation {place}. Emit them into a variable without "
                f"one, which the equation of '{name}' reads."
            )
        if any(name in other.set for other in self.operator.parsed_events):
            raise TemplateError(f"Pulses are emitted into '{name}', which events set {place}. Take two variables.")


@frozen(eq=False)
class Updates:
    """What states are after events.

    Attributes:
        paths: of the values of states, by those of the states.
        statements: that compute conditions with the new values, besides those of the System.
        originals: what each of these computes with the old ones.
    """

    paths: Mapping[str, str]
    statements: tuple[Statement, ...]
    originals: Mapping[str, str]


def updates_of(statements: Sequence[Statement], changed: Mapping[str, str], conditions: Mapping[str, str]) -> Updates:
    """Return what states are after events.

    Args:
        statements: in order.
        changed: path of what a state is after events, by its own.
        conditions: path of the condition of an event, by that of the state that is 1 where it held.
    """
    needed, names, new = _needed(statements, conditions.values()), dict(changed), list[Statement]()
    originals: dict[str, str] = {}
    for item in statements:
        if item.target in needed and reads_of(item) & names.keys():
            names[item.target] = f"{item.target}/after"
            originals[names[item.target]] = item.target
            new.append(_renamed(item, names))
    held = {path: names.get(condition, condition) for path, condition in conditions.items()}
    return Updates({**changed, **held}, tuple(new), originals)


def _needed(statements: Sequence[Statement], wanted: Iterable[str]) -> set[str]:
    needed = set(wanted)
    for item in reversed(statements):
        if item.target in needed:
            needed |= reads_of(item)
    return needed


def _renamed(item: Statement, names: Mapping[str, str]) -> Statement:
    if isinstance(item, Project):
        return evolve(item, target=names[item.target], source=names.get(item.source, item.source))
    new = {name: Symbol(names[name]) for name in symbols(item.expression) & names.keys()}
    return Assign(names[item.target], substitute(item.expression, new))


def with_step_size(system: System, step_size: float) -> System:
    """Return a System whose pulses last for steps of a size."""
    if STEP_SIZE not in system.parameter_paths:
        return system
    parameters = (evolve(item, value=step_size) if item.path == STEP_SIZE else item for item in system.parameters)
    return evolve(system, parameters=tuple(parameters))


def check_events(system: System) -> None:
    """Raise if events depend on what is not known once a step was taken.

    Raises:
        UnsupportedFeatureError: on an external input, a delayed value or random numbers of the next step.
    """
    needed = _needed(system.statements, system.updates.values())
    unknown = {item.path: f"the external input '{item.key}'" for item in system.inputs}
    unknown |= {item.path: f"what '{item.slot}' was a delay before" for item in system.reads}
    unknown |= {item.path: f"random numbers, '{item.path}'" for item in system.draws}
    for path, what in unknown.items():
        if path in needed:
            raise UnsupportedFeatureError(
                f"An event of '{system.name}' depends on {what}, which is not known when a step has just been taken. "
                "Let a state follow it, as in z' = (u - z)/tau, and the event depend on that."
            )


def pulse_paths(system: System) -> tuple[str, ...]:
    """Return the paths of the states that receive pulses."""
    return tuple(dict.fromkeys(event.emit for event in system.events if event.emit is not None))


def check_pulses(system: System) -> None:
    """Raise if pulses have no meaning where they last for no time, as with solvers that choose their steps.

    Raises:
        UnsupportedFeatureError: an event depends on a pulse, a derivative depends on one other than linearly, or a
            computed variable that does is read with a delay.
    """
    pulses = pulse_paths(system)
    name, remedy = f"'{system.name}'", "Take a solver with fixed steps, or"
    for path in sorted(_needed(system.statements, system.updates.values()) & set(pulses)):
        raise UnsupportedFeatureError(
            f"An event of {name} depends on pulses in '{path}', which last for no time where a solver chooses its "
            f"steps. {remedy} let a state follow them and the event depend on that."
        )
    carriers = {*pulses, *(read.path for read in system.reads if read.slot in pulses)}
    for item in system.statements:
        if reads_of(item) & carriers:
            carriers.add(item.target)
            if isinstance(item, Assign):
                _check_linear(item.expression, item.target, carriers, remedy)
    for derivative in system.derivatives:
        _check_linear(derivative.expression, derivative.state, carriers, remedy)
    for read in system.reads:
        if read.slot in carriers and read.slot not in pulses:
            raise UnsupportedFeatureError(
                f"'{read.slot}' depends on pulses and is read with a delay, which a solver that chooses its steps "
                f"cannot do. {remedy} read what receives the pulses with a delay."
            )


def _check_linear(expression: Expression, target: str, carriers: set[str], remedy: str) -> None:
    if not _is_linear(expression, carriers):
        raise UnsupportedFeatureError(
            f"'{target}' depends on pulses other than linearly, so that a pulse of no duration is no jump by a known "
            f"height. {remedy} let pulses be added, each times what does not depend on pulses."
        )


def _is_linear(expression: Expression, carriers: set[str]) -> bool:
    """Tell whether an expression is linear in some symbols."""
    if not isinstance(expression, Apply) or not symbols(expression) & carriers:
        return True
    parts = expression.arguments
    loud = [part for part in parts if symbols(part) & carriers]
    if expression.function in ("add", "subtract", "negative", "vsum", "mean", "real", "imag", "conj"):
        return all(_is_linear(part, carriers) for part in parts)
    if expression.function in ("multiply", "matvec", "matmul"):
        return len(loud) == 1 and _is_linear(loud[0], carriers)
    if expression.function in ("divide", "index"):
        return parts[0] in loud and len(loud) == 1 and _is_linear(parts[0], carriers)
    return expression.function == "where" and parts[0] not in loud and all(_is_linear(part, carriers) for part in loud)
