"""Functions of anything at many points, and work of any kind on executors."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from rates_core.sweeps import Executor, evaluate, grid, outcomes, points

from rates_core import ArgumentError, SimulationError, UnknownNameError

SQUARES = {"a": [1.0, 2.0, 3.0, 4.0]}
EXECUTORS = [("serial", {}), ("threads", {"workers": 2}), ("processes", {"workers": 2})]


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Let this process, and those that it starts, import the module beside this one."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import sent

    return sent


@pytest.mark.parametrize(("executor", "options"), EXECUTORS)
def test_every_executor_gives_what_a_function_gives(sent, executor, options):
    found = evaluate(sent.powers, SQUARES, executor=executor, **options)
    assert found.names == ("square", "cube")
    assert found["square"].tolist() == [1.0, 4.0, 9.0, 16.0]
    assert found["cube"].tolist() == [1.0, 8.0, 27.0, 64.0]
    assert found["a"].tolist() == SQUARES["a"]


@pytest.mark.parametrize("name", ["out.parquet", "out.zarr"])
def test_a_stopped_program_goes_on_from_its_files(tmp_path, name):
    called = []

    def function(point):
        called.append(point["a"])
        if called == [1.0, 2.0, 3.0]:
            raise KeyboardInterrupt
        return {"p/op/x": 2 * point["a"]}

    with pytest.raises(KeyboardInterrupt) as stopped:
        evaluate(function, SQUARES, save=tmp_path / name, identity="twice")
    assert stopped.value.result.done.tolist() == [True, True, False, False]
    found = evaluate(function, SQUARES, save=tmp_path / name, identity="twice", resume=True)
    assert found["p/op/x"].tolist() == [2.0, 4.0, 6.0, 8.0]
    assert called == [1.0, 2.0, 3.0, 3.0, 4.0]
    for identity, differing in (("thrice", "identity"), ({"factor": 3}, "factor"), (None, "function")):
        with pytest.raises(ArgumentError) as refused:
            evaluate(function, SQUARES, save=tmp_path / name, identity=identity, resume=True)
        assert str(refused.value) == (
            f"resume: '{tmp_path / name}' comes from another call, which differs in its {differing}. Give another path."
        )


@pytest.mark.parametrize(("executor", "options"), EXECUTORS)
def test_points_that_a_function_refuses_are_nan_with_its_reason(sent, executor, options):
    with pytest.warns(RuntimeWarning) as told:
        found = evaluate(sent.below_three, SQUARES, executor=executor, unit="start", **options)
    np.testing.assert_array_equal(found["value"], [1.0, 2.0, np.nan, np.nan])
    assert found.ended_early[3].reason == "4 is too much."
    assert [str(item.message) for item in told] == [
        "2 of 4 starts ended early and are NaN: 2 (a = 3), 3 (a = 4). The result's ended_early says why."
    ]


@pytest.mark.parametrize(("executor", "options"), EXECUTORS)
def test_work_of_any_kind_comes_back_with_the_number_of_its_task(sent, executor, options):
    found = dict(outcomes(sent.Counted(10), range(6), executor, **options))
    assert [found[number] for number in range(6)] == [10, 11, 12, 13, 14, 15]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # which is how Python drops it
def test_ctrl_c_that_python_drops_is_heard_with_the_next_result(sent):
    class Dropping(Executor):
        """Press Ctrl-C while an object is taken apart."""

        def run(self, work, tasks):
            for task in tasks:
                yield work(task)
                Gone()

    class Gone:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as stopped:
        evaluate(sent.powers, SQUARES, executor=Dropping())
    assert stopped.value.result.done.tolist() == [True, True, True, True]
    with pytest.raises(KeyboardInterrupt) as stopped:
        evaluate(sent.powers, {"a": np.arange(40.0)}, executor=Dropping())
    assert stopped.value.result.done.sum() == 5  # chunks of one point and of four
    assert signal.getsignal(signal.SIGINT) is before


def test_work_is_made_once_where_it_is_unpickled_and_what_is_wrong_with_it_is_said(sent):
    with pytest.raises(SimulationError) as caught:
        list(outcomes(sent.Broken(1), [1], "processes", workers=1))
    assert str(caught.value) == "There is no compiler here."


def test_later_tasks_may_depend_on_what_earlier_ones_led_to():
    found = {}

    def tasks():
        yield 1
        while found[len(found) - 1] < 100:
            yield found[len(found) - 1]

    for number, result in outcomes(lambda task: 3 * task, tasks()):
        found[number] = result
    assert found == {0: 3, 1: 9, 2: 27, 3: 81, 4: 243}


def test_the_size_of_chunks_follows_workers_that_come():
    class Growing(Executor):
        count = 1

        @property
        def workers(self):
            return self.count

        def run(self, work, tasks):
            for task in tasks:
                sizes.append(len(task.numbers))
                self.count = 50
                yield work(task)

    from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

    sizes = []
    operator = OperatorTemplate("op", "x' = k*x", {"x": "output(1.0)", "k": -1.0})
    circuit = CircuitTemplate("decay", {"a": NodeTemplate("n", [operator])})
    circuit.sweep(
        grid({"a/op/k": np.linspace(-1.0, 0.0, 30)}), 1.0, 0.1, {"x": "a/op/x"}, executor=Growing(), backend="numpy",
        solver="dopri5", memory_limit=400 * 10, verbose=False,
    )  # fmt: skip
    assert sizes == [1] * 30  # 4000 bytes for 50 workers: each has room for one point of 80


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda sent: evaluate(3, SQUARES), ArgumentError, "function must be callable; it is 3."),
        (lambda sent: evaluate(lambda: 1.0, SQUARES), ArgumentError,
         "function has to be called with a dict of values by name: too many positional arguments."),
        (lambda sent: evaluate(sent.powers, SQUARES, unit=3), ArgumentError, "unit must be text; it is 3."),
        (lambda sent: evaluate(lambda point: "no", SQUARES), ArgumentError,
         "function: 'value' has to be a real number; the function returned 'no'."),
        (lambda sent: evaluate(lambda point: {"x": 1j}, SQUARES), ArgumentError,
         "function: 'x' has to be a real number; the function returned 1j."),
        (lambda sent: evaluate(lambda point: {str(point["a"]): 1.0}, SQUARES), ArgumentError,
         "function: The function returned (1.0) for one point and (2.0) for another. Return the same names for all; "
         "NaN stands for a number that there is none of."),
        (lambda sent: evaluate(sent.powers, points({"a": [1.0]}), sve="x.zarr"), UnknownNameError,
         "evaluate() has no argument 'sve'. Did you mean 'save'? It takes: function, points, save, resume, executor, "
         "identity, unit, verbose."),
        (lambda sent: outcomes(3, []), ArgumentError, "work must be callable; it is 3."),
        (lambda sent: outcomes(abs, 3), ArgumentError,
         "tasks must be a list, or something else to go through; they are 3."),
    ],
)  # fmt: skip
def test_wrong_calls(sent, call, error, text):
    with pytest.raises(error) as caught:
        call(sent)
    assert str(caught.value) == text
