"""The language that models are written in: how numbers, functions and statements are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from keyword import kwlist

from rates_core.expressions.tree import Apply, Expression
from rates_core.programs.naming import identifiers
from rates_core.programs.printer import CALL, ExpressionPrinter
from rates_core.programs.routine import make_routine
from rates_core.system.system import TIME, Assign, System

#: Functions of models that are a function of the language too: `np.sin(x)`. Sums and products print themselves.
CALLS = {
    **{name: f"np.{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan")},
    **{name: f"np.{name}" for name in ("arctan2", "exp", "log", "log10", "sqrt", "divide", "power", "mod", "fmod")},
    **{name: f"np.{name}" for name in ("abs", "sign", "floor", "ceil", "round", "real", "imag", "conj")},
    **{name: f"math.{name}" for name in ("erf", "erfc")},
    "min": "np.minimum",
    "max": "np.maximum",
}

#: All others, with {0}, {1} and {2} for the arguments. Truth is 1.0 or 0.0.
FORMS = {
    "negative": "-{0}",
    "less": "1.0*({0} < {1})",
    "less_equal": "1.0*({0} <= {1})",
    "greater": "1.0*({0} > {1})",
    "greater_equal": "1.0*({0} >= {1})",
    "equal": "1.0*({0} == {1})",
    "not_equal": "1.0*({0} != {1})",
    "and": "1.0*({0} != 0 and {1} != 0)",
    "or": "1.0*({0} != 0 or {1} != 0)",
    "not": "1.0*({0} == 0)",
    "where": "{1} if {0} else {2}",
    "sigmoid": "1.0/(1.0 + np.exp(-{0}))",
    "heaviside": "np.heaviside({0}, 1.0)",
    **{name: "{0}" for name in ("vsum", "mean", "maxi", "mini")},  # of a single number
}
CONSTANTS = {"pi": "np.pi", "E": "np.e"}
LOOSE = 0
ARGUMENTS = ("t", "y", "parameters", "inputs", "reads", "draws")
RESERVED = (*ARGUMENTS, "np", "math", *kwlist)


class Printer(ExpressionPrinter):
    """Print expressions."""

    def number(self, value: complex) -> str:
        """Return the text of a literal."""
        text = repr(float(value.real))
        return f"np.{text}" if text in ("inf", "nan") else text

    def constant(self, name: str) -> str:
        """Return the text of a constant."""
        return CONSTANTS[name]

    def apply(self, expression: Apply) -> tuple[str, int]:
        """Return the text of a function, and how tightly it binds: a call does, a form is put in brackets."""
        if expression.function in CALLS:
            return f"{CALLS[expression.function]}({self.arguments(expression)})", CALL
        arguments = [self.text(argument, CALL) for argument in expression.arguments]
        return FORMS[expression.function].format(*arguments), LOOSE


def function(name: str, system: System, results: Sequence[Expression]) -> str:
    """Return the text of a function that returns a list of results."""
    routine = make_routine(system, results, hoist=False)
    assigned = [item for item in routine.body if isinstance(item, Assign)]
    names = identifiers([*sorted(routine.arguments), *(item.target for item in assigned)], RESERVED)
    printer = Printer(names)
    lines = [f"{names[path]} = {place}" for path, place in places(system) if path in routine.arguments]
    lines += [f"{names[item.target]} = {printer.text(item.expression)}" for item in assigned]
    lines.append(f"return [{', '.join(printer.text(result) for result in routine.results)}]")
    return "\n    ".join([f"def {name}({', '.join(ARGUMENTS)}):", *lines])


def places(system: System) -> Iterator[tuple[str, str]]:
    """Yield where the value of each symbol that a model does not compute is found."""
    yield TIME, "t"
    for state in system.states:
        yield state.path, f"y[{state.offset}]"
    for number, parameter in enumerate(system.parameters):
        yield parameter.path, f"parameters[{number}]"
    for group in ("inputs", "reads", "draws"):
        for number, item in enumerate(getattr(system, group)):
            yield item.path, f"{group}[{number}]"
