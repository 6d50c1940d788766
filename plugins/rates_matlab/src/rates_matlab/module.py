"""Lay out the generated file: parameters, vector field, what is recorded, what is stored, the loop."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen
from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.module_names import ModuleNames
from rates_core.programs.naming import one_line
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.routine import Routine, Temporaries, make_routine
from rates_core.system.system import Project, Statement, System

from rates_matlab.body import (
    filled,
    module_printer,
    places_in_y,
    sparse_matrix,
    statement_lines,
    unpacked,
    vector_lines,
)
from rates_matlab.lines import function_text, left_side
from rates_matlab.loop import Loop, computed
from rates_matlab.names import module_names
from rates_matlab.printer import MatlabPrinter
from rates_matlab.support import support


@frozen(eq=False)
class Module:
    """Text of a generated file.

    Attributes:
        functions: names of those that can be called from outside.
        fields: names of the fields of p by path of the parameter.
    """

    text: str
    functions: tuple[str, ...]
    fields: Mapping[str, str]


class Layout:
    """Routines of one module, with names and a printer for all of them.

    Args:
        system: over whose symbols it is written.
        wanted: results per function.
        also: words that the module needs for itself.
        hoist: compute what depends on parameters only once per run, in `prepare`.
    """

    def __init__(
        self, system: System, wanted: Mapping[str, Sequence[Expression]], also: Sequence[str] = (), hoist: bool = True
    ) -> None:
        self.system = system
        temporaries = Temporaries()
        self.matrices: dict[str, Project] = {}
        self.routines = {
            name: self._with_matrices(make_routine(system, results, hoist, temporaries), hoist)
            for name, results in wanted.items()
        }
        routines = list(self.routines.values())
        self.names: ModuleNames = module_names(system, routines, also)
        self.printer: MatlabPrinter = module_printer(system, self.names, routines)
        targets = [item.target for item in self.matrices.values()]
        named = zip(self.matrices, self.names.of(targets, "{}_weights"), strict=True)
        self.printer.names = {**self.printer.names, **{path: f"p.{name}" for path, name in named}}

    def _with_matrices(self, routine: Routine, hoist: bool) -> Routine:
        """Return the routine in which weights that do not change, one per connection, are sparse matrices."""
        known = {*self.system.parameter_paths, *(item.target for item in routine.prepared)}
        body: list[Statement] = []
        for item in routine.body:
            if hoist and isinstance(item, Project) and item.form == "sparse" and item.weights in known:
                matrix = f"#weights {item.target}"
                self.matrices[matrix] = item
                body.append(evolve(item, form="dense", weights=matrix, index=None, rows=None, pointers=None))
            else:
                body.append(item)
        return evolve(routine, body=tuple(body))

    def prepared(self) -> list[Statement]:
        """Return what is computed from parameters only, each once."""
        found = {item.target: item for routine in self.routines.values() for item in routine.prepared}
        return list(found.values())

    def fields(self, also: Sequence[str] = ()) -> dict[str, str]:
        """Return the fields of p that are given, by path."""
        used = set(also).union(*(routine.arguments for routine in self.routines.values()))
        used |= {path for item in self.matrices.values() for path in item.symbols}
        return {item.path: self.names.identifiers[item.path] for item in self.system.parameters if item.path in used}

    def given(self) -> list[str]:
        """Return the names of external inputs, delayed values and random numbers."""
        kinds = (self.system.inputs, self.system.reads, self.system.draws)
        return [self.names.identifiers[item.path] for kind in kinds for item in kind]

    def states_of(self, name: str) -> list[str]:
        """Return the lines that take what a function needs out of y."""
        return unpacked(self.system, self.routines[name].varying, self.names)

    def body_of(self, name: str) -> list[str]:
        """Return the lines in front of the results of a function."""
        return [*self.states_of(name), *statement_lines(self.routines[name].body, self.printer)]

    def prepare(self) -> str:
        """Return the function that computes what depends on parameters only."""
        lines = statement_lines(self.prepared(), self.printer)
        for path, item in self.matrices.items():
            lines.append(
                f"{self.printer.names[path]} = {sparse_matrix(item, self.printer)};  % {one_line(item.target)}"
            )
        return function_text("p = prepare(p)", ["What depends on parameters only, once per run."], lines)


def write_module(request: ProgramRequest) -> Module:
    """Return the module for a request."""
    system = request.system
    wanted: dict[str, list[Expression]] = {
        "derivative": [item.expression for item in system.derivatives],
        "observe": [Symbol(path) for path in request.recorded],
    }
    if system.updates:
        wanted["events"] = list(system.after_events.values())
    if slot_paths(system):
        wanted["store"] = [Symbol(path) for path in slot_paths(system)]
        wanted["keep"] = [Symbol(path) for path in computed(system)]
    layout = Layout(system, wanted)
    parts = [layout.prepare(), _derivative(layout)]
    if "events" in wanted:
        parts.append(_events(layout))
    parts += [_results(layout, name, paths) for name, paths in _columns(request).items() if name in wanted]
    functions = ["prepare", *wanted]
    if request.tableau is not None:
        parts.append(Loop(request, layout).text())
        functions.append("loop")
    fields = layout.fields()
    return Module(assembled(request.name, layout, functions, parts, fields), tuple(functions), fields)


def _columns(request: ProgramRequest) -> dict[str, tuple[str, ...]]:
    """Return the paths of the results of each function that returns variables."""
    return {"observe": request.recorded, "store": slot_paths(request.system), "keep": computed(request.system)}


def _derivative(layout: Layout) -> str:
    lines = layout.body_of("derivative")
    lines += vector_lines(layout.system, layout.routines["derivative"].results, layout.names, layout.printer)
    head = f"dy = derivative({', '.join(['t', 'y', 'p', *layout.given()])})"
    return function_text(head, ["dy/dt.", *places_in_y(layout.system)], lines)


def _events(layout: Layout) -> str:
    lines = layout.body_of("events")
    lines += vector_lines(layout.system, layout.routines["events"].results, layout.names, layout.printer, "after")
    return function_text("after = events(t, y, p)", ["States after events.", *places_in_y(layout.system)], lines)


ABOUT = {
    "observe": "What is recorded.",
    "store": "What delayed reads need of the past.",
    "keep": "What delayed reads take from buffers, but for states.",
}


def _results(layout: Layout, name: str, paths: Sequence[str]) -> str:
    """Return a function that returns variables."""
    results = [f"value{number + 1}" for number in range(len(paths))]
    lines = layout.body_of(name)
    for result, expression, path in zip(results, layout.routines[name].results, paths, strict=True):
        shape = layout.printer.shapes.get(path, ())
        lines.append(f"{result} = {filled(expression, shape, layout.printer)};  % {one_line(path)}")
    head = f"{left_side(results)} = {name}({', '.join(['t', 'y', 'p', *layout.given()])})"
    return function_text(head, [ABOUT[name]], lines)


def assembled(
    title: str, layout: Layout, functions: Sequence[str], parts: Sequence[str], fields: Mapping[str, str]
) -> str:
    """Return a file whose first function returns handles of the others."""
    name = layout.names.all.derived("{}", file_name(title))
    about = [
        "A struct with functions. p = functions.prepare(p) takes the parameters",
        *(f"  {field}: {one_line(path)}" for path, field in fields.items()),
        "and adds what depends on them only; the other functions take what it returns.",
    ]
    lines = ["functions = struct();", *(f"functions.{one} = @{one};" for one in functions)]
    main = function_text(f"functions = {name}()", about, lines)
    main = f"% {one_line(title)}: generated by rates.\n{main}"
    return "\n\n".join([main, *parts, *support(layout.printer.used)]) + "\n"


def file_name(title: str) -> str:
    """Return a name of a model as a function of MATLAB may have it."""
    name = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_")[:40].strip("_") or "model"
    return name if name[0].isalpha() else f"model_{name}"[:40]
