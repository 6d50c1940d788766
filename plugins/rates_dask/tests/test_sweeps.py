"""Sweeps on a cluster: the same numbers, whoever computes them."""

from __future__ import annotations

import contextlib
import socket
import threading

import numpy as np
import pytest

from rates_core import ArgumentError, CircuitTemplate, NodeTemplate, OperatorTemplate

RATES = np.linspace(-2, 1, 23)


@pytest.mark.parametrize("memory_limit", [80, 1000, None])
def test_a_cluster_gives_the_numbers_of_one_process(sweep, cluster, memory_limit):
    found = sweep(RATES, executor="dask", cluster=cluster, memory_limit=memory_limit)
    np.testing.assert_allclose(found["x_last"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)
    np.testing.assert_array_equal(found["x_last"], sweep(RATES, executor="serial")["x_last"])


def test_rows_go_to_files(sweep, cluster, tmp_path):
    found = sweep(RATES, executor="dask", cluster=cluster, reduce=None, save=tmp_path / "out.zarr", memory_limit=1000)
    expected = (1 + 0.1 * RATES[:, None]) ** np.arange(10)
    np.testing.assert_allclose(found["x"], expected, rtol=1e-13)


def test_models_with_delays_and_noise_are_the_same_there(cluster):
    operator = OperatorTemplate(
        "op", "x' = -past(x, 0.3) + u + 0.1*xi",
        {"x": "output(1.0)", "u": "input(0.0)", "xi": "noise"},
    )  # fmt: skip
    node = NodeTemplate("n", [operator])
    circuit = CircuitTemplate(
        "pair", {"a": node, "b": node}, edges=[("a/op/x", "b/op/u", None, {"weight": 0.5, "delay": 0.2})]
    )
    points = {"a/op/x->b/op/u/weight": np.linspace(-1.0, 1.0, 7)}
    settings = {"outputs": {"x": "b/op/x"}, "reduce": ["mean", "last"], "seed": 3, "solver": "euler", "verbose": False}
    serial, there = (
        circuit.sweep(points, 2.0, 0.05, executor=executor, **where, **settings)
        for executor, where in [("serial", {}), ("dask", {"cluster": cluster})]
    )
    for name in ("x_mean", "x_last"):
        assert len(set(serial[name])) == 7
        np.testing.assert_array_equal(serial[name], there[name])


def test_functions_may_stand_anywhere(sweep, cluster):
    found = sweep(RATES, executor="dask", cluster=cluster, reduce={"x": {"end": lambda values, times: values[-1]}})
    np.testing.assert_allclose(found["x_end"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)


def test_points_that_diverge_are_named(sweep, cluster):
    with pytest.warns(RuntimeWarning, match="1 of 2 points ended early"):
        found = sweep([0.0, 1e300], executor="dask", cluster=cluster)
    assert found.ended_early[1].reason.startswith("'a/op/x' became")


def test_an_error_of_a_function_ends_the_sweep_and_keeps_what_is_done(sweep, cluster):
    def end(values, times):
        if values[-1] > 2.0:
            raise LookupError("too much")
        return values[-1]

    with pytest.raises(LookupError, match="too much") as caught:
        sweep(RATES, executor="dask", cluster=cluster, reduce={"x": {"end": end}}, memory_limit=80)
    done = caught.value.result.done
    assert 0 < done.sum() < len(RATES)


def test_a_cluster_that_is_started_ends_with_the_sweep(sweep):
    found = sweep(RATES, executor="dask", workers=1)
    np.testing.assert_allclose(found["x_last"], (1 + 0.1 * RATES) ** 9, rtol=1e-13)


def test_a_client_stays_open(sweep, cluster):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        sweep(RATES, executor="dask", cluster=client)
        assert client.submit(abs, -1).result() == 1


ADVICE = (
    "Start one by `dask scheduler` and workers by `dask worker ADDRESS`, or leave cluster out for one on this machine."
)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:1", "Timed out trying to connect to tcp://127.0.0.1:1 after 0.5 s"),
        ("127.0.0.1", "missing port number in address '127.0.0.1'"),
    ],
)
def test_where_there_is_no_cluster(sweep, monkeypatch, address, reason):
    monkeypatch.setattr("rates_dask.clusters.PATIENCE", 0.5)
    with pytest.raises(ArgumentError) as caught:
        sweep(RATES, executor="dask", cluster=address)
    assert str(caught.value) == f"cluster: No scheduler of Dask answers at '{address}': {reason}. {ADVICE}"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of a client that never was connected
def test_where_something_else_answers(sweep, monkeypatch):
    monkeypatch.setattr("rates_dask.clusters.PATIENCE", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):  # the end of the test
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ArgumentError) as caught:
            sweep(RATES, executor="dask", cluster=address)
    assert str(caught.value) == (
        f"cluster: No scheduler of Dask answers at '{address}': what answers there is something else, such as the "
        f"scheduler's dashboard, which has a port of its own. {ADVICE}"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"cluster": 3}, "cluster must be the address of a scheduler, as 'tcp://host:8786', or a client or a cluster "
                         "of Dask; it is 3."),
        ({"cluster": "tcp://a:1", "workers": 2}, "workers is for a cluster that is started here; cluster= has its "
                                                 "own."),
        ({"workers": 0}, "workers must be a whole number from 1 to 1024; it is 0."),
    ],
)  # fmt: skip
def test_wrong_options(sweep, options, text):
    with pytest.raises(ArgumentError) as caught:
        sweep(RATES, executor="dask", **options)
    assert str(caught.value) == text


def test_work_that_cannot_be_sent_is_refused_at_once(sweep, cluster):
    lock = threading.Lock()
    with pytest.raises(ArgumentError) as caught:
        sweep(RATES, executor="dask", cluster=cluster, reduce={"x": {"end": lambda values, times: lock.locked()}})
    assert str(caught.value) == (
        "This work cannot be sent to workers: TypeError: cannot pickle '_thread.lock' object. Models are sent as their "
        "templates, and compiled there; functions of inputs and reductions with all that they hold, which may be no "
        "open file, no lock and no connection. Let them open these when they are called."
    )


def test_what_is_wrong_with_work_on_a_worker_is_its_own_error(cluster):
    from rates_core.sweeps import outcomes

    def refuse():
        raise LookupError("There is no compiler here.")

    class Broken:
        def __reduce__(self):
            return refuse, ()

        def __call__(self, task):
            return task

    with pytest.raises(LookupError, match="There is no compiler here"):
        list(outcomes(Broken(), [1, 2], "dask", cluster=cluster))
