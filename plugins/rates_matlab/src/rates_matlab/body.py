"""Statements of one function: states out of y, what is computed, and the column of derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rates_core.expressions.tree import Expression
from rates_core.programs.module_names import ModuleNames
from rates_core.programs.naming import one_line
from rates_core.programs.routine import Routine, shapes_and_kinds
from rates_core.system.shapes import Shape
from rates_core.system.system import Assign, Project, State, Statement, System

from rates_matlab.printer import MatlabPrinter


def module_printer(
    system: System, names: ModuleNames, routines: Iterable[Routine], prefix: str = "p.", first_place: int = 1
) -> MatlabPrinter:
    """Return the printer that knows name, shape and kind of everything that routines name.

    Args:
        system: whose symbols they are.
        names: of all of them.
        routines: what the module computes.
        prefix: in front of parameters and of what is computed from them beforehand.
        first_place: what parameters count from that hold places.
    """
    routines = list(routines)
    shapes, kinds = shapes_and_kinds(system, routines)
    fields = {item.path for item in system.parameters}
    fields |= {item.target for routine in routines for item in routine.prepared}
    texts = {path: f"{prefix}{name}" if path in fields else name for path, name in names.identifiers.items()}
    integers = frozenset(item.path for item in system.parameters if item.integer)
    return MatlabPrinter(texts, shapes, kinds, integers, first_place)


def unpacked(system: System, used: Iterable[str], names: ModuleNames) -> list[str]:
    """Return the lines that take those states out of y that are used."""
    wanted = set(used)
    return [
        f"{names.identifiers[state.path]} = {taken(state)};  % {one_line(state.path)}"
        for state in system.states
        if state.path in wanted
    ]


def taken(state: State, y: str = "y") -> str:
    """Return the text that takes a state out of y."""
    first, last = state.offset + 1, state.offset + state.width
    if not state.shape:
        return f"complex({y}({first}), {y}({last}))" if state.complex else f"{y}({first})"
    if state.complex:
        return f"complex({y}({first}:2:{last}), {y}({first + 1}:2:{last}))"
    return f"{y}({first}:{last})"


def statement_lines(statements: Sequence[Statement], printer: MatlabPrinter) -> list[str]:
    """Return one line per statement, with the model path as comment."""
    lines = []
    for statement in statements:
        if isinstance(statement, Assign):
            shape = printer.shapes[statement.target]
            text = filled(statement.expression, shape, printer)
        else:
            text = _projected(statement, printer)
        comment = "" if statement.target.startswith("#") else f"  % {one_line(statement.target)}"
        lines.append(f"{printer.names[statement.target]} = {text};{comment}")
    return lines


def filled(expression: Expression, shape: Shape, printer: MatlabPrinter) -> str:
    """Return the text of an expression that has a shape, also where it is one number."""
    text = printer.text(expression)
    if shape and not printer.shaped(expression):
        return f"repmat({text}, {', '.join(map(str, shape))}{', 1' if len(shape) == 1 else ''})"
    return text


def _projected(statement: Project, printer: MatlabPrinter) -> str:
    source, weights = printer.names[statement.source], printer.names[statement.weights]
    size = statement.shape[0] if statement.shape else 1
    picked = source if statement.index is None else f"{source}({place_text(statement.index, printer)})"
    match statement.form:
        case "dense":
            row = ".'" if len(printer.shapes.get(statement.weights, (0, 0))) == 1 else ""
            return f"{weights}{row}*{source}"
        case "uniform":
            return f"{weights}*sum({source})" if not statement.shape else f"repmat({weights}*sum({source}), {size}, 1)"
        case "indexed":
            return f"{weights}.*{picked}"
        case "sparse":
            return f"{sparse_matrix(statement, printer)}*{source}"


def sparse_matrix(statement: Project, printer: MatlabPrinter) -> str:
    """Return the text of the sparse matrix that a projection with one weight per connection is."""
    rows, entries = place_text(str(statement.rows), printer), printer.shapes[statement.source][0]
    columns = f"(1:{entries}).'" if statement.index is None else place_text(statement.index, printer)
    return f"sparse({rows}, {columns}, {printer.names[statement.weights]}, {statement.shape[0]}, {entries})"


def place_text(path: str, printer: MatlabPrinter) -> str:
    """Return the text of a parameter that holds places, counted from 1."""
    return printer.names[path] + ("" if printer.first_place else " + 1")


def vector_lines(
    system: System, results: Sequence[Expression], names: ModuleNames, printer: MatlabPrinter, vector: str = "dy"
) -> list[str]:
    """Return the lines that compute the derivative of each state, or what it is after events, and the column of all."""
    derived = names.of([item.path for item in system.states], {"dy": "d_{}"}.get(vector, "{}_after"))
    lines, parts = [], []
    for name, result, state in zip(derived, results, system.states, strict=True):
        lines.append(f"{name} = {filled(result, state.shape, printer)};  % {one_line(state.path)}")
        parts.append(packed(name, state))
    text = "; ".join(parts)
    return [
        *lines,
        f"{vector} = {text if text.isidentifier() else f'[{text}]'};" if parts else f"{vector} = zeros(0, 1);",
    ]


def packed(name: str, state: State) -> str:
    """Return the text of the real numbers of a value of a state."""
    if not state.complex:
        return name
    return f"reshape([real({name}), imag({name})].', [], 1)" if state.shape else f"real({name}); imag({name})"


def places_in_y(system: System) -> list[str]:
    """Return a line per state that says where it stands in y."""
    lines = []
    for state in system.states:
        first, last = state.offset + 1, state.offset + state.width
        place = f"y({first})" if first == last else f"y({first}:{last})"
        pairs = ", real and imaginary parts by turns" if state.complex else ""
        lines.append(f"{place}: {one_line(state.path)}{pairs}")
    return lines
