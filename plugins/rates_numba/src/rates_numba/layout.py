"""Names, shapes and places of everything in one generated module."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping

from attrs import frozen
from rates_core.expressions.tree import Expression
from rates_core.programs.naming import Identifiers
from rates_core.programs.routine import Routine, Temporaries, make_routine
from rates_core.system.complexness import is_complex
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import TIME, Assign, State, System

from rates_numba.constants import Constants, constants_of
from rates_numba.printer import KNOWN, EntryPrinter

RESERVED = frozenset(
    {
        *keyword.kwlist, *keyword.softkwlist, *KNOWN, "t", "y", "dy", "h", "k", "i", "j", "l", "c", "s", "np", "math",
        "njit", "numbers", "arrays", "total", "row", "rows", "first", "samples", "stride", "columns", "record",
        "buffers", "gathers", "inputs", "draws", "derivative", "observe", "store", "prepare", "loop", "complex", "int",
        "abs", "range", "float", "p", "q", "own", "moved", "size", "sample", "buffer", "width", "matrix", "jacobian",
    }
)  # fmt: skip


@frozen(eq=False)
class Part:
    """One function of the module: a routine with new symbols for its results."""

    name: str
    routine: Routine
    results: tuple[str, ...]
    paths: tuple[str, ...]


class Layout:
    """Names, shapes and places of everything in one module."""

    def __init__(
        self,
        system: System,
        wanted: Mapping[str, Mapping[str, Expression]],
        also: Iterable[str] = (),
        hoist: bool = True,
    ) -> None:
        """Make routines for what is wanted.

        Args:
            system: over whose symbols it is written.
            wanted: per function its results by the path that each is called by.
            also: parameters that are needed beyond what routines read.
            hoist: compute what depends on parameters only once per run.
        """
        self.system = system
        self.also = frozenset(also)
        temporaries = Temporaries()
        self.parts = {
            name: Part(
                name,
                make_routine(system, list(results.values()), hoist, temporaries),
                tuple(f"#{name} {path}" for path in results),
                tuple(results),
            )
            for name, results in wanted.items()
        }
        self.shapes: dict[str, Shape] = dict(system.shapes)
        self.kinds = set(system.complex_symbols)
        self.prepared = self._prepared()
        self._learn()
        used = self.also.union(*(part.routine.arguments for part in self.parts.values()))
        self.constants: Constants = constants_of(
            system, used, [item.target for item in self.prepared], self.shapes, self.kinds.__contains__
        )
        self.names = self._names()
        self.used: set[str] = set()

    def _prepared(self) -> list[Assign]:
        """Return what is computed from parameters only, each once."""
        found = {item.target: item for part in self.parts.values() for item in part.routine.prepared}
        return list(found.values())  # type: ignore[arg-type]

    def _learn(self) -> None:
        """Learn shapes and kinds of all temporaries and results."""
        for part in self.parts.values():
            for item in (*part.routine.prepared, *part.routine.body):
                if isinstance(item, Assign):
                    self._learn_one(item.target, item.expression)
                else:
                    self.shapes[item.target] = item.shape
                    if {item.source, item.weights} & self.kinds:
                        self.kinds.add(item.target)
            for name, path, result in zip(part.results, part.paths, part.routine.results, strict=True):
                self._learn_one(name, result, self._result_shape(part, path, result))

    def _result_shape(self, part: Part, path: str, result: Expression) -> Shape:
        if part.name == "derivative":
            return self.system.state_paths[path].shape
        return self.system.shapes.get(path, shape_of(result, self.shapes))

    def _learn_one(self, target: str, expression: Expression, shape: Shape | None = None) -> None:
        if target in self.system.shapes and not target.startswith("#"):
            return
        self.shapes[target] = shape_of(expression, self.shapes) if shape is None else shape
        if is_complex(expression, self.kinds):
            self.kinds.add(target)

    def _names(self) -> dict[str, str]:
        system = self.system
        paths = [item.path for item in system.states]
        paths += [item.path for item in system.parameters if not item.structural]
        paths += [item.path for kind in (system.inputs, system.reads, system.draws) for item in kind]
        paths += [item.path for item in system.parameters if item.structural]
        for part in self.parts.values():
            paths += [item.target for item in (*part.routine.prepared, *part.routine.body)]
        chosen = Identifiers.of(paths, RESERVED)
        self.identifiers = chosen
        names = {TIME: "t", **chosen.chosen}
        for part in self.parts.values():
            form = "d_{}" if part.name == "derivative" else f"{part.name}_{{}}"
            for number, (name, path) in enumerate(zip(part.results, part.paths, strict=True)):
                names[name] = chosen.derived(form, names.get(path) or f"{_last(path)}_{number}")
        return names

    def of(self, paths: Iterable[str], form: str = "{}") -> list[str]:
        """Return identifiers of paths, or names made from those by a form such as `{}_rows`."""
        if form == "{}":
            return [self.names[path] for path in paths]
        return [self.identifiers.derived(form, self.names[path]) for path in paths]

    def printer(self) -> EntryPrinter:
        """Return a printer that knows everything in the module."""
        printer = EntryPrinter(self.names, self.shapes, frozenset(self.kinds))
        printer.used = self.used
        printer.integer_symbols = self.places
        return printer

    @property
    def places(self) -> frozenset[str]:
        """Return the parameters that hold places on axes."""
        return frozenset(item.path for item in self.system.parameters if item.integer)

    @property
    def inputs(self) -> list[str]:
        """Return the names of external inputs, delayed values and random numbers, in the order of arguments."""
        system = self.system
        return self.of(item.path for kind in (system.inputs, system.reads, system.draws) for item in kind)


def _last(path: str) -> str:
    """Return the last part of a path as an identifier may hold it."""
    return re.sub(r"\W+", "_", path.rpartition("/")[2], flags=re.ASCII).strip("_") or "value"


def place_of(state: State, vector: str) -> str:
    """Return the text of a state within a vector."""
    start, stop = state.offset, state.offset + state.width
    if state.shape:
        return f"{vector}[{start}:{stop}]{'.view(np.complex128)' if state.complex else ''}"
    return f"complex({vector}[{start}], {vector}[{start + 1}])" if state.complex else f"{vector}[{start}]"


def buffered(system: System) -> tuple[str, ...]:
    """Return the variables that delayed reads take from buffers, in the order of the buffers."""
    return tuple(dict.fromkeys(read.slot for read in system.reads))
