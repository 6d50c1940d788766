"""Lay out a module of an array library: vector field, what is observed, what is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from attrs import frozen

from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.arrays.language import ArrayLanguage
from rates_core.programs.arrays.pair import Seen, pair_text
from rates_core.programs.arrays.printer import ArrayPrinter
from rates_core.programs.arrays.steps import Past, steps_text
from rates_core.programs.module_names import named_paths
from rates_core.programs.naming import Identifiers, in_docstring, one_line
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.routine import Routine, Temporaries, make_routine, shapes_and_kinds
from rates_core.system.shapes import Shape
from rates_core.system.smooth_steps import with_smooth_steps
from rates_core.system.system import TIME, Project, State, Statement, System


@frozen(eq=False)
class Module:
    """Text of a generated module.

    Attributes:
        parameters: paths of the parameters that each function takes which returns another one, in order.
        traceable: whether it does the same for all values, because it looks at no computed index.
    """

    text: str
    parameters: Mapping[str, tuple[str, ...]]
    traceable: bool


def write_module(request: ProgramRequest, language: ArrayLanguage) -> Module:
    """Return the module for a request."""
    slope = language.surrogate
    system = request.system if slope is None else with_smooth_steps(request.system, slope)
    wanted: dict[str, Mapping[str, Expression]] = {
        "vector_field": {item.state: item.expression for item in system.derivatives},
        "recorder": {path: Symbol(path) for path in request.recorded},
    }
    if system.updates:
        wanted["events"] = system.after_events
    stored = slot_paths(system)
    if stored:
        wanted["slots"] = {path: Symbol(path) for path in stored}
    temporaries = Temporaries()
    routines = {
        name: make_routine(system, list(results.values()), temporaries=temporaries) for name, results in wanted.items()
    }
    if request.tableau is not None and system.reads:
        lengths = [read.delay for read in system.reads]
        routines["delays"] = make_routine(system, lengths, temporaries=temporaries)
    writer = ModuleWriter(system, routines.values(), language)
    texts = [writer.closure("vector_field", "derivative", routines["vector_field"], writer.slope_lines)]
    if "events" in wanted:
        texts.append(writer.closure("events", "updated", routines["events"], writer.after_lines, "t, y"))
    for outer, inner in (("recorder", "observe"), ("slots", "store")):
        if outer in wanted:
            paths = list(wanted[outer])
            texts.append(
                writer.closure(outer, inner, routines[outer], lambda found, paths=paths: writer.values(found, paths))
            )
    parameters = {name: writer.parameters(routine) for name, routine in routines.items()}
    if request.tableau is not None:
        if "delays" in routines:
            texts.append(writer.delays(routines["delays"]))
        taken = {name: writer.of(paths) for name, paths in parameters.items() if name != "delays"}
        timed = {name for name in taken if TIME in routines[name].varying}
        texts.append(steps_text(request.tableau, taken, timed, writer.past() if system.reads else None))
        given = dict.fromkeys(path for name, paths in parameters.items() if name in taken for path in paths)
        parameters |= dict.fromkeys(("integrator", "rollout"), tuple(given))
    if request.pair is not None and runs_pairs(request) and not writer.printer.looks:
        taken = {name: writer.of(parameters[name]) for name in ("vector_field", "recorder")}
        texts += pair_text(request.pair, taken, language, seen_by(routines["vector_field"], system))
        parameters["pair"] = tuple(dict.fromkeys(path for name in taken for path in parameters[name]))
    text = language.module(in_docstring(request.name), texts, request.precision)
    return Module(text, parameters, not writer.printer.looks)


def runs_pairs(request: ProgramRequest) -> bool:
    """Tell whether a module takes the steps of embedded pairs: in double precision, of states without a past."""
    return request.precision == "float64" and not request.system.reads and request.system.width > 0


def seen_by(routine: Routine, system: System) -> Seen:
    """Return what a derivative looks at."""
    timed = bool(system.inputs) or TIME in routine.varying
    return Seen(timed, bool(system.inputs), timed or not routine.varying.isdisjoint(system.state_paths))


class ModuleWriter:
    """Print functions over one System.

    Args:
        system: over whose symbols they are written.
        routines: what they compute.
        language: of the library.
    """

    def __init__(self, system: System, routines: Iterable[Routine], language: ArrayLanguage) -> None:
        self.system, self.language = system, language
        routines = list(routines)
        paths = named_paths(system, routines)
        shapes, kinds = shapes_and_kinds(system, routines)
        self.identifiers = Identifiers.of(paths, language.reserved)
        self.names: Mapping[str, str] = {TIME: "t", **self.identifiers.chosen}
        integers = frozenset(item.path for item in system.parameters if item.integer)
        self.printer = ArrayPrinter(language, self.names, shapes, kinds, integers)

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """Return the shapes of all symbols, temporaries included."""
        return self.printer.shapes

    def of(self, paths: Iterable[str]) -> list[str]:
        """Return the identifiers of paths."""
        return [self.names[path] for path in paths]

    def parameters(self, routine: Routine) -> tuple[str, ...]:
        """Return the parameters that a routine reads, as declared."""
        return tuple(item.path for item in self.system.parameters if item.path in routine.arguments)

    def closure(
        self, outer: str, inner: str, routine: Routine, results: object, given: str = "t, y, inputs, reads, draws"
    ) -> str:
        """Return a function of the parameters that returns a function of time and state.

        Args:
            outer: name of the former.
            inner: name of the latter.
            routine: what is computed.
            results: makes the last lines from the results.
            given: arguments of the latter.
        """
        assert callable(results)
        prepared = self.statements(routine.prepared)
        with self._lifting([*self.parameters(routine), *(item.target for item in routine.prepared)]) as lifts:
            body = [*self.head(routine.varying), *self.statements(routine.body), *results(routine.results)]
        prepared += [f"{name} = {text}" for text, name in lifts.items()]
        return "\n".join([
            f"def {outer}({', '.join(self.of(self.parameters(routine)))}):",
            *("    " + line for line in prepared),
            *([""] if prepared else []),
            f"    def {inner}({given}):",
            *("        " + line for line in body),
            "",
            f"    return {inner}",
        ])  # fmt: skip

    @contextmanager
    def _lifting(self, constants: Collection[str]) -> Iterator[dict[str, str]]:
        """Let numbers that do not change get their axes outside of what is printed; yield the names that they get."""
        lifts: dict[str, str] = {}

        def lifted(symbol: str, text: str) -> str | None:
            if symbol not in constants:
                return None
            if text not in lifts:
                rank = text.count("None")
                form = "{}_lifted" if rank == 1 else f"{{}}_lifted{rank}"
                lifts[text] = self.identifiers.derived(form, self.names[symbol])
            return lifts[text]

        before, self.printer.lifted = self.printer.lifted, lifted
        try:
            yield lifts
        finally:
            self.printer.lifted = before

    def head(self, needed: Iterable[str]) -> list[str]:
        """Return the lines that name states, inputs, delayed values and random numbers."""
        needed = set(needed)
        lines = [f"{self.names[s.path]} = {self.unpacked(s)}" for s in self.system.states if s.path in needed]
        for kind in ("inputs", "reads", "draws"):
            for number, item in enumerate(getattr(self.system, kind)):
                if item.path in needed:
                    lines.append(f"{self.names[item.path]} = {kind}[{number}]  # {one_line(item.path)}")
        return lines

    def unpacked(self, state: State) -> str:
        """Return the text of a state out of the vector."""
        start, stop = state.offset, state.offset + state.width
        if state.complex:
            parts = (
                (f"y[..., {start}:{stop}:2]", f"y[..., {start + 1}:{stop}:2]")
                if state.shape
                else (f"y[..., {start}]", f"y[..., {start + 1}]")
            )
            return f"complex_of({', '.join(parts)})  # {one_line(state.path)}"
        return f"y[..., {f'{start}:{stop}' if state.shape else start}]  # {one_line(state.path)}"

    def past(self) -> Past:
        """Return what is read late, and what is stored for that."""
        system, stored = self.system, slot_paths(self.system)
        buffers = list(dict.fromkeys(read.slot for read in system.reads))
        states = system.state_paths
        return Past(
            [(buffers.index(read.slot), not read.shape, self._columns(read.path)) for read in system.reads],
            [self.unpacked(states[slot]).partition("  #")[0] if slot in states else None for slot in buffers],
            [stored.index(slot) for slot in buffers],
        )

    def _columns(self, path: str) -> int | None:
        """Return how many columns the rows have that are summed of what is read, if the language wants to know."""
        if not self.language.columnwise:
            return None
        sums = [item for item in self.system.statements if isinstance(item, Project) and item.source == path]
        counts = {self._connections(item) for item in sums if item.form == "sparse" and item.index is None}
        return counts.pop() if len(counts) == 1 else None

    def delays(self, routine: Routine) -> str:
        """Return a function of the parameters that returns the delay of each read."""
        lines = [f"def delays({', '.join(self.of(self.parameters(routine)))}):"]
        lines += ["    " + line for line in self.statements([*routine.prepared, *routine.body])]
        texts = [self.printer.value(result, ()) for result in routine.results]
        return "\n".join([*lines, f"    return ({', '.join(texts)}{',' if len(texts) == 1 else ''})"])

    def statements(self, statements: Sequence[Statement]) -> list[str]:
        """Return one line per statement, with the model path as comment."""
        lines = []
        for item in statements:
            if isinstance(item, Project):
                text = self._project(item)
            else:
                text = self.printer.value(
                    item.expression, self.shapes[item.target], item.target in self.printer.complex_symbols
                )
            comment = "" if item.target.startswith("#") else f"  # {one_line(item.target)}"
            lines.append(f"{self.names[item.target]} = {text}{comment}")
        return lines

    def _project(self, item: Project) -> str:
        printer, rank = self.printer, len(item.shape)
        mixed = bool({item.source, item.weights} & printer.complex_symbols)
        weights = printer.operand(Symbol(item.weights), rank, 9, mixed)
        source = printer.operand(Symbol(item.source), 0, 0, mixed)
        if item.form == "dense" and rank:
            return f"matvec({weights}, {source})"
        if item.form == "dense":
            return f"{self.language.functions['vsum']}({weights}*{source}, -1)"
        if item.form == "uniform":
            total = f"{self.language.functions['vsum']}({source}, -1)"
            product = f"{printer.operand(Symbol(item.weights), 0, 9, mixed)}*{total}"
            return f"wide({product}, {item.shape[0]})" if rank else product
        if item.index is not None:
            source = f"picked({source}, {self.names[item.index]}, -1)"
        elif rank and not self.shapes[item.source]:
            source = f"{source}[..., None]"
        if item.form == "indexed":
            return f"{weights}*{source}"
        weights = printer.operand(Symbol(item.weights), 1, 9, mixed)
        count = self._connections(item)
        if count:
            return f"row_sums({weights}, {source}, {item.shape[0]}, {count})"
        return f"summed({weights}*{source}, {self.names[str(item.rows)]}, {item.shape[0]})"

    def _connections(self, item: Project) -> int | None:
        """Return how many connections each target of a sparse projection has, if all have as many."""
        rows = self.system.parameter_paths.get(str(item.rows))
        if rows is None or not rows.structural or not item.shape or len(rows.value) % item.shape[0]:
            return None
        count = len(rows.value) // item.shape[0]
        return count if np.array_equal(rows.value, np.repeat(np.arange(item.shape[0]), count)) else None

    def values(self, results: Sequence[Expression], paths: Sequence[str]) -> list[str]:
        """Return the line that returns variables of a System."""
        texts = [
            self.printer.value(result, self.system.shapes[path], path in self.system.complex_symbols)
            for result, path in zip(results, paths, strict=True)
        ]
        return [f"return ({', '.join(texts)}{',' if len(texts) == 1 else ''})"]

    def slope_lines(self, results: Sequence[Expression]) -> list[str]:
        """Return the lines that name the derivatives and join them into one vector."""
        return self._vector_lines(results, "d_{}")

    def after_lines(self, results: Sequence[Expression]) -> list[str]:
        """Return the lines that name what states are after events and join them into one vector."""
        return self._vector_lines(results, "{}_after")

    def _vector_lines(self, results: Sequence[Expression], form: str) -> list[str]:
        lines, parts = [], []
        for state, result in zip(self.system.states, results, strict=True):
            name = self.identifiers.derived(form, self.names[state.path])
            text = self.printer.value(result, state.shape, state.complex)
            lines.append(f"{name} = {text}  # {one_line(state.path)}")
            if state.complex and not self.printer.language.strict and not self.printer.is_complex(result):
                name = f"complex_of({name}, 0.0*{name})"
            part = name if state.shape else f"{name}[..., None]"
            parts.append(f"interleaved({part})" if state.complex else part)
        return [*lines, f"return joined({', '.join(parts)})" if parts else "return y"]


def _structural(item: object) -> bool:
    return bool(getattr(item, "structural", False))
