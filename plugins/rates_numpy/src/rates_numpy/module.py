"""Lay out the generated module: helpers, vector field, what is observed, what is stored, the loop."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen
from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.module_names import ModuleNames, named_paths
from rates_core.programs.naming import in_docstring, one_line
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.routine import Routine, Temporaries, make_routine, shapes_and_kinds
from rates_core.system.system import TIME, Assign, Project, Statement, System

from rates_numpy import points_functions, scalar_functions
from rates_numpy.loop import Field, loop_text
from rates_numpy.printer import NumpyPrinter

RESERVED = frozenset(
    {
        *keyword.kwlist, *keyword.softkwlist, "t", "y", "h", "k", "np", "math", "cmath", "pi", "e", "tanh", "atan",
        "atan2", "erf", "erfc", "array_erf", "array_erfc", "abs", "int", "float", "complex", "range", "tuple", "len",
        "zip",
        "rows", "samples", "stride", "derivative", "integrator", "observe", "store", "history", "inputs", "draws",
        "pieces", "first",
        "vector_field", "recorder", "slots", "loop", "pack", "unpack", "sampled", "buffered", "buffer", "delays",
        "events", "updated", "jacobian", "matrix", "linearisation",
        *(name for helpers in (scalar_functions, points_functions) for name in vars(helpers) if name[0] != "_"),
    }
)  # fmt: skip


@frozen(eq=False)
class Module:
    """Text of a generated module and the calling convention of its functions.

    Attributes:
        parameters: paths of the parameters that each function takes which returns another one, in order.
        uses_time: whether the inner functions take t.
        looks: whether they look if a computed index is right.
    """

    text: str
    parameters: Mapping[str, tuple[str, ...]]
    uses_time: bool
    looks: bool


def write_module(request: ProgramRequest, kind: type[NumpyPrinter] = NumpyPrinter) -> Module:
    """Return the module for a request, as a kind of printer writes it: for one point, or for many."""
    system = request.system
    wanted: dict[str, Sequence[Expression]] = {
        "vector_field": [item.expression for item in system.derivatives],
        "recorder": [Symbol(path) for path in request.recorded],
        "slots": [Symbol(path) for path in slot_paths(system)],
    }
    if system.updates:
        wanted["events"] = list(system.after_events.values())
    temporaries = Temporaries()
    routines = {name: make_routine(system, results, temporaries=temporaries) for name, results in wanted.items()}
    names = module_names(system, routines.values())
    printer = module_printer(system, names, routines.values(), kind)
    parameters = {name: _parameters(system, routine) for name, routine in routines.items()}
    timed = uses_time(routines.values())
    inner = inner_arguments(system, names)[0 if timed else 1 :]
    body = [
        _closure(
            "vector_field", "derivative", routines["vector_field"], printer, names, parameters["vector_field"], inner,
            names.of([item.state for item in system.derivatives], "d_{}"),
            [item.state for item in system.derivatives],
        ),
        _closure(
            "recorder", "observe", routines["recorder"], printer, names, parameters["recorder"], inner, [],
            request.recorded,
        ),
    ]  # fmt: skip
    stored = slot_paths(system)
    if stored:
        taken = parameters["slots"]
        body.append(_closure("slots", "store", routines["slots"], printer, names, taken, inner, [], stored))
    else:
        del parameters["slots"]
    if "events" in routines:
        after = _closure(
            "events", "updated", routines["events"], printer, names, parameters["events"],
            inner[: len(system.states) + timed], names.of(system.after_events, "{}_after"), list(system.after_events),
        )  # fmt: skip
        body.append(after)
    body += [unpack(system, printer), pack(system, printer)]
    if request.tableau is not None:
        field = _field(system, routines["vector_field"], printer, names, parameters["vector_field"])
        events = parameters.get("events", ())
        parameters["integrator"] = tuple(dict.fromkeys((*parameters["vector_field"], *events)))
        body.append(loop_text(request, names, timed, field, names.of(events)))
    text = "\n\n\n".join([header(request.name, printer, "\n".join(body)), *helpers(printer), *body]) + "\n"
    return Module(text, parameters, timed, bool(printer.guarded & {"place", "places"}))


def _field(
    system: System, routine: Routine, printer: NumpyPrinter, names: ModuleNames, parameters: Sequence[str]
) -> Field:
    """Return the vector field as lines that stand in a loop."""
    targets = names.of([item.state for item in system.derivatives], "d_{}")
    slopes = [
        f"{name} = {printer.text(result)}  # {one_line(item.state)}"
        for name, result, item in zip(targets, routine.results, system.derivatives, strict=True)
        if system.reads or item.state not in system.still
    ]
    body = [*statement_lines(routine.body, printer), *slopes]
    return Field(names.of(parameters), statement_lines(routine.prepared, printer), body)


def module_names(system: System, routines: Iterable[Routine]) -> ModuleNames:
    """Return identifiers for everything that routines of a System name."""
    return ModuleNames.choose(system, named_paths(system, routines), RESERVED)


def module_printer(
    system: System, names: ModuleNames, routines: Iterable[Routine], kind: type[NumpyPrinter] = NumpyPrinter
) -> NumpyPrinter:
    """Return the printer that knows shape and kind of everything that routines name."""
    routines = list(routines)
    printer = kind(names.identifiers, *shapes_and_kinds(system, routines))
    printer.constant_symbols = _constants(printer, system, routines)
    printer.integer_symbols = frozenset(item.path for item in system.parameters if item.integer)
    return printer


def _constants(printer: NumpyPrinter, system: System, routines: Iterable[Routine]) -> frozenset[str]:
    """Return the parameters, and what is prepared of them by arithmetic."""
    printer.constant_symbols = frozenset(system.parameter_paths)
    for routine in routines:
        for item in routine.prepared:
            if isinstance(item, Assign) and printer.keeps_numbers(item.expression):
                printer.constant_symbols |= {item.target}
    return printer.constant_symbols


def _parameters(system: System, routine: Routine) -> tuple[str, ...]:
    return tuple(item.path for item in system.parameters if item.path in routine.arguments)


def uses_time(routines: Iterable[Routine]) -> bool:
    """Tell whether a routine reads time."""
    return any(TIME in routine.arguments for routine in routines)


def inner_arguments(system: System, names: ModuleNames) -> list[str]:
    """Return the arguments of functions of time and state."""
    kinds = (system.states, system.inputs, system.reads, system.draws)
    return ["t", *(names.identifiers[item.path] for kind in kinds for item in kind)]


def _closure(
    outer: str,
    inner: str,
    routine: Routine,
    printer: NumpyPrinter,
    names: ModuleNames,
    parameters: Sequence[str],
    arguments: Sequence[str],
    results: Sequence[str],
    paths: Sequence[str],
) -> str:
    """Print a function of the parameters that returns a function of time and state."""
    lines = [f"def {outer}({', '.join(names.of(parameters))}):"]
    lines += ["    " + line for line in statement_lines(routine.prepared, printer)]
    if routine.prepared:
        lines.append("")
    lines.append(f"    def {inner}({', '.join(arguments)}):")
    lines += ["        " + line for line in statement_lines(routine.body, printer)]
    texts = [printer.text(result) for result in routine.results]
    if results:
        for name, text, path in zip(results, texts, paths, strict=True):
            lines.append(f"        {name} = {text}  # {one_line(path)}")
        texts = list(results)
    lines.append(f"        return {_tuple(texts)}")
    lines += ["", f"    return {inner}"]
    return "\n".join(lines)


def _tuple(texts: Sequence[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def statement_lines(statements: Sequence[Statement], printer: NumpyPrinter) -> list[str]:
    """Return one line per statement, with the model path as comment."""
    lines = []
    for statement in statements:
        name = printer.names[statement.target]
        text = printer.text(statement.expression) if isinstance(statement, Assign) else _project(statement, printer)
        comment = "" if statement.target.startswith("#") else f"  # {one_line(statement.target)}"
        lines.append(f"{name} = {text}{comment}")
    return lines


def _project(statement: Project, printer: NumpyPrinter) -> str:
    source, weights = printer.names[statement.source], printer.names[statement.weights]
    picked = source if statement.index is None else f"{source}[{printer.names[statement.index]}]"
    match statement.form:
        case "dense":
            return printer.product(Symbol(statement.weights), Symbol(statement.source))[0]
        case "uniform":
            return f"{weights}*{printer.total(source)}"
        case "indexed":
            return f"{weights}*{picked}"
        case "sparse":
            rows = printer.names[str(statement.rows)]
            size = statement.shape[0]
            if {statement.source, statement.weights} & printer.complex_symbols:
                real, imaginary = (
                    printer.row_sums(rows, f"({weights}*{picked}).{part}", size) for part in ("real", "imag")
                )
                return f"{real} + 1j*{imaginary}"
            return printer.row_sums(rows, f"{weights}*{picked}", size)


def unpack(system: System, printer: NumpyPrinter) -> str:
    """Print the function that splits the real vector y into the states."""
    if all(not state.shape and not state.complex for state in system.states):
        return f'def unpack(y):\n    """Return the states in y."""\n    return {printer.plain_states}'
    lines = ["def unpack(y):", '    """Return the states in y."""', "    return ("]
    lines += [f"        {printer.state(state)},  # {one_line(state.path)}" for state in system.states]
    return "\n".join([*lines, "    )"])


def pack(system: System, printer: NumpyPrinter) -> str:
    """Print the function that joins states or their derivatives into one real vector."""
    if all(not state.shape and not state.complex for state in system.states):
        return 'def pack(pieces):\n    """Return the pieces as one vector."""\n    return np.array(pieces, dtype=float)'
    lines = ["def pack(pieces):", '    """Return the pieces as one real vector."""']
    lines.append(f"    y = {printer.empty(system.width)}")
    for number, state in enumerate(system.states):
        lines += [f"    {line}" for line in printer.stored(state, f"pieces[{number}]")]
    return "\n".join([*lines, "    return y"])


def header(title: str, printer: NumpyPrinter, text: str) -> str:
    """Return the first lines of a module: what it is, and its imports."""
    body = text + "".join(helpers(printer))
    imports = [f"import {module}" for module in ("cmath", "math") if f"{module}." in body]
    if printer.math_names:
        imports.append(f"from math import {', '.join(sorted(printer.math_names))}")
    about = f'"""{in_docstring(title)}: generated by rates. This module needs NumPy only."""'
    return "\n".join([about, "", *imports, *[""] * bool(imports), "import numpy as np"])


def helpers(printer: NumpyPrinter) -> list[str]:
    """Return the text of the guarded functions that the module uses."""
    texts = []
    if any(name.startswith("complex_") and name not in ("complex_divide", "complex_power") for name in printer.guarded):
        texts.append(inspect.getsource(scalar_functions.complex_function).rstrip())
    for name in sorted(printer.guarded):
        function = getattr(scalar_functions, name)
        if name.startswith("complex_") and function.__name__ == "guarded":
            source = inspect.getsource(scalar_functions)
            texts += [line for line in source.splitlines() if line.startswith(f"{name} = ")]
        else:
            texts.append(inspect.getsource(function).rstrip())
    texts += [inspect.getsource(getattr(points_functions, name)).rstrip() for name in sorted(printer.called)]
    arrays = sorted(printer.array_error_functions)
    texts += [f"array_{name} = np.vectorize(math.{name}, otypes=[float])" for name in arrays]
    return texts
