"""Equations of operators as statements over paths."""

from __future__ import annotations

from typing import Any

from attrs import define

from rates_core.errors import EquationError
from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, Number, Symbol, transform
from rates_core.paths import TIME
from rates_core.system.assembly import Assembly
from rates_core.system.lifting import lifted
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Derivative, Draw, State
from rates_core.templates.operator import OperatorTemplate
from rates_core.templates.variable import Variable

COMPUTED = ("variable", "output")  # kinds of variables with equations
AXIS_KINDS = {"reduction", "linear", "index"}


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
            value = typed(population.values[key], declared)
            if equation is not None and equation.kind == "differential":
                assembly.states.append(State(path, shape, _spread(value, shape), complex=_is_complex(value)))
            elif declared.kind == "noise":
                assembly.draws.append(Draw(path, shape, "noise"))
            elif equation is None and _is_changed(operator, name):  # by events alone
                assembly.states.append(State(path, shape, _spread(value, shape), complex=_is_complex(value)))
                assembly.derivatives.append(Derivative(path, Number(0)))
            elif equation is None and not assembly.is_input(number, key):
                _check_constant(operator, name)
                vector = population.size is None and (declared.length or 1) > 1
                assembly.add_parameter(path, _spread(value, shape) if vector else value, population.origins.get(key))


def _is_changed(operator: OperatorTemplate, name: str) -> bool:
    return any(name in event.names for event in operator.events) and operator.variables[name].kind in COMPUTED


def _check_constant(operator: OperatorTemplate, name: str) -> None:
    """Raise if a variable should be computed and nothing computes it.

    Raises:
        EquationError: it is so.
    """
    declared = operator.variables[name]
    if declared.kind not in COMPUTED:
        return
    number = declared.text().partition("(")[2].rstrip(")")
    constant = f"[{number.partition(',')[0]}, ...]" if declared.shape else number
    raise EquationError(
        f"'{name}' is declared as {declared.kind} and has no equation ({operator.place}). Write one, such as "
        f"\"{name}' = ...\" or '{name} = ...', or declare a constant as '{name}: {constant}'."
    )


def variable_shape(assembly: Assembly, number: int, operator: str, name: str) -> Shape:
    """Return the shape of a declared variable of a population.

    Raises:
        EquationError: a vector in a population, whose axis is its units.
    """
    population = assembly.network.populations[number]
    declared = population.structure.operator(operator).variables[name]
    own = () if declared.shape == (1,) and declared.length else declared.shape
    if population.size is None:
        return own
    if len(own) == 1 and own != (1,):
        raise EquationError(
            f"Variable '{name}' of operator '{operator}' is a vector, but '{population.label}' is a population, whose "
            "axis is its units. Use one variable per element, or single nodes."
        )
    return (population.size,)


def typed(value: Any, declared: Variable) -> Any:
    """Return a value as complex if it is declared so."""
    return value + 0j if declared.dtype == "complex" else value


def _is_complex(value: Any) -> bool:
    return isinstance(value, complex) or getattr(getattr(value, "dtype", None), "kind", "") == "c"


def _spread(value: Any, shape: Shape) -> Any:
    import numpy as np

    return np.array(np.broadcast_to(value, shape)) if shape else value


@define(eq=False)
class Translation:
    """From the names of one operator in one population to paths."""

    assembly: Assembly
    number: int
    operator: OperatorTemplate

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
            if FUNCTIONS[node.function].kind in AXIS_KINDS:
                return self._on_axis(node)
        return node

    def _hidden_path(self, kind: str) -> str:
        return self.assembly.hidden_path(self.number, self.operator.name, kind)

    def _draw(self) -> Expression:
        path = self._hidden_path("randn")
        self.assembly.draws.append(Draw(path, self.assembly.unit_shape(self.number), "normal"))
        return Symbol(path)

    def _past(self, value: Expression, delay: Expression) -> Expression:
        if isinstance(value, Symbol) and value.name in self.assembly.reads:
            inner = self.assembly.reads[value.name]
            return self._read(inner.slot, Apply("add", (inner.delay, delay)))
        if isinstance(value, Symbol) and value.name != TIME:
            return self._read(value.name, delay)
        slot = self._hidden_path("past")
        self.assembly.statements.append(Assign(slot, value))
        return self._read(slot, delay)

    def _read(self, slot: str, delay: Expression) -> Expression:
        return Symbol(self.assembly.past(slot, delay, self.number, self.operator.name))

    def _on_axis(self, node: Apply) -> Expression:
        """Give values that are the same for all units of a population its axis, where a function acts on that."""
        size = self.assembly.network.populations[self.number].size
        if size is None:
            return node
        vectors = {"matvec": (1,), "matmul": (0, 1)}.get(node.function, (0,))
        return Apply(
            node.function,
            tuple(lifted(part, size) if place in vectors else part for place, part in enumerate(node.arguments)),
        )


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
                length = 1 if population.size is not None else operator.variables[equation.target].length or 1
                assembly.statements.append(Assign(target, lifted(expression, length) if length > 1 else expression))
