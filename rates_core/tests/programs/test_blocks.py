"""Statements become loops: as few as the order of evaluation allows, with arrays only where something needs them."""

from __future__ import annotations

from typing import TypeGuard

from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Expression, Symbol, transform
from rates_core.programs.blocks import Block, Blocks, Joined, Loop, Reduction, Whole, make_blocks
from rates_core.programs.routine import Routine
from rates_core.system.system import Assign, Project

SHAPES = {"a": (3,), "b": (3,), "s": (), "w": (3,), "M": (3, 3), "k": (3,), "v": (4,)}


def tree(text: str) -> Expression:
    """Return an expression; `concatenate`, which no equation holds, is written as a function that none here has."""
    parsed = parse_expression(text.replace("concatenate", "arctan2"), {*SHAPES, "p", "q", "u", "c"})
    return transform(parsed, lambda node: Apply("concatenate", node.arguments) if is_stand_in(node) else node)


def is_stand_in(node: Expression) -> TypeGuard[Apply]:
    return isinstance(node, Apply) and node.function == "arctan2"


def blocks_of(*lines: str, results: dict[str, str], projects: tuple[Project, ...] = (), **sizes: int) -> Blocks:
    """Return the blocks of assignments `x = expression`, with projections behind them."""
    pairs = [line.split(" = ") for line in lines]
    body = tuple(Assign(target, tree(text)) for target, text in pairs)
    routine = Routine((), (*body, *projects), tuple(tree(text) for text in results.values()))
    return make_blocks(routine, tuple(results), {**SHAPES, **{name: (size,) for name, size in sizes.items()}})


def shown(block: Block) -> tuple[str, ...]:
    """Return what a block is and what it assigns."""
    if isinstance(block, Loop):
        return (f"loop{list(block.shape)}", *(statement.target for statement in block.statements))
    return type(block).__name__, block.target


def test_what_has_one_axis_is_one_loop_and_its_temporaries_are_numbers():
    blocks = blocks_of("p = a*s", "q = p + b", results={"r": "q*q"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "p", "q", "r")]
    assert blocks.stored == {"r"}


def test_numbers_come_before_the_loops_that_need_them():
    blocks = blocks_of("p = a*s", "c = s + 1", "q = p*c", results={"r": "q", "n": "c*2"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "p"), ("loop[]", "c", "n"), ("loop[3]", "q", "r")]
    assert blocks.stored == {"p", "r"}


def test_a_sum_over_an_axis_stands_between_two_loops():
    blocks = blocks_of("p = a*s", results={"r": "p - mean(p*b)"})
    assert [shown(block) for block in blocks.blocks] == [
        ("loop[3]", "p"), ("Reduction", "#piece0"), ("loop[3]", "r"),
    ]  # fmt: skip
    reduction = blocks.blocks[1]
    assert isinstance(reduction, Reduction)
    assert (reduction.function, reduction.operand, reduction.shape) == ("mean", tree("p*b"), (3,))
    assert blocks.stored == {"p", "r"}


def test_a_product_with_a_matrix_takes_whole_arrays():
    blocks = blocks_of(results={"r": "s*matvec(M, a + b)"})
    assert [shown(block) for block in blocks.blocks] == [
        ("loop[3]", "#piece0"), ("Whole", "#piece1"), ("loop[3]", "r"),
    ]  # fmt: skip
    whole = blocks.blocks[1]
    assert isinstance(whole, Whole)
    assert whole.expression == Apply("matvec", (Symbol("M"), Symbol("#piece0")))
    assert blocks.stored == {"#piece1", "#piece0", "r"}


def test_an_entry_of_an_array_waits_until_the_array_is_whole():
    blocks = blocks_of("p = a*s", results={"r": "index(p, k) + p"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "p"), ("loop[3]", "r")]
    assert blocks.stored == {"p", "r"}


def test_axes_of_different_length_have_loops_of_their_own():
    blocks = blocks_of("p = a*s", "q = v*s", "u = p + 1", results={"r": "u", "n": "q"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "p", "u", "r"), ("loop[4]", "q", "n")]


def test_a_number_is_each_entry_of_a_target_with_an_axis():
    blocks = blocks_of(results={"a": "s + 1", "w": "mean(b)"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "a"), ("Reduction", "#piece0"), ("loop[3]", "w")]
    assert blocks.shapes["a"] == blocks.shapes["w"] == (3,)


def test_a_connection_with_one_source_is_computed_within_a_loop_and_others_are_not():
    indexed = Project("#in", "a", "indexed", "w", (3,), "k")
    blocks = blocks_of(results={"r": "b*s"}, projects=(indexed,))
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "#in", "r")]
    dense = Project("#sum", "a", "dense", "M", (3,))
    blocks = blocks_of(results={"r": "b*s"}, projects=(dense,))
    assert [shown(block) for block in blocks.blocks] == [("Project", "#sum"), ("loop[3]", "r")]
    assert blocks.stored == {"#sum", "r"}


def test_a_connection_waits_until_its_source_is_whole():
    body = (Assign("p", tree("a*s")), Project("#in", "p", "indexed", "w", (3,), "k"))
    routine = Routine((), body, (tree("b*s"),))
    blocks = make_blocks(routine, ("r",), SHAPES)
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "p", "r"), ("loop[3]", "#in")]
    assert blocks.stored == {"p", "r"}


def test_entries_of_a_matrix_have_a_loop_over_both_axes():
    blocks = blocks_of(results={"r": "matvec(M*s, a)"})
    assert [shown(block) for block in blocks.blocks] == [("loop[3, 3]", "#piece0"), ("Whole", "r")]


def joined_of(block: Block) -> list[tuple[int, int, Expression]]:
    """Return first entry, number of entries and expression of the pieces."""
    assert isinstance(block, Joined)
    return [(piece.first, piece.size, piece.expression) for piece in block.pieces]


def test_a_joined_vector_has_a_loop_for_each_piece_and_no_copy():
    blocks = blocks_of("p = concatenate(a, v)", results={"r": "u*p + s*index_range(u, -7, 7)"}, u=7)
    assert [shown(block) for block in blocks.blocks] == [("Joined", "r")]
    assert joined_of(blocks.blocks[0]) == [
        (0, 3, tree("index_range(u, 0, 3)*a + s*index_range(u, 0, 3)")),
        (3, 4, tree("index_range(u, 3, 7)*v + s*index_range(u, 3, 7)")),
    ]
    assert blocks.stored == {"r"}


def test_pieces_of_pieces_and_picked_entries_are_found_in_each_piece():
    blocks = blocks_of(results={"r": "concatenate(concatenate(s, index_range(v, 1, 4)), index(b, k))"})
    assert joined_of(blocks.blocks[0]) == [
        (0, 1, tree("s")), (1, 3, tree("index_range(v, 1, 4)")), (4, 3, tree("index(b, k)")),
    ]  # fmt: skip


def test_picked_places_and_ranges_are_cut_where_another_vector_is_joined():
    blocks = blocks_of(results={"r": "concatenate(s, index_range(v, 0, 2)) + index(b, k) - index_range(v, 1, 4)"})
    assert joined_of(blocks.blocks[0]) == [
        (0, 1, tree("s + index(b, index_range(k, 0, 1)) - index_range(v, 1, 2)")),
        (1, 2, tree("index_range(v, 0, 2) + index(b, index_range(k, 1, 3)) - index_range(v, 2, 4)")),
    ]


def test_a_joined_vector_that_is_summed_or_used_twice_is_stored():
    blocks = blocks_of(results={"r": "mean(concatenate(a, b))"})
    assert [shown(block) for block in blocks.blocks] == [("Joined", "#piece0"), ("Reduction", "r")]
    blocks = blocks_of("p = concatenate(a, s)", results={"r": "p*v", "n": "p + 1"})
    assert [shown(block) for block in blocks.blocks] == [("Joined", "p"), ("loop[4]", "r", "n")]
    assert blocks.stored == {"p", "r", "n"}


def picked(*results: str, places: frozenset[str]) -> Blocks:
    """Return the blocks of a sum over connections of entries that are picked before."""
    total = Project("#sum", "p", "sparse", "w", (3,), None, "rows", "pointers")
    body = (Assign("p", tree("index(a + b, k)")), total)
    return make_blocks(Routine((), body, tuple(map(tree, results))), ("r", "n")[: len(results)], SHAPES, places)


def test_a_sum_over_connections_picks_by_places_itself():
    blocks = picked("b*s", places=frozenset("k"))
    assert [shown(block) for block in blocks.blocks] == [("loop[3]", "#piece0", "r"), ("Project", "#sum")]
    total = blocks.blocks[1]
    assert isinstance(total, Project)
    assert (total.source, total.index) == ("#piece0", "k")


def test_what_others_read_too_and_places_that_need_a_check_are_picked_before():
    for blocks in (picked("b*s", places=frozenset()), picked("p*s", places=frozenset("k"))):
        assert shown(blocks.blocks[-1]) == ("Project", "#sum")
        total = blocks.blocks[-1]
        assert isinstance(total, Project)
        assert (total.source, total.index) == ("p", None)
