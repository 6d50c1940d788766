"""Readouts by ridge regression, whose rows stream."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from rates_rnn import ridge

from plugins.rates_rnn.tests.networks import STEPS, X, whole
from rates_core import ArgumentError

WANTED = np.cumsum(X, axis=0)


def closed(rows: np.ndarray, wanted: np.ndarray, alpha: float) -> np.ndarray:
    return np.asarray(np.linalg.solve(rows.T @ rows + alpha * np.eye(rows.shape[1]), rows.T @ wanted).T)


def weights_of(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return weights without a penalty."""
    targets = torch.tensor(wanted)
    normal = ridge.Normal(rows.shape[1], targets)
    normal.add(torch.tensor(rows), targets)
    return normal.weights(0.0).numpy()


def test_several_trials_are_one_set_of_rows() -> None:
    trials = [X, 0.5 * X[:25], X[::-1].copy()]
    wanted = [WANTED, WANTED[:25] + 1, -WANTED]
    rows = [whole().run(x, cutoff=6, sampling_steps=4)["out"].numpy() for x in trials]
    found = whole().fit_ridge(trials, wanted, alpha=0.3, cutoff=6, sampling_steps=4)
    some = [target[8::4] for target in wanted]
    np.testing.assert_allclose(found["w_out"], closed(np.concatenate(rows), np.concatenate(some), 0.3), rtol=1e-10)
    np.testing.assert_array_equal(found["out"], rows[-1])
    np.testing.assert_allclose(found["y"], rows[-1] @ found["w_out"].numpy().T, rtol=1e-12)


def test_the_numbers_are_the_same_however_a_run_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(size=(700, 2))
    found = []
    for chunk in (1000, 700, 256, 37):
        monkeypatch.setattr(ridge, "CHUNK", chunk)
        observed = whole().fit_ridge(x, np.cumsum(x, axis=0), cutoff=11, sampling_steps=2)
        found.append(observed["w_out"])
        assert len(observed["out"]) == len(observed.times) == 344  # steps 12, 14, ..., 698
    assert all(torch.equal(found[0], other) for other in found[1:])


def test_columns_that_are_nearly_the_same_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(2000, 1))
    # the columns' matrix has a condition of 1e7: what is left of it in squares, 1e-14, is about their rounding
    x = np.concatenate([shared, shared + 1e-7 * rng.normal(size=(2000, 1))], axis=1)
    made = np.array([[3.0, -2.0]])
    # the rounding of what is fitted, 2e-16, over the smallest direction, 1e-7, gives 2e-9
    np.testing.assert_allclose(weights_of(x, x @ made.T), made, atol=2e-8)


def test_fewer_rows_than_outputs_have_the_smallest_weights() -> None:
    rng = np.random.default_rng(2)
    x, wanted = rng.normal(size=(3, 5)), rng.normal(size=(3, 2))
    np.testing.assert_allclose(weights_of(x, wanted), (np.linalg.pinv(x) @ wanted).T, rtol=1e-10)


def test_trials_are_made_as_they_are_asked_for_and_forgotten() -> None:
    alive: list[weakref.ref[Any]] = []
    most = []

    def trials() -> Iterator[np.ndarray]:
        for number in range(30):
            given = np.random.default_rng(number).normal(size=(20, 2))
            alive.append(weakref.ref(given))
            most.append(sum(item() is not None for item in alive))
            yield given

    def targets() -> Iterator[np.ndarray]:
        for number in range(30):
            yield np.random.default_rng(number).normal(size=(20, 2)) ** 2

    found = whole().fit_ridge(trials(), targets(), record_output=False)
    assert max(most) <= 2
    assert found.recorded_variables == ["w_out"]
    listed = [np.random.default_rng(number).normal(size=(20, 2)) for number in range(30)]
    again = whole().fit_ridge(listed, [given**2 for given in listed])
    assert torch.equal(found["w_out"], again["w_out"])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"inputs": []}, "inputs holds no trial."),
    ({"inputs": [X]}, "inputs has several trials, and targets does not. Give one of each."),
    ({"inputs": [X, X], "targets": [WANTED]},
     "inputs has more trials than targets, which has 1. Give one of each."),
    ({"inputs": [X], "targets": [WANTED, WANTED]}, "targets has more trials than inputs. Give one of each."),
    ({"inputs": [X, X], "targets": [WANTED, WANTED[:, :1]]},
     "targets has 2 columns in one trial, and 1 in another."),
    ({"cutoff": STEPS}, "No row is compared with a target. Make cutoff less than the number of steps."),
    ({"alpha": -1.0}, "alpha has to be a number of at least 0; it is -1.0."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_cannot_be_fitted_is_refused(given: dict[str, Any], text: str) -> None:
    targets = [] if given.get("inputs") == [] else WANTED
    with pytest.raises(ArgumentError) as error:
        whole().fit_ridge(**{"inputs": X, "targets": targets, **given})
    assert str(error.value) == text


def test_trials_side_by_side_are_one_set_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "CHUNK", 11)
    trials, wanted = np.stack([X, 0.5 * X, X[::-1]]), np.stack([WANTED, WANTED + 1, -WANTED])
    options: dict[str, Any] = {"cutoff": 6, "sampling_steps": 4}
    rows = [whole().run(x, **options)["out"].numpy() for x in trials]
    net = whole()
    found = net.fit_ridge(torch.tensor(trials), wanted, alpha=0.3, add_readout_node=False, **options)
    some = np.concatenate([target[8::4] for target in wanted])
    np.testing.assert_allclose(found["w_out"], closed(np.concatenate(rows), some, 0.3), rtol=1e-10)
    np.testing.assert_allclose(found["out"], np.stack(rows), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["y"], np.stack(rows) @ found["w_out"].numpy().T, rtol=1e-12)
    again = net.fit_ridge(trials, wanted, alpha=0.3, add_readout_node=False)  # from where each of them is
    assert again.times[0] == pytest.approx(len(X) * net.dt)


def test_trials_side_by_side_have_targets_each_and_go_on_as_many() -> None:
    net, trials = whole(), np.stack([X, 0.5 * X, X[::-1]])
    with pytest.raises(ArgumentError) as error:
        net.fit_ridge(trials, np.stack([WANTED, WANTED]))
    assert str(error.value) == "inputs has 3 trials, and targets has 2. Give one of each."
    with pytest.raises(ArgumentError) as error:
        net.fit_ridge(trials, WANTED[:, 0])
    assert str(error.value) == "inputs has 3 trials, and targets has no axis of them. Give one of each."
    net.run(trials)
    with pytest.raises(ArgumentError) as error:
        net.fit_ridge(X, WANTED)
    assert str(error.value) == (
        "inputs are those of one trial, and the network has gone on as 3 side by side. Call reset(), or give inputs "
        "with an axis of 3 trials in front."
    )
