"""Statements become loops: as few as the order of evaluation allows, with arrays only where something needs them."""

from __future__ import annotations

from rates_core.expressions.parser import parse_expression
from rates_core.expressions.tree import Apply, Expression, Symbol
from rates_core.programs.blocks import Block, Blocks, Loop, Reduction, Whole, make_blocks
from rates_core.programs.routine import Routine
from rates_core.system.system import Assign, Project

SHAPES = {"a": (3,), "b": (3,), "s": (), "w": (3,), "M": (3, 3), "k": (3,), "v": (4,)}


def tree(text: str) -> Expression:
    return parse_expression(text, {*SHAPES, "p", "q", "u", "c"})


def blocks_of(*lines: str, results: dict[str, str], projects: tuple[Project, ...] = ()) -> Blocks:
    """Return the blocks of assignments `x = expression`, with projections behind them."""
    pairs = [line.split(" = ") for line in lines]
    body = tuple(Assign(target, tree(text)) for target, text in pairs)
    routine = Routine((), (*body, *projects), tuple(tree(text) for text in results.values()))
    return make_blocks(routine, tuple(results), SHAPES)


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
