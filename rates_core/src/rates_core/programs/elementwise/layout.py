"""Names, shapes and places of everything in one generated module."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING

from attrs import frozen

from rates_core.expressions.tree import Expression, Symbol
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole, make_blocks
from rates_core.programs.elementwise.constants import Constants, constants_of
from rates_core.programs.naming import Identifiers
from rates_core.programs.program import ProgramRequest, slot_paths
from rates_core.programs.routine import Routine, Temporaries, make_routine
from rates_core.system.complexness import is_complex
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import TIME, Assign, System

if TYPE_CHECKING:
    from rates_core.programs.elementwise.printer import EntryPrinter


BACK = "{}_back"  # the function that carries seeds of the results of another one back
EVENTS = "events"  # the function that computes what states are after events
#: functions of time, state and parameters alone
INSTANT = (EVENTS, BACK.format(EVENTS))
BACKWARDS = tuple(BACK.format(name) for name in ("derivative", "observe", "buffer", "store", EVENTS))
#: functions whose results are one vector like y: its name
VECTORS = {"derivative": "dy", EVENTS: "after", **dict.fromkeys(BACKWARDS, "dy")}
#: names of their results
FORMS = {"derivative": "d_{}", EVENTS: "{}_after", **dict.fromkeys(BACKWARDS, "d_{}")}


@frozen
class Rules:
    """What a language asks of names and of values in memory.

    Attributes:
        reserved: words that no variable may be called.
        fold_case: whether the language ignores case.
        longest: how many letters a name may have.
        columns_first: whether the entries of a column of a matrix lie side by side.
        first_place: what the first place on an axis is called.
    """

    reserved: frozenset[str]
    fold_case: bool = False
    longest: int | None = None
    columns_first: bool = False
    first_place: int = 0


@frozen(eq=False)
class Part:
    """One function of the module: a routine with new symbols for its results."""

    name: str
    routine: Routine
    results: tuple[str, ...]
    paths: tuple[str, ...]


class Layout(ABC):
    """Names, shapes and places of everything in one module."""

    def __init__(
        self,
        system: System,
        wanted: Mapping[str, Mapping[str, Expression]],
        rules: Rules,
        also: Iterable[str] = (),
        hoist: bool = True,
    ) -> None:
        """Make routines for what is wanted.

        Args:
            system: over whose symbols it is written.
            wanted: per function its results by the path that each is called by.
            rules: of the language.
            also: parameters that are needed beyond what routines read.
            hoist: compute what depends on parameters only once per run.
        """
        self.system, self.rules = system, rules
        self.also = frozenset(also)
        temporaries = Temporaries()
        self.parts = {
            name: Part(
                name,
                make_routine(system, list(results.values()), hoist, temporaries, reciprocals=True),
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
            system, used, [item.target for item in self.prepared], self.shapes, self.kinds.__contains__,
            rules.columns_first, rules.first_place,
        )  # fmt: skip
        self.names = self._names()
        self.used: set[str] = set()
        self._pieces = count()

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
        if part.name in VECTORS:
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
        # what is recorded may be a copy of something else
        paths += [path for part in self.parts.values() for path in part.paths if path in system.shapes]
        chosen = Identifiers.of(paths, self.rules.reserved, self.rules.fold_case, self.rules.longest)
        self.identifiers = chosen
        names = {TIME: "t", **chosen.chosen}
        for part in self.parts.values():
            form = FORMS.get(part.name, f"{part.name}_{{}}")
            for number, (name, path) in enumerate(zip(part.results, part.paths, strict=True)):
                names[name] = chosen.derived(form, names.get(path) or f"{_last(path)}_{number}")
        return names

    def of(self, paths: Iterable[str], form: str = "{}") -> list[str]:
        """Return identifiers of paths, or names made from those by a form such as `{}_rows`."""
        if form == "{}":
            return [self.names[path] for path in paths]
        chosen = self.identifiers.chosen  # a language may have put access to something into `names`
        return [self.identifiers.derived(form, chosen.get(path, self.names[path])) for path in paths]

    def own(self, path: str, form: str) -> str:
        """Return a name that is made from that of a path."""
        return self.of([path], form)[0]

    def width(self, path: str) -> int:
        """Return how many numbers the value of a variable consists of that has one axis or none."""
        shape = self.system.shapes[path]
        return shape[0] if shape else 1

    @abstractmethod
    def printer(self) -> EntryPrinter:
        """Return a printer that knows everything in the module."""

    def blocks(self, part: Part) -> Blocks:
        """Return the blocks that compute what a function does; what they name is named and known from then on."""
        found = make_blocks(part.routine, part.results, self.shapes, self.places, self._pieces)
        self._know(found)
        return found

    def prepared_blocks(self) -> Blocks:
        """Return the blocks that compute what depends on parameters only, into arrays that are there."""
        found = make_blocks(Routine((), tuple(self.prepared), ()), (), self.shapes, numbers=self._pieces)
        self._know(found)
        arrays = [item.target for item in self.prepared if self.shapes[item.target]]
        return Blocks(found.blocks, tuple(arrays), found.shapes, found.stored | set(arrays))

    def _know(self, blocks: Blocks) -> None:
        """Name what blocks have taken out of expressions, and learn its shape and kind."""
        for name, shape in blocks.shapes.items():
            if name.startswith("#piece") and name not in self.names:
                self.names[name] = self.identifiers.derived("{}", f"piece{name.removeprefix('#piece')}")
            self.shapes.setdefault(name, shape)
        for block in blocks.blocks:
            self.kinds.update(complex_targets(block, self.kinds))

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


def complex_targets(block: Block, kinds: set[str]) -> list[str]:
    """Return what a block assigns that is complex, given which symbols are; sums over connections are known."""
    match block:
        case Loop(_, statements):
            known, found = set(kinds), []
            for item in statements:
                if isinstance(item, Assign) and is_complex(item.expression, known):
                    known.add(item.target)
                    found.append(item.target)
            return found
        case Joined(target, pieces):
            return [target] if any(is_complex(piece.expression, kinds) for piece in pieces) else []
        case Whole(target, expression):
            return [target] if is_complex(expression, kinds) else []
        case Reduction(target, _, operand):
            return [target] if is_complex(operand, kinds) else []
    return []


def buffered(system: System) -> tuple[str, ...]:
    """Return the variables that delayed reads take from buffers, in the order of the buffers."""
    return tuple(dict.fromkeys(read.slot for read in system.reads))


def wanted_of(request: ProgramRequest) -> dict[str, dict[str, Expression]]:
    """Return what the functions of a program compute: per function its results by path."""
    system = request.system
    wanted = {
        "derivative": {item.state: item.expression for item in system.derivatives},
        "observe": {path: Symbol(path) for path in request.recorded},
    }
    if system.updates:
        wanted[EVENTS] = system.after_events
    stored = slot_paths(system)
    if stored:
        wanted["store"] = {path: Symbol(path) for path in stored}
        wanted["buffer"] = {path: Symbol(path) for path in buffered(system) if path not in system.state_paths}
    return wanted  # type: ignore[return-value]
