"""A routine as straight code and loops over axes, for languages that are written element by element.

What can be computed entry by entry is gathered in as few loops as the order of evaluation allows; what looks at whole
arrays (sums, products with matrices, picked rows) stands on its own between them, and so does what is joined from
pieces, each of which has its own loop. A temporary array exists only where something outside its loop reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from attrs import define, evolve, field, frozen

from rates_core.expressions.functions import FUNCTIONS
from rates_core.expressions.tree import Apply, Expression, Symbol, symbols
from rates_core.programs.routine import Routine
from rates_core.programs.segments import Piece, is_joined, picked_sources, pieces, without_joined_temporaries
from rates_core.system.shapes import Shape, shape_of
from rates_core.system.system import Assign, Project, Statement

WHOLE = frozenset({"matvec", "matmul", "index_axis", "ravel"})
PICKING = frozenset({"index", "index_range"})  # of a vector: its entries are entries of their first argument


@frozen(eq=False)
class Loop:
    """Assignments entry by entry over one shape; `()` is straight code.

    A Project among them has the form `indexed`.
    """

    shape: Shape
    statements: tuple[Statement, ...]


@frozen(eq=False)
class Reduction:
    """A number made of all entries of an expression."""

    target: str
    function: str
    operand: Expression
    shape: Shape


@frozen(eq=False)
class Whole:
    """A function of whole arrays, all arguments of which are symbols or numbers."""

    target: str
    expression: Apply
    shape: Shape


@frozen(eq=False)
class Joined:
    """A vector made piece by piece; an `index_range` in a piece is one of a symbol, with bounds that are numbers."""

    target: str
    pieces: tuple[Piece, ...]


Block = Loop | Reduction | Whole | Joined | Project


@frozen(eq=False)
class Blocks:
    """Blocks in order.

    Attributes:
        blocks: what computes all results.
        results: symbols of the results.
        shapes: of everything that is named.
        stored: assigned symbols that need an array of their own; other temporaries are numbers.
    """

    blocks: tuple[Block, ...]
    results: tuple[str, ...]
    shapes: Mapping[str, Shape]
    stored: frozenset[str]


def make_blocks(
    routine: Routine,
    targets: Sequence[str],
    shapes: Mapping[str, Shape],
    places: frozenset[str] = frozenset(),
    numbers: Iterator[int] | None = None,
) -> Blocks:
    """Return the blocks that compute the results of a routine's body.

    Args:
        routine: what is computed.
        targets: a new symbol for each result.
        shapes: of the symbols that the routine takes, its prepared ones among them; of a target that has an axis
            although its result may be a number, which all entries are then.
        places: symbols whose entries are places on axes: a sum over connections may pick by them.
        numbers: of what is taken out of expressions, where several routines stand in one module.
    """
    body, results = without_joined_temporaries(routine.body, routine.results)
    split = _Split(dict(shapes), picked=picked_sources(body, results, places), numbers=numbers or count())
    for statement in body:
        split.add(statement)
    for target, result in zip(targets, results, strict=True):
        split.assign_entries(target, result, shapes.get(target, ()))
    blocks = tuple(_merged(split.parts))
    return Blocks(blocks, tuple(targets), split.shapes, frozenset(_stored(blocks, targets, split.shapes)))


@define(eq=False)
class _Split:
    """Takes whole-array functions out of expressions, so that the rest is entry by entry."""

    shapes: dict[str, Shape]
    picked: Mapping[str, tuple[Expression, str]]  # symbols that only a sum over connections reads: array and places
    parts: list[Block] = field(factory=list)
    numbers: Iterator[int] = field(factory=count)

    def add(self, statement: Statement) -> None:
        if isinstance(statement, Assign):
            if statement.target not in self.picked:
                self.assign(statement.target, statement.expression)
            return
        if statement.source in self.picked:
            array, index = self.picked[statement.source]
            named = self._named(array)
            assert isinstance(named, Symbol)
            statement = evolve(statement, source=named.name, index=index)
        self.shapes[statement.target] = statement.shape
        entrywise = statement.form == "indexed"
        self.parts.append(Loop(statement.shape, (statement,)) if entrywise else statement)

    def assign_entries(self, target: str, expression: Expression, shape: Shape) -> None:
        """Assign a number to each entry of a target that has an axis, anything else as it is."""
        if not shape or self._is_array(expression):
            self.assign(target, expression)
            return
        self.shapes[target] = shape
        self.parts.append(Loop(shape, (Assign(target, self._without_whole(expression)),)))

    def assign(self, target: str, expression: Expression) -> None:
        self.shapes[target] = shape_of(expression, self.shapes)
        match self._without_whole(expression, top=True):
            case Apply(function, (operand,)) as reduction if self._reduces(reduction):
                operand = self._named(operand) if is_joined(operand) else operand
                self.parts.append(Reduction(target, function, operand, shape_of(operand, self.shapes)))
            case Apply(function) as whole if self._is_whole(whole):
                self.parts.append(Whole(target, whole, self.shapes[target]))
            case joined if is_joined(joined):
                self.parts.append(Joined(target, tuple(pieces(joined, self.shapes))))
            case simple:
                self.parts.append(Loop(self.shapes[target], (Assign(target, simple),)))

    def _without_whole(self, expression: Expression, top: bool = False) -> Expression:
        if not isinstance(expression, Apply):
            return expression
        whole = self._is_whole(expression) or expression.function in PICKING
        arguments = tuple(
            self._named(argument) if whole and self._is_array(argument) else self._without_whole(argument)
            for argument in expression.arguments
        )
        if expression.function == "index":  # a number or an axis that says where may itself be computed
            arguments = (arguments[0], *(self._without_whole(argument) for argument in expression.arguments[1:]))
        rebuilt = Apply(expression.function, arguments)
        if not top and (self._is_whole(rebuilt) or self._reduces(rebuilt)):
            return self._named(rebuilt)
        return rebuilt

    def _is_array(self, expression: Expression) -> bool:
        return shape_of(expression, self.shapes) != ()

    def _is_whole(self, expression: Apply) -> bool:
        """Tell whether a function looks at whole arrays: also an index that picks rows of a matrix."""
        if expression.function in PICKING:
            return len(shape_of(expression.arguments[0], self.shapes)) > 1
        return expression.function in WHOLE

    def _reduces(self, expression: Apply) -> bool:
        definition = FUNCTIONS.get(expression.function)
        return definition is not None and definition.kind == "reduction" and self._is_array(expression.arguments[0])

    def _named(self, expression: Expression) -> Expression:
        """Return a symbol for an expression, assigned before."""
        if isinstance(expression, Symbol):
            return expression
        name = f"#piece{next(self.numbers)}"
        self.assign(name, expression)
        return Symbol(name)


def _merged(parts: Sequence[Block]) -> Iterator[Block]:
    """Yield the parts in an order with few loops: as long as it can go on, a loop takes all that are ready."""
    waiting = list(parts)
    assigned = {_target(part): part for part in parts}
    done: set[str] = set()
    while waiting:
        first = next(part for part in waiting if _ready(part, assigned, done))
        if not isinstance(first, Loop):
            waiting.remove(first)
            done.add(_target(first))
            yield first
            continue
        taken: list[Statement] = []
        inside: set[str] = set()
        left: list[Block] = []
        for part in waiting:
            if isinstance(part, Loop) and part.shape == first.shape and _ready(part, assigned, done, inside):
                inside.add(_target(part))
                taken += part.statements
            else:
                left.append(part)
        waiting = left
        done |= inside
        yield Loop(first.shape, tuple(taken))


def _ready(part: Block, assigned: Mapping[str, Any], done: set[str], inside: set[str] | None = None) -> bool:
    """Tell whether all that a part reads is there; what its own loop computes is there entry by entry only."""
    whole, entries = _whole_reads(part), _reads(part)
    here = inside or set()
    return all(name not in assigned or name in done or (name in here and name not in whole) for name in entries)


def _target(part: Block) -> str:
    return part.statements[0].target if isinstance(part, Loop) else part.target


def _reads(part: Block) -> set[str]:
    match part:
        case Loop(_, statements):
            return set().union(*(_statement_reads(statement) for statement in statements))
        case Reduction(_, _, operand):
            return symbols(operand)
        case Whole(_, expression):
            return symbols(expression)
        case Joined(_, parts):
            return set().union(*(symbols(piece.expression) for piece in parts))
    return set(part.symbols)


def _statement_reads(statement: Statement) -> set[str]:
    return symbols(statement.expression) if isinstance(statement, Assign) else set(statement.symbols)


def _whole_reads(part: Block) -> set[str]:
    """Return the symbols that a part reads at other places than the entry that it computes."""
    if not isinstance(part, Loop):
        return _reads(part)
    found: set[str] = set()
    for statement in part.statements:
        if isinstance(statement, Project):
            found.add(statement.source)
        else:
            found |= _picked_from(statement.expression)
    return found


def _picked_from(expression: Expression) -> set[str]:
    if not isinstance(expression, Apply):
        return set()
    found = set().union(*(_picked_from(argument) for argument in expression.arguments))
    if expression.function in PICKING:
        found |= symbols(expression.arguments[0])
    return found


def _stored(blocks: Sequence[Block], targets: Sequence[str], shapes: Mapping[str, Shape]) -> Iterator[str]:
    """Yield the arrays that are read outside the loop that computes them, and those that whole functions make."""
    home: dict[str, int] = {}
    for number, block in enumerate(blocks):
        for target in _targets(block):
            home[target] = number
            if shapes[target] and (not isinstance(block, Loop) or target in targets):
                yield target
    for number, block in enumerate(blocks):
        for name in _reads(block):
            if name in home and shapes[name] and home[name] != number:
                yield name


def _targets(block: Block) -> list[str]:
    return [statement.target for statement in block.statements] if isinstance(block, Loop) else [block.target]
