"""What functions of arrays compute: the quicker way writes down what `make_jaxpr` does, and need not be there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from rates_jax import calls

SHAPES = {"x": jax.ShapeDtypeStruct((4,), np.float32), "y": jax.ShapeDtypeStruct((4, 2), np.float32)}
WANTED = np.arange(4, dtype=np.float32)
Arrays = Mapping[str, Any]


def distance(arrays: Arrays) -> Any:
    return ((arrays["x"] - WANTED) ** 2).mean() + 0.5 * jnp.abs(arrays["y"]).max()


def iterated(arrays: Arrays) -> Any:
    return jax.lax.scan(lambda total, x: (total + jnp.where(x > 0, x, 0.0), None), 0.0, arrays["x"])[0]


def constant(arrays: Arrays) -> Any:
    return jnp.asarray(float(len(arrays)))


@pytest.fixture
def anew() -> Iterator[None]:
    """Let ways be looked for again, before and after."""
    for known in (calls.way, calls._parts):
        known.cache_clear()
    yield
    for known in (calls.way, calls._parts):
        known.cache_clear()


@pytest.mark.parametrize("function", [distance, iterated, constant])
def test_both_ways_write_down_the_same(function: calls.Function) -> None:
    for double in (False, True):
        with jax.enable_x64(double):
            found, known = calls._directly(function, SHAPES), calls._compiling(function, SHAPES)
        assert str(found[0]) == str(known[0])
        assert [np.asarray(value).tolist() for value in found[1]] == [np.asarray(value).tolist() for value in known[1]]


def test_a_function_is_called_each_time_that_it_is_asked_for() -> None:
    count: list[None] = []

    def counted(arrays: Arrays) -> Any:
        count.append(None)
        return len(count) * arrays["x"].sum()

    texts = [str(calls.called(counted, SHAPES)[0]) for _ in range(3)]
    assert len(count) == 3
    assert ["mul 2.0" in text or "2.0:f32[]" in text for text in texts] == [False, True, False]


@pytest.mark.usefixtures("anew")
def test_the_quicker_way_is_taken() -> None:
    assert calls.way() is calls._directly


@pytest.mark.usefixtures("anew")
def test_without_the_quicker_way_functions_are_called_by_make_jaxpr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax.extend.linear_util", None)
    assert calls.way() is calls._compiling
    assert str(calls.called(distance, SHAPES)[0]) == str(jax.make_jaxpr(distance)(SHAPES).jaxpr)


@pytest.mark.usefixtures("anew")
def test_a_way_that_writes_down_something_else_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_directly", lambda function, arrays: calls._compiling(constant, arrays))
    assert calls.way() is calls._compiling
