"""Equations of operators as statements over paths."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from rates_core.errors import EquationError
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols, transform
from rates_core.system.assembly import Assembly
from rates_core.system.shapes import Shape
from rates_core.system.system import TIME, Assign, Derivative, Draw, EventRule, Read, State
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable


def declare_variables(assembly: Assembly, number: int) -> None:
    """Add the states, parameters and draws of a population; inputs and algebraic variables only get a path."""
    population = assembly.network.populations[number]
    for operator in population.structure.operators:
        for name, declared in operator.variables.items():
            path = assembly.path(number, operator.name, name)
            key = operator.name, name
            if name == TIME:
                assembly.addresses[number, *key] = TIME
                continue
            assembly.addresses[number, *key] = path
            shape = variable_shape(assembly, number, operator.name, name)
            equation = population.structure.equations.get(key)
            value = _typed(population.values[key], declared)
            if equation is not None and equation.kind == "differential":
                assembly.states.append(State(path, shape, _spread(value, shape), complex=_is_complex(value)))
            elif declared.kind == "noise":
                assembly.draws.append(Draw(path, shape, "noise"))
            elif equation is None and declared.kind != "input":
                assembly.add_parameter(path, _checked(value, declared, shape, path), population.origins.get(key))


def variable_shape(assembly: Assembly, number: int, operator: str, name: str) -> Shape:
    """Return the shape of a declared variable of a population.

    Raises:
        EquationError: a vector in a population, whose axis is its units.
    """
    population = assembly.network.populations[number]
    declared = population.structure.operator(operator).variables[name]
    own: Shape = tuple(getattr(declared.value, "shape", ()))
    if declared.length is not None and declared.length > 1:
        own = (declared.length,)
    if own and population.size is not None:
        raise EquationError(
            f"Variable '{name}' of operator '{operator}' is a vector, but '{population.label}' is a population, whose "
            "axis is its units. Use one variable per element, or single nodes."
        )
    if population.size is None:
        return own
    return (population.size,)


def _typed(value: Any, declared: Variable) -> Any:
    return value + 0j if declared.dtype == "complex" else value


def _is_complex(value: Any) -> bool:
    return isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c"


def _spread(value: Any, shape: Shape) -> Any:
    import numpy as np

    return np.array(np.broadcast_to(value, shape)) if shape else value


def _checked(value: Any, declared: Variable, shape: Shape, path: str) -> Any:
    if declared.length is not None and declared.length > 1:
        return _spread(value, shape)
    return value


@define(eq=False)
class Translation:
    """From the names of one operator in one population to paths."""

    assembly: Assembly
    number: int
    operator: OperatorTemplate
    hidden: int = field(default=0)

    def path(self, name: str) -> str:
        """Return the path of a variable of the operator."""
        return self.assembly.addresses.get((self.number, self.operator.name, name), name)

    def translate(self, expression: Expression) -> Expression:
        """Return the expression over paths; delayed values become reads, random numbers become draws."""
        return transform(expression, self._node)

    def _node(self, node: Expression) -> Expression:
        if isinstance(node, Symbol):
            return Symbol(self.path(node.name))
        if isinstance(node, Apply):
            if node.function == "past":
                return self._past(*node.arguments)
            if node.function == "randn":
                return self._draw()
            if FUNCTIONS[node.function].kind == "reduction":
                return self._reduction(node)
        return node

    def _draw(self) -> Expression:
        path = self._hidden_path("randn")
        self.assembly.draws.append(Draw(path, self.assembly.unit_shape(self.number), "normal"))
        return Symbol(path)

    def _hidden_path(self, kind: str) -> str:
        self.hidden += 1
        label = self.assembly.network.populations[self.number].label
        return f"{label}/{self.operator.name}/{kind}#{self.hidden}"

    def _past(self, value: Expression, delay: Expression) -> Expression:
        known = {read.path: read for read in self.assembly.reads}
        if isinstance(value, Symbol) and value.name in known:
            inner = known[value.name]
            return self._read(inner.slot, Apply("add", (inner.delay, delay)))
        if isinstance(value, Symbol) and value.name != TIME:
            return self._read(value.name, delay)
        slot = self._hidden_path("past")
        self.assembly.statements.append(Assign(slot, value))
        return self._read(slot, delay)

    def _read(self, slot: str, delay: Expression) -> Expression:
        for read in self.assembly.reads:
            if read.slot == slot and read.delay == delay and not read.edge:
                return Symbol(read.path)
        path = self._hidden_path("delayed")
        self.assembly.reads.append(Read(path, slot, delay, ()))
        return Symbol(path)

    def _reduction(self, node: Apply) -> Expression:
        """Give a value that is the same for all units the axis that it is reduced over."""
        size = self.assembly.network.populations[self.number].size
        if size is None:
            return node
        shapes = self.assembly.leaf_shapes()
        if any(shapes.get(name) == (size,) for name in symbols(node)):
            return node
        path = f"{self.assembly.network.populations[self.number].label}/axis"
        if path not in self.assembly.parameters:
            import numpy as np

            self.assembly.add_parameter(path, np.ones(size), structural=True)
        return Apply(node.function, (Apply("multiply", (node.arguments[0], Symbol(path))), *node.arguments[1:]))


def add_equations(assembly: Assembly, number: int) -> None:
    """Add the statements and derivatives of a population."""
    population = assembly.network.populations[number]
    for operator in population.structure.operators:
        translation = Translation(assembly, number, operator)
        for equation in operator.parsed:
            target = translation.path(equation.target)
            expression = translation.translate(equation.expression)
            if equation.kind == "differential":
                assembly.derivatives.append(Derivative(target, expression))
            elif assembly.contributions.get(target):
                raise EquationError(
                    f"'{target}' is fed by edges, operators or an external input and defined by '{equation.text}'. "
                    "Give the sum another name."
                )
            else:
                assembly.statements.append(Assign(target, expression))


def add_events(assembly: Assembly, number: int) -> None:
    """Add the event rules of a population."""
    population = assembly.network.populations[number]
    for operator in population.structure.operators:
        translation = Translation(assembly, number, operator)
        names = tuple(operator.variables)
        for event in operator.events:
            assembly.events.append(
                EventRule(
                    f"{population.label}/{operator.name}",
                    translation.translate(parse_expression(event.when, names)),
                    {
                        translation.path(name): translation.translate(parse_expression(text, names))
                        for name, text in event.set.items()
                    },
                    translation.path(event.emit) if event.emit else None,
                )
            )

