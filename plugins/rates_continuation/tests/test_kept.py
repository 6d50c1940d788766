"""Ensembles that are kept on disk: what is done is there whatever happens, and the rest comes later, bit for bit."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rates_continuation import Continuation, load
from rates_continuation.ensembles import Ensemble
from rates_continuation.interrupts import TOLD
from rates_core.errors import ArgumentError
from rates_core.sweeps import Executor
from rates_core.testing.parts import single

MU, X = "p/op/mu", "p/op/x"
TWO = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)  # parabolas around 0 and 5
STARTS = [{X: 1.1}, {X: -0.9}, {X: 4.0}, {X: 1.3, MU: 0.5}, {X: 6.0}, {X: 1.0}]
BOUNDS = (-2.0, 1.0)


class Counting(Executor):
    """Counts what it is given."""

    def __init__(self) -> None:
        self.starts = self.curves = 0

    def run(self, work: Any, tasks: Any) -> Any:
        for task in tasks:
            self.starts += isinstance(task[1], dict)
            self.curves += not isinstance(task[1], dict)
            yield work(task)


def assert_same(one: Ensemble, other: Ensemble) -> None:
    pd.testing.assert_frame_equal(one.starts, other.starts, check_exact=True)
    assert len(one.branches) == len(other.branches)
    for left, right in zip(one.branches, other.branches, strict=True):
        for name in ("p", "x", "eigenvalues"):
            np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
        assert (left.ended, left.citations) == (right.ended, right.citations)
        pd.testing.assert_frame_equal(left.special_points, right.special_points, check_exact=True)
        assert [point.number for point in left.specials] == [point.number for point in right.specials]


PROGRAM = """
import os, signal, sys
from rates_continuation import Continuation
from rates_core.sweeps import Executor
from rates_core.testing.parts import single

class Killed(Executor):
    def run(self, work, tasks):
        for number, task in enumerate(tasks):
            if not isinstance(task[1], dict) and number == 1:  # the second curve
                os.kill(os.getpid(), signal.SIGKILL)
            yield work(task)

model = single("x' = (x^2 - mu - 1)*((x - 5)^2 - mu - 1)", x="output(1.0)", mu=0.0)
starts = [{"p/op/x": x} for x in (1.1, -0.9, 4.0)] + [{"p/op/x": 1.3, "p/op/mu": 0.5}]
starts += [{"p/op/x": x} for x in (6.0, 1.0)]
Continuation(model).ensemble("p/op/mu", (-2.0, 1.0), starts, save=sys.argv[1], executor=Killed())
"""


def test_a_program_that_is_killed_goes_on_with_what_it_had_done(tmp_path: Path) -> None:
    folder = tmp_path / "two.branches"
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(folder)], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    kept = sorted(file.name for file in folder.iterdir())
    assert kept == ["branch-000000.npz", "ensemble.json", *(f"start-{k:06}.npz" for k in range(6))]
    counting = Counting()
    found = Continuation(TWO).ensemble(MU, BOUNDS, STARTS, save=folder, resume=True, executor=counting)
    assert (counting.starts, counting.curves) == (0, 1)
    assert_same(found, Continuation(TWO).ensemble(MU, BOUNDS, STARTS))
    (alone,) = load(folder / "branch-000002.npz").branches
    np.testing.assert_array_equal(alone.x, found.branches[1].x)
    (fold,) = found.branches[0].special("LP")
    longer = Continuation(TWO).extended(found.branches[0], (-2.0, 1.5))
    np.testing.assert_allclose(longer.column(X) ** 2, longer.p[:, 0] + 1, atol=1e-9)
    assert longer.special("LP")[0][MU] == fold[MU]


@pytest.mark.parametrize(
    ("model", "bounds", "starts", "options"),
    [
        (TWO, BOUNDS, STARTS, {}),
        (single("x' = mu*x*(1 - past(x, tau))", x="output(0.9)", mu=1.0, tau=1.0), (0.5, 2.0),
         [{X: 0.9}, {X: 0.01}, {X: 1.1}], {"delay_nodes": 9}),
        (single(["x' = mu - x^2", "y' = -y + x"], x="output(0.5)", y="variable(0.0)", mu=0.3), (-1.0, 1.0),
         [{X: 0.5}, {X: -40.0, "p/op/y": 0.0, MU: -0.9}], {"sparse": True}),
    ],
    ids=["two", "delayed", "sparse"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:From 1 of 2 starts no equilibrium")
def test_what_is_read_is_what_was_computed(model: Any, bounds: Any, starts: Any, options: Any, tmp_path: Path) -> None:
    folder, counting = tmp_path / "all.branches", Counting()
    plain = Continuation(model, **options).ensemble(MU, bounds, starts)
    saved = Continuation(model, **options).ensemble(MU, bounds, starts, save=folder)
    again = Continuation(model, **options).ensemble(MU, bounds, starts, save=folder, resume=True, executor=counting)
    assert (counting.starts, counting.curves) == (0, 0)
    assert_same(saved, plain)
    assert_same(again, plain)


def test_curves_that_others_followed_in_vain_are_not_followed_again(tmp_path: Path) -> None:
    folder = tmp_path / "many.branches"

    class Together(Executor):
        """Takes all tasks before it gives anything back."""

        def run(self, work: Any, tasks: Any) -> Any:
            yield from [work(task) for task in list(tasks)]

    plain = Continuation(TWO).ensemble(MU, BOUNDS, STARTS)
    assert_same(Continuation(TWO).ensemble(MU, BOUNDS, STARTS, save=folder, executor=Together()), plain)
    assert len(list(folder.glob("branch-*.npz"))) == len(STARTS)
    counting = Counting()
    again = Continuation(TWO).ensemble(MU, BOUNDS, STARTS, save=folder, resume=True, executor=counting)
    assert counting.curves == 0
    assert_same(again, plain)


def test_curves_that_ctrl_c_cut_off_are_followed_again(tmp_path: Path) -> None:
    folder = tmp_path / "cut.branches"

    class Pressed(Executor):
        """Presses Ctrl-C before the second curve is followed."""

        def run(self, work: Any, tasks: Any) -> Any:
            for number, task in enumerate(tasks):
                if number == 1 and not isinstance(task[1], dict):
                    signal.raise_signal(signal.SIGINT)
                yield work(task)

    with pytest.warns(RuntimeWarning) as told:
        cut = Continuation(TWO).ensemble(MU, BOUNDS, STARTS, save=folder, executor=Pressed())
    assert [str(item.message) for item in told] == [TOLD]
    assert "interrupted" in cut.branches[1].ended
    assert [file.name for file in folder.glob("branch-*.npz")] == ["branch-000000.npz"]
    whole = Continuation(TWO).ensemble(MU, BOUNDS, STARTS, save=folder, resume=True)
    assert_same(whole, Continuation(TWO).ensemble(MU, BOUNDS, STARTS))


def test_another_question_is_refused_with_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "two.branches"
    Continuation(TWO).ensemble(MU, BOUNDS, STARTS[:1], save=folder)
    other = single("x' = mu - x^2", x="output(1.0)", mu=0.0)
    asked: list[tuple[Continuation, dict[str, Any], str]] = [
        (Continuation(TWO), {"bounds": (-2.0, 1.5)}, "bounds ([-2.0, 1.0] there, [-2.0, 1.5] here)"),
        (Continuation(TWO), {"starts": STARTS[:2]}, "starts"),
        (Continuation(TWO), {"max_step": 0.1}, "max_step (0.25 there, 0.1 here)"),
        (Continuation(TWO), {"max_points": 10}, "max_points (5000 there, 10 here)"),
        (Continuation(other, delay_nodes=9), {}, "model, delay_nodes (16 there, 9 here)"),
        (Continuation(TWO, {MU: 0.1}, sparse=False), {}, "parameters, sparse (None there, False here)"),
    ]
    for continuation, given, text in asked:
        with pytest.raises(ArgumentError) as refused:
            continuation.ensemble(**{"parameter": MU, "bounds": BOUNDS, "starts": STARTS[:1], "save": folder,
                                     "resume": True, **given})  # fmt: skip
        assert str(refused.value) == (
            f"resume: '{folder}' belongs to another ensemble, which differs in its {text}. Give another path."
        )


def test_wrong_folders(tmp_path: Path) -> None:
    def refused(**given: Any) -> str:
        with pytest.raises(ArgumentError) as error:
            Continuation(TWO).ensemble(MU, BOUNDS, STARTS[:1], **given)
        return str(error.value)

    folder = tmp_path / "one.branches"
    Continuation(TWO).ensemble(MU, BOUNDS, STARTS[:1], save=str(folder))
    assert refused(save=folder) == (
        f"save: '{folder}' is there already. Give resume=True to go on with it, or another path; nothing is "
        "overwritten."
    )
    assert refused(resume=True) == (
        "resume: There is nothing to go on with. Give save= of the ensemble that was stopped."
    )
    assert refused(save="one.zarr") == "save must be a path that ends in .branches; it is 'one.zarr'."
    assert refused(save=3) == "save must be a text or a path; it is 3."
    assert refused(save=tmp_path / "no" / "one.branches") == (
        f"save: '{tmp_path / 'no' / 'one.branches'}' cannot be written: there is no folder '{tmp_path / 'no'}'."
    )
    assert refused(save=folder, resume=1) == "resume must be True or False; it is 1."
    (tmp_path / "empty.branches").mkdir()
    assert refused(save=tmp_path / "empty.branches", resume=True) == (
        f"resume: '{tmp_path / 'empty.branches'}' is no ensemble that rates has saved."
    )
    (folder / "branch-000000.npz").write_bytes(b"half")
    text = refused(save=folder, resume=True)
    assert text.startswith(f"resume: '{folder / 'branch-000000.npz'}' cannot be read: ")
    assert text.endswith(". Without this file, what it held is computed again.")
    (folder / "branch-000000.npz").unlink()
    assert len(Continuation(TWO).ensemble(MU, BOUNDS, STARTS[:1], save=folder, resume=True).branches) == 1
    (folder / "ensemble.json").write_text('{"format": 9, "question": {}}')
    assert refused(save=folder, resume=True) == (
        f"'{folder}' was written by a later version of rates-continuation, in format 9."
    )
