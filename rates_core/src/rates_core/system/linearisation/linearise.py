"""Differentiate a System, statement by statement, by the chain rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from attrs import evolve

from rates_core.expressions.tree import Apply, Number
from rates_core.system.complexness import is_complex
from rates_core.system.linearisation.chain_rule import ChainRule
from rates_core.system.linearisation.columns import Columns, rearranged
from rates_core.system.linearisation.coordinates import Coordinates
from rates_core.system.linearisation.entries import Algebra, size_of
from rates_core.system.linearisation.matrix import Block, Linearisation
from rates_core.system.linearisation.separate import separate
from rates_core.system.system import Assign, Parameter, Read, State, Statement, System


def linearise(
    system: System,
    by: Literal["states", "reads", "parameters"] = "states",
    columns: Sequence[Columns] | None = None,
) -> Linearisation:
    """Return a derivative of the right-hand side: ∂f/∂y, ∂f/∂y(t - τ) or ∂f/∂p, in real coordinates.

    A complex value has two columns, by its real and its imaginary part; its derivative two rows. What else there is
    stays as it is: a derivative by a parameter holds the delayed values fixed, also those whose delay it is.

    Args:
        system: any System.
        by: what to derive by: states, delayed reads, or parameters.
        columns: which states, reads or parameters; None for all that are no index arrays.

    Raises:
        UnsupportedFeatureError: a function on the way has no derivative.
    """
    seeds = _seeds(system, by, columns)
    statements, derivatives, shapes = separate(system)
    kinds = _complex_symbols(system, statements)
    chain = ChainRule(Algebra(shapes, kinds), seeds, system.parameter_paths)
    for statement in statements:
        chain.differentiate(statement.target, statement)
    widths = {seed: count * (2 if seed in kinds else 1) for seed, count in seeds.items()}
    offsets = _offsets(system, widths, by)
    coordinates = Coordinates(chain.algebra, system.state_paths, offsets)
    blocks: list[Block] = []
    for derivative in derivatives:
        gradient = chain.elementwise(derivative.expression, shapes[derivative.state])
        blocks += coordinates.blocks(derivative.state, gradient)
    named = tuple(widths.items())
    if columns is not None:
        blocks = rearranged(blocks, columns, offsets, chain.algebra)
        named = tuple((item.path, item.count * item.width(kinds)) for item in columns)
    placed, added = _placed(blocks, chain.algebra)
    grown = evolve(
        system,
        statements=tuple(statements),
        derivatives=tuple(derivatives),
        parameters=(*system.parameters, *chain.algebra.parameters.values(), *added),
        variables={path: shapes[path] for path in (item.target for item in statements)},
        complex_variables=frozenset(item.target for item in statements if item.target in kinds),
    )
    return Linearisation(grown, tuple(placed), (system.width, sum(width for _, width in named)), named)


def _complex_symbols(system: System, statements: Sequence[Statement]) -> set[str]:
    """Return all complex symbols, with those of statements that were taken out of larger ones."""
    known = set(system.complex_symbols)
    for item in statements if known else ():
        if isinstance(item, Assign) and is_complex(item.expression, known):
            known.add(item.target)
    return known


def _placed(blocks: Sequence[Block], algebra: Algebra) -> tuple[list[Block], list[Parameter]]:
    """Return blocks that know the parameters which hold their places, and these parameters."""
    placed, parameters = [], []
    for number, block in enumerate(blocks):
        if len(block.rows) == 1:
            number_only = not algebra.shape(block.values)
            placed.append(block if number_only else evolve(block, values=Apply("index", (block.values, Number(0)))))
            continue
        paths = f"#rows{number}", f"#columns{number}"
        for path, values in zip(paths, (block.rows, block.columns), strict=True):
            parameters.append(Parameter(path, values.shape, values, structural=True, integer=True))
        placed.append(evolve(block, places=paths))
    return placed, parameters


def _seeds(system: System, by: str, columns: Sequence[Columns] | None) -> dict[str, int]:
    items: dict[str, Sequence[State | Read | Parameter]] = {
        "states": system.states,
        "reads": system.reads,
        "parameters": [item for item in system.parameters if not item.structural],
    }
    wanted = None if columns is None else {entries.symbol for item in columns for entries in item.entries}
    return {item.path: size_of(item.shape) for item in items[by] if wanted is None or item.path in wanted}


def _offsets(system: System, widths: dict[str, int], by: str) -> dict[str, int]:
    if by == "states":
        return {state.path: state.offset for state in system.states}
    starts = np.cumsum([0, *widths.values()])
    return {seed: int(start) for seed, start in zip(widths, starts, strict=False)}
