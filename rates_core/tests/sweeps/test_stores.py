"""Sweeps in files: what other tools read there, and what goes on after an interruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rates_core.errors import ArgumentError
from rates_core.sweeps import Executor
from rates_core.sweeps.grids import samples_of
from rates_core.sweeps.parquet import Parquet
from rates_core.sweeps.quantities import Quantity
from rates_core.sweeps.store import Content

from .stopped import assert_same, interrupt_after

K = np.array([-2.0, 40.0, -1.0, 0.5, 80.0, 0.0])
FORMATS = ["out.zarr", "out.parquet"]
DIVERGE = pytest.mark.filterwarnings("ignore:.*ended early and are NaN:RuntimeWarning")


@DIVERGE
def test_pandas_reads_a_folder_of_parquet_files_as_one_table(sweep, burst, tmp_path):
    kept = sweep(burst, {"p/op/k": K}, reduce=["last", "mean"])
    saved = sweep(burst, {"p/op/k": K}, reduce=["last", "mean"], save=tmp_path / "out.parquet", memory_limit=160)
    assert_same(saved, kept)
    assert len(list((tmp_path / "out.parquet").glob("part-*"))) > 2
    read = pd.read_parquet(tmp_path / "out.parquet").set_index("point").sort_index()
    assert read["x_mean"].tolist() == pytest.approx(kept["x_mean"].tolist(), nan_ok=True)
    assert read["p/op/k"].tolist() == K.tolist()
    assert read["ended_at"].dropna().to_dict() == {number: end.time for number, end in kept.ended_early.items()}
    assert read["ended_early"].dropna().to_dict() == {number: end.reason for number, end in kept.ended_early.items()}


@DIVERGE
def test_xarray_reads_a_zarr_group_as_a_dataset(sweep, burst, tmp_path):
    kept = sweep(burst, {"p/op/k": K}, reduce=["last", "mean"])
    assert_same(
        sweep(burst, {"p/op/k": K}, reduce=["last", "mean"], save=tmp_path / "out.zarr", memory_limit=160), kept
    )
    with xr.open_zarr(tmp_path / "out.zarr") as dataset:
        assert dataset["x_mean"].values.tolist() == pytest.approx(kept["x_mean"].tolist(), nan_ok=True)
        assert dataset["p.op.k"].values.tolist() == K.tolist()
        assert dataset["p.op.k"].attrs["path"] == "p/op/k"
        assert dataset["done"].values.tolist() == [True] * 6
        assert dataset["ended_at"].values[1] == kept.ended_early[1].time
        assert dataset["ended_early"].values[1] == kept.ended_early[1].reason


def test_rows_are_kept_in_a_zarr_group(sweep, decay, decayed, tmp_path):
    result = sweep(decay, {"a/op/k": K}, save=tmp_path / "out.zarr", memory_limit=160)
    np.testing.assert_allclose(result["x"], decayed(K), rtol=1e-13)
    with xr.open_zarr(tmp_path / "out.zarr") as dataset:
        np.testing.assert_array_equal(dataset["a.op.x" if "a.op.x" in dataset else "x"].values, result["x"])
        assert dataset["time"].values.tolist() == result.times.tolist()


@pytest.mark.parametrize("name", FORMATS)
def test_complex_numbers_are_kept(sweep, name, tmp_path):
    from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

    turn = OperatorTemplate("op", "x' = lam*x", {"x": "output(1.0+0.0j)", "lam": 1.0j})
    circuit = CircuitTemplate("turn", {"p": NodeTemplate("n", [turn])})
    rates = np.array([1j, -1 + 2j, 3.0])
    result = sweep(circuit, {"p/op/lam": rates}, reduce="last", save=tmp_path / name)
    np.testing.assert_allclose(result["x_last"], (1 + 0.1 * rates) ** 9, rtol=1e-13)
    again = sweep(circuit, {"p/op/lam": rates}, reduce="last", save=tmp_path / name, resume=True)
    assert again["x_last"].tolist() == result["x_last"].tolist()


@DIVERGE
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("reduce", ["last", len], ids=["by name", "by a function"])
@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_interrupted_and_resumed_equals_whole(sweep, burst, tmp_path, monkeypatch, name, reduce, after):
    whole = sweep(burst, {"p/op/k": K}, reduce=reduce)
    with monkeypatch.context() as patch:
        interrupt_after(patch, after)
        with pytest.raises(KeyboardInterrupt) as caught:
            sweep(burst, {"p/op/k": K}, reduce=reduce, save=tmp_path / name, backend="numpy")
    part = caught.value.result
    assert part.done.sum() == after
    assert part.names in (whole.names, ())
    with monkeypatch.context() as patch:
        calls = interrupt_after(patch, None)
        resumed = sweep(burst, {"p/op/k": K}, reduce=reduce, save=tmp_path / name, resume=True, backend="numpy")
    assert len(calls) == len(K) - after
    assert_same(resumed, whole)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_was_being_written_when_all_ended_is_written_again(sweep, decay, tmp_path, monkeypatch, name):
    """The process dies between the values of a chunk and the word that it is done."""
    from rates_core.sweeps import parquet, zarr

    monkeypatch.setattr(zarr.Zarr, "_set", dying(zarr.Zarr._set, lambda store, place, *_: place == "done"))
    monkeypatch.setattr(parquet, "replace", dying(parquet.replace, lambda file, _: file.stem == "part-000001"))
    with pytest.raises(RuntimeError, match="dead"):
        sweep(decay, {"a/op/k": K}, reduce="last", save=tmp_path / name, memory_limit=1)
    monkeypatch.undo()
    resumed = sweep(decay, {"a/op/k": K}, reduce="last", save=tmp_path / name, memory_limit=1, resume=True)
    assert resumed.table.equals(sweep(decay, {"a/op/k": K}, reduce="last").table)


def dying(function, when):
    """Return a function that fails in place of its second fitting call."""
    calls = []

    def call(*arguments):
        if when(*arguments):
            calls.append(1)
            if len(calls) == (1 if function.__name__ == "replace" else 2):
                raise RuntimeError("dead")
        return function(*arguments)

    return call


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_was_being_made_when_all_ended_is_not_there(sweep, decay, tmp_path, monkeypatch, name):
    real = Path.rename

    def rename(self, target):
        if self.name.startswith(f".{name}."):
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        sweep(decay, {"a/op/k": K}, reduce="last", save=tmp_path / name)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
    assert sweep(decay, {"a/op/k": K}, reduce="last", save=tmp_path / name, resume=True).done.all()


@pytest.mark.parametrize("name", FORMATS)
def test_another_sweep_is_not_gone_on_with(sweep, decay, tmp_path, name):
    settings = {"reduce": "last", "save": tmp_path / name}
    sweep(decay, {"a/op/k": K}, **settings)
    other = decay.update_template().update_var({"a/op/x": 2.0})
    others = [
        ("points", decay, {"a/op/k": K + 1e-12}, {}),
        ("reductions", decay, {"a/op/k": K}, {"reduce": "mean"}),
        ("settings", decay, {"a/op/k": K}, {"step_size": 0.05}),
        ("settings", decay, {"a/op/k": K}, {"solver": "heun"}),
        ("inputs", decay, {"a/op/k": K}, {"inputs": {"a/op/u": np.zeros(10)}}),
        ("model", other, {"a/op/k": K}, {}),
        ("model, reductions", other, {"a/op/k": K}, {"reduce": "mean"}),
    ]
    for differing, circuit, parameters, changed in others:
        with pytest.raises(Exception) as caught:  # noqa: PT011  # its text is compared
            sweep(circuit, parameters, **{**settings, **changed}, resume=True)
        assert str(caught.value) == (
            f"resume: '{tmp_path / name}' comes from another call, which differs in its {differing}. Give another path."
        )
    assert sweep(decay, {"a/op/k": K}, **settings, resume=True).done.all()


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_there_is_not_overwritten(sweep, decay, tmp_path, name):
    path: Path = tmp_path / name
    path.mkdir()
    (path / "mine.txt").write_text("mine")
    with pytest.raises(Exception) as caught:  # noqa: PT011
        sweep(decay, {"a/op/k": K}, reduce="last", save=path)
    assert str(caught.value) == (
        f"save: '{path}' is there already. Give resume=True to go on with it, or another path; nothing is overwritten."
    )
    with pytest.raises(Exception) as caught:  # noqa: PT011
        sweep(decay, {"a/op/k": K}, reduce="last", save=path, resume=True)
    assert str(caught.value) == f"resume: '{path}' holds nothing that this version of rates has saved."
    assert [file.name for file in path.iterdir()] == ["mine.txt"]


CLASH = (
    "'x_last' is the name of two columns of the result. Give one of them another name, by paths={name: path} or "
    "outputs={name: path}."
)
OWN = "save: '%s' is a column that such files have of their own. Give another name."


@pytest.mark.parametrize(
    ("name", "swept", "text"),
    [
        (None, "x_last", CLASH),
        ("out.zarr", "x_last", CLASH),
        ("out.parquet", "x_last", CLASH),
        ("out.zarr", "done", OWN % "done"),
        ("out.parquet", "point", OWN % "point"),
        ("out.parquet", "ended_at", OWN % "ended_at"),
    ],
)
def test_a_name_of_two_things_is_refused(sweep, decay, tmp_path, name, swept, text):
    save = None if name is None else tmp_path / name
    with pytest.raises(ArgumentError) as caught:
        sweep(decay, {swept: K}, paths={swept: "a/op/k"}, reduce="last", save=save)
    assert str(caught.value) == text
    assert list(tmp_path.iterdir()) == []


def test_two_names_that_zarr_cannot_tell_apart_are_refused(sweep, decay, tmp_path):
    swept = {"paths": {"x.y": "a/op/k"}, "outputs": {"x/y": "a/op/x"}}
    with pytest.raises(ArgumentError) as caught:
        sweep(decay, {"x.y": K}, **swept, save=tmp_path / "out.zarr")
    assert str(caught.value) == (
        "'x.y' and 'x/y' are the name of two columns of the result. Give one of them another name, by "
        "paths={name: path} or outputs={name: path}."
    )
    assert len(sweep(decay, {"x.y": K}, **swept).rows("x/y").columns) == len(K)


def test_infinite_complex_numbers_come_back(decay, tmp_path):
    store = Parquet(Content(samples_of({"a/op/k": K}), np.zeros(0), {}), tmp_path / "out.parquet")
    store.define((Quantity("z", complex=True),))
    given = np.array([complex(1.0, np.inf), complex(-np.inf, 2.0), 3j])[: len(K)]
    store.write(np.arange(len(given)), {"z": given}, {})
    np.testing.assert_array_equal(store.values("z")[: len(given)].real, given.real)
    np.testing.assert_array_equal(store.values("z")[: len(given)].imag, given.imag)
    store.close()


@pytest.mark.parametrize("name", FORMATS)
def test_one_sweep_at_a_time_writes_into_a_folder(sweep, decay, tmp_path, name):
    """Two would write over what each other has written, whose values then are NaN and yet are said to be done."""
    settings = {"save": tmp_path / name, "reduce": "last", "memory_limit": 1}
    refusals = []

    class Meanwhile(Executor):
        def run(self, work, tasks):
            for task in tasks:
                yield work(task)
                with pytest.raises(ArgumentError) as caught:
                    sweep(decay, {"a/op/k": K}, resume=True, **settings)
                refusals.append(str(caught.value))

    found = sweep(decay, {"a/op/k": K}, executor=Meanwhile(), **settings)
    text = (
        f"save: Another sweep writes into '{tmp_path / name}', here or in another process. Wait for its end, or give "
        "another path."
    )
    assert refusals == [text] * len(K)
    assert found["x_last"].tolist() == sweep(decay, {"a/op/k": K}, reduce="last")["x_last"].tolist()


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_is_let_go_of_whatever_ends_a_sweep(sweep, decay, tmp_path, name):
    settings = {"save": tmp_path / name, "reduce": {"x": {"last": lambda values, times: values[-1]}}}

    def failing(values, times):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        sweep(decay, {"a/op/k": K}, **{**settings, "reduce": {"x": {"last": failing}}})
    with pytest.raises(ArgumentError) as other:
        sweep(decay, {"a/op/k": K}, resume=True, **settings)
    assert str(other.value) == (
        f"resume: '{tmp_path / name}' comes from another call, which differs in its reductions. Give another path."
    )
    with pytest.raises(ZeroDivisionError):
        sweep(decay, {"a/op/k": K}, resume=True, **{**settings, "reduce": {"x": {"last": failing}}})
    assert caught.tb is not None
    assert other.tb is not None


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_came_to_be_meanwhile_is_left_alone(sweep, decay, tmp_path, name):
    def made(table):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "mine").touch()
        return 1.0

    with pytest.raises(ArgumentError) as caught:
        sweep(decay, {"a/op/k": K}, save=tmp_path / name, reduce=made)
    assert str(caught.value) == (
        f"save: '{tmp_path / name}' was made by something else meanwhile; nothing is overwritten. Give another path."
    )
    assert [path.name for path in (tmp_path / name).iterdir()] == ["mine"]


def test_parts_of_complex_numbers_are_columns_of_their_own(sweep, tmp_path):
    from rates_core import CircuitTemplate, NodeTemplate, OperatorTemplate

    turn = OperatorTemplate("op", "x' = lam*x", {"x": "output(1.0+0.0j)", "lam": 1.0j})
    circuit = CircuitTemplate("turn", {"p": NodeTemplate("n", [turn])})
    name = "x_last.real"
    with pytest.raises(ArgumentError) as caught:
        sweep(circuit, {name: [1.0]}, paths={name: "p/op/lam"}, reduce="last", save=tmp_path / "out.parquet")
    assert str(caught.value) == (
        f"'{name}' and 'x_last' are the name of two columns of the result. Give one of them another name, by "
        "paths={name: path} or outputs={name: path}."
    )
    found = sweep(circuit, {name: [1.0]}, paths={name: "p/op/lam"}, reduce="last")
    assert found["x_last"].tolist() == pytest.approx([1.1**9], rel=1e-13)
