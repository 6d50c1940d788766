"""Trees: walking, replacing, comparing, whatever their depth."""

from __future__ import annotations

import pickle

from rates_core.expressions import Apply, Expression, Number, Symbol, depth, fold, substitute, symbols, transform, walk

X, Y = Symbol("x"), Symbol("y")
LEVELS = 20_000


def tower(levels: int) -> Expression:
    """Return sin(sin(...(x)))."""
    result: Expression = X
    for _ in range(levels):
        result = Apply("sin", (result,))
    return result


def test_symbols_are_the_names_of_all_variables() -> None:
    assert symbols(Apply("add", (X, Apply("sin", (Y,))))) == {"x", "y"}


def test_walk_yields_parents_before_children_from_left_to_right() -> None:
    inner = Apply("sin", (Y,))
    outer = Apply("add", (X, inner))
    assert list(walk(outer)) == [outer, X, inner, Y]


def test_substitution_is_simultaneous() -> None:
    assert substitute(Apply("add", (X, Y)), {"x": Y, "y": X}) == Apply("add", (Y, X))


def test_a_transformation_without_effect_returns_the_same_object() -> None:
    expression = Apply("add", (X, Apply("sin", (Y,))))
    assert transform(expression, lambda node: node) is expression


def test_fold_visits_a_shared_node_once() -> None:
    shared = Apply("sin", (X,))
    visited: list[Expression] = []
    fold(Apply("add", (shared, shared)), lambda node, _: visited.append(node))
    assert visited.count(shared) == 1


def test_depth_counts_nested_functions() -> None:
    assert depth(X) == 0
    assert depth(Apply("add", (X, Apply("sin", (Y,))))) == 2


def test_no_depth_is_too_large_to_walk_compare_hash_or_rebuild() -> None:
    deep, equal, other = tower(LEVELS), tower(LEVELS), tower(LEVELS + 1)
    assert depth(deep) == LEVELS
    assert symbols(deep) == {"x"}
    assert hash(deep) == hash(equal)
    assert deep == equal
    assert deep != other
    assert symbols(substitute(deep, {"x": Y})) == {"y"}


def test_comparing_trees_that_share_nodes_takes_no_exponential_time() -> None:
    left: Expression = X
    right: Expression = X
    for _ in range(200):
        left, right = Apply("add", (left, left)), Apply("add", (right, right))
    assert left == right


def test_trees_of_different_leaves_functions_or_arguments_differ() -> None:
    trees = [X, Y, Number(1), Apply("sin", (X,)), Apply("cos", (X,)), Apply("sin", (Y,)), Apply("max", (X, Y))]
    assert len(set(trees)) == len(trees)
    assert Apply("sin", (X,)) != "sin(x)"


def test_a_pickled_tree_finds_its_entry_in_a_dictionary() -> None:
    expression = Apply("add", (X, Apply("power", (Y, Number(2)))))
    assert {expression: 1}[pickle.loads(pickle.dumps(expression))] == 1
