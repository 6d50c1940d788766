"""Ensembles of branches on executors: what others follow is what is followed here, bit for bit."""

from __future__ import annotations

import pickle
import signal
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_continuation import Continuation
from rates_continuation.ensembles import Ensemble
from rates_continuation.interrupts import TOLD
from rates_core.errors import ArgumentError, UnknownNameError
from rates_core.sweeps import Executor, latin_hypercube
from rates_core.testing.parts import single
from scipy.sparse import csc_array

from rates_core import CircuitTemplate, Connectivity, NodeTemplate, OperatorTemplate, PopulationTemplate

MU, X = "p/op/mu", "p/op/x"
TWO = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)  # parabolas around 0 and 5
STARTS = [{X: 1.1}, {X: 4.0}, {X: -0.9}, {X: 1.3, MU: 0.5}, {X: 6.0}, {X: 1.0}]
DELAYED = single("x' = mu*x*(1 - past(x, tau))", x="output(0.9)", mu=1.0, tau=1.0)


def ring(size: int) -> CircuitTemplate:
    """Return units x' = mu*x - x^3 + (next - x), which are more than dense matrices are for."""
    operator = OperatorTemplate(
        "op", "x' = mu + x - x^3 + 0.1*(s - x)", {"x": "output(-1.2)", "mu": 0.0, "s": "input(0.0)"}
    )
    weights = csc_array((np.ones(size), ((np.arange(size) + 1) % size, np.arange(size))), shape=(size, size))
    units = PopulationTemplate("p", NodeTemplate("unit", [operator]), size)
    edge = Connectivity("p/op/x", "p/op/s", weights)
    return CircuitTemplate("ring", populations={"p": units}, connections=[edge])


def assert_same(one: Ensemble, other: Ensemble) -> None:
    pd.testing.assert_frame_equal(one.starts, other.starts, check_exact=True)
    assert len(one.branches) == len(other.branches)
    for left, right in zip(one.branches, other.branches, strict=True):
        np.testing.assert_array_equal(left.p, right.p)
        np.testing.assert_array_equal(left.x, right.x)
        np.testing.assert_array_equal(left.eigenvalues, right.eigenvalues)
        assert left.ended == right.ended
        assert [(point.kind, dict(point.values), point.number) for point in left.specials] == [
            (point.kind, dict(point.values), point.number) for point in right.specials
        ]


class Backwards(Executor):
    """Runs four tasks at a time, the last one first, so that others come early that are not wanted."""

    def run(self, work: Any, tasks: Any) -> Any:
        waiting = []
        for task in tasks:
            waiting.append(task)
            if len(waiting) == 4:
                while waiting:
                    yield work(waiting.pop())
        while waiting:
            yield work(waiting.pop())


@pytest.mark.parametrize(
    ("model", "bounds", "starts"),
    [
        (TWO, (-2.0, 1.0), STARTS),
        (DELAYED, (0.5, 2.0), [{X: 0.9}, {X: 0.01}, {X: 1.1}]),
        (ring(30), (-1.0, 1.0), [{"p/op/x": -1.2}, {"p/op/x": 1.2}]),
    ],
    ids=["two", "delayed", "sparse"],
)
def test_every_executor_finds_the_same_branches(model: Any, bounds: Any, starts: Any) -> None:
    parameter = MU
    sparse = True if model.name == "ring" else None
    serial = Continuation(model, sparse=sparse).ensemble(parameter, bounds, starts)
    assert len(serial.branches) >= 1
    for executor, options in [(Backwards(), {}), ("threads", {"workers": 3}), ("processes", {"workers": 2})]:
        found = Continuation(model, sparse=sparse).ensemble(
            parameter, bounds, starts, executor=executor, **options
        )  # fmt: skip
        assert_same(found, serial)


def test_a_branch_that_was_followed_elsewhere_goes_on_here() -> None:
    continuation = Continuation(TWO)
    found = continuation.ensemble(MU, (-2.0, 0.5), STARTS[:2], executor="processes", workers=1)
    longer = continuation.extended(found.branches[0], (-2.0, 1.0))
    np.testing.assert_allclose(longer.column(X) ** 2, longer.p[:, 0] + 1, atol=1e-9)
    assert longer.p.max() == pytest.approx(1.0)
    (fold,) = found.branches[0].special("LP")
    assert (
        fold.coefficient
        == Continuation(TWO).ensemble(MU, (-2.0, 0.5), STARTS[:1]).branches[0].special("LP")[0].coefficient
    )


def test_an_analysis_is_pickled_as_how_it_is_made() -> None:
    again = pickle.loads(pickle.dumps(Continuation(TWO, {MU: 0.25}, delay_nodes=9)))
    assert (again.parameters, again.analysed.nodes) == ({MU: 0.25}, 9)
    assert again.model == TWO


def test_ctrl_c_keeps_branches_that_others_are_following() -> None:
    class Pressed(Executor):
        """Press Ctrl-C while the second branch is followed, and hand both over."""

        def run(self, work: Any, tasks: Any) -> Any:
            for number, task in enumerate(tasks):
                if number == 1 and not isinstance(task[1], dict):
                    signal.raise_signal(signal.SIGINT)
                yield pickle.loads(pickle.dumps(work))(task)

    assert threading.current_thread() is threading.main_thread()
    with pytest.warns(RuntimeWarning) as told:
        found = Continuation(TWO).ensemble(MU, (-2.0, 1.0), [*STARTS[:2], {X: 0.0, MU: -1.0}], executor=Pressed())
    assert [str(item.message) for item in told] == [TOLD]
    assert [branch.ended for branch in found.branches] == [("bound", "bound")] * 2
    assert found.starts["branch"].tolist()[:2] == [0, 1]


def test_starts_drawn_from_a_box_are_the_same_in_processes() -> None:
    samples = latin_hypercube({X: (-1.5, 6.5), MU: (-0.5, 0.5)}, 12, seed=3)
    one = Continuation(TWO).ensemble(MU, (-2.0, 1.0), samples)
    assert_same(Continuation(TWO).ensemble(MU, (-2.0, 1.0), samples, executor="processes", workers=2), one)


def test_wrong_executors() -> None:
    with pytest.raises(UnknownNameError) as option:
        Continuation(TWO).ensemble(MU, (-2.0, 1.0), STARTS, max_point=3)
    assert str(option.value) == (
        "ensemble() has no argument 'max_point'. Did you mean 'max_points'? It takes: parameter, bounds, starts, "
        "max_points, max_step, save, resume, executor, verbose."
    )
    with pytest.raises(ArgumentError) as kind:
        Continuation(TWO).ensemble(MU, (-2.0, 1.0), STARTS, executor=3)
    assert str(kind.value) == "executor must be a name or an Executor; it is 3."
