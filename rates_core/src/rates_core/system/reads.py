"""Settle delayed reads: their delays depend on parameters only, and constants need no delay."""

from __future__ import annotations

from attrs import evolve

from rates_core.errors import UnsupportedFeatureError
from rates_core.expressions.text import to_text
from rates_core.expressions.tree import Apply, Expression, Symbol, substitute, symbols
from rates_core.system.assembly import Assembly
from rates_core.system.lifting import lifted
from rates_core.system.system import Assign


def settle_reads(assembly: Assembly) -> None:
    """Replace reads of constants by plain values, and write every delay in terms of parameters.

    Raises:
        UnsupportedFeatureError: a delay depends on time, on a state or on an input that is fed.
    """
    definitions = {
        statement.target: statement.expression for statement in assembly.statements if isinstance(statement, Assign)
    }
    kept = {}
    for read in assembly.reads.values():
        if read.slot in assembly.parameters:
            value: Expression = Symbol(read.slot)
            if read.index is not None and assembly.parameters[read.slot].shape:
                value = Apply("index", (value, Symbol(read.index)))
            assembly.statements.append(Assign(read.path, value))
        else:
            delay = _of_parameters(assembly, read.delay, definitions, read.slot)
            kept[read.path] = evolve(read, delay=delay)
    assembly.reads = kept


def lift_delayed(assembly: Assembly) -> None:
    """Give delayed variables one value per unit, also where it is the same: each unit has a past of its own.

    So have the variables that delayed expressions are made of.
    """
    populations = {path: number for (number, *_), path in assembly.addresses.items()}
    slots = {read.slot for read in assembly.reads.values()}
    expressions = {item.target: item.expression for item in assembly.statements if isinstance(item, Assign)}
    within = set[str]().union(*(symbols(expressions[slot]) for slot in slots - populations.keys() & expressions.keys()))
    for place, item in enumerate(assembly.statements):
        if isinstance(item, Assign) and item.target in populations and item.target in slots | within:
            size = assembly.network.populations[populations[item.target]].size
            if size is not None:
                assembly.statements[place] = Assign(item.target, lifted(item.expression, size))


def _of_parameters(assembly: Assembly, delay: Expression, definitions: dict[str, Expression], slot: str) -> Expression:
    asked = delay
    for _ in range(len(definitions) + 1):
        unknown = symbols(delay) - assembly.parameters.keys()
        if not unknown:
            return delay
        stuck = sorted(unknown - definitions.keys())
        if stuck:
            break
        delay = substitute(delay, {name: definitions[name] for name in unknown})
    changing = sorted(assembly.shown.get(name, name) for name in symbols(delay) - assembly.parameters.keys())
    delayed = to_text(definitions[slot]) if slot in assembly.shown else slot  # a delayed expression has no name
    raise UnsupportedFeatureError(
        f"The delay '{to_text(asked)}' of '{delayed}' depends on {', '.join(map(repr, changing))}. "
        "A delay may depend on parameters only; delays that depend on time, state or external inputs are not supported."
    )
